/**
 * OpenAI's models in a resource of Azure's.
 *
 * `AZURE_OPENAI_API_KEY`, `AZURE_OPENAI_ENDPOINT` (`https://<resource>.openai.azure.com`). The
 * model is the name of a deployment. Without `apiVersion` requests go to the v1 API, which has no versions; with it, to
 * the deployment's own path. The list is of the models that can be deployed. Evidence: recorded (text, reasoning, content
 * filters, errors), documented (read 2026-11-22).
 *
 * @see https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle
 * @see https://learn.microsoft.com/en-us/rest/api/microsoft-foundry/azureopenai/models
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Embeddings from "../Embeddings.ts"
import * as Endpoint from "../Endpoint.ts"
import { openAiStyles } from "../JsonSchemaStyle.ts"
import * as Models from "../Models.ts"
import * as Provider from "../Provider.ts"
import type { ProviderError } from "../ProviderError.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

/** The v1 API of a resource, which the options name. */
export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "azureopenai",
  dialect: OpenAi.dialect,
  baseUrl: "",
  auth: Endpoint.header("api-key"),
  env: { apiKey: "AZURE_OPENAI_API_KEY", baseUrl: "AZURE_OPENAI_ENDPOINT" },
  capabilities: OpenAi.endpoint.capabilities,
  jsonSchema: openAiStyles,
  path: "/openai/v1/chat/completions",
  embeddings: { ...OpenAi.endpoint.embeddings, path: "/openai/v1/embeddings" },
  models: { ...OpenAi.endpoint.models, path: "/openai/v1/models" }
}

export interface Options extends Provider.LayerOptions, Embeddings.ModelOption {
  /** The resource: `https://<resource>.openai.azure.com`. */
  readonly baseUrl: string
  /** Of the API that came before v1: `2024-10-21`. */
  readonly apiVersion?: string | undefined
}

/** The API that came before v1: a deployment is in the path. */
const versioned = (apiVersion: string): typeof endpoint => {
  const version = `api-version=${encodeURIComponent(apiVersion)}`
  return {
    ...endpoint,
    path: `/openai/deployments/{model}/chat/completions?${version}`,
    embeddings: { ...endpoint.embeddings, path: `/openai/deployments/{model}/embeddings?${version}` },
    models: { ...endpoint.models, path: `/openai/models?${version}` }
  }
}

const split = ({ apiVersion, baseUrl, ...options }: Options): readonly [typeof endpoint, Services.Options] => {
  // From Config it may be missing; the call then says so.
  const resource = (baseUrl ?? endpoint.baseUrl).trim().replace(/\/+(?:openai(?:\/v1)?\/*)?$/, "")
  return [apiVersion === undefined ? endpoint : versioned(apiVersion), { ...options, baseUrl: resource }]
}

/** The resource as a service, without a Scope. */
export const make = (options: Options): Effect.Effect<Provider.Service, never, HttpClient.HttpClient> =>
  Provider.make(...split(options))

/** The resource's vectors as a service, without a Scope. */
export const makeEmbeddings = (options: Options): Effect.Effect<Embeddings.Service, never, HttpClient.HttpClient> =>
  Embeddings.make(...split(options))

/** The resource's list of models as a service, without a Scope. */
export const makeModels = (options: Options): Effect.Effect<Models.Service, never, HttpClient.HttpClient> =>
  Models.make(...split(options))

/** The resource as the application's provider. */
export const layer = (
  options: Options
): Layer.Layer<Services.Services<typeof endpoint>, never, HttpClient.HttpClient> => {
  const [resource, rest] = split(options)
  return Services.layer(resource)(rest)
}

/** The same from Config: with no argument, from `AZURE_OPENAI_API_KEY` and `AZURE_OPENAI_ENDPOINT`. */
export const layerConfig = (
  options: Provider.ConfigOptions<Options> = {}
): Layer.Layer<
  Services.Services<typeof endpoint>,
  ConfigError.ConfigError | ProviderError,
  HttpClient.HttpClient
> => Provider.layerWith(endpoint, options, layer)
