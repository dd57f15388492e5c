/**
 * Anthropic's token counts in OpenAI's words.
 *
 * `input_tokens` leaves out what was read from and written to the cache; OpenAI's prompt tokens include both. Counts are
 * cumulative, and the end of an answer may restate those of its beginning: the last value of a field counts. The
 * `iterations` of an answer are what the counts are made of, or are billed apart, and are never summed.
 */
import type { Usage } from "../ChatCompletionChunk.ts"
import { isObject, type Json, type JsonObject } from "./json.ts"

/** The last value of each field, as sent. */
export type Counts = Map<string, Json>

const modelled: ReadonlySet<string> = new Set([
  "input_tokens",
  "output_tokens",
  "cache_read_input_tokens",
  "cache_creation_input_tokens"
])

/** Takes in one event's counts. */
export const count = (counts: Counts, usage: JsonObject): { readonly serviceTier: string | undefined } => {
  for (const [key, value] of Object.entries(usage)) {
    if (value !== null) counts.set(key, value)
  }
  const tier = usage["service_tier"]
  return { serviceTier: typeof tier === "string" && tier !== "" ? tier : undefined }
}

/** `undefined` for what cannot be a count, and for what sums could not hold. */
const numberOf = (json: Json | undefined): number | undefined =>
  typeof json === "number" && json >= 0 && json <= Number.MAX_SAFE_INTEGER ? json : undefined

const extraOf = (counts: Counts): JsonObject => {
  const extra: Array<readonly [string, Json]> = []
  for (const [key, value] of counts) {
    if (modelled.has(key)) continue
    // All that is known of it is modelled.
    if (key === "output_tokens_details" && isObject(value) && Object.keys(value).join() === "thinking_tokens") continue
    extra.push([key, value])
  }
  return Object.fromEntries(extra)
}

/** What the counts come to so far. */
export const of = (counts: Counts): Partial<Usage> => {
  const input = numberOf(counts.get("input_tokens"))
  const read = numberOf(counts.get("cache_read_input_tokens"))
  const written = numberOf(counts.get("cache_creation_input_tokens"))
  const completionTokens = numberOf(counts.get("output_tokens"))
  const details = counts.get("output_tokens_details")
  const reasoningTokens = isObject(details) ? numberOf(details["thinking_tokens"]) : undefined
  const promptTokens = input === undefined && read === undefined && written === undefined
    ? undefined
    : (input ?? 0) + (read ?? 0) + (written ?? 0)
  const extra = extraOf(counts)
  return {
    ...(promptTokens === undefined ? undefined : { promptTokens }),
    ...(completionTokens === undefined ? undefined : { completionTokens }),
    ...(promptTokens === undefined || completionTokens === undefined
      ? undefined
      : { totalTokens: promptTokens + completionTokens }),
    ...(read === undefined ? undefined : { cachedTokens: read }),
    ...(written === undefined ? undefined : { cacheWriteTokens: written }),
    ...(reasoningTokens === undefined ? undefined : { reasoningTokens }),
    ...(Object.keys(extra).length === 0 ? undefined : { extra })
  }
}
