/**
 * Groq: fast inference of open models.
 *
 * `GROQ_API_KEY`, `GROQ_BASE_URL`. Token counts come unasked, `n` is 1, and there are no penalties, biases or log
 * probabilities. Some models write their reasoning into their text. Evidence: recorded (text, tools, errors inside and
 * outside of streams), documented (groq-sdk 1.6.0, read 2026-11-22).
 *
 * @see https://console.groq.com/docs/api-reference#chat-create
 * @see https://console.groq.com/docs/openai
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "groq",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.groq.com/openai/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "GROQ_API_KEY", baseUrl: "GROQ_BASE_URL" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, models: true }),
  models: { dialect: OpenAi.modelsDialect },
  streamUsage: false,
  fields: {
    n: false,
    metadata: false,
    presencePenalty: false,
    frequencyPenalty: false,
    logitBias: false,
    logprobs: false,
    topLogprobs: false,
    name: false,
    refusal: false
  },
  efforts: efforts(["none", "low", "medium", "high"]),
  thinkTags: "tagged"
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
