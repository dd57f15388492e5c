/**
 * The way to a server: URL, headers, authentication, and what a status that is no success means. One call of `connect`
 * is one request. Before it `Dialect.encode`, after it `Framing`.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Fault } from "./Dialect.ts"
import type { Places, Server, Signer } from "./Endpoint.ts"
import * as Address from "./internal/address.ts"
import { Attempt, type Authorise, innermost, withHeader, withSignature } from "./internal/authorise.ts"
import * as ErrorFacts from "./internal/errorFacts.ts"
import { excerpt } from "./internal/excerpt.ts"
import * as Header from "./internal/headers.ts"
import * as Inflate from "./internal/inflate.ts"
import * as Network from "./internal/network.ts"
import { parseJson } from "./internal/parseJson.ts"
import { retryAfter } from "./internal/retryAfter.ts"
import type { Secrets } from "./internal/scrub.ts"
import { spellings } from "./internal/variables.ts"
import { isProviderError, type ProviderError } from "./ProviderError.ts"

export type HeaderInput = { readonly [name: string]: string | Redacted.Redacted }

/** What the layer's owner chose. */
export interface Options {
  /** Absent: that of the places, or else the endpoint's own. */
  readonly baseUrl: string | undefined
  readonly places: Places
  /** Absent for servers that need none. An Effect is run for each attempt. */
  readonly apiKey: Redacted.Redacted | Effect.Effect<Redacted.Redacted, unknown> | undefined
  /** Where there is no key. */
  readonly signer: Signer | undefined
  readonly headers: HeaderInput
  readonly transformClient: (client: HttpClient.HttpClient) => HttpClient.HttpClient
  /** Send `traceparent` and `b3` to the provider. */
  readonly propagateTrace: boolean
}

/** One request. */
export interface Outgoing {
  readonly path: string
  /** JSON text. Without one the request is a GET. */
  readonly body: string | undefined
  readonly accept: string
  readonly headers: HeaderInput
  /** The call's own key, in place of the layer's. */
  readonly apiKey: Redacted.Redacted | undefined
  /** Gets every credential and custom header value that is sent. */
  readonly secrets: Secrets
}

/** The head of a response that is a success, and its bytes as they were before compression. */
export interface Incoming {
  readonly contentType: string | undefined
  readonly pull: Effect.Effect<Chunk.Chunk<Uint8Array>, Option.Option<Network.TransportFault>>
}

/** What `connect` learns before it knows whether the response is a success. */
export interface Head {
  readonly status: number
  readonly requestId: string | undefined
  readonly headers: { readonly [name: string]: string }
}

export interface Transport {
  readonly connect: (
    outgoing: Outgoing,
    onHead: (head: Head) => Effect.Effect<void>
  ) => Effect.Effect<Incoming, Network.TransportFault | ProviderError, Scope.Scope>
}

/** Bytes of an error's body that are read. */
const errorBodyLimit = 64 * 1024

export const make = (endpoint: Server, options: Options, client: HttpClient.HttpClient): Transport => {
  const address = Either.mapLeft(Address.of(endpoint, options.baseUrl, options.places), Network.fault)
  const authorised = options.transformClient(
    innermost(HttpClient.withTracerPropagation(client, options.propagateTrace))
  )
  return {
    connect: (outgoing, onHead) =>
      Effect.gen(function*() {
        const { baseUrl, origin } = yield* address
        const headers = yield* headersOf(endpoint, options, outgoing)
        const authorise = yield* authoriseOf(endpoint, options, outgoing)
        const scope = yield* Effect.scope
        const request = requestOf(`${baseUrl}${outgoing.path}`, headers, outgoing.body)
        const response = yield* execute(authorised, request, { scope, origin, authorise }).pipe(
          Effect.mapError((error) => Network.fromCode(Network.codeOf(error), origin))
        )
        const status = response.status
        yield* onHead({ status, requestId: Header.requestId(response.headers), headers: Header.show(response.headers) })
        const raw = Effect.mapError(yield* Stream.toPull(response.stream), endOf(origin))
        const pull = yield* Inflate.pull(raw, broken)
        if (status >= 200 && status < 300) {
          return { contentType: response.headers["content-type"], pull }
        }
        return yield* Effect.flatMap(
          status === 0 || (status >= 300 && status < 400)
            ? Effect.succeed(redirected(response, origin))
            : refused(endpoint, response, pull),
          (fault) => Effect.fail(Network.fault(fault))
        )
      })
  }
}

/** A response without a body is an empty one. */
const endOf = (origin: string) =>
  Option.flatMap((error: HttpClientError.ResponseError) =>
    error.reason === "EmptyBody" ? Option.none() : Option.some(Network.fromCode(Network.codeOf(error), origin))
  )

const requestOf = (
  url: string,
  headers: { readonly [name: string]: string },
  body: string | undefined
): HttpClientRequest.HttpClientRequest =>
  body === undefined
    ? HttpClientRequest.get(url, { headers })
    : HttpClientRequest.bodyText(HttpClientRequest.post(url, { headers }), body, "application/json")

const broken: Network.TransportFault = Network.fault({
  reason: { _tag: "Network" },
  detail: "the compressed body does not inflate"
})

const invalid = (param: string, detail: string): Network.TransportFault =>
  Network.fault({ reason: { _tag: "InvalidRequest", param }, detail })

