/**
 * Moonshot AI: the Kimi models.
 *
 * `MOONSHOT_API_KEY`, `MOONSHOT_API_BASE` (`https://api.moonshot.cn/v1` in China). A turn that called tools has to come
 * back with its reasoning, which it does. Evidence: recorded (reasoning), documented (read 2026-11-22).
 *
 * @see https://platform.kimi.ai/docs/api/chat
 * @see https://platform.kimi.ai/docs/guide/use-kimi-k2-thinking-model
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "moonshot",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.moonshot.ai/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "MOONSHOT_API_KEY", baseUrl: "MOONSHOT_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, models: true }),
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    seed: false,
    user: false,
    metadata: false,
    logitBias: false,
    logprobs: false,
    topLogprobs: false,
    parallelToolCalls: false,
    serviceTier: false,
    refusal: false
  },
  // Of kimi-k3; older models only know whether to think.
  efforts: efforts(["low", "high", "max"], undefined, { thinking: { type: "disabled" } }),
  developerRole: false,
  replay: "reasoning_content"
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
