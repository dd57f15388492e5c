/**
 * Meta: the models of its Model API.
 *
 * `MODEL_API_KEY`, `META_API_BASE`. The models think, but a chat completion does not tell what: `reasoning_content` is
 * there, and empty. Tools are the model's own choice, and those that are `strict` want `additionalProperties: false` in
 * every object of their schema. Evidence: documented (read 2026-11-22).
 *
 * @see https://dev.meta.ai/docs/protocols/chat-completions
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "meta",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.meta.ai/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "MODEL_API_KEY", baseUrl: "META_API_BASE" },
  capabilities: Endpoint.capabilities({ images: true, files: true, models: true }),
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    stop: false,
    n: false,
    user: false,
    metadata: false,
    logitBias: false,
    logprobs: false,
    topLogprobs: false,
    toolChoice: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  efforts: efforts(["minimal", "low", "medium", "high", "xhigh"]),
  errors: new Map([
    ["billing_not_configured", "QuotaExceeded"],
    ["payload_too_large", "InvalidRequest"],
    ["gateway_timeout", "Server"],
    ["backend_unavailable", "Overloaded"],
    ["server_shutting_down", "Overloaded"],
    ["service_overloaded", "Overloaded"]
  ])
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
