/**
 * The list of models as Cohere's API has it: in pages, and by name.
 *
 * @see https://docs.cohere.com/reference/list-models
 */
import * as Schema from "effect/Schema"
import type { ModelsDialect } from "../Dialect.ts"
import type { Model } from "../Models.ts"
import { isObject } from "./json.ts"
import * as Reader from "./reader.ts"

const readPage = Reader.compile(Schema.Struct({
  models: Schema.optional(Schema.Array(Schema.Unknown)),
  next_page_token: Schema.optional(Schema.String)
}))

const readModel = Reader.compile(Schema.Struct({
  name: Schema.optional(Schema.String),
  context_length: Schema.optional(Schema.Number)
}))

const modelOf = (raw: unknown): ReadonlyArray<Model> => {
  const { context_length: window, name: id } = readModel(raw) ?? {}
  if (id === undefined || id === "" || !isObject(raw)) return []
  return [{
    id,
    ...(window !== undefined && window > 0 && Number.isSafeInteger(window) ? { contextWindow: window } : undefined),
    raw
  }]
}

export const dialect: ModelsDialect = {
  path: "/v1/models",
  // The most that the API gives at once: its own default is 20.
  query: (cursor) => ({ page_size: "1000", ...(cursor === undefined ? undefined : { page_token: cursor }) }),
  page: (json) => {
    const page = readPage(json)
    if (page?.models === undefined) return undefined
    const cursor = page.next_page_token || undefined
    return { models: page.models.flatMap(modelOf), hasMore: cursor !== undefined, cursor }
  }
}
