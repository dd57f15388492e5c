/**
 * Anthropic, and the wire language of its Messages API.
 *
 * `ANTHROPIC_API_KEY`, `ANTHROPIC_BASE_URL`. Evidence: recorded (text, thinking, tools, refusals, errors), documented
 * (read 2026-11-22).
 *
 * @see https://platform.claude.com/docs/en/api/messages
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Dialect from "../Dialect.ts"
import * as Endpoint from "../Endpoint.ts"
import * as Framing from "../Framing.ts"
import * as Errors from "../internal/anthropicErrors.ts"
import * as Events from "../internal/anthropicEvents.ts"
import * as ModelsWire from "../internal/anthropicModelList.ts"
import * as Request from "../internal/anthropicRequest.ts"
import * as Models from "../Models.ts"
import * as Provider from "../Provider.ts"
import type { ProviderError } from "../ProviderError.ts"
import * as Services from "../Services.ts"

const id = "anthropic"

/** Anthropic's Messages API. */
export const dialect = Dialect.make({
  id,
  framing: Framing.sse,
  headers: { "anthropic-version": "2023-06-01" },
  encode: Request.encode(id),
  event: Events.Event,
  initial: Events.initial,
  step: Events.step,
  completion: { body: Events.Message, events: Events.events },
  failure: Errors.failure
})

/** The wire language of Anthropic's list of models. */
export const modelsDialect = ModelsWire.dialect

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id,
  dialect,
  baseUrl: "https://api.anthropic.com",
  auth: Endpoint.header("x-api-key"),
  env: { apiKey: "ANTHROPIC_API_KEY", baseUrl: "ANTHROPIC_BASE_URL" },
  capabilities: {
    streaming: true,
    tools: true,
    parallelTools: true,
    reasoning: true,
    images: true,
    files: true,
    audio: false,
    responseFormat: "json_schema",
    embeddings: false,
    models: true
  },
  models: { dialect: modelsDialect }
}

export interface Options extends Provider.LayerOptions {
  /**
   * The API version, the `anthropic-version` header. Default: 2023-06-01, the one that takes every parameter of
   * `CompletionParams` that this dialect sends; 2026-10-21 takes no `temperature` and no `topP`.
   *
   * @see https://platform.claude.com/docs/en/api/versioning
   */
  readonly version?: string | undefined
  /** Features that are not in the version: the `anthropic-beta` header. */
  readonly betas?: ReadonlyArray<string> | undefined
}

/**
 * What only Anthropic has, as headers.
 *
 * @internal
 */
export const withVersion = (
  { betas, version, ...options }: Partial<Options> & Endpoint.Places
): Provider.EndpointOptions => ({
  ...options,
  headers: {
    ...(version === undefined ? undefined : { "anthropic-version": version }),
    ...(betas === undefined || betas.length === 0 ? undefined : { "anthropic-beta": betas.join(",") }),
    ...options.headers
  }
})

/** Anthropic as a service, without a Scope. */
export const make = (options: Options): Effect.Effect<Provider.Service, never, HttpClient.HttpClient> =>
  Provider.make(endpoint, withVersion(options))

/** Anthropic's list of models as a service, without a Scope. */
export const makeModels = (options: Options): Effect.Effect<Models.Service, never, HttpClient.HttpClient> =>
  Models.make(endpoint, withVersion(options))

/** Anthropic as the application's provider. */
export const layer = (options: Options): Layer.Layer<Provider.Provider | Models.Models, never, HttpClient.HttpClient> =>
  Services.layer(endpoint)(withVersion(options))

/** The same from Config: with no argument, from `ANTHROPIC_API_KEY` and `ANTHROPIC_BASE_URL`. */
export const layerConfig = (
  options: Provider.ConfigOptions<Options> = {}
): Layer.Layer<Provider.Provider | Models.Models, ConfigError.ConfigError | ProviderError, HttpClient.HttpClient> =>
  Provider.layerWith(endpoint, options, layer)
