/**
 * OpenAI's models in a resource of Azure's.
 *
 * `AZURE_OPENAI_API_KEY`, `AZURE_OPENAI_ENDPOINT` (`https://<resource>.openai.azure.com`). The
 * model is the name of a deployment. Without `apiVersion` requests go to the v1 API, which has no versions; with it, to
 * the deployment's own path. Evidence: recorded (text, reasoning, content filters, errors), documented (read 2026-11-22).
 *
 * @see https://learn.microsoft.com/en-us/azure/foundry/openai/api-version-lifecycle
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Endpoint from "../Endpoint.ts"
import * as Provider from "../Provider.ts"
import type { ProviderError } from "../ProviderError.ts"
import * as OpenAi from "./OpenAi.ts"

/** The v1 API of a resource, which the options name. */
export const endpoint: Endpoint.Endpoint = {
  id: "azureopenai",
  dialect: OpenAi.dialect,
  baseUrl: "",
  auth: Endpoint.header("api-key"),
  env: { apiKey: "AZURE_OPENAI_API_KEY", baseUrl: "AZURE_OPENAI_ENDPOINT" },
  capabilities: OpenAi.endpoint.capabilities,
  path: "/openai/v1/chat/completions"
}

export interface Options extends Provider.LayerOptions {
  /** The resource: `https://<resource>.openai.azure.com`. */
  readonly baseUrl: string
  /** Of the API that came before v1: `2024-10-21`. */
  readonly apiVersion?: string | undefined
}

const split = ({ apiVersion, baseUrl, ...options }: Options): readonly [Endpoint.Endpoint, Provider.LayerOptions] => {
  // From Config it may be missing; the call then says so.
  const resource = (baseUrl ?? endpoint.baseUrl).trim().replace(/\/+(?:openai(?:\/v1)?\/*)?$/, "")
  const path = `/openai/deployments/{model}/chat/completions?api-version=${encodeURIComponent(apiVersion ?? "")}`
  return [apiVersion === undefined ? endpoint : { ...endpoint, path }, { ...options, baseUrl: resource }]
}

/** The resource as a service, without a Scope. */
export const make = (options: Options): Effect.Effect<Provider.Service, never, HttpClient.HttpClient> =>
  Provider.make(...split(options))

/** The resource as the application's provider. */
export const layer = (options: Options): Layer.Layer<Provider.Provider, never, HttpClient.HttpClient> => {
  const [resource, rest] = split(options)
  return Provider.layer(resource)(rest)
}

/** The same from Config: with no argument, from `AZURE_OPENAI_API_KEY` and `AZURE_OPENAI_ENDPOINT`. */
export const layerConfig = (
  options: Provider.ConfigOptions<Options> = {}
): Layer.Layer<Provider.Provider, ConfigError.ConfigError | ProviderError, HttpClient.HttpClient> =>
  Provider.layerWith(endpoint, options, layer)
