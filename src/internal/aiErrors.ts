/**
 * Our errors as those of `@effect/ai`: the nearest kind, our sentence as its description, and our error as its `cause`.
 * None of them holds a request, a key or a response: their `request` and `response` are filled with what is known.
 */
import * as AiError from "@effect/ai/AiError"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { CallError, ProviderError } from "../ProviderError.ts"

/** Where in `@effect/ai` an error says it comes from. */
export interface Place {
  readonly module: "AiLanguageModel" | "AiEmbeddingModel"
  readonly method: string
}

export const malformedInput = (place: Place, description: string): AiError.MalformedInput =>
  new AiError.MalformedInput({ ...place, description })

export const malformedOutput = (place: Place, description: string): AiError.MalformedOutput =>
  new AiError.MalformedOutput({ ...place, description })

/** The URL belongs to the provider's layer, which tells it to nobody: the provider's id stands in its place. */
const request = ({ provider }: CallError): typeof AiError.HttpRequestDetails.Type => ({
  method: "POST",
  url: provider,
  urlParams: [],
  hash: Option.none(),
  headers: {}
})

/** For faults inside a stream that came without one. */
const standsFor: ReadonlyMap<ProviderError["reason"]["_tag"], number> = new Map([
  ["RateLimit", 429],
  ["QuotaExceeded", 402],
  ["Overloaded", 503],
  ["Authentication", 401],
  ["PermissionDenied", 403],
  ["InvalidRequest", 400],
  ["ContextLength", 400],
  ["ContentFilter", 400],
  ["ModelNotFound", 404],
  ["Server", 500]
])

const headers = ({ reason, requestId }: ProviderError): { readonly [name: string]: string } => {
  const retryAfter = "retryAfter" in reason ? reason.retryAfter : undefined
  return {
    ...(requestId === undefined ? {} : { "x-request-id": requestId }),
    ...(retryAfter === undefined ? {} : { "retry-after": String(Duration.toSeconds(retryAfter)) })
  }
}

const ofProvider = (error: ProviderError, place: Place): AiError.AiError => {
  const said = { ...place, description: error.message }
  const { attempts, reason } = error
  const status = error.status ?? standsFor.get(reason._tag)
  if (reason._tag === "Network") {
    return new AiError.HttpRequestError({ ...said, reason: "Transport", request: request(error) })
  }
  if (attempts === 0) return new AiError.MalformedInput(said)
  if (reason._tag === "UnexpectedBody" && status !== undefined) {
    const response = { status, headers: headers(error) }
    return new AiError.HttpResponseError({ ...said, reason: "Decode", request: request(error), response })
  }
  if (standsFor.has(reason._tag) && status !== undefined) {
    const response = { status, headers: headers(error) }
    return new AiError.HttpResponseError({ ...said, reason: "StatusCode", request: request(error), response })
  }
  return new AiError.MalformedOutput(said)
}

/** Not every kind has a field for it; `Error` has, and there it is neither printed as a field nor encoded. */
const withCause = (error: AiError.AiError, cause: CallError): AiError.AiError =>
  Object.defineProperty(error, "cause", { value: cause, configurable: true })

export const of = (place: Place) => (error: CallError): AiError.AiError =>
  withCause(
    error._tag === "ProviderError"
      ? ofProvider(error, place)
      : new AiError.UnknownError({ ...place, description: error.message }),
    error
  )
