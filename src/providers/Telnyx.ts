/**
 * Telnyx: open models beside telephony.
 *
 * `TELNYX_API_KEY`, `TELNYX_API_BASE`. A format of the answer is JSON of any shape; schemas go by fields of its own.
 * Evidence: documented (read 2026-11-22).
 *
 * @see https://developers.telnyx.com/docs/inference/openai
 * @see https://developers.telnyx.com/api-reference/openai-chat/create-a-chat-completion-openai-compatible
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "telnyx",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.telnyx.com/v2/ai/openai",
  auth: Endpoint.bearer,
  env: { apiKey: "TELNYX_API_KEY", baseUrl: "TELNYX_API_BASE" },
  capabilities: Endpoint.capabilities({
    reasoning: true,
    images: true,
    responseFormat: "json_object",
    embeddings: true,
    models: true
  }),
  embeddings: { dialect: OpenAi.embeddingsDialect },
  models: { dialect: OpenAi.modelsDialect },
  // Of all its products; they come without a status inside a stream.
  errors: new Map([
    ["10009", "Authentication"],
    ["10010", "PermissionDenied"],
    ["10011", "RateLimit"]
  ]),
  fields: {
    maxTokens: "max_tokens",
    user: false,
    metadata: false,
    logitBias: false,
    parallelToolCalls: false,
    name: false,
    refusal: false
  },
  efforts: efforts(["none", "minimal", "low", "medium", "high", "xhigh", "max"]),
  developerRole: false
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
