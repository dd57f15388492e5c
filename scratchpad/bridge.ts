/**
 * `@effect/ai` over a provider of this package: a chat whose tools are run as soon as an answer that calls them has ended.
 */
import * as Chat from "@effect/ai/Chat"
import type * as Prompt from "@effect/ai/Prompt"
import type * as Response from "@effect/ai/Response"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as AiLanguageModel from "../src/AiLanguageModel.ts"
import * as Kit from "./kit.ts"

const toolkit = Toolkit.make(Tool.make("weather", {
  description: "The weather in a city, now",
  parameters: { city: Schema.String },
  success: Schema.String
}))

const handlers = toolkit.toLayer({
  weather: ({ city }) => Effect.succeed(city === "Paris" ? "18 degrees, cloudy" : "27 degrees, sunny")
})

const show = (part: Response.StreamPart<typeof toolkit.tools>) => {
  switch (part.type) {
    case "text-delta":
      return Kit.write(part.delta)
    case "tool-call":
      return Kit.write(`${part.name} in ${part.params.city}\n`)
    case "tool-result":
      return Kit.write(`${part.result}\n`)
    default:
      return Effect.void
  }
}

/** Whether the answer called tools: then their results are in the history, and the model goes on from there. */
const turn = (chat: Chat.Service, prompt: Prompt.RawInput) =>
  chat.streamText({ prompt, toolkit, concurrency: "unbounded" }).pipe(
    Stream.tap(show),
    Stream.runFold(false, (called, { type }) => called || type === "tool-call")
  )

const program = Effect.gen(function*() {
  const chat = yield* Chat.empty
  let goesOn = yield* turn(chat, "What is the weather in Paris and in Rome?")
  while (goesOn) {
    yield* Kit.write("\n")
    goesOn = yield* turn(chat, [])
  }
  yield* Kit.write("\n")
})

Kit.main(Effect.provide(program, [handlers, Layer.provide(AiLanguageModel.layer, Kit.provider)]))
