/**
 * Anthropic's models on Google's Vertex AI, in a project and a location.
 *
 * `GOOGLE_CLOUD_PROJECT` or `ANTHROPIC_VERTEX_PROJECT_ID`, `GOOGLE_CLOUD_LOCATION` or `CLOUD_ML_REGION` (`global`, the
 * multi-regions `us` and `eu`, or a region), `GOOGLE_OAUTH_ACCESS_TOKEN` or `CLOUDSDK_AUTH_ACCESS_TOKEN`;
 * `VERTEXAI_ANTHROPIC_API_BASE`, in place of project and location, is all of the URL up to `/publishers/anthropic`.
 * `apiKey` is an OAuth access token, which lasts an hour: as an Effect it is asked for anew for each attempt. The model
 * (`claude-sonnet-4-5@20250929`) is in the path, the version of the API in the body. A document at a URL is refused by
 * the server. There is no list of models. Evidence: documented (@anthropic-ai/vertex-sdk, read 2026-11-23).
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai
 * @see https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Endpoint from "../Endpoint.ts"
import { vertexHost } from "../internal/vertexHost.ts"
import * as Provider from "../Provider.ts"
import type { ProviderError } from "../ProviderError.ts"
import * as Anthropic from "./Anthropic.ts"

export const endpoint: Endpoint.Endpoint = {
  id: "vertexaianthropic",
  dialect: Anthropic.dialect,
  baseUrl: "",
  baseUrlOf: ({ location, project }) =>
    location === undefined || project === undefined
      ? undefined
      : `${vertexHost(location)}/v1/projects/${project}/locations/${location}/publishers/anthropic`,
  auth: Endpoint.bearer,
  env: {
    apiKey: ["GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"],
    baseUrl: "VERTEXAI_ANTHROPIC_API_BASE",
    project: ["GOOGLE_CLOUD_PROJECT", "ANTHROPIC_VERTEX_PROJECT_ID"],
    location: ["GOOGLE_CLOUD_LOCATION", "CLOUD_ML_REGION"]
  },
  capabilities: { ...Anthropic.endpoint.capabilities, models: false },
  path: "/models/{model}:rawPredict",
  streamPath: "/models/{model}:streamRawPredict",
  modelField: false,
  body: { anthropic_version: "vertex-2023-10-16" },
  // Google's own, before Anthropic's server is asked.
  sentences: [
    [/\bPublisher Model `[^`]{1,400}` (?:was|is) not found/i, "ModelNotFound"],
    [/\bis not allowed to use Publisher Model\b/i, "PermissionDenied"]
  ]
}

export interface Options
  extends Provider.LayerOptions, Pick<Anthropic.Options, "betas">, Pick<Endpoint.Places, "project" | "location">
{}

/** The project's models as a service, without a Scope. */
export const make = (options: Options): Effect.Effect<Provider.Service, never, HttpClient.HttpClient> =>
  Provider.make(endpoint, Anthropic.withVersion(options))

/** The project's models as the application's provider. */
export const layer = (options: Options): Layer.Layer<Provider.Provider, never, HttpClient.HttpClient> =>
  Provider.layer(endpoint)(Anthropic.withVersion(options))

/** The same from Config: with no argument, from the variables that the endpoint names. */
export const layerConfig = (
  options: Provider.ConfigOptions<Options> = {}
): Layer.Layer<Provider.Provider, ConfigError.ConfigError | ProviderError, HttpClient.HttpClient> =>
  Provider.layerWith(endpoint, options, layer)
