/**
 * MiniMax: its own models.
 *
 * `MINIMAX_API_KEY`, `MINIMAX_API_BASE` (`https://api.minimaxi.com/v1` in China; a key belongs to its place). The models
 * write their reasoning into their text; of them M3 can be told not to think. Errors have codes of its own, and can come
 * in an answer with status 200. Evidence: documented (read 2026-11-22).
 *
 * @see https://platform.minimax.io/docs/api-reference/text-chat-openai
 * @see https://platform.minimax.io/docs/api-reference/errorcode
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "minimax",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.minimax.io/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "MINIMAX_API_KEY", baseUrl: "MINIMAX_API_BASE" },
  capabilities: Endpoint.capabilities({
    forcedTools: false,
    reasoning: true,
    images: true,
    responseFormat: "none",
    models: true
  }),
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    stop: false,
    n: false,
    seed: false,
    user: false,
    metadata: false,
    presencePenalty: false,
    frequencyPenalty: false,
    logitBias: false,
    logprobs: false,
    topLogprobs: false,
    toolChoice: false,
    parallelToolCalls: false,
    serviceTier: false,
    refusal: false
  },
  efforts: efforts(["high"], () => ({ thinking: { type: "adaptive" } }), { thinking: { type: "disabled" } }),
  developerRole: false,
  thinkTags: "tagged",
  // What is not here is the server's fault, or a request's that is not valid (2013).
  errors: new Map([
    ["1002", "RateLimit"],
    ["1004", "Authentication"],
    ["1008", "QuotaExceeded"],
    ["1026", "ContentFilter"],
    ["1027", "ContentFilter"],
    ["1028", "QuotaExceeded"],
    ["1030", "QuotaExceeded"],
    ["1039", "RateLimit"],
    ["1041", "RateLimit"],
    ["1042", "InvalidRequest"],
    ["2045", "RateLimit"],
    ["2049", "Authentication"],
    ["2056", "RateLimit"],
    ["2061", "PermissionDenied"],
    ["2064", "Overloaded"]
  ])
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
