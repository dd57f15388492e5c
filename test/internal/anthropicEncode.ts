/**
 * Requests of Anthropic's dialect.
 */
import * as Either from "effect/Either"
import type { CompletionParams, JsonObject } from "../../src/CompletionParams.ts"
import type { Encoded } from "../../src/Dialect.ts"
import type { InvalidRequest, UnsupportedParameter } from "../../src/ProviderError.ts"
import { dialect, endpoint } from "../../src/providers/Anthropic.ts"

interface Options {
  readonly model?: string | undefined
  readonly provider?: string
  readonly stream?: boolean
}

export const encode = (
  params: Partial<CompletionParams>,
  { model = "claude-sonnet-4-5", provider = "anthropic", stream = true }: Options = {}
): Either.Either<Encoded, UnsupportedParameter | InvalidRequest> =>
  dialect.encode(
    { messages: [{ role: "user", content: "Hi" }], model, ...params },
    { endpoint: { ...endpoint, id: provider }, model, stream }
  )

export const body = (params: Partial<CompletionParams>, options?: Options): JsonObject =>
  Either.getOrThrow(encode(params, options)).body

export const refused = (
  params: Partial<CompletionParams>,
  options?: Options
): UnsupportedParameter | InvalidRequest | undefined => Either.getOrUndefined(Either.flip(encode(params, options)))
