/**
 * The list of models as Gemini's API has it, and Vertex AI: in pages.
 *
 * @see https://ai.google.dev/api/models#method:-models.list
 */
import * as Schema from "effect/Schema"
import type { ModelsDialect } from "../Dialect.ts"
import type { Model } from "../Models.ts"
import { isObject } from "./json.ts"
import * as Reader from "./reader.ts"

const text = Schema.optional(Schema.String)
const number = Schema.optional(Schema.Number)

const readPage = Reader.compile(Schema.Struct({
  models: Schema.optional(Schema.Array(Schema.Unknown)),
  // Of Vertex AI.
  publisherModels: Schema.optional(Schema.Array(Schema.Unknown)),
  nextPageToken: text
}))

const readModel = Reader.compile(
  Schema.Struct({ name: text, displayName: text, inputTokenLimit: number, outputTokenLimit: number })
)

const known = (count: number | undefined): number | undefined =>
  count !== undefined && count > 0 && Number.isSafeInteger(count) ? count : undefined

/** `models/gemini-2.5-flash`, `publishers/google/models/gemini-2.5-flash`: the last of it is what `model` takes. */
const idOf = (name: string): string => name.replace(/^(?:publishers\/google\/)?models\//, "")

const modelOf = (raw: unknown): ReadonlyArray<Model> => {
  const { displayName, inputTokenLimit, name, outputTokenLimit } = readModel(raw) ?? {}
  if (name === undefined || name === "" || !isObject(raw)) return []
  const contextWindow = known(inputTokenLimit)
  const maxOutputTokens = known(outputTokenLimit)
  return [{
    id: idOf(name),
    ...(displayName === undefined || displayName === "" ? undefined : { displayName }),
    ...(contextWindow === undefined ? undefined : { contextWindow }),
    ...(maxOutputTokens === undefined ? undefined : { maxOutputTokens }),
    raw
  }]
}

/** `pageSize` is the most that the API gives at once: its own default is 50. */
export const make = (path: string, pageSize: string): ModelsDialect => ({
  path,
  query: (cursor) => ({ pageSize, ...(cursor === undefined ? undefined : { pageToken: cursor }) }),
  page: (json) => {
    const page = readPage(json)
    const models = page?.models ?? page?.publisherModels
    // Proto JSON leaves out a list that is empty.
    if (models === undefined && !(isObject(json) && Object.keys(json).length === 0)) return undefined
    const cursor = page?.nextPageToken
    return { models: (models ?? []).flatMap(modelOf), hasMore: cursor !== undefined && cursor !== "", cursor }
  }
})
