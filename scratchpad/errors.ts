/**
 * What goes wrong, and what the program gets to see of it. The server is a few lines of node:http below, with a path
 * for each mishap, so that this runs the same with and without keys.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import { ChatCompletionChunk, CompletionParams, OpenAi, Provider, ProviderError } from "../src/index.ts"
import * as Kit from "./kit.ts"

const mishaps = ["wrong-key", "wrong-model", "no-quota", "html-page", "cut-stream", "error-in-mid-stream"] as const

const event = (text: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] })}\n\n`

const refuse = (response: http.ServerResponse, status: number, code: string, message: string) =>
  response.writeHead(status, { "content-type": "application/json", "x-request-id": "req_42" })
    .end(JSON.stringify({ error: { code, message } }))

const answer: http.RequestListener = (request, response) => {
  // Whoever answers without reading the request may have the connection reset.
  request.resume()
  const stream = () => response.writeHead(200, { "content-type": "text/event-stream" })
  switch (request.url?.split("/")[1]) {
    case "wrong-key":
      return refuse(response, 401, "invalid_api_key", "Incorrect API key provided.")
    case "wrong-model":
      return refuse(response, 404, "model_not_found", "The model `gpt-nine` does not exist.")
    case "no-quota":
      return refuse(response, 429, "insufficient_quota", "You exceeded your current quota.")
    case "html-page":
      return response.writeHead(200, { "content-type": "text/html" }).end("<html><title>Welcome</title></html>")
    case "cut-stream":
      return stream().write(event("So far"), () => response.destroy())
    default:
      return stream().end(`${event("So far")}data: {"error":{"code":"server_error","message":"Out of memory."}}\n\n`)
  }
}

const server = Effect.acquireRelease(
  Effect.async<http.Server>((resume) => {
    const server = http.createServer(answer)
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) => Effect.sync(() => server.close())
).pipe(
  // `address` is an AddressInfo while a server listens on a port.
  Effect.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
)

const client = NodeHttpClient.layerUndici

const over = (baseUrl: string) =>
  OpenAi.layer({ apiKey: Redacted.make("sk-wrong"), model: "gpt-nine", baseUrl, retry: false }).pipe(
    Layer.provide(client)
  )

/** Text that came before an error is text that came. */
const ask = Provider.completionStream(CompletionParams.make("Hello?")).pipe(
  Stream.map(ChatCompletionChunk.text),
  Stream.runForEach((text) => Console.log(`  text: ${text}`))
)

const show = (error: Effect.Effect.Error<typeof ask>) =>
  Console.log(`  ${error.message}\n  a fresh request is sane: ${error.isRetryable ? "yes" : "no"}`)

const program = Effect.gen(function*() {
  const url = yield* server
  for (const mishap of mishaps) {
    yield* Console.log(mishap)
    yield* ask.pipe(Effect.catchAll(show), Effect.provide(over(`${url}/${mishap}`)))
  }

  yield* Console.log("dead-port")
  yield* ask.pipe(Effect.catchAll(show), Effect.provide(over("http://127.0.0.1:9")))

  yield* Console.log("no-key")
  const keyless = Layer.setConfigProvider(ConfigProvider.fromMap(new Map()))
  yield* ask.pipe(
    Effect.provide(OpenAi.layerConfig().pipe(Layer.provide([client, keyless]))),
    // Of all reasons, one; the others stay errors.
    ProviderError.catchReason("MissingApiKey", (error) => Console.log(`  ${error.reason.envVar} is not set`))
  )
})

Kit.main(Effect.scoped(program))
