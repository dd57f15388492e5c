/**
 * The innermost client: the last thing that happens to a request before it leaves is that it gets its key, and the
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
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { codeOf } from "./network.ts"

/** What the innermost client needs to know of the attempt that it works for. */
export class Attempt extends Context.Tag("effect-any-llm/Transport/Attempt")<Attempt, {
  /** Its end closes the socket, in whatever phase the attempt is. */
  readonly scope: Scope.Scope
  /** The endpoint's own: the key goes nowhere else. */
  readonly origin: string
  readonly authorisation: { readonly name: string; readonly value: Redacted.Redacted } | undefined
}>() {}

const isFor = (request: HttpClientRequest.HttpClientRequest, origin: string): boolean =>
  URL.canParse(request.url) && new URL(request.url).origin === origin

const authorise = (
  request: HttpClientRequest.HttpClientRequest,
  attempt: Attempt["Type"]
): HttpClientRequest.HttpClientRequest =>
  attempt.authorisation !== undefined && isFor(request, attempt.origin)
    ? HttpClientRequest.setHeader(request, attempt.authorisation.name, Redacted.value(attempt.authorisation.value))
    : request

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
            within(attempt.scope, context, scoped.execute(authorise(request, attempt))).pipe(
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
