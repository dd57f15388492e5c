/**
 * Lines of Ollama's stream, what the dialect says of them, and what it makes of params.
 */
import * as Either from "effect/Either"
import type { CompletionParams } from "../../src/CompletionParams.ts"
import type { Output } from "../../src/Dialect.ts"
import { dialect, endpoint } from "../../src/providers/Ollama.ts"

export const seed = { now: 0, id: "made-up", params: { messages: [] }, endpoint }

/** The outputs of each line. */
export const each = (...lines: ReadonlyArray<unknown>): ReadonlyArray<ReadonlyArray<Output>> => {
  const decoder = dialect.decoder(seed)
  return lines.map((line) => decoder.event(line))
}

export const all = (...lines: ReadonlyArray<unknown>): ReadonlyArray<Output> => each(...lines).flat()

export const whole = (json: unknown): ReadonlyArray<Output> | undefined => dialect.decoder(seed).completion(json)

/** What is sent for these params, with a model that thinks or does not. */
export const encode = (params: Partial<CompletionParams>, stream = true) => {
  const model = params.model ?? "qwen3:8b"
  const given = { messages: [{ role: "user", content: "Hi" }] as const, ...params, model }
  return dialect.encode(given, { endpoint, model, stream })
}

export const encoded = (params: Partial<CompletionParams>, stream = true) => {
  const { body, dropped, path } = Either.getOrThrow(encode(params, stream))
  // What is not in the JSON is not sent, whatever the object says.
  return { body: JSON.parse(JSON.stringify(body)), dropped: dropped.map(({ param }) => param), path }
}
