/**
 * What servers say of a model, in the words that are in use.
 */
import * as Schema from "effect/Schema"
import type { Model } from "../Models.ts"
import { isObject } from "./json.ts"
import * as Reader from "./reader.ts"

const number = Schema.optional(Schema.Number)
const string = Schema.optional(Schema.String)

const Item = Schema.Struct({
  id: string,
  created: number,
  // Anthropic: an RFC 3339 date. Azure: seconds.
  created_at: Schema.optional(Schema.Union(Schema.String, Schema.Number)),
  owned_by: string,
  // Together.
  organization: string,
  // GitHub Models.
  publisher: string,
  display_name: string,
  // OpenRouter, Mistral, GitHub Models.
  name: string,
  // OpenRouter and Together; Groq; Mistral; vLLM; Anthropic.
  context_length: number,
  context_window: number,
  max_context_length: number,
  max_model_len: number,
  max_input_tokens: number,
  // Groq; Requesty; Anthropic.
  max_completion_tokens: number,
  max_output_tokens: number,
  max_tokens: number,
  // Atlas Cloud, Inception.
  max_output_length: number,
  // OpenRouter.
  top_provider: Schema.optional(Schema.Struct({ max_completion_tokens: number })),
  // GitHub Models.
  limits: Schema.optional(Schema.Struct({ max_input_tokens: number, max_output_tokens: number }))
})

const read = Reader.compile(Item)

const secondsOf = (created: number | undefined, createdAt: string | number | undefined): number | undefined => {
  // SambaNova counts fractions of a second.
  const seconds = Math.floor(
    created ?? (typeof createdAt === "number" ? createdAt : Date.parse(createdAt ?? "") / 1000)
  )
  // Some have 0 for what they do not know, Anthropic says the epoch.
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined
}

const count = (...candidates: ReadonlyArray<number | undefined>): number | undefined =>
  candidates.find((candidate) => candidate !== undefined && candidate > 0 && Number.isSafeInteger(candidate))

const named = (...candidates: ReadonlyArray<string | undefined>): string | undefined =>
  candidates.find((candidate) => candidate !== undefined && candidate !== "")

/** The fields that are known, and what they say. */
const known = <A extends object>(fields: A): A =>
  // Entries of the same object, without those that are undefined: each field of it is optional.
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as A

/** `undefined` for what has no id to call it by. */
const modelOf = (raw: unknown): Model | undefined => {
  const item = read(raw)
  const id = named(item?.id)
  if (item === undefined || id === undefined || !isObject(raw)) return undefined
  return {
    id,
    ...known({
      created: secondsOf(item.created, item.created_at),
      ownedBy: named(item.owned_by, item.organization, item.publisher),
      displayName: named(item.display_name, item.name),
      contextWindow: count(
        item.context_length,
        item.context_window,
        item.max_context_length,
        item.max_model_len,
        item.max_input_tokens,
        item.limits?.max_input_tokens
      ),
      maxOutputTokens: count(
        item.max_completion_tokens,
        item.top_provider?.max_completion_tokens,
        item.max_output_tokens,
        item.max_tokens,
        item.max_output_length,
        item.limits?.max_output_tokens
      )
    }),
    raw
  }
}

/** The models of a page, which is a list or has one in `data`; `undefined` if it is neither. */
export const modelsOf = (json: unknown): ReadonlyArray<Model> | undefined => {
  // Together and GitHub Models answer with the list itself.
  const list: unknown = isObject(json) ? json["data"] : json
  return Array.isArray(list) ? list.flatMap((item) => modelOf(item) ?? []) : undefined
}
