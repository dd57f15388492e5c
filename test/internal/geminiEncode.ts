/**
 * Requests of Gemini's dialect.
 */
import * as Either from "effect/Either"
import type { CompletionParams, JsonObject } from "../../src/CompletionParams.ts"
import type { Encoded } from "../../src/Dialect.ts"
import type { Endpoint } from "../../src/Endpoint.ts"
import type { InvalidRequest, UnsupportedParameter } from "../../src/ProviderError.ts"
import * as Gemini from "../../src/providers/Gemini.ts"

interface Options {
  readonly model?: string
  readonly endpoint?: Endpoint
  readonly stream?: boolean
}

export const encode = (
  params: Partial<CompletionParams>,
  { endpoint = Gemini.endpoint, model = "gemini-2.5-flash", stream = true }: Options = {}
): Either.Either<Encoded, UnsupportedParameter | InvalidRequest> =>
  endpoint.dialect.encode(
    { messages: [{ role: "user", content: "Hi" }], model, ...params },
    { endpoint, model, stream }
  )

export const body = (params: Partial<CompletionParams>, options?: Options): JsonObject =>
  Either.getOrThrow(encode(params, options)).body

export const refused = (
  params: Partial<CompletionParams>,
  options?: Options
): UnsupportedParameter | InvalidRequest | undefined => Either.getOrUndefined(Either.flip(encode(params, options)))
