/**
 * What a user of the package writes, against a server that speaks both wire languages: type-checked and run from an
 * empty folder, with the packed file installed. Fails when an answer is not the one expected.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import { Anthropic, ChatCompletion, ChatCompletionChunk, OpenAi, Provider } from "effect-any-llm"
import type { Cancelled, ProviderError, Timeout } from "effect-any-llm/ProviderError"
import * as OpenAiModule from "effect-any-llm/providers/OpenAi"
// @ts-expect-error: what is internal stays internal
import type * as Reader from "effect-any-llm/internal/reader"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"

const frames = (events: ReadonlyArray<readonly [event: string | undefined, data: unknown]>): string =>
  events.map(([event, data]) =>
    (event === undefined ? "" : `event: ${event}\n`) +
    `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`
  ).join("")

const openAi = frames([
  ...["Hel", "lo"].map((content, i) =>
    [undefined, {
      id: "1",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta: i === 0 ? { role: "assistant", content } : { content }, finish_reason: null }]
    }] as const
  ),
  [undefined, {
    id: "1",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta: {}, finish_reason: "stop" }]
  }],
  [undefined, "[DONE]"]
])

const anthropic = frames([
  ["message_start", {
    type: "message_start",
    message: { id: "1", type: "message", role: "assistant", model: "m", content: [], usage: { input_tokens: 1 } }
  }],
  ["content_block_start", { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }],
  ...["Hel", "lo"].map((text) =>
    ["content_block_delta", {
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text }
    }] as const
  ),
  ["content_block_stop", { type: "content_block_stop", index: 0 }],
  ["message_delta", { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } }],
  ["message_stop", { type: "message_stop" }]
])

const server = Effect.acquireRelease(
  Effect.async<Http.Server>((resume) => {
    const self = Http.createServer((request, response) => {
      request.resume()
      response.writeHead(200, { "content-type": "text/event-stream" })
      response.end(request.url?.endsWith("/messages") === true ? anthropic : openAi)
    })
    self.listen(0, "127.0.0.1", () => resume(Effect.succeed(self)))
  }),
  (self) =>
    Effect.sync(() => {
      self.close()
      self.closeAllConnections()
    })
)

const params = { messages: [{ role: "user", content: "hi" }] } as const

/** The same program for every provider. */
const said: Effect.Effect<string, ProviderError | Cancelled | Timeout, Provider.Provider> = Provider.completionStream(
  params
).pipe(
  Stream.map(ChatCompletionChunk.text),
  Stream.runFold("", (text, piece) => text + piece)
)

const collected: Effect.Effect<string | undefined, ProviderError | Cancelled | Timeout, Provider.Provider> = Provider
  .completionStream(params).pipe(
    Stream.run(ChatCompletion.collect),
    Effect.map((completion) => completion.choices[0]?.message.content)
  )

const expect = (what: string, actual: unknown, expected: unknown): Effect.Effect<void> =>
  actual === expected ? Console.log(`${what}: ${String(actual)}`) : Effect.dieMessage(`${what}: ${String(actual)}`)

const main = Effect.gen(function*() {
  const { port } = (yield* server).address() as AddressInfo
  const options = { apiKey: Redacted.make("k"), baseUrl: `http://127.0.0.1:${port}`, model: "m" }
  const providers: ReadonlyArray<
    readonly [string, Layer.Layer<Provider.Provider, never, HttpClient.HttpClient>]
  > = [["openai", OpenAi.layer(options)], ["anthropic", Anthropic.layer(options)]]
  const clients: ReadonlyArray<readonly [string, Layer.Layer<HttpClient.HttpClient>]> = [
    ["fetch", FetchHttpClient.layer],
    ["node", NodeHttpClient.layer],
    ["undici", NodeHttpClient.layerUndici]
  ]
  for (const [provider, layer] of providers) {
    for (const [client, http] of clients) {
      const texts = Effect.all([said, collected]).pipe(Effect.provide(Layer.provide(layer, http)))
      yield* expect(`${provider} on ${client}`, (yield* texts).join(" "), "Hello Hello")
    }
  }
  yield* expect("a subpath gives the same module", OpenAiModule.layer === OpenAi.layer, true)
  const internal: string = "effect-any-llm/internal/reader"
  const hidden = yield* Effect.promise(() => import(internal).then(() => "found", (error) => error.code))
  yield* expect("internal modules are closed", hidden, "ERR_PACKAGE_PATH_NOT_EXPORTED")
})

export type Hidden = typeof Reader

NodeRuntime.runMain(Effect.scoped(main))
