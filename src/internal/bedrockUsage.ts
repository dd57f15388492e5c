/**
 * Converse's token counts in OpenAI's words: `inputTokens` and `totalTokens` leave out what was read from and written to
 * the cache, OpenAI's prompt tokens include both. Reasoning is counted with the rest, and not told apart.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
 */
import type { Usage } from "../ChatCompletionChunk.ts"
import type { Json, JsonObject } from "./json.ts"

const modelled: ReadonlySet<string> = new Set([
  "inputTokens",
  "outputTokens",
  "totalTokens",
  "cacheReadInputTokens",
  "cacheWriteInputTokens"
])

/** `undefined` for what cannot be a count, and for what sums could not hold. */
const numberOf = (json: Json | undefined): number | undefined =>
  typeof json === "number" && json >= 0 && json <= Number.MAX_SAFE_INTEGER ? json : undefined

export const of = (usage: JsonObject): Partial<Usage> => {
  const input = numberOf(usage["inputTokens"])
  const read = numberOf(usage["cacheReadInputTokens"])
  const written = numberOf(usage["cacheWriteInputTokens"])
  const completionTokens = numberOf(usage["outputTokens"])
  const promptTokens = input === undefined && read === undefined && written === undefined
    ? undefined
    : (input ?? 0) + (read ?? 0) + (written ?? 0)
  const total = promptTokens !== undefined && completionTokens !== undefined
    ? promptTokens + completionTokens
    : numberOf(usage["totalTokens"])
  const extra = Object.fromEntries(
    Object.entries(usage).filter(([key, value]) => !modelled.has(key) && value !== null)
  )
  return {
    ...(promptTokens === undefined ? undefined : { promptTokens }),
    ...(completionTokens === undefined ? undefined : { completionTokens }),
    ...(total === undefined ? undefined : { totalTokens: total }),
    ...(read === undefined ? undefined : { cachedTokens: read }),
    ...(written === undefined ? undefined : { cacheWriteTokens: written }),
    ...(Object.keys(extra).length === 0 ? undefined : { extra })
  }
}
