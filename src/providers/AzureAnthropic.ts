/**
 * Anthropic's models in a Microsoft Foundry resource of Azure's.
 *
 * `AZURE_ANTHROPIC_API_KEY` or `ANTHROPIC_FOUNDRY_API_KEY`, and where the resource is: `AZURE_ANTHROPIC_RESOURCE` or
 * `ANTHROPIC_FOUNDRY_RESOURCE` (its name), or `AZURE_ANTHROPIC_API_BASE` or `ANTHROPIC_FOUNDRY_BASE_URL`
 * (`https://<resource>.services.ai.azure.com/anthropic`). The model is the name of a deployment. A key is sent as
 * `x-api-key`; with `bearer` it is an access token of Entra ID, for `https://ai.azure.com/.default`, which lasts about an
 * hour: as an Effect it is asked for anew for each attempt. There is no list of models. Evidence: documented
 * (@anthropic-ai/foundry-sdk, read 2026-11-23).
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry
 * @see https://learn.microsoft.com/en-us/azure/foundry/foundry-models/how-to/use-foundry-models-claude
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Endpoint from "../Endpoint.ts"
import * as Provider from "../Provider.ts"
import type { ProviderError } from "../ProviderError.ts"
import * as Anthropic from "./Anthropic.ts"

export const endpoint: Endpoint.Endpoint = {
  id: "azureanthropic",
  dialect: Anthropic.dialect,
  baseUrl: "",
  baseUrlOf: ({ resource }) =>
    resource === undefined ? undefined : `https://${resource}.services.ai.azure.com/anthropic`,
  auth: Endpoint.header("x-api-key"),
  env: {
    apiKey: ["AZURE_ANTHROPIC_API_KEY", "ANTHROPIC_FOUNDRY_API_KEY"],
    baseUrl: ["AZURE_ANTHROPIC_API_BASE", "ANTHROPIC_FOUNDRY_BASE_URL"],
    resource: ["AZURE_ANTHROPIC_RESOURCE", "ANTHROPIC_FOUNDRY_RESOURCE"]
  },
  capabilities: { ...Anthropic.endpoint.capabilities, models: false },
  errors: new Map([["DeploymentNotFound", "ModelNotFound"]])
}

/** The same with access tokens in place of keys, for the Registry. */
export const withTokens: typeof endpoint = { ...endpoint, auth: Endpoint.bearer }

export interface Options extends Anthropic.Options, Pick<Endpoint.Places, "resource"> {
  /** Whether `apiKey` is an access token of Entra ID. Default: false, it is a key of the resource. */
  readonly bearer?: boolean | undefined
}

const split = ({ bearer, ...options }: Options): readonly [typeof endpoint, Provider.EndpointOptions] => [
  bearer === true ? withTokens : endpoint,
  Anthropic.withVersion(options)
]

/** The resource as a service, without a Scope. */
export const make = (options: Options): Effect.Effect<Provider.Service, never, HttpClient.HttpClient> =>
  Provider.make(...split(options))

/** The resource as the application's provider. */
export const layer = (options: Options): Layer.Layer<Provider.Provider, never, HttpClient.HttpClient> => {
  const [resource, rest] = split(options)
  return Provider.layer(resource)(rest)
}

/** The same from Config: with no argument, from the variables that the endpoint names. */
export const layerConfig = (
  options: Provider.ConfigOptions<Options> = {}
): Layer.Layer<Provider.Provider, ConfigError.ConfigError | ProviderError, HttpClient.HttpClient> =>
  Provider.layerWith(endpoint, options, layer)
