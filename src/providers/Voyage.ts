/**
 * Voyage AI: vectors, and no chat completions.
 *
 * `VOYAGE_API_KEY`, `VOYAGE_API_BASE`. Types of input are told apart, and the length of a vector is `output_dimension`.
 * What is counted is `total_tokens` only. Evidence: documented (voyageai 0.4.0, read 2026-11-22).
 *
 * @see https://docs.voyageai.com/reference/embeddings-api
 * @see https://docs.voyageai.com/docs/error-codes
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Embeddings from "../Embeddings.ts"
import * as Endpoint from "../Endpoint.ts"
import type * as Provider from "../Provider.ts"
import type { ProviderError } from "../ProviderError.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.WithEmbeddings = {
  id: "voyage",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.voyageai.com/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "VOYAGE_API_KEY", baseUrl: "VOYAGE_API_BASE" },
  embeddings: {
    dialect: OpenAi.embeddingsDialect,
    maxInputs: 1000,
    // Of the models that take least.
    maxTokens: 120_000,
    dimensionsField: "output_dimension",
    inputTypeField: "input_type"
  },
  sentences: [[/\bmodel \S{1,200} is not supported\. Supported models are\b/i, "ModelNotFound"]]
}

export type Options = Embeddings.Options & Pick<Provider.LayerOptions, "apiKey">

/** The vectors as a service, without a Scope. */
export const make = (options: Options): Effect.Effect<Embeddings.Service, never, HttpClient.HttpClient> =>
  Embeddings.make(endpoint, options)

/** The vectors as the application's. */
export const layer = (options: Options): Layer.Layer<Embeddings.Embeddings, never, HttpClient.HttpClient> =>
  Embeddings.layer(endpoint)(options)

/** The same from Config: with no argument, from the variables that the endpoint names. */
export const layerConfig = (
  options: Provider.ConfigOptions<Options> = {}
): Layer.Layer<Embeddings.Embeddings, ConfigError.ConfigError | ProviderError, HttpClient.HttpClient> =>
  Embeddings.layerConfig(endpoint)(options)
