/**
 * Token counts in OpenAI's shape, and in the words of those who add to it.
 */
import type { Usage } from "../ChatCompletionChunk.ts"
import { isObject, type Json, type JsonObject } from "./json.ts"

type Counts = { -readonly [K in keyof Usage]?: Usage[K] }

/** `undefined` for what cannot be a count: negative, no number, or beyond what sums could hold. */
const count = (u: Json | undefined): number | undefined =>
  typeof u === "number" && u >= 0 && u <= Number.MAX_SAFE_INTEGER ? u : undefined

const firstCount = (...candidates: ReadonlyArray<Json | undefined>): number | undefined => {
  for (const candidate of candidates) {
    const known = count(candidate)
    if (known !== undefined) return known
  }
  return undefined
}

const none: JsonObject = {}

const details = (u: Json | undefined): JsonObject => isObject(u) ? u : none

/** What a field of `Usage` is made from, at the top. */
const modelled: ReadonlySet<string> = new Set([
  "prompt_tokens",
  "completion_tokens",
  "total_tokens",
  "prompt_cache_hit_tokens",
  "cached_tokens",
  "num_cached_tokens",
  "cached_input_tokens",
  "cache_creation_input_tokens",
  "cache_read_input_tokens",
  "reasoning_tokens"
])

/** The objects one level down, and what of them is modelled. */
const modelledDetails: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    "prompt_tokens_details",
    new Set(["cached_tokens", "cache_write_tokens", "cache_creation_input_tokens", "caching_tokens"])
  ],
  ["prompt_token_details", new Set(["cached_tokens"])],
  ["completion_tokens_details", new Set(["reasoning_tokens"])]
])

const without = (fields: JsonObject, names: ReadonlySet<string>): ReadonlyArray<readonly [string, Json]> =>
  Object.entries(fields).filter(([name, value]) => value !== null && !names.has(name))

/** All that the server counts beside what `Usage` models, as sent. */
const extraOf = (usage: JsonObject): JsonObject | undefined => {
  const entries = without(usage, modelled).flatMap(([name, value]): ReadonlyArray<readonly [string, Json]> => {
    const names = modelledDetails.get(name)
    if (names === undefined || !isObject(value)) return [[name, value]]
    const rest = without(value, names)
    return rest.length === 0 ? [] : [[name, Object.fromEntries(rest)]]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

/** Adds the reasoning to the counts of the text, unless the total says that it is in there. */
const together = (counts: Counts): void => {
  const { completionTokens, promptTokens = 0, reasoningTokens = 0, totalTokens } = counts
  if (completionTokens === undefined) return
  const sum = completionTokens + reasoningTokens
  if (totalTokens === undefined || totalTokens === promptTokens + sum) counts.completionTokens = sum
}

/** The fields that the server sent, or `undefined` when there are none. `apart`: see `Endpoint.reasoningApart`. */
export const usageOf = (u: unknown, apart = false): Partial<Usage> | undefined => {
  if (!isObject(u)) return undefined
  // Mistral's API reference has `prompt_token_details` beside OpenAI's name.
  const prompt = details(u["prompt_tokens_details"] ?? u["prompt_token_details"])
  const completion = details(u["completion_tokens_details"])
  const counts: Counts = {}
  const tell = (field: Exclude<keyof Usage, "extra">, value: number | undefined): void => {
    if (value !== undefined) counts[field] = value
  }
  tell("promptTokens", count(u["prompt_tokens"]))
  tell("completionTokens", count(u["completion_tokens"]))
  tell("totalTokens", count(u["total_tokens"]))
  // DeepSeek counts hits and misses, Moonshot says `cached_tokens`, Mistral `num_cached_tokens`, Inception
  // `cached_input_tokens`, Portkey what Anthropic says.
  tell(
    "cachedTokens",
    firstCount(
      prompt["cached_tokens"],
      u["prompt_cache_hit_tokens"],
      u["cached_tokens"],
      u["num_cached_tokens"],
      u["cached_input_tokens"],
      u["cache_read_input_tokens"]
    )
  )
  // OpenRouter, and those that hand Anthropic's count on; Requesty.
  tell(
    "cacheWriteTokens",
    firstCount(
      prompt["cache_write_tokens"],
      prompt["cache_creation_input_tokens"],
      u["cache_creation_input_tokens"],
      prompt["caching_tokens"]
    )
  )
  // Perplexity and Inception have it at the top.
  tell("reasoningTokens", firstCount(completion["reasoning_tokens"], u["reasoning_tokens"]))
  if (apart) together(counts)
  const extra = extraOf(u)
  if (extra !== undefined) counts.extra = extra
  return Object.keys(counts).length === 0 ? undefined : counts
}
