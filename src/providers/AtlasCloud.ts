/**
 * Atlas Cloud: models of many makers. Those of Anthropic have another dialect there, which this module does not speak.
 *
 * `ATLASCLOUD_API_KEY`, `ATLASCLOUD_API_BASE`. Errors come as `code` and `msg`. Evidence: documented (read 2026-11-22).
 *
 * @see https://www.atlascloud.ai/docs/llm-protocols.md
 * @see https://www.atlascloud.ai/docs/errors.md
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "atlascloud",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.atlascloud.ai/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "ATLASCLOUD_API_KEY", baseUrl: "ATLASCLOUD_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, models: true }),
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    maxTokens: "max_tokens",
    n: false,
    seed: false,
    user: false,
    metadata: false,
    logitBias: false,
    logprobs: false,
    topLogprobs: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  developerRole: false
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
