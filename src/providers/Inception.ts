/**
 * Inception: the Mercury models, which write by diffusion.
 *
 * `INCEPTION_API_KEY`, `INCEPTION_API_BASE`. Of its reasoning a summary is told, after the text or before it as it is
 * ready: it is asked for with every effort, and waited for. A choice of tools is a word, and stop sequences are a list.
 * With `diffusing` (as `extra`) chunks are whole drafts, which nothing here puts together. Evidence: documented (read
 * 2026-11-22).
 *
 * @see https://docs.inceptionlabs.ai/api-reference/chat/create-a-chat-completion
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "inception",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.inceptionlabs.ai/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "INCEPTION_API_KEY", baseUrl: "INCEPTION_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, models: true }),
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    maxTokens: "max_tokens",
    topP: false,
    n: false,
    seed: false,
    user: false,
    metadata: false,
    presencePenalty: false,
    frequencyPenalty: false,
    logitBias: false,
    logprobs: false,
    topLogprobs: false,
    parallelToolCalls: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  efforts: efforts(
    ["low", "medium", "high"],
    (word) => ({ reasoning_effort: word, reasoning_summary: true, reasoning_summary_wait: true }),
    { reasoning_effort: "instant" }
  ),
  developerRole: false,
  toolByName: false,
  stopText: false
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
