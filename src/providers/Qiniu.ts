/**
 * Qiniu Cloud: models of many makers.
 *
 * `QINIU_API_KEY`, `QINIU_API_BASE`. A model that is not there is a 503 which says that it has no price. Some models
 * write their reasoning into their text. Evidence: documented (read 2026-11-22).
 *
 * @see https://developer.qiniu.com/aitokenapi/12882/ai-inference-api
 * @see https://developer.qiniu.com/aitokenapi/12897/how-to-use-ai-token-api
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "qiniu",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.qnaigc.com/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "QINIU_API_KEY", baseUrl: "QINIU_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, files: true, models: true }),
  models: { dialect: OpenAi.modelsDialect },
  fields: { maxTokens: "max_tokens", metadata: false, serviceTier: false, refusal: false },
  developerRole: false,
  thinkTags: "tagged",
  // All are of the type `quota_exceeded_error`, with 503.
  sentences: [
    [/^the price of the model is not set\b/, "ModelNotFound"],
    [/^user quota is not enough error\b/, "QuotaExceeded"],
    [/^not authenticated error\b/, "Authentication"]
  ]
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
