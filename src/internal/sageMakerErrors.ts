/**
 * What SageMaker's errors mean: AWS's own exceptions, and `ModelError`, in which the container's error is told.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html#API_runtime_InvokeEndpoint_Errors
 */
import type { ErrorFacts } from "../Dialect.ts"
import type { Reason } from "../ProviderError.ts"
import type { Kind } from "./classify.ts"
import * as OpenAiErrors from "./openAiErrors.ts"

/** By the name of the exception, which comes beside the body or is the name of a message of the stream. */
export const exceptions: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["ModelNotReadyException", "Overloaded"],
  ["ServiceUnavailable", "Overloaded"],
  ["ServiceUnavailableException", "Overloaded"],
  ["InternalDependencyException", "Server"],
  ["InternalFailure", "Server"],
  ["InternalStreamFailure", "Server"],
  ["ModelStreamError", "Server"],
  ["ThrottlingException", "RateLimit"],
  // With 400 and 403.
  ["UnrecognizedClientException", "Authentication"],
  ["InvalidClientTokenId", "Authentication"],
  ["InvalidSignatureException", "Authentication"],
  ["IncompleteSignature", "Authentication"],
  ["IncompleteSignatureException", "Authentication"],
  ["MissingAuthenticationToken", "Authentication"],
  ["MissingAuthenticationTokenException", "Authentication"],
  ["ExpiredTokenException", "Authentication"]
])

export const sentences: ReadonlyArray<readonly [RegExp, Kind]> = [
  [/^Endpoint \S+ of account \S+ not found/, "ModelNotFound"]
]

/** The status of the container's answer; `0` where it gave none in time. */
const original = /^Received (?:client|server) error \((\d+)\)/

const ofContainer = (facts: ErrorFacts): ErrorFacts => {
  const [, status] = original.exec(facts.message ?? "") ?? []
  if (status === undefined) return facts
  const { code: _, ...rest } = facts
  return { ...rest, status: Number(status) < 400 ? 500 : Number(status) }
}

export const failure = (facts: ErrorFacts, endpoint?: Parameters<typeof OpenAiErrors.failure>[1]): Reason =>
  OpenAiErrors.failure(ofContainer({ ...facts, code: facts.code ?? facts.type }), endpoint)
