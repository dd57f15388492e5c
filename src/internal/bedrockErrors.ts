/**
 * What Bedrock's errors mean. The same exceptions come with a status (`x-amzn-errortype`, `__type`) and inside a stream,
 * there with a small first letter.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html
 */
import type { ErrorFacts } from "../Dialect.ts"
import type { Reason } from "../ProviderError.ts"
import type { Kind, Table } from "./classify.ts"
import { classify } from "./classify.ts"

const inBoth = (name: string, kind: Kind): ReadonlyArray<readonly [string, Kind]> => [
  [name, kind],
  [name.charAt(0).toLowerCase() + name.slice(1), kind]
]

const table: Table = {
  specific: new Map([
    ...inBoth("ThrottlingException", "RateLimit"),
    ...inBoth("ModelNotReadyException", "Overloaded"),
    ...inBoth("ServiceUnavailableException", "Overloaded"),
    ...inBoth("ServiceUnavailable", "Overloaded"),
    ...inBoth("ServiceQuotaExceededException", "QuotaExceeded"),
    ...inBoth("InternalServerException", "Server"),
    ...inBoth("InternalFailure", "Server"),
    ...inBoth("ModelErrorException", "Server"),
    ...inBoth("ModelStreamErrorException", "Server"),
    ...inBoth("ModelTimeoutException", "Server"),
    ...inBoth("UnrecognizedClientException", "Authentication"),
    ...inBoth("ExpiredTokenException", "Authentication"),
    ...inBoth("InvalidSignatureException", "Authentication"),
    ...inBoth("IncompleteSignatureException", "Authentication"),
    ...inBoth("InvalidClientTokenId", "Authentication"),
    ...inBoth("MissingAuthenticationTokenException", "Authentication"),
    ...inBoth("NotAuthorized", "PermissionDenied"),
    ...inBoth("OptInRequired", "PermissionDenied")
  ]),
  generic: new Map([
    ...inBoth("ValidationException", "InvalidRequest"),
    ...inBoth("ConflictException", "InvalidRequest"),
    ...inBoth("ResourceNotFoundException", "InvalidRequest"),
    ...inBoth("AccessDeniedException", "PermissionDenied")
  ]),
  wording: [
    // Bedrock's own; Claude's; Nova's; Titan's; those of models that speak OpenAI's dialect behind it.
    [
      /input is too long|prompt is too long|exceed(?:s|ed)? (?:the )?(?:model's )?(?:maximum )?context|too many input tokens/i,
      "ContextLength"
    ],
    [
      /(?:input tokens exceeds|exceeds the) maximum (?:input )?length|maximum context length|input tokens exceeded/i,
      "ContextLength"
    ],
    [/blocked by content filtering policy/i, "ContentFilter"],
    [
      /model identifier is invalid|could not resolve the foundation model|reached the end of its life/i,
      "ModelNotFound"
    ],
    [/model (?:not found|does not exist)|no such model/i, "ModelNotFound"],
    [/api key is valid|bearer token|security token/i, "Authentication"]
  ]
}

const byTable = classify(table)

/** A day's tokens: to wait some seconds does not help. */
const spent = /too many tokens per day/i

export const failure = (facts: ErrorFacts, endpoint?: Parameters<typeof byTable>[1]): Reason =>
  spent.test(facts.message ?? "") ? { _tag: "QuotaExceeded" } : byTable(facts, endpoint)
