/**
 * Mistral's own models.
 *
 * `MISTRAL_API_KEY`, `MISTRAL_API_BASE`. The API refuses fields that it does not know, a user who speaks right after a
 * tool, and ids of calls that are not its own nine letters and digits. Reasoning comes in parts of the content, and has
 * to come back in them. Evidence: recorded (text, reasoning, tools), documented (@mistralai/mistralai 2.7.0, read
 * 2026-11-22).
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @see https://docs.mistral.ai/capabilities/reasoning
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "mistral",
  // Thinking with its signature is nobody else's.
  dialect: { ...OpenAi.dialect, id: "mistral" },
  baseUrl: "https://api.mistral.ai/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "MISTRAL_API_KEY", baseUrl: "MISTRAL_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, embeddings: true, models: true }),
  embeddings: { dialect: OpenAi.embeddingsDialect, maxTokens: 16_384, dimensionsField: "output_dimension" },
  models: { dialect: OpenAi.modelsDialect },
  // It counts unasked, on the last event.
  streamUsage: false,
  fields: {
    maxTokens: "max_tokens",
    seed: "random_seed",
    user: false,
    logitBias: false,
    logprobs: false,
    topLogprobs: false,
    name: false,
    refusal: false
  },
  developerRole: false,
  userAfterTool: false,
  replay: "thinking",
  shortCallIds: true,
  // What a tier has room for comes with the status of too many requests.
  errors: new Map([["3505", "Overloaded"]])
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
