/**
 * DeepSeek's own models.
 *
 * `DEEPSEEK_API_KEY`, `DEEPSEEK_API_BASE`. The models think unless told not to (`reasoningEffort: "none"`), and a turn
 * that called tools has to come back with its reasoning, which it does. Content is a string; a JSON Schema is asked for
 * in the prompt. Evidence: recorded (reasoning, tools, a wrong key), documented (read 2026-11-22).
 *
 * @see https://api-docs.deepseek.com/api/create-chat-completion
 * @see https://api-docs.deepseek.com/guides/thinking_mode
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "deepseek",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.deepseek.com",
  auth: Endpoint.bearer,
  env: { apiKey: "DEEPSEEK_API_KEY", baseUrl: "DEEPSEEK_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, responseFormat: "json_object", models: true }),
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    maxTokens: "max_tokens",
    n: false,
    seed: false,
    user: "user_id",
    metadata: false,
    logitBias: false,
    parallelToolCalls: false,
    serviceTier: false,
    refusal: false
  },
  // It maps the words it does not have itself.
  efforts: efforts(
    ["minimal", "low", "medium", "high", "xhigh", "max"],
    (word) => ({ thinking: { type: "enabled" }, reasoning_effort: word }),
    { thinking: { type: "disabled" } }
  ),
  developerRole: false,
  textParts: false,
  replay: "reasoning_content"
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
