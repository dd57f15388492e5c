/**
 * Gemini's token counts in OpenAI's words.
 *
 * Counts are cumulative, and each event restates them: the last value of a field counts. Thoughts come on top of the
 * candidates' tokens; what was read from the cache is among the prompt's. What the API's own tools brought in
 * (`toolUsePromptTokenCount`) is in the total only, and stays in `extra`.
 *
 * @see https://ai.google.dev/api/generate-content#UsageMetadata
 */
import type { Usage } from "../ChatCompletionChunk.ts"
import { isObject, type Json } from "./json.ts"

/** The last value of each field, as sent. */
export type Counts = Map<string, Json>

const modelled: ReadonlySet<string> = new Set([
  "promptTokenCount",
  "candidatesTokenCount",
  "totalTokenCount",
  "cachedContentTokenCount",
  "thoughtsTokenCount",
  // It is the answer's.
  "serviceTier"
])

/** `undefined` for what cannot be a count, and for what sums could not hold. */
const numberOf = (json: Json | undefined): number | undefined =>
  typeof json === "number" && json >= 0 && json <= Number.MAX_SAFE_INTEGER ? json : undefined

/** Takes in one event's counts. */
export const count = (counts: Counts, usage: unknown): { readonly serviceTier: string | undefined } => {
  if (!isObject(usage)) return { serviceTier: undefined }
  for (const [key, value] of Object.entries(usage)) {
    if (value !== null) counts.set(key, value)
  }
  const tier = usage["serviceTier"]
  return { serviceTier: typeof tier === "string" && tier !== "" ? tier : undefined }
}

/** What the counts come to so far; `undefined` before the first. */
export const of = (counts: Counts): Partial<Usage> | undefined => {
  const promptTokens = numberOf(counts.get("promptTokenCount"))
  const candidates = numberOf(counts.get("candidatesTokenCount"))
  const reasoningTokens = numberOf(counts.get("thoughtsTokenCount"))
  const totalTokens = numberOf(counts.get("totalTokenCount"))
  const cachedTokens = numberOf(counts.get("cachedContentTokenCount"))
  const completionTokens = candidates === undefined && reasoningTokens === undefined
    ? undefined
    : (candidates ?? 0) + (reasoningTokens ?? 0)
  if (promptTokens === undefined && completionTokens === undefined && totalTokens === undefined) return undefined
  const extra = [...counts].filter(([key]) => !modelled.has(key))
  return {
    ...(promptTokens === undefined ? undefined : { promptTokens }),
    ...(completionTokens === undefined ? undefined : { completionTokens }),
    ...(totalTokens === undefined ? undefined : { totalTokens }),
    ...(cachedTokens === undefined ? undefined : { cachedTokens }),
    ...(reasoningTokens === undefined ? undefined : { reasoningTokens }),
    ...(extra.length === 0 ? undefined : { extra: Object.fromEntries(extra) })
  }
}
