/**
 * Vectors by Bedrock's InvokeModel, whose body is that of the model's maker: Amazon's Titan takes one text at a time,
 * Cohere's models up to 96 and the word what they are for. A model is told by its id; what is none of Amazon's is asked in
 * Cohere's way.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed-v4.html
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { EmbeddingsDialect } from "../Dialect.ts"
import { pathOf } from "./bedrockRequest.ts"
import { isObject, type JsonObject } from "./json.ts"
import { merge } from "./merge.ts"
import * as Reader from "./reader.ts"

const isTitan = (model: string): boolean => model.includes("amazon.titan-embed")

/** Cohere's words; others go out as they are. */
const words: ReadonlyMap<string, string> = new Map([["query", "search_query"], ["document", "search_document"]])

const encode: EmbeddingsDialect["encode"] = (params, { endpoint, model, texts }) => {
  const { dimensions, inputType } = params
  if (dimensions !== undefined && !Number.isFinite(dimensions)) {
    return Either.left({ _tag: "InvalidRequest", param: "dimensions" })
  }
  const extra = params.extra?.[endpoint.id]
  const titan = isTitan(model)
  const reserved = titan ? "inputText" : "texts"
  const said: JsonObject = titan
    ? dimensions === undefined ? {} : { dimensions }
    : {
      // Cohere demands a type. Texts that somebody will look for are what most vectors are made of.
      input_type: words.get(inputType ?? "document") ?? inputType ?? "",
      embedding_types: ["float"],
      ...(dimensions === undefined ? undefined : { output_dimension: dimensions })
    }
  return Either.right({
    path: pathOf(model, "invoke"),
    body: { ...merge(said, extra), [reserved]: titan ? texts[0] ?? "" : texts },
    dropped: [
      ...(titan && inputType !== undefined
        ? [{ param: "inputType", why: "the model does not tell types of input apart" }]
        : []),
      ...(extra?.[reserved] === undefined
        ? []
        : [{ param: `extra.${endpoint.id}.${reserved}`, why: "the call itself decides it" }])
    ]
  })
}

const readAnswer = Reader.compile(Schema.Struct({
  embedding: Schema.optional(Schema.Unknown),
  inputTextTokenCount: Schema.optional(Schema.Number),
  embeddings: Schema.optional(Schema.Unknown)
}))

const answer: EmbeddingsDialect["answer"] = (json) => {
  const { embedding, embeddings, inputTextTokenCount: promptTokens } = readAnswer(json) ?? {}
  if (embedding !== undefined) {
    return {
      vectors: [{ vector: embedding }],
      usage: promptTokens === undefined ? undefined : { promptTokens, totalTokens: promptTokens }
    }
  }
  // By type, or the numbers themselves where no type was asked for.
  const list: unknown = isObject(embeddings) ? embeddings["float"] : embeddings
  return Array.isArray(list) ? { vectors: list.map((vector: unknown) => ({ vector })) } : undefined
}

export const dialect: EmbeddingsDialect = { encode, answer }

/** Texts of one request. */
export const inputsOf = (model: string): number => isTitan(model) ? 1 : 96
