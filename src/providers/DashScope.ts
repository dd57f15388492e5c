/**
 * Alibaba Cloud's Model Studio: the Qwen models.
 *
 * `DASHSCOPE_API_KEY`, `DASHSCOPE_API_BASE` (`https://dashscope-intl.aliyuncs.com/compatible-mode/v1` outside of China;
 * a key belongs to its region). Whether a model thinks can be said, and not how much. Its `insufficient_quota` is a rate
 * limit. Evidence: recorded (text, tools), documented (read 2026-11-22).
 *
 * @see https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-openai-chat-completions
 * @see https://www.alibabacloud.com/help/en/model-studio/rate-limit
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings = {
  id: "dashscope",
  dialect: OpenAi.dialect,
  baseUrl: "https://dashscope.aliyuncs.com/compatible-mode/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "DASHSCOPE_API_KEY", baseUrl: "DASHSCOPE_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, embeddings: true }),
  // @see https://www.alibabacloud.com/help/en/model-studio/text-embedding-synchronous-api
  embeddings: { dialect: OpenAi.embeddingsDialect, maxInputs: 10 },
  fields: {
    user: false,
    metadata: false,
    frequencyPenalty: false,
    logitBias: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  efforts: efforts(["high"], () => ({ enable_thinking: true }), { enable_thinking: false }),
  developerRole: false,
  // What OpenAI says of an empty account is said here of the tokens of a minute; who has no money is told otherwise.
  errors: new Map([
    ["insufficient_quota", "RateLimit"],
    ["limit_requests", "RateLimit"],
    ["limit_burst_rate", "RateLimit"],
    ["AllocationQuota.FreeTierOnly", "QuotaExceeded"],
    ["ServiceUnavailable", "Overloaded"]
  ])
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
