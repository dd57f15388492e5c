/**
 * Hugging Face's router to those who run open models.
 *
 * `HF_TOKEN`, `HUGGINGFACE_API_BASE`. Streams and errors are those of whoever runs the model, which adds fields of its
 * own. Some models write their reasoning into their text. Evidence: recorded (text), documented (@huggingface/tasks
 * 0.21.54, read 2026-11-22).
 *
 * @see https://huggingface.co/docs/inference-providers/tasks/chat-completion
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "huggingface",
  dialect: OpenAi.dialect,
  baseUrl: "https://router.huggingface.co/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "HF_TOKEN", baseUrl: "HUGGINGFACE_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, models: true }),
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    maxTokens: "max_tokens",
    n: false,
    user: false,
    metadata: false,
    logitBias: false,
    parallelToolCalls: false,
    serviceTier: false,
    refusal: false
  },
  developerRole: false,
  thinkTags: "tagged"
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
