/**
 * `@effect/ai`, over any of its models, which here are all over fetch.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Session } from "../client.ts"
import * as Request from "./request.ts"

const tools = Toolkit.make(
  Tool.make(Request.tool.name, {
    description: Request.tool.description,
    parameters: { lines: Schema.Array(Schema.String) }
  })
)

const prompt = Request.prompt

export const over = (model: Layer.Layer<LanguageModel.LanguageModel>): Session => {
  const runtime = ManagedRuntime.make(model)
  return {
    text: (onText) =>
      runtime.runPromise(
        LanguageModel.streamText({ prompt }).pipe(
          Stream.runForEach((part) => Effect.sync(() => part.type === "text-delta" && onText(part.delta)))
        )
      ),
    tool: () =>
      runtime.runPromise(
        Effect.gen(function*() {
          const toolkit = yield* tools
          let whole = ""
          yield* LanguageModel.streamText({ prompt, toolkit, disableToolCallResolution: true }).pipe(
            Stream.runForEach((part) =>
              Effect.sync(() => {
                if (part.type === "tool-call") whole = JSON.stringify(part.params)
              })
            )
          )
          return whole
        }).pipe(Effect.provide(tools.toLayer({ [Request.tool.name]: () => Effect.void })))
      )
  }
}
