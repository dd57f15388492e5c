/**
 * The wording of errors: `<provider> <model>: <what happened>[, HTTP <status>][, request <id>]. <what to do>`.
 * `docs/errors.md` lists it, and a test compares.
 */
import * as Duration from "effect/Duration"
import type { Cancelled, ProviderError, Reason, Timeout } from "../ProviderError.ts"

interface Words {
  readonly what: string
  readonly todo: string
}

const ofReason = (reason: Reason, status: number | undefined): Words => {
  switch (reason._tag) {
    case "RateLimit":
      return {
        what: "the rate limit was reached",
        todo: reason.retryAfter === undefined
          ? "Wait before the next request, or send fewer."
          : `Wait ${Duration.format(reason.retryAfter)} before the next request.`
      }
    case "QuotaExceeded":
      return { what: "the account has no quota or credit left", todo: "Check the plan and the billing of the account." }
    case "Overloaded":
      return { what: "the provider is overloaded", todo: "Retry later, or fall back to another provider." }
    case "Authentication":
      return { what: "the API key was not accepted", todo: "Check the key." }
    case "PermissionDenied":
      return { what: "the API key may not do this", todo: "Check the permissions of the key, and the region." }
    case "InvalidRequest":
      return {
        what: reason.param === undefined ? "the request is invalid" : `the request is invalid at \`${reason.param}\``,
        // A 404 that is not about a model is about the way there.
        todo: status === 404 ? "Check the base URL." : "Correct the request; sending it again will not help."
      }
    case "ContextLength":
      return { what: "the prompt does not fit the model's context", todo: "Shorten the messages or use another model." }
    case "ContentFilter":
      return { what: "the provider's content filter refused the prompt", todo: "Change the prompt." }
    case "ModelNotFound":
      return {
        what: "the model was not found",
        todo: reason.remedy === undefined
          ? "Check the model's name and the account's access to it."
          : `Run \`${reason.remedy}\`, or check the model's name.`
      }
    case "Server":
      return { what: "the provider failed", todo: "Retry later." }
    case "Network":
      return { what: "the connection failed", todo: "Check the base URL and the network, then retry." }
    case "UnexpectedBody":
      return {
        what: `the answer is not what was asked for (${reason.contentType ?? "no content type"})`,
        todo: "Check the base URL; a proxy may have answered in the provider's place."
      }
    case "MalformedChunk":
      return { what: "a piece of the stream is not JSON", todo: "Report this to the provider." }
    case "TruncatedStream":
      return { what: "the stream ended before the answer was complete", todo: "Retry; the answer is not whole." }
    case "EventTooLarge":
      return {
        what: `one event, or the whole answer, has more than ${reason.limit} characters`,
        todo: "Ask for a smaller answer, or report this to the provider."
      }
    case "MissingApiKey":
      return { what: "no API key", todo: `Set ${reason.envVar}, or give \`apiKey\` to the layer or the call.` }
    case "UnsupportedProvider":
      return { what: "no such provider", todo: "Check the id, or reach the server with OpenAiCompatible.layer." }
    case "UnsupportedParameter":
      return {
        what: `\`${reason.param}\` is not supported`,
        todo: "Leave the parameter out, or use a provider that knows it."
      }
    case "UnsupportedOperation":
      return { what: `${reason.operation} is not supported`, todo: "Use a provider that has it." }
  }
}

const ofPhase = (phase: Timeout["phase"], after: string): Words => {
  switch (phase) {
    case "headers":
      return { what: `no response within ${after}`, todo: "Retry, or raise `timeouts.headers`." }
    case "firstContent":
      return { what: `no content within ${after}`, todo: "Retry, or raise `timeouts.firstContent`." }
    case "idle":
      return { what: `no content for ${after}`, todo: "The answer is not whole; raise `timeouts.idle` or start again." }
    case "total":
      return { what: `not done within ${after}`, todo: "Raise `timeouts.total` or ask for a shorter answer." }
  }
}

const sentence = (
  error: { readonly provider: string; readonly model?: string | undefined; readonly requestId?: string | undefined },
  words: Words,
  status?: number
): string =>
  `${error.provider}${error.model === undefined ? "" : ` ${error.model}`}: ${words.what}` +
  `${status === undefined ? "" : `, HTTP ${status}`}` +
  `${error.requestId === undefined ? "" : `, request ${error.requestId}`}. ${words.todo}`

export const providerError = (error: ProviderError): string => {
  const words = ofReason(error.reason, error.status)
  const said = error.detail ?? error.code
  return sentence(error, { ...words, what: said === undefined ? words.what : `${words.what} (${said})` }, error.status)
}

export const timeout = (error: Timeout): string => sentence(error, ofPhase(error.phase, Duration.format(error.after)))

export const cancelled = (error: Cancelled): string =>
  sentence(error, {
    what: error.reason === undefined ? "the call was cancelled" : `the call was cancelled (${error.reason})`,
    todo: "Nothing to do: somebody asked for it."
  })
