/**
 * The innermost client: the last thing that happens to a request before it leaves is that it gets its key or its
 * signature, and the
 * first that happens to what comes back is that it loses it. So neither the user's `transformClient` nor any error
 * sees one.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import type { Sign, Unsigned } from "../Endpoint.ts"
import { codeOf } from "./network.ts"
import type { Secrets } from "./scrub.ts"

/** What the innermost client needs to know of the attempt that it works for. */
export class Attempt extends Context.Tag("effect-any-llm/Transport/Attempt")<Attempt, {
  /** Its end closes the socket, in whatever phase the attempt is. */
  readonly scope: Scope.Scope
  /** The endpoint's own: the key goes nowhere else. */
  readonly origin: string
  readonly authorise: Authorise
}>() {}

/** Adds what shows whose request it is. */
export type Authorise = (
  request: HttpClientRequest.HttpClientRequest
) => Effect.Effect<HttpClientRequest.HttpClientRequest, HttpClientError.RequestError>

/** With a key. */
export const withHeader = (name: string, value: string): Authorise => (request) =>
  Effect.succeed(HttpClientRequest.setHeader(request, name, value))

/** With a signature of what is sent, which the user's own client may have made another. */
export const withSignature = (sign: Sign, secrets: Secrets): Authorise => (request) => {
  const unsigned = unsignedOf(request)
  return unsigned === undefined
    ? Effect.fail(new HttpClientError.RequestError({ request, reason: "Encode" }))
    : Effect.map(sign(unsigned), (signature) => {
      for (const secret of signature.secrets) secrets.add(secret)
      return HttpClientRequest.setHeaders(request, signature.headers)
    })
}

/** `undefined`: it has no URL, or a body that is not there as a whole. */
const unsignedOf = (request: HttpClientRequest.HttpClientRequest): Unsigned | undefined => {
  const { body, headers, method } = request
  const url = HttpClientRequest.toUrl(request)
  return Option.isNone(url) || (body._tag !== "Empty" && body._tag !== "Uint8Array") ? undefined : {
    method,
    url: url.value.href,
    headers,
    body: body._tag === "Empty" ? undefined : body.body
  }
}

const isFor = (request: HttpClientRequest.HttpClientRequest, origin: string): boolean =>
  URL.canParse(request.url) && new URL(request.url).origin === origin

const authorised = (request: HttpClientRequest.HttpClientRequest, { authorise, origin }: Attempt["Type"]) =>
  isFor(request, origin) ? authorise(request) : Effect.succeed(request)

/** The response as it is, but for the request that it names. */
const withRequest = (
  response: HttpClientResponse.HttpClientResponse,
  request: HttpClientRequest.HttpClientRequest
): HttpClientResponse.HttpClientResponse => Object.create(response, { request: { value: request, enumerable: true } })

/** The error's facts, without the request that was sent and without the cause, which print the key. */
const withoutKey = (
  error: HttpClientError.HttpClientError,
  request: HttpClientRequest.HttpClientRequest
): HttpClientError.RequestError =>
  new HttpClientError.RequestError({
    request,
    reason: error._tag === "RequestError" ? error.reason : "Transport",
    cause: { code: codeOf(error) }
  })

/** In the attempt's own scope, which `transformClient` may have replaced; to put it there again costs some 20 steps. */
const within = <A, E>(
  scope: Scope.Scope,
  context: Context.Context<never>,
  effect: Effect.Effect<A, E, Scope.Scope>
): Effect.Effect<A, E> =>
  Option.getOrUndefined(Context.getOption(context, Scope.Scope)) === scope
    // What the effect needs is in the context: that has just been seen, and no type can say it.
    ? effect as Effect.Effect<A, E>
    : Scope.extend(effect, scope)

export const innermost = (client: HttpClient.HttpClient): HttpClient.HttpClient => {
  const scoped = HttpClient.withScope(client)
  return HttpClient.makeWith<HttpClientError.HttpClientError, never, HttpClientError.HttpClientError, never>(
    Effect.flatMap((request) =>
      Effect.contextWithEffect((context: Context.Context<never>) =>
        Option.match(Context.getOption(context, Attempt), {
          onNone: () => client.execute(request),
          onSome: (attempt) =>
            within(attempt.scope, context, Effect.flatMap(authorised(request, attempt), scoped.execute)).pipe(
              Effect.mapBoth({
                onFailure: (error) => withoutKey(error, request),
                onSuccess: (response) => withRequest(response, request)
              })
            )
        })
      )
    ),
    Effect.succeed
  )
}
