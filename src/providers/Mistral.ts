/**
 * Mistral's own models.
 *
 * `MISTRAL_API_KEY`, `MISTRAL_API_BASE`. The API refuses fields that it does not know, and a user who speaks right after
 * a tool. Reasoning comes in parts of the content. Evidence: recorded (text, reasoning, tools), documented
 * (@mistralai/mistralai 2.7.0, read 2026-11-22).
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint = {
  id: "mistral",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.mistral.ai/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "MISTRAL_API_KEY", baseUrl: "MISTRAL_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true }),
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
  userAfterTool: false
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
