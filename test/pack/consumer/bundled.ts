/**
 * One provider, bundled for a runtime that is not Node and run where there are web globals only.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { ChatCompletionChunk, OpenAi, Provider } from "effect-any-llm"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"

const layer = OpenAi.layer({ apiKey: Redacted.make("k"), model: "m" }).pipe(Layer.provide(FetchHttpClient.layer))

export const main = (): Promise<string> =>
  Provider.completionStream({ messages: [{ role: "user", content: "hi" }] }).pipe(
    Stream.map(ChatCompletionChunk.text),
    Stream.runFold("", (text, piece) => text + piece),
    Effect.provide(layer),
    Effect.runPromise
  )
