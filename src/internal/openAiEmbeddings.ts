/**
 * Vectors as OpenAI's API makes them, and the many servers that imitate it.
 *
 * @see https://platform.openai.com/docs/api-reference/embeddings
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { Dropped, EmbeddingsDialect } from "../Dialect.ts"
import type { Params } from "../Embeddings.ts"
import type { EmbeddingsApi } from "../Endpoint.ts"
import { defined } from "./json.ts"
import { merge } from "./merge.ts"
import { usageOf } from "./openAiUsage.ts"
import * as Reader from "./reader.ts"

/** What the call itself decides: which texts go together is not the caller's to say. */
const reserved = "input"

const droppedOf = (provider: string, params: Params, { inputTypeField }: EmbeddingsApi): ReadonlyArray<Dropped> => [
  ...(params.inputType !== undefined && inputTypeField === undefined
    ? [{ param: "inputType", why: "the API does not tell types of input apart" }]
    : []),
  ...(params.extra?.[provider]?.[reserved] === undefined
    ? []
    : [{ param: `extra.${provider}.${reserved}`, why: "the call itself decides it" }])
]

/** The server's word for a type of input. */
const wordOf = (inputType: string | undefined, words: EmbeddingsApi["inputTypes"] = {}): string | undefined =>
  inputType !== undefined && Object.hasOwn(words, inputType) ? words[inputType] : inputType

const encode: EmbeddingsDialect["encode"] = (params, { endpoint, model, texts }) => {
  const { dimensions, inputType } = params
  const { dimensionsField = "dimensions", encodingFormat, inputTypeField, inputTypes, path = "/embeddings" } =
    endpoint.embeddings
  if (dimensions !== undefined && !Number.isFinite(dimensions)) {
    return Either.left({ _tag: "InvalidRequest", param: "dimensions" })
  }
  const said = defined({
    model,
    [dimensionsField]: dimensions,
    encoding_format: encodingFormat,
    ...(inputTypeField === undefined ? undefined : { [inputTypeField]: wordOf(inputType, inputTypes) })
  })
  return Either.right({
    path: path.replace("{model}", encodeURIComponent(model)),
    body: { ...merge(said, params.extra?.[endpoint.id]), [reserved]: texts },
    dropped: droppedOf(endpoint.id, params, endpoint.embeddings)
  })
}

const Answer = Schema.Struct({
  model: Schema.optional(Schema.String),
  // Whole elements: a reader that leaves out what it does not understand would shift the vectors that follow.
  data: Schema.optional(Schema.Unknown),
  usage: Schema.optional(Schema.Unknown)
})

const Vector = Schema.Struct({
  index: Schema.optional(Schema.Number),
  embedding: Schema.optional(Schema.Unknown)
})

const readAnswer = Reader.compile(Answer)
const readVector = Reader.compile(Vector)

const answer: EmbeddingsDialect["answer"] = (json) => {
  const { data, model, usage } = readAnswer(json) ?? {}
  if (!Array.isArray(data)) return undefined
  return {
    model,
    vectors: data.map((item) => {
      const { embedding: vector, index } = readVector(item) ?? {}
      return { index, vector }
    }),
    usage: usageOf(usage)
  }
}

export const dialect: EmbeddingsDialect = { encode, answer }
