/**
 * This package over any HttpClient.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import { Anthropic, ChatCompletion, ChatCompletionChunk, CompletionParams, OpenAi, Provider } from "effect-any-llm"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Session } from "../client.ts"
import type { Wire } from "../wire.ts"
import * as Request from "./request.ts"

const params = CompletionParams.make(Request.prompt)

const collect = Provider.completionStream({ ...params, tools: [Request.tool] }).pipe(
  Stream.run(ChatCompletion.collect),
  Effect.map((answer) => answer.choices[0]?.message.toolCalls?.[0]?.function.arguments ?? "")
)

const events = ChatCompletionChunk.toSse(Provider.completionStream(params))

export const over = (client: Layer.Layer<HttpClient.HttpClient>) => (wire: Wire, base: string): Session => {
  const apiKey = Redacted.make(Request.key)
  const provider = wire === "openai"
    ? OpenAi.layer({ apiKey, baseUrl: base, model: Request.openAiModel })
    : Anthropic.layer({ apiKey, baseUrl: base, model: Request.anthropicModel })
  const runtime = ManagedRuntime.make(Layer.provide(provider, client))
  return {
    text: (onText) =>
      runtime.runPromise(
        Provider.completionStream(params).pipe(
          Stream.runForEach((chunk) => Effect.sync(() => onText(ChatCompletionChunk.text(chunk))))
        )
      ),
    tool: () => runtime.runPromise(collect),
    relay: (write) => runtime.runPromise(Stream.runForEach(events, (bytes) => Effect.sync(() => write(bytes))))
  }
}
