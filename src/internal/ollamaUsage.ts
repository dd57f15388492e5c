/**
 * Ollama's token counts in OpenAI's words. Durations are nanoseconds, and stay what they are.
 */
import * as Schema from "effect/Schema"
import type { Usage } from "../ChatCompletionChunk.ts"
import type { JsonObject } from "./json.ts"

const number = Schema.optional(Schema.Number)

const durations = {
  total_duration: number,
  load_duration: number,
  prompt_eval_duration: number,
  eval_duration: number
}

/** Of the last line of a stream. */
export const fields = { prompt_eval_count: number, eval_count: number, ...durations }

type Counts = { readonly [K in keyof typeof fields]?: number | undefined }

const names = Object.keys(durations) as ReadonlyArray<keyof typeof durations>

/** `undefined` for what cannot be a count, and for what sums could not hold. */
const countOf = (count: number | undefined): number | undefined =>
  count !== undefined && count >= 0 && count <= Number.MAX_SAFE_INTEGER ? count : undefined

const extraOf = (counts: Counts): JsonObject =>
  Object.fromEntries(names.flatMap((name) => {
    const duration = counts[name]
    return duration === undefined ? [] : [[name, duration]]
  }))

/** `undefined` where nothing was counted: on every line but the last. */
export const of = (counts: Counts): Partial<Usage> | undefined => {
  const promptTokens = countOf(counts.prompt_eval_count)
  const completionTokens = countOf(counts.eval_count)
  if (promptTokens === undefined && completionTokens === undefined) return undefined
  const extra = extraOf(counts)
  return {
    ...(promptTokens === undefined ? undefined : { promptTokens }),
    ...(completionTokens === undefined ? undefined : { completionTokens }),
    ...(Object.keys(extra).length === 0 ? undefined : { extra })
  }
}
