/**
 * Together AI: open models.
 *
 * `TOGETHER_API_KEY`, `TOGETHER_API_BASE`. Token counts come unasked, and log probabilities in a form of its own, which
 * is not asked for. Some models write their reasoning into their text. Evidence: recorded (text), documented
 * (together-ai 0.52.0, read 2026-11-22).
 *
 * @see https://docs.together.ai/reference/chat-completions-1
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "together",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.together.xyz/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "TOGETHER_API_KEY", baseUrl: "TOGETHER_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, embeddings: true, models: true }),
  embeddings: { dialect: OpenAi.embeddingsDialect },
  models: { dialect: OpenAi.modelsDialect },
  streamUsage: false,
  fields: {
    maxTokens: "max_tokens",
    user: false,
    metadata: false,
    logprobs: false,
    topLogprobs: false,
    parallelToolCalls: false,
    serviceTier: false,
    refusal: false
  },
  efforts: efforts(["low", "medium", "high"], undefined, { reasoning: { enabled: false } }),
  developerRole: false,
  thinkTags: "tagged"
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
