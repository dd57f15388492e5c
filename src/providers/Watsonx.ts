/**
 * IBM watsonx.ai: models in one of IBM's regions, for a project.
 *
 * `WATSONX_AI_BEARER_TOKEN`, `WATSONX_URL` (`https://us-south.ml.cloud.ibm.com`), `WATSONX_PROJECT_ID`. `apiKey` is an
 * IAM access token, which https://iam.cloud.ibm.com/identity/token gives for an API key and which is good for an hour:
 * as an Effect it is asked for anew for each attempt. Streams have a path of their own and end without `[DONE]`; the
 * model is `model_id`; a space in place of the project goes into `extra`. Evidence: documented (@ibm-cloud/watsonx-ai
 * 1.7.16 and IBM's Java SDK, read 2026-11-22).
 *
 * @see https://cloud.ibm.com/apidocs/watsonx-ai#text-chat
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as ModelsWire from "../internal/watsonxModels.ts"
import type * as Models from "../Models.ts"
import * as Provider from "../Provider.ts"
import type { ProviderError } from "../ProviderError.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

/** Of a region, which the options name, and of no project: `inProject` names it. */
export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "watsonx",
  dialect: OpenAi.dialect,
  baseUrl: "",
  auth: Endpoint.bearer,
  env: { apiKey: "WATSONX_AI_BEARER_TOKEN", baseUrl: "WATSONX_URL", projectId: "WATSONX_PROJECT_ID" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, models: true }),
  models: { dialect: ModelsWire.dialect },
  path: "/ml/v1/text/chat?version=2025-04-23",
  streamPath: "/ml/v1/text/chat_stream?version=2025-04-23",
  modelField: "model_id",
  streamUsage: false,
  fields: {
    user: false,
    metadata: false,
    toolChoice: "tool_choice_option",
    parallelToolCalls: false,
    serviceTier: false
  },
  stopText: false,
  toolByName: "tool_choice",
  efforts: efforts(["low", "medium", "high"]),
  developerRole: false,
  textParts: false,
  errors: new Map([["token_quota_reached", "QuotaExceeded"]]),
  sentences: [[/\bcannot exceed the total tokens limit\b/i, "ContextLength"]]
}

/** The same of a project, for the Registry. */
export const inProject = (projectId: string): typeof endpoint => ({ ...endpoint, body: { project_id: projectId } })

export interface Options extends Provider.LayerOptions {
  /** The region's own: there is no common one. */
  readonly baseUrl: string
  /** Whose usage it is. */
  readonly projectId?: string | undefined
}

const ofProject = (projectId: string | undefined) => projectId === undefined ? endpoint : inProject(projectId)

/** The project's models as a service, without a Scope. */
export const make = (
  { projectId, ...options }: Options
): Effect.Effect<Provider.Service, never, HttpClient.HttpClient> => Provider.make(ofProject(projectId), options)

/** The project's models as the application's provider, and their list. */
export const layer = (
  { projectId, ...options }: Options
): Layer.Layer<Provider.Provider | Models.Models, never, HttpClient.HttpClient> =>
  Services.layer(ofProject(projectId))(options)

/** The same from Config: with no argument, from `WATSONX_URL`, `WATSONX_AI_BEARER_TOKEN` and `WATSONX_PROJECT_ID`. */
export const layerConfig = (
  options: Provider.ConfigOptions<Options> = {}
): Layer.Layer<Provider.Provider | Models.Models, ConfigError.ConfigError | ProviderError, HttpClient.HttpClient> =>
  Provider.layerWith(endpoint, options, layer)
