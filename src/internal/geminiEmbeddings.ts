/**
 * Vectors as Gemini's API makes them: one request in the body for each text.
 *
 * @see https://ai.google.dev/api/embeddings
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { Dropped, EmbeddingsDialect } from "../Dialect.ts"
import type { Params } from "../Embeddings.ts"
import type { Place } from "./geminiRequest.ts"
import { pathOf } from "./geminiRequest.ts"
import type { Json, JsonObject } from "./json.ts"
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

const present = (fields: { readonly [key: string]: Json | undefined }): JsonObject =>
  Object.fromEntries(Object.entries(fields).flatMap(([key, value]) => value === undefined ? [] : [[key, value]]))

const isSayable = ({ dimensions }: Params): boolean => dimensions === undefined || Number.isFinite(dimensions)

/** What a caller adds is of each text's request. */
const ofRequest = ["model", "content"]

const batch = (place: Pick<Place, "prefix" | "resource">): EmbeddingsDialect["encode"] => (params, context) => {
  const { endpoint, model, texts } = context
  const path = pathOf(place, model)
  if (path === undefined) return Either.left({ _tag: "InvalidRequest", param: "model" })
  if (!isSayable(params)) return Either.left({ _tag: "InvalidRequest", param: "dimensions" })
  const options = present({
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
  usageMetadata: Schema.optional(Schema.Struct({ promptTokenCount: number }))
}))

const readVector = Reader.compile(Schema.Struct({ values: Schema.optional(Schema.Unknown) }))

const answer: EmbeddingsDialect["answer"] = (json) => {
  const { embeddings, usageMetadata } = readAnswer(json) ?? {}
  if (!Array.isArray(embeddings)) return undefined
  const promptTokens = usageMetadata?.promptTokenCount
  return {
    vectors: embeddings.map((item) => ({ vector: readVector(item)?.values })),
    ...(promptTokens === undefined ? undefined : { usage: { promptTokens, totalTokens: promptTokens } })
  }
}

export const make = (place: Pick<Place, "prefix" | "resource">): EmbeddingsDialect => ({ encode: batch(place), answer })
