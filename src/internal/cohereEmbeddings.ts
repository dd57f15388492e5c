/**
 * Vectors as Cohere's API makes them. It wants to be told what they are for, and in which form to write them.
 *
 * @see https://docs.cohere.com/reference/embed
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { EmbeddingsDialect } from "../Dialect.ts"
import * as Usage from "./cohereUsage.ts"
import { defined, isObject, type Json, type JsonObject } from "./json.ts"
import { merge } from "./merge.ts"
import * as Reader from "./reader.ts"

/** What the call itself decides: which texts go together is not the caller's to say. */
const reserved = "texts"

/** The API's words; it knows others, such as `clustering`, which go out as they are. */
const words: ReadonlyMap<string, string> = new Map([["query", "search_query"], ["document", "search_document"]])

/** The API demands a type. Texts that somebody will look for are what most vectors are made of. */
const typeOf = (inputType = "document"): string => words.get(inputType) ?? inputType

const encode: EmbeddingsDialect["encode"] = (params, { endpoint, model, texts }) => {
  const { dimensions, inputType } = params
  const { encodingFormat = "float", path = "/v2/embed" } = endpoint.embeddings
  if (dimensions !== undefined && !Number.isFinite(dimensions)) {
    return Either.left({ _tag: "InvalidRequest", param: "dimensions" })
  }
  const said = defined({
    model,
    input_type: typeOf(inputType),
    embedding_types: [encodingFormat],
    output_dimension: dimensions
  })
  const extra = params.extra?.[endpoint.id]
  return Either.right({
    path,
    body: { ...merge(said, extra), [reserved]: texts },
    dropped: extra?.[reserved] === undefined
      ? []
      : [{ param: `extra.${endpoint.id}.${reserved}`, why: "the call itself decides it" }]
  })
}

const readAnswer = Reader.compile(Schema.Struct({
  embeddings: Schema.optional(Schema.Unknown),
  meta: Schema.optional(Schema.Struct({
    tokens: Schema.optional(Schema.Unknown),
    billed_units: Schema.optional(Schema.Unknown)
  }))
}))

/** The forms of a vector, most exact first: a caller can ask for several. */
const forms = ["float", "base64", "int8", "uint8", "binary", "ubinary"]

const listOf = (embeddings: JsonObject): ReadonlyArray<Json> | undefined => {
  for (const form of forms) {
    const list = embeddings[form]
    // The API has an empty list, or `null`, for a form that was not asked for.
    if (Array.isArray(list) && list.length > 0) return list
  }
  return undefined
}

const inputOf = (counts: unknown): number | undefined =>
  isObject(counts) ? Usage.count(counts["input_tokens"]) : undefined

const answer: EmbeddingsDialect["answer"] = (json) => {
  const { embeddings, meta } = readAnswer(json) ?? {}
  const list = isObject(embeddings) ? listOf(embeddings) : undefined
  if (list === undefined) return undefined
  const promptTokens = inputOf(meta?.tokens) ?? inputOf(meta?.billed_units)
  return {
    vectors: list.map((vector) => ({ vector })),
    usage: promptTokens === undefined ? undefined : { promptTokens, totalTokens: promptTokens }
  }
}

export const dialect: EmbeddingsDialect = { encode, answer }
