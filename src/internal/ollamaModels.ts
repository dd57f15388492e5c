/**
 * The models that an Ollama server has: one page of all there are.
 *
 * @see https://docs.ollama.com/api/tags
 */
import * as Schema from "effect/Schema"
import type { ModelsDialect } from "../Dialect.ts"
import type { Model } from "../Models.ts"
import { isObject } from "./json.ts"
import * as Reader from "./reader.ts"

const Item = Schema.Struct({
  model: Schema.optional(Schema.String),
  // The same, and all that older servers send.
  name: Schema.optional(Schema.String),
  modified_at: Schema.optional(Schema.String)
})

const read = Reader.compile(Item)

/** `undefined` for what has no name to call it by. */
const modelOf = (raw: unknown): Model | undefined => {
  const { model, modified_at: modifiedAt = "", name } = read(raw) ?? {}
  const id = model || name
  if (!id || !isObject(raw)) return undefined
  const created = Math.floor(Date.parse(modifiedAt) / 1000)
  // As its list in OpenAI's form has it. A zero time of Go's is what is not known.
  return Number.isFinite(created) && created > 0 ? { id, created, raw } : { id, raw }
}

export const dialect: ModelsDialect = {
  path: "/api/tags",
  query: () => ({}),
  page: (json) => {
    const list = isObject(json) ? json["models"] : undefined
    return Array.isArray(list) ? { models: list.flatMap((item) => modelOf(item) ?? []), hasMore: false } : undefined
  }
}
