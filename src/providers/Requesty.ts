/**
 * Requesty: a router to many providers; models are written `provider/model`.
 *
 * `REQUESTY_API_KEY`, `REQUESTY_API_BASE`. Token counts and `cost` come with the finish reason; reasoning comes as
 * `reasoning_content`, and so it goes back. A wrong token is answered with 403, a spent limit with 412. Evidence:
 * documented (@requesty/ai-sdk 3.6.1, read 2026-11-22).
 *
 * @see https://docs.requesty.ai/api-reference/endpoint/chat-completions-create
 * @see https://docs.requesty.ai/features/error-codes
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "requesty",
  dialect: OpenAi.dialect,
  baseUrl: "https://router.requesty.ai/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "REQUESTY_API_KEY", baseUrl: "REQUESTY_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, embeddings: true, models: true }),
  embeddings: { dialect: OpenAi.embeddingsDialect },
  models: { dialect: OpenAi.modelsDialect },
  fields: { maxTokens: "max_tokens", n: false, metadata: false, serviceTier: false, refusal: false },
  efforts: efforts(["none", "low", "medium", "high", "max"]),
  developerRole: false,
  replay: "reasoning_content",
  // With 400, 403 and 412; and with 424, where what the provider behind it sent is no answer.
  sentences: [
    [/\bprovider and\/or model not supported\b/i, "ModelNotFound"],
    [/\binvalid authorization token\b/i, "Authentication"],
    [/\breached .{0,20}\bspend limit\b/i, "QuotaExceeded"],
    [/\binvalid provider response format\b/i, "Server"],
    [/\bprovider response missing usage\b/i, "Server"]
  ]
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
