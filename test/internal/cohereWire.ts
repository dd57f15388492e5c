/**
 * Requests and events of Cohere's dialect.
 */
import * as Either from "effect/Either"
import type { CompletionParams, JsonObject, Message } from "../../src/CompletionParams.ts"
import type { Encoded, Output } from "../../src/Dialect.ts"
import type { InvalidRequest, UnsupportedParameter } from "../../src/ProviderError.ts"
import { dialect, endpoint } from "../../src/providers/Cohere.ts"

interface Options {
  readonly model?: string
  readonly stream?: boolean
}

export const encode = (
  params: Partial<CompletionParams>,
  { model = "command-a-plus-05-2026", stream = true }: Options = {}
): Either.Either<Encoded, UnsupportedParameter | InvalidRequest> =>
  dialect.encode({ messages: [{ role: "user", content: "Hi" }], model, ...params }, { endpoint, model, stream })

export const body = (params: Partial<CompletionParams>, options?: Options): JsonObject =>
  Either.getOrThrow(encode(params, options)).body

export const messages = (...given: ReadonlyArray<Message>) => body({ messages: given })["messages"]

export const refused = (params: Partial<CompletionParams>): UnsupportedParameter | InvalidRequest | undefined =>
  Either.getOrUndefined(Either.flip(encode(params)))

export const left = (params: Partial<CompletionParams>, options?: Options): ReadonlyArray<string> =>
  Either.getOrThrow(encode(params, options)).dropped.map(({ param }) => param)

const seed = { now: 0, id: "made-up", params: { messages: [] }, endpoint }

/** The outputs of each event. */
export const each = (...events: ReadonlyArray<unknown>): ReadonlyArray<ReadonlyArray<Output>> => {
  const decoder = dialect.decoder(seed)
  return events.map((event) => decoder.event(event))
}

export const all = (...events: ReadonlyArray<unknown>): ReadonlyArray<Output> => each(...events).flat()

/** Those of a whole answer. */
export const whole = (json: unknown): ReadonlyArray<Output> | undefined => dialect.decoder(seed).completion(json)

export const delta = (type: string, message: unknown, more: object = {}) => ({ type, delta: { message }, ...more })

export const end = (finish_reason: string | undefined, more: object = {}) => ({
  type: "message-end",
  delta: { finish_reason, ...more }
})
