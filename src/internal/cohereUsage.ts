/**
 * Cohere's token counts in OpenAI's words. `tokens` are those of the whole prompt and of all that was written; what is
 * billed is less, since Cohere adds to the prompt at its own cost.
 */
import type { Usage } from "../ChatCompletionChunk.ts"
import { isObject, type Json, type JsonObject } from "./json.ts"

/** `undefined` for what cannot be a count, and for what sums could not hold. */
export const count = (json: Json | undefined): number | undefined =>
  typeof json === "number" && json >= 0 && json <= Number.MAX_SAFE_INTEGER ? json : undefined

const none: JsonObject = {}

const modelled: ReadonlySet<string> = new Set(["tokens", "cached_tokens"])

const modelledTokens: ReadonlySet<string> = new Set(["input_tokens", "output_tokens", "reasoning_tokens"])

const without = (fields: JsonObject, names: ReadonlySet<string>): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([name, value]) => value !== null && !names.has(name)))

const isEmpty = (fields: JsonObject): boolean => Object.keys(fields).length === 0

/** The billed units, and what nobody knows yet. */
const extraOf = (usage: JsonObject, tokens: JsonObject): JsonObject => {
  const others = without(tokens, modelledTokens)
  return { ...without(usage, modelled), ...(isEmpty(others) ? undefined : { tokens: others }) }
}

/** `undefined` where nothing is counted. */
export const of = (usage: unknown): Partial<Usage> | undefined => {
  if (!isObject(usage)) return undefined
  const tokens = isObject(usage["tokens"]) ? usage["tokens"] : none
  const promptTokens = count(tokens["input_tokens"])
  const completionTokens = count(tokens["output_tokens"])
  const reasoningTokens = count(tokens["reasoning_tokens"])
  const cachedTokens = count(usage["cached_tokens"])
  const extra = extraOf(usage, tokens)
  const counts: Partial<Usage> = {
    ...(promptTokens === undefined ? undefined : { promptTokens }),
    ...(completionTokens === undefined ? undefined : { completionTokens }),
    ...(promptTokens === undefined || completionTokens === undefined
      ? undefined
      : { totalTokens: promptTokens + completionTokens }),
    ...(cachedTokens === undefined ? undefined : { cachedTokens }),
    ...(reasoningTokens === undefined ? undefined : { reasoningTokens }),
    ...(isEmpty(extra) ? undefined : { extra })
  }
  return Object.keys(counts).length === 0 ? undefined : counts
}
