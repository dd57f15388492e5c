/**
 * Vectors as Ollama makes them.
 *
 * @see https://docs.ollama.com/api/embed
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { Dropped, EmbeddingsDialect } from "../Dialect.ts"
import type { Params } from "../Embeddings.ts"
import { defined } from "./json.ts"
import { merge } from "./merge.ts"
import * as Reader from "./reader.ts"

/** What the call itself decides: which texts go together is not the caller's to say. */
const reserved = "input"

const droppedOf = (provider: string, params: Params): ReadonlyArray<Dropped> => [
  ...(params.inputType === undefined
    ? []
    : [{ param: "inputType", why: "the API does not tell types of input apart" }]),
  ...(params.extra?.[provider]?.[reserved] === undefined
    ? []
    : [{ param: `extra.${provider}.${reserved}`, why: "the call itself decides it" }])
]

const encode: EmbeddingsDialect["encode"] = (params, { endpoint, model, texts }) => {
  const { dimensions } = params
  if (dimensions !== undefined && !Number.isFinite(dimensions)) {
    return Either.left({ _tag: "InvalidRequest", param: "dimensions" })
  }
  return Either.right({
    path: endpoint.embeddings.path ?? "/api/embed",
    body: { ...merge(defined({ model, dimensions }), params.extra?.[endpoint.id]), [reserved]: texts },
    dropped: droppedOf(endpoint.id, params)
  })
}

const Answer = Schema.Struct({
  model: Schema.optional(Schema.String),
  // Whole elements: a reader that leaves out what it does not understand would shift the vectors that follow.
  embeddings: Schema.optional(Schema.Unknown),
  prompt_eval_count: Schema.optional(Schema.Number)
})

const read = Reader.compile(Answer)

const answer: EmbeddingsDialect["answer"] = (json) => {
  const { embeddings, model, prompt_eval_count: promptTokens } = read(json) ?? {}
  if (!Array.isArray(embeddings)) return undefined
  return {
    model,
    vectors: embeddings.map((vector: unknown) => ({ vector })),
    usage: promptTokens === undefined ? undefined : { promptTokens }
  }
}

export const dialect: EmbeddingsDialect = { encode, answer }
