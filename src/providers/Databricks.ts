/**
 * Databricks: the foundation models, and other chat models, that a workspace serves. The model is the name of the
 * serving endpoint.
 *
 * `DATABRICKS_TOKEN`, `DATABRICKS_HOST` (`https://<workspace>.cloud.databricks.com`, as Databricks' own tools have it).
 * Token counts come unasked, on every event. What some models send as reasoning and text are parts of the content.
 * Evidence: documented (read 2026-11-22).
 *
 * @see https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis/api-reference
 */
import type * as Embeddings from "../Embeddings.ts"
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import type * as Provider from "../Provider.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export interface Options extends Provider.LayerOptions, Embeddings.ModelOption {
  /** The workspace's own: there is no common one. */
  readonly baseUrl: string
}

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings = {
  id: "databricks",
  dialect: OpenAi.dialect,
  baseUrl: "",
  auth: Endpoint.bearer,
  env: { apiKey: "DATABRICKS_TOKEN", baseUrl: "DATABRICKS_HOST" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, embeddings: true }),
  embeddings: { dialect: OpenAi.embeddingsDialect, path: "/serving-endpoints/embeddings" },
  path: "/serving-endpoints/chat/completions",
  streamUsage: false,
  fields: {
    maxTokens: "max_tokens",
    seed: false,
    user: false,
    metadata: false,
    presencePenalty: false,
    frequencyPenalty: false,
    logitBias: false,
    parallelToolCalls: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  efforts: efforts(["low", "medium", "high"]),
  developerRole: false,
  errors: new Map([
    ["ENDPOINT_NOT_FOUND", "ModelNotFound"],
    ["RESOURCE_DOES_NOT_EXIST", "ModelNotFound"],
    ["REQUEST_LIMIT_EXCEEDED", "RateLimit"],
    ["TEMPORARILY_UNAVAILABLE", "Overloaded"]
  ]),
  // With 400, and with 403.
  sentences: [
    [/prompt token count.{0,40} cannot exceed/i, "ContextLength"],
    [/\binvalid access token\b/i, "Authentication"]
  ]
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of<typeof endpoint, Options>(endpoint)