/** The endpoint's, the layer's and the call's headers; later ones win. */
const headersOf = (endpoint: Server, options: Options, outgoing: Outgoing) =>
  Effect.gen(function*() {
    const headers = new Map<string, string>([
      ["accept", outgoing.accept],
      // The node and undici clients do not inflate.
      ["accept-encoding", "identity"]
    ])
    const fixed = { ...endpoint.dialect.headers, ...endpoint.headers }
    for (const [name, value] of Object.entries(fixed)) headers.set(name.toLowerCase(), value)
    for (const [name, input] of [...Object.entries(options.headers), ...Object.entries(outgoing.headers)]) {
      const value = Redacted.isRedacted(input) ? Redacted.value(input) : input
      outgoing.secrets.add(value)
      if (!Header.isName(name) || !Header.isValue(value.trim())) {
        return yield* Effect.fail(invalid("headers", `\`${excerpt(name)}\` has characters that a header cannot have`))
      }
      headers.set(name.toLowerCase(), value.trim())
    }
    return Object.fromEntries(headers)
  })

/** What a failure to get a key says may hold it. */
const notHad = (error: unknown): Network.TransportFault | ProviderError =>
  isProviderError(error)
    ? error
    : Network.fault({ reason: { _tag: "Authentication" }, detail: "the key could not be had; nothing was sent" })

const authoriseOf = (
  endpoint: Server,
  options: Options,
  outgoing: Outgoing
): Effect.Effect<Authorise, Network.TransportFault | ProviderError> =>
  Effect.gen(function*() {
    const { auth, env } = endpoint
    const given = outgoing.apiKey ?? options.apiKey
    if (given === undefined && options.signer !== undefined) {
      const sign = yield* Effect.mapError(options.signer(options.places), Network.fault)
      return withSignature(sign, outgoing.secrets)
    }
    if (auth._tag === "None" && given === undefined) return Effect.succeed
    const redacted = given === undefined || Redacted.isRedacted(given)
      ? given
      : yield* Effect.mapError(given, notHad)
    const key = redacted === undefined ? "" : Redacted.value(redacted).trim()
    if (key === "") {
      const [envVar = "the provider's API key"] = spellings(env.apiKey)
      return yield* Effect.fail(Network.fault({ reason: { _tag: "MissingApiKey", envVar } }))
    }
    outgoing.secrets.add(key)
    if (!Header.isValue(key)) {
      return yield* Effect.fail(
        Network.fault({
          reason: { _tag: "Authentication" },
          detail: "the key has a line break or a character outside ASCII, which no header can have; nothing was sent"
        })
      )
    }
    return auth._tag === "Header" ? withHeader(auth.name, key) : withHeader("authorization", `Bearer ${key}`)
  })

const execute = (
  client: HttpClient.HttpClient,
  request: HttpClientRequest.HttpClientRequest,
  attempt: Attempt["Type"]
) =>
  client.execute(request).pipe(
    // In one go: each service that is provided alone costs as much as all the rest of a request.
    Effect.mapInputContext((context: Context.Context<never>) =>
      Context.add(context, Attempt, attempt).pipe(
        // fetch follows a redirect with the prompt, and with every header but Authorization.
        Context.add(FetchHttpClient.RequestInit, {
          ...Option.getOrUndefined(Context.getOption(context, FetchHttpClient.RequestInit)),
          redirect: "manual"
        })
      )
    ),
    Effect.locally(Headers.currentRedactedNames, Header.redactedNames)
  )

const redirected = (response: HttpClientResponse.HttpClientResponse, origin: string): Fault => {
  const location = response.headers["location"]
  const target = location !== undefined && URL.canParse(location, origin) ? new URL(location, origin).origin : undefined
  return {
    reason: { _tag: "UnexpectedBody", contentType: response.headers["content-type"], excerpt: "" },
    status: response.status === 0 ? 302 : response.status,
    detail: `a redirect to ${target ?? "somewhere else"}, which is not followed`,
    requestId: Header.requestId(response.headers)
  }
}

/** A status of 4xx or 5xx, with what its body says. */
const refused = (endpoint: Server, response: HttpClientResponse.HttpClientResponse, bytes: Incoming["pull"]) =>
  Effect.gen(function*() {
    const { headers, status } = response
    const text = yield* readText(bytes)
    const json = parseJson(text)
    const facts = json === undefined ? { message: pageText(text) } : ErrorFacts.ofBody(json)
    const wait = retryAfter(headers, yield* Clock.currentTimeMillis)
    const type = facts.type ?? ErrorFacts.exceptionName(Header.errorType(headers))
    const known = { ...facts, type, status, retryAfter: wait ?? facts.retryAfter }
    const fault: Fault = {
      reason: endpoint.dialect.failure(known, endpoint),
      status,
      code: known.code ?? known.type,
      detail: known.message,
      requestId: Header.requestId(headers) ?? facts.requestId,
      shouldRetry: Header.shouldRetry(headers)
    }
    return fault
  })

/** What a text that is not JSON says: a page is as good as its title. */
const pageText = (text: string): string | undefined => {
  const plain = /<title[^>]*>([^<]*)<\/title>/i.exec(text)?.[1] ?? (text.trimStart().startsWith("<") ? "" : text)
  return plain.trim() === "" ? undefined : excerpt(plain.trim())
}

/** The beginning of an error's body; whatever stops it, what came counts. */
const readText = (bytes: Incoming["pull"]): Effect.Effect<string> =>
  Effect.suspend(() => {
    const decoder = new TextDecoder()
    let text = ""
    let read = 0
    const more: Effect.Effect<void, Option.Option<Network.TransportFault>> = Effect.flatMap(bytes, (chunk) => {
      for (const piece of chunk) {
        text += decoder.decode(piece.subarray(0, errorBodyLimit - read), { stream: true })
        read += piece.length
        if (read >= errorBodyLimit) return Effect.void
      }
      return more
    })
    return more.pipe(
      Effect.catchAllCause(() => Effect.void),
      // A body that never ends must not hold the error back.
      Effect.timeoutOption("5 seconds"),
      Effect.map(() => text)
    )
  })
