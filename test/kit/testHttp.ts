/**
 * An HttpClient without a network: a function from request to `Response`, and bodies made of pieces.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** A request as it would have gone out. */
export interface Sent {
  readonly method: string
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  readonly body: string
}

const bodyOf = (request: HttpClientRequest.HttpClientRequest): string => {
  switch (request.body._tag) {
    case "Uint8Array":
      return new TextDecoder().decode(request.body.body)
    case "Raw":
      return typeof request.body.body === "string" ? request.body.body : ""
    default:
      return ""
  }
}

export interface TestHttp {
  readonly layer: Layer.Layer<HttpClient.HttpClient>
  readonly sent: ReadonlyArray<Sent>
}

/** What answers a request; a function may wait, and may fail as a transport does (`refused`). */
export type Respond = (sent: Sent, index: number) => Response | Effect.Effect<Response, Refused>

/** The connection could not be made, or broke before the headers. */
export class Refused extends Error {
  readonly _tag = "Refused"
}

export const make = (respond: Respond): TestHttp => {
  const sent: Array<Sent> = []
  const client = HttpClient.make((request, url) => {
    const one: Sent = { method: request.method, url: url.toString(), headers: request.headers, body: bodyOf(request) }
    const answer = respond(one, sent.push(one) - 1)
    return (Effect.isEffect(answer) ? answer : Effect.succeed(answer)).pipe(
      Effect.mapError((cause) => new HttpClientError.RequestError({ request, reason: "Transport", cause })),
      Effect.map((response) => HttpClientResponse.fromWeb(request, response))
    )
  })
  return { layer: Layer.succeed(HttpClient.HttpClient, client), sent }
}

/** A body that hands out one piece a read, and then ends, fails, or waits until the reader gives up. */
export const body = (
  pieces: Iterable<Uint8Array>,
  options?: { readonly then?: "end" | "hang" | Error | undefined; readonly onCancel?: () => void }
): ReadableStream<Uint8Array> => {
  const iterator = pieces[Symbol.iterator]()
  return new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const next = iterator.next()
      if (next.done !== true) return controller.enqueue(next.value)
      const then = options?.then ?? "end"
      if (then === "end") return controller.close()
      if (then === "hang") return new Promise<void>(() => undefined)
      controller.error(then)
    },
    cancel: () => options?.onCancel?.()
  }, { highWaterMark: 0 })
}

/** A 200 stream of this type, of these pieces. */
export const stream = (
  contentType: string,
  pieces: Iterable<Uint8Array>,
  options?: Parameters<typeof body>[1]
): Response => new Response(body(pieces, options), { status: 200, headers: { "content-type": contentType } })

/** A 200 event stream of these pieces. */
export const sse = (pieces: Iterable<Uint8Array>, options?: Parameters<typeof body>[1]): Response =>
  stream("text/event-stream", pieces, options)
