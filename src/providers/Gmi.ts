/**
 * GMI Cloud: open models.
 *
 * `GMI_API_KEY`, `GMI_API_BASE`. A format of the answer is JSON of any shape. What an engine has to say of its error is
 * in `error.details`. Evidence: documented (read 2026-11-22).
 *
 * @see https://docs.gmicloud.ai/inference-engine/api-reference/llm-api-reference
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "gmi",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.gmi-serving.com/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "GMI_API_KEY", baseUrl: "GMI_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, responseFormat: "json_object", models: true }),
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    maxTokens: "max_tokens",
    n: false,
    user: false,
    metadata: false,
    logitBias: false,
    logprobs: false,
    topLogprobs: false,
    parallelToolCalls: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  efforts: new Map(),
  developerRole: false,
  stopText: false,
  sentences: [[/^no matching target server found for model /i, "ModelNotFound"]]
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
