/**
 * The list of models as watsonx has it: in pages, each with the address of the next.
 *
 * @see https://cloud.ibm.com/apidocs/watsonx-ai#list-foundation-model-specs
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { ModelsDialect } from "../Dialect.ts"
import { isObject } from "./json.ts"
import { modelsOf } from "./modelFields.ts"
import * as Reader from "./reader.ts"

const Page = Schema.Struct({
  resources: Schema.optional(Schema.Array(Schema.Unknown)),
  next: Schema.optional(Schema.Struct({ href: Schema.optional(Schema.String) }))
})

const Item = Schema.Struct({
  model_id: Schema.optional(Schema.String),
  label: Schema.optional(Schema.String),
  provider: Schema.optional(Schema.String),
  model_limits: Schema.optional(Schema.Struct({
    max_sequence_length: Schema.optional(Schema.Number),
    max_output_tokens: Schema.optional(Schema.Number)
  }))
})

const readPage = Reader.compile(Page)
const readItem = Reader.compile(Item)

/** What it says, in the words of others. */
const renamed = (raw: unknown) => {
  const item = readItem(raw)
  return {
    id: item?.model_id,
    display_name: item?.label,
    owned_by: item?.provider,
    context_length: item?.model_limits?.max_sequence_length,
    max_output_tokens: item?.model_limits?.max_output_tokens
  }
}

export const dialect: ModelsDialect = {
  path: "/ml/v1/foundation_model_specs?version=2025-04-23",
  // The most that the API gives at once.
  query: (cursor) => ({ limit: "200", ...(cursor === undefined ? undefined : { start: cursor }) }),
  page: (json) => {
    const page = readPage(json)
    if (page?.resources === undefined) return undefined
    const models = page.resources.flatMap((raw) =>
      (modelsOf([renamed(raw)]) ?? []).map((model) => ({ ...model, raw: isObject(raw) ? raw : model.raw }))
    )
    const next = page.next?.href
    const start = /[?&]start=([^&]+)/.exec(next ?? "")?.[1] ?? ""
    return {
      models,
      hasMore: next !== undefined,
      // What cannot be decoded leads nowhere.
      cursor: Either.getOrUndefined(Either.try(() => decodeURIComponent(start)))
    }
  }
}
