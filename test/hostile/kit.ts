/**
 * What tests of hostile servers share: bodies without an end, a provider over any client, and the one pass that all
 * bytes go through.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { CallOptions } from "../../src/CallOptions.ts"
import * as ChatCompletionChunk from "../../src/ChatCompletionChunk.ts"
import * as Normalise from "../../src/Normalise.ts"
import * as Provider from "../../src/Provider.ts"
import * as Bytes from "../kit/bytes.ts"
import * as TestHttp from "../kit/testHttp.ts"
import * as Wire from "../loopback/wire.ts"

/** Characters of one event. */
export const limit = 16 * 1024 * 1024

export const streamOf = ({ contentType }: Wire.Wire) =>
  ({ status: 200, headers: { "content-type": contentType } }) as const

export const document = { status: 200, headers: { "content-type": "application/json" } } as const

/** One attempt a call. */
export const over = (wire: Wire.Wire, client: TestHttp.TestHttp["layer"], baseUrl = "http://127.0.0.1:1") =>
  Effect.map(
    Layer.build(wire.layer({ retry: false, baseUrl }).pipe(Layer.provide(client))),
    (context) => Context.get(context, Provider.Provider)
  )

/**
 * A body of the first piece and then of the other again and again, and how many bytes of it were asked for. It does end
 * where nobody should get to: such reads never wait, and would leave no turn to the limit of the test.
 */
export const endless = (wire: Wire.Wire, init: ResponseInit, first: string, again: string) => {
  let pulled = 0
  const pieces = function*() {
    const [head, piece] = [Bytes.bytesOf(first), Bytes.bytesOf(again)]
    pulled += head.length
    yield head
    while (pulled < 4 * limit) {
      pulled += piece.length
      yield piece
    }
  }
  const http = TestHttp.make(() => new Response(TestHttp.body(pieces()), init))
  return { provider: over(wire, http.layer), pulled: () => pulled }
}

export const failing = (provider: Provider.Service, options?: CallOptions) =>
  Effect.flip(Stream.runDrain(provider.completionStream(Wire.params, options)))

export const reasonOf = (error: Provider.CallError): string =>
  error._tag === "ProviderError" ? error.reason._tag : error._tag

export const textOf = (chunks: Iterable<ChatCompletionChunk.ChatCompletionChunk>): string =>
  [...chunks].map((chunk) => ChatCompletionChunk.text(chunk)).join("")

/** What the pass over these pieces makes of them, without a network or a clock. */
export const normalise = (wire: Wire.Wire, pieces: Iterable<Uint8Array>) => {
  const normaliser = new Normalise.Normaliser({
    endpoint: wire.endpoint,
    params: Wire.params,
    now: 0,
    id: "made-up",
    stream: true,
    raw: false,
    limit,
    contentType: wire.contentType
  })
  const chunks: Array<ChatCompletionChunk.ChatCompletionChunk> = []
  for (const piece of pieces) {
    normaliser.push(piece)
    for (const chunk of normaliser.take()) chunks.push(chunk)
  }
  normaliser.end()
  for (const chunk of normaliser.take()) chunks.push(chunk)
  return { chunks, outcome: normaliser.outcome }
}

export const done: Normalise.Outcome = { _tag: "Done" }
