/**
 * Vectors as Gemini's API makes them, with one request in the body for each text; and as Vertex AI makes them, with one
 * instance for each text by its older models, and of one text by its newer ones.
 *
 * @see https://ai.google.dev/api/embeddings
 * @see https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { Dropped, EmbeddingsDialect } from "../Dialect.ts"
import type { Params } from "../Embeddings.ts"
import type { Place } from "./geminiRequest.ts"
import { pathOf } from "./geminiRequest.ts"
import { defined, type JsonObject } from "./json.ts"
import { merge } from "./merge.ts"
import * as Reader from "./reader.ts"

/** What a vector is for, in Google's words; others go out as they are. */
const taskTypes: ReadonlyMap<string, string> = new Map([
  ["query", "RETRIEVAL_QUERY"],
  ["document", "RETRIEVAL_DOCUMENT"],
  ["classification", "CLASSIFICATION"],
  ["clustering", "CLUSTERING"],
  ["similarity", "SEMANTIC_SIMILARITY"]
])

export const taskTypeOf = (inputType: string | undefined): string | undefined =>
  inputType === undefined ? undefined : taskTypes.get(inputType) ?? inputType

export const droppedOf = (provider: string, params: Params, reserved: ReadonlyArray<string>): ReadonlyArray<Dropped> =>
  reserved.flatMap((key) =>
    params.extra?.[provider]?.[key] === undefined
      ? []
      : [{ param: `extra.${provider}.${key}`, why: "the call itself decides it" }]
  )

const without = (extra: JsonObject | undefined, reserved: ReadonlyArray<string>): JsonObject =>
  Object.fromEntries(Object.entries(extra ?? {}).filter(([key]) => !reserved.includes(key)))

const isSayable = ({ dimensions }: Params): boolean => dimensions === undefined || Number.isFinite(dimensions)

/** What a caller adds is of each text's request. */
const ofRequest = ["model", "content"]

const batch = (place: Pick<Place, "prefix" | "resource">): EmbeddingsDialect["encode"] => (params, context) => {
  const { endpoint, model, texts } = context
  const path = pathOf(place, model)
  if (path === undefined) return Either.left({ _tag: "InvalidRequest", param: "model" })
  if (!isSayable(params)) return Either.left({ _tag: "InvalidRequest", param: "dimensions" })
  const options = defined({
    taskType: taskTypeOf(params.inputType),
    outputDimensionality: params.dimensions
  })
  return Either.right({
    path: `${path}:batchEmbedContents`,
    body: {
      requests: texts.map((text) =>
        merge(
          { model: place.resource(model), content: { parts: [{ text }] }, ...options },
          without(params.extra?.[endpoint.id], ofRequest)
        )
      )
    },
    dropped: droppedOf(endpoint.id, params, ofRequest)
  })
}

const number = Schema.optional(Schema.Number)

const readAnswer = Reader.compile(Schema.Struct({
  // Whole elements: a reader that leaves out what it does not understand would shift the vectors that follow.
  embeddings: Schema.optional(Schema.Unknown),
  // Of Vertex AI: the vectors of several texts, or that of one.
  predictions: Schema.optional(Schema.Unknown),
  embedding: Schema.optional(Schema.Unknown),
  usageMetadata: Schema.optional(Schema.Struct({ promptTokenCount: number }))
}))

const readVector = Reader.compile(Schema.Struct({ values: Schema.optional(Schema.Unknown) }))

const readPrediction = Reader.compile(Schema.Struct({
  embeddings: Schema.optional(Schema.Struct({
    values: Schema.optional(Schema.Unknown),
    statistics: Schema.optional(Schema.Struct({ token_count: number }))
  }))
}))

const counted = (promptTokens: number | undefined) =>
  promptTokens === undefined ? undefined : { usage: { promptTokens, totalTokens: promptTokens } }

const answer: EmbeddingsDialect["answer"] = (json) => {
  const { embedding, embeddings, predictions, usageMetadata } = readAnswer(json) ?? {}
  if (Array.isArray(predictions)) {
    const all = predictions.map((item) => readPrediction(item)?.embeddings)
    const counts = all.flatMap((one) => one?.statistics?.token_count ?? [])
    return {
      vectors: all.map((one) => ({ vector: one?.values })),
      ...counted(counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0))
    }
  }
  const list: unknown = embedding === undefined ? embeddings : [embedding]
  if (!Array.isArray(list)) return undefined
  return {
    vectors: list.map((item) => ({ vector: readVector(item)?.values })),
    ...counted(usageMetadata?.promptTokenCount)
  }
}

export const make = (place: Pick<Place, "prefix" | "resource">): EmbeddingsDialect => ({ encode: batch(place), answer })

/** What a caller adds is of the body, whose texts are the call's own. */
const ofBody = ["instances", "content"]

/** Newer models take one text, and have a method of their own; so says Google's own client. */
const takesOne = (model: string): boolean => /gemini-embedding-(?!001$)|maas/.test(model)

/** Texts of one request on Vertex AI. */
export const inputsOf = (model: string): number => takesOne(model) || model.includes("gemini-embedding") ? 1 : 250

const single = (params: Params, text: string): JsonObject => {
  const config = defined({ taskType: taskTypeOf(params.inputType), outputDimensionality: params.dimensions })
  return {
    content: { parts: [{ text }] },
    ...(Object.keys(config).length === 0 ? undefined : { embedContentConfig: config })
  }
}

const instances = (params: Params, texts: ReadonlyArray<string>): JsonObject => {
  const taskType = taskTypeOf(params.inputType)
  return {
    instances: texts.map((content) => ({ ...(taskType === undefined ? undefined : { task_type: taskType }), content })),
    ...(params.dimensions === undefined ? undefined : { parameters: { outputDimensionality: params.dimensions } })
  }
}

const predict = (place: Pick<Place, "prefix" | "resource">): EmbeddingsDialect["encode"] => (params, context) => {
  const { endpoint, model, texts } = context
  const path = pathOf(place, model)
  if (path === undefined) return Either.left({ _tag: "InvalidRequest", param: "model" })
  if (!isSayable(params)) return Either.left({ _tag: "InvalidRequest", param: "dimensions" })
  const one = takesOne(model)
  return Either.right({
    path: `${path}:${one ? "embedContent" : "predict"}`,
    body: merge(
      one ? single(params, texts[0] ?? "") : instances(params, texts),
      without(params.extra?.[endpoint.id], ofBody)
    ),
    dropped: droppedOf(endpoint.id, params, ofBody)
  })
}

/** Vectors on Vertex AI. */
export const makeVertex = (place: Pick<Place, "prefix" | "resource">): EmbeddingsDialect => ({
  encode: predict(place),
  answer
})
