/**
 * DeepInfra: open models.
 *
 * `DEEPINFRA_API_KEY`, `DEEPINFRA_API_BASE`. Usage has an estimate of what the answer cost. A busy model is 429 with
 * `engine_overloaded`; a request without a valid key can be 403. Evidence: documented (its OpenAPI description, read
 * 2026-11-22).
 *
 * @see https://docs.deepinfra.com/api-reference/openai-chat-completions-1
 * @see https://docs.deepinfra.com/api-reference/openai-embeddings-1
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "deepinfra",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.deepinfra.com/v1/openai",
  auth: Endpoint.bearer,
  env: { apiKey: "DEEPINFRA_API_KEY", baseUrl: "DEEPINFRA_API_BASE" },
  capabilities: Endpoint.capabilities({
    // Its reference has no word of several calls at once.
    parallelTools: false,
    reasoning: true,
    images: true,
    embeddings: true,
    models: true
  }),
  embeddings: { dialect: OpenAi.embeddingsDialect, maxInputs: 1024, encodingFormat: "float" },
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    maxTokens: "max_tokens",
    metadata: false,
    logitBias: false,
    topLogprobs: false,
    parallelToolCalls: false,
    refusal: false
  },
  developerRole: false,
  // The first comes with 403; inside a stream both come without any code.
  sentences: [[/^not authenticated$/i, "Authentication"], [/^model busy, retry later$/i, "Overloaded"]]
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
