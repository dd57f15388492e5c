/**
 * OpenAI's chat completions: the dialect that most providers speak, and the provider that it comes from.
 *
 * `OPENAI_API_KEY`, `OPENAI_BASE_URL`. Evidence: recorded (text, tools, refusals, errors), documented (read 2026-11-22).
 *
 * @see https://platform.openai.com/docs/api-reference/chat
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Dialect from "../Dialect.ts"
import * as Embeddings from "../Embeddings.ts"
import * as Endpoint from "../Endpoint.ts"
import * as Framing from "../Framing.ts"
import * as EmbeddingsWire from "../internal/openAiEmbeddings.ts"
import { failure } from "../internal/openAiErrors.ts"
import * as Events from "../internal/openAiEvents.ts"
import * as ModelsWire from "../internal/openAiModels.ts"
import { encode } from "../internal/openAiRequest.ts"
import { openAiStyles } from "../JsonSchemaStyle.ts"
import * as Models from "../Models.ts"
import * as Provider from "../Provider.ts"
import type { ProviderError } from "../ProviderError.ts"
import * as Services from "../Services.ts"

/** OpenAI's wire language, as OpenAI and those who imitate it speak it. */
export const dialect = Dialect.make({
  id: "openai",
  framing: Framing.sse,
  headers: {},
  encode,
  event: Events.event,
  initial: Events.initial,
  step: Events.step,
  end: Events.end,
  completion: { body: Events.event, events: Events.events },
  failure
})

/** The wire language of OpenAI's vectors. */
export const embeddingsDialect = EmbeddingsWire.dialect

/** The wire language of OpenAI's list of models. */
export const modelsDialect = ModelsWire.dialect

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "openai",
  dialect,
  baseUrl: "https://api.openai.com/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "OPENAI_API_KEY", baseUrl: "OPENAI_BASE_URL" },
  capabilities: {
    streaming: true,
    tools: true,
    parallelTools: true,
    // Efforts are understood, but chat completions show no reasoning text; the Responses API does.
    reasoning: false,
    images: true,
    files: true,
    audio: true,
    responseFormat: "json_schema",
    embeddings: true,
    models: true
  },
  jsonSchema: openAiStyles,
  // @see https://platform.openai.com/docs/api-reference/embeddings/create
  embeddings: { dialect: embeddingsDialect, maxInputs: 2048, maxTokens: 300_000, encodingFormat: "base64" },
  models: { dialect: modelsDialect }
}

export interface Options extends Provider.LayerOptions, Embeddings.ModelOption {
  /** Whose usage it is, for keys of several organizations: the `OpenAI-Organization` header. */
  readonly organization?: string | undefined
  /** The `OpenAI-Project` header. */
  readonly project?: string | undefined
}

/**
 * What only OpenAI has, as headers.
 *
 * @internal
 */
export const withScope = ({ organization, project, ...options }: Partial<Options>): Services.Options => ({
  ...options,
  headers: {
    ...(organization === undefined ? undefined : { "openai-organization": organization }),
    ...(project === undefined ? undefined : { "openai-project": project }),
    ...options.headers
  }
})

/** OpenAI as a service, without a Scope. */
export const make = (options: Options): Effect.Effect<Provider.Service, never, HttpClient.HttpClient> =>
  Provider.make(endpoint, withScope(options))

/** OpenAI's vectors as a service, without a Scope. */
export const makeEmbeddings = (options: Options): Effect.Effect<Embeddings.Service, never, HttpClient.HttpClient> =>
  Embeddings.make(endpoint, withScope(options))

/** OpenAI's list of models as a service, without a Scope. */
export const makeModels = (options: Options): Effect.Effect<Models.Service, never, HttpClient.HttpClient> =>
  Models.make(endpoint, withScope(options))

/** OpenAI as the application's provider. */
export const layer = (
  options: Options
): Layer.Layer<Provider.Provider | Embeddings.Embeddings | Models.Models, never, HttpClient.HttpClient> =>
  Services.layer(endpoint)(withScope(options))

/** The same from Config: with no argument, from `OPENAI_API_KEY` and `OPENAI_BASE_URL`. */
export const layerConfig = (
  options: Provider.ConfigOptions<Options> = {}
): Layer.Layer<
  Provider.Provider | Embeddings.Embeddings | Models.Models,
  ConfigError.ConfigError | ProviderError,
  HttpClient.HttpClient
> => Provider.layerWith(endpoint, options, layer)
