/**
 * Perplexity: answers from a search, whose sources are the annotations of the answer.
 *
 * `PERPLEXITY_API_KEY`, `PERPLEXITY_BASE_URL`. Token counts come on every event. JSON is to be had by a schema only, and
 * reasoning models write their reasoning into their text. Evidence: recorded (citations, errors), documented
 * (@perplexity-ai/perplexity_ai 0.38.5, read 2026-11-22).
 *
 * @see https://docs.perplexity.ai/api-reference/chat-completions-post
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint = {
  id: "perplexity",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.perplexity.ai",
  auth: Endpoint.bearer,
  env: { apiKey: "PERPLEXITY_API_KEY", baseUrl: "PERPLEXITY_BASE_URL" },
  // Tools are in its reference, and its models do not call them.
  capabilities: Endpoint.capabilities({ tools: false, parallelTools: false, reasoning: true, images: true }),
  streamUsage: false,
  fields: {
    maxTokens: "max_tokens",
    seed: false,
    user: false,
    metadata: false,
    logitBias: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  efforts: efforts(["minimal", "low", "medium", "high"]),
  developerRole: false,
  jsonObject: false,
  thinkTags: "tagged"
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
