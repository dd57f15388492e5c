/**
 * xAI: Grok, over REST.
 *
 * `XAI_API_KEY`, `XAI_API_BASE`. Completion tokens are counted without the reasoning, which is added here. Evidence:
 * recorded (reasoning, tools), documented (read 2026-11-22).
 *
 * @see https://docs.x.ai/docs/api-reference#chat-completions
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "xai",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.x.ai/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "XAI_API_KEY", baseUrl: "XAI_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, models: true }),
  models: { dialect: OpenAi.modelsDialect },
  fields: { metadata: false, logitBias: false, refusal: false },
  efforts: efforts(["none", "low", "medium", "high", "xhigh"]),
  developerRole: false,
  reasoningApart: true
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
