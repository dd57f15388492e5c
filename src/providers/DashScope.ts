/**
 * Alibaba Cloud's Model Studio: the Qwen models.
 *
 * `DASHSCOPE_API_KEY`, `DASHSCOPE_API_BASE` (`https://dashscope-intl.aliyuncs.com/compatible-mode/v1` outside of China;
 * a key belongs to its region). Whether a model thinks can be said, and not how much. Evidence: recorded (text, tools),
 * documented (read 2026-11-22).
 *
 * @see https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-openai-chat-completions
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint = {
  id: "dashscope",
  dialect: OpenAi.dialect,
  baseUrl: "https://dashscope.aliyuncs.com/compatible-mode/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "DASHSCOPE_API_KEY", baseUrl: "DASHSCOPE_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true }),
  fields: {
    maxTokens: "max_tokens",
    user: false,
    metadata: false,
    frequencyPenalty: false,
    logitBias: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  efforts: efforts(["high"], () => ({ enable_thinking: true }), { enable_thinking: false }),
  developerRole: false
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
