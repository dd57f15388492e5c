/**
 * Z.ai: the GLM models.
 *
 * `ZAI_API_KEY`, `ZAI_BASE_URL`. Whether a tool is called is the model's choice, and a JSON Schema is asked for in the
 * prompt. Its errors have codes of its own; its list of models is not in its reference. Evidence: recorded (reasoning),
 * documented (read 2026-11-22).
 *
 * @see https://docs.z.ai/api-reference/llm/chat-completion
 * @see https://docs.z.ai/api-reference/api-code
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "zai",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.z.ai/api/paas/v4",
  auth: Endpoint.bearer,
  env: { apiKey: "ZAI_API_KEY", baseUrl: "ZAI_BASE_URL" },
  capabilities: Endpoint.capabilities({
    parallelTools: false,
    reasoning: true,
    images: true,
    responseFormat: "json_object",
    models: true
  }),
  models: { dialect: OpenAi.modelsDialect },
  streamUsage: false,
  fields: {
    maxTokens: "max_tokens",
    n: false,
    seed: false,
    user: "user_id",
    metadata: false,
    presencePenalty: false,
    frequencyPenalty: false,
    logitBias: false,
    logprobs: false,
    topLogprobs: false,
    toolChoice: false,
    parallelToolCalls: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  efforts: efforts(
    ["minimal", "low", "medium", "high", "xhigh", "max"],
    (word) => ({ thinking: { type: "enabled" }, reasoning_effort: word }),
    { thinking: { type: "disabled" } }
  ),
  developerRole: false,
  replay: "reasoning_content",
  // An empty account, and a plan that is used up for hours or weeks, have the status of too many requests.
  errors: new Map([
    ["1112", "PermissionDenied"],
    ["1113", "QuotaExceeded"],
    ["1121", "PermissionDenied"],
    ["1211", "ModelNotFound"],
    ["1220", "PermissionDenied"],
    ["1261", "ContextLength"],
    ["1301", "ContentFilter"],
    ["1304", "QuotaExceeded"],
    ["1308", "QuotaExceeded"],
    ["1309", "QuotaExceeded"],
    ["1310", "QuotaExceeded"],
    ["1311", "PermissionDenied"],
    ["1312", "Overloaded"]
  ])
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
