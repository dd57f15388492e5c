/**
 * The vectors of every provider here as an `EmbeddingModel` of `@effect/ai` 0.37, an optional peer: this module is
 * reached as `effect-any-llm/AiEmbeddingModel`, and nothing else of the package imports it.
 *
 * Errors are those of `AiLanguageModel`. Lost on the way back: the token counts, for which `@effect/ai` has no place.
 * Texts asked for at the same time are one call, however many there are: what the provider takes at once is known here.
 */
import type * as AiError from "@effect/ai/AiError"
import * as EmbeddingModel from "@effect/ai/EmbeddingModel"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { RequestOptions } from "./CallOptions.ts"
import * as Embeddings from "./Embeddings.ts"
import * as Errors from "./internal/aiErrors.ts"

export interface Settings {
  /** The model, the number of dimensions, what the vectors are for, and `extra`. */
  readonly params?: Omit<Embeddings.Params, "input"> | undefined
  /** Time limits, retries, cancellation, headers and a key for each call. */
  readonly call?: RequestOptions | undefined
}

export interface Options extends Settings {
  /** Keeps vectors of texts that were asked for. Default: none are kept. */
  readonly cache?: { readonly capacity: number; readonly timeToLive: Duration.DurationInput } | undefined
}

type EmbedMany = (input: ReadonlyArray<string>) => Effect.Effect<Array<EmbeddingModel.Result>, AiError.AiError>

const place: Errors.Place = { module: "AiEmbeddingModel", method: "embedMany" }

const embedMany = ({ call, params }: Settings): Effect.Effect<EmbedMany, never, Embeddings.Embeddings> =>
  Effect.map(Embeddings.Embeddings, (service): EmbedMany => (input) =>
    Effect.map(
      Effect.mapError(service.embed({ ...params, input }, call), Errors.of(place)),
      ({ embeddings }) => embeddings.map((vector, index) => ({ index, embeddings: [...vector] }))
    ))

/** An embedding model over the vectors in context. */
export const make = (
  { cache, ...settings }: Options = {}
): Effect.Effect<EmbeddingModel.Service, never, Embeddings.Embeddings> =>
  Effect.flatMap(
    embedMany(settings),
    (embedMany) => EmbeddingModel.make({ embedMany, ...(cache === undefined ? {} : { cache }) })
  )

/** An embedding model over the vectors in context, with settings for its calls. */
export const layerWith = (
  options: Options
): Layer.Layer<EmbeddingModel.EmbeddingModel, never, Embeddings.Embeddings> =>
  Layer.effect(EmbeddingModel.EmbeddingModel, make(options))

/** An embedding model over the vectors in context. */
export const layer: Layer.Layer<EmbeddingModel.EmbeddingModel, never, Embeddings.Embeddings> = layerWith({})

export interface DataLoaderOptions extends Settings {
  /** How long texts are gathered for one call. */
  readonly window: Duration.DurationInput
  /** Texts after which the window is closed early. Default: none. */
  readonly maxBatchSize?: number | undefined
}

/** The same, where texts that are asked for within a window are one call, whoever asks. */
export const layerDataLoader = (
  { maxBatchSize, window, ...settings }: DataLoaderOptions
): Layer.Layer<EmbeddingModel.EmbeddingModel, never, Embeddings.Embeddings> =>
  Layer.scoped(
    EmbeddingModel.EmbeddingModel,
    Effect.flatMap(embedMany(settings), (embedMany) =>
      EmbeddingModel.makeDataLoader({ embedMany, window, ...(maxBatchSize === undefined ? {} : { maxBatchSize }) }))
  )
