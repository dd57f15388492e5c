/**
 * Token counts on OpenAI's wire.
 */
import * as Schema from "effect/Schema"
import { Count, nullish, optional } from "./chunkField.ts"
import { JsonObject } from "./chunkJson.ts"

const wire = Schema.Struct({
  prompt_tokens: nullish(Schema.Number),
  completion_tokens: nullish(Schema.Number),
  total_tokens: nullish(Schema.Number),
  prompt_tokens_details: nullish(Schema.Struct({
    cached_tokens: nullish(Schema.Number),
    cache_write_tokens: nullish(Schema.Number)
  })),
  completion_tokens_details: nullish(Schema.Struct({ reasoning_tokens: nullish(Schema.Number) })),
  extra: nullish(JsonObject)
})

const memory = Schema.typeSchema(Schema.Struct({
  promptTokens: Count,
  completionTokens: Count,
  totalTokens: Count,
  cachedTokens: optional(Count),
  cacheWriteTokens: optional(Count),
  reasoningTokens: optional(Count),
  extra: optional(JsonObject)
}))

type Wire = typeof wire.Type
type Memory = typeof memory.Type

const decode = (usage: Wire): Memory => {
  const promptTokens = usage.prompt_tokens ?? 0
  const completionTokens = usage.completion_tokens ?? 0
  const cachedTokens = usage.prompt_tokens_details?.cached_tokens ?? undefined
  const cacheWriteTokens = usage.prompt_tokens_details?.cache_write_tokens ?? undefined
  const reasoningTokens = usage.completion_tokens_details?.reasoning_tokens ?? undefined
  return {
    promptTokens,
    completionTokens,
    totalTokens: usage.total_tokens ?? promptTokens + completionTokens,
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
    ...(cacheWriteTokens === undefined ? {} : { cacheWriteTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
    ...(usage.extra === undefined || usage.extra === null ? {} : { extra: usage.extra })
  }
}

export const encode = (usage: Memory): Wire => {
  const { cacheWriteTokens, cachedTokens, extra, reasoningTokens } = usage
  const details = {
    ...(cachedTokens === undefined ? {} : { cached_tokens: cachedTokens }),
    ...(cacheWriteTokens === undefined ? {} : { cache_write_tokens: cacheWriteTokens })
  }
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.totalTokens,
    ...(Object.keys(details).length === 0 ? {} : { prompt_tokens_details: details }),
    ...(reasoningTokens === undefined ? {} : { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
    ...(extra === undefined ? {} : { extra })
  }
}

export interface UsageEncoded extends Schema.Schema.Encoded<typeof wire> {}

export const Usage: Schema.Schema<Memory, UsageEncoded> = Schema.transform(wire, memory, {
  strict: true,
  decode,
  encode
})
