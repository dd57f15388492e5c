/**
 * Mozilla.ai's platform: the models of many providers, with one key. A model there is `provider:model` itself.
 *
 * `ANY_LLM_KEY`, `ANY_LLM_PLATFORM_URL`. Chunks are those of any-llm: reasoning is an object. A stream that failed still
 * says that it is done. Evidence: documented (the source of its gateway and of its client, read 2026-11-22).
 *
 * @see https://any-llm.ai
 * @see https://github.com/mozilla-ai/otari/blob/main/docs/api-reference.md
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "mzai",
  dialect: OpenAi.dialect,
  baseUrl: "https://platform-api.any-llm.ai/api/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "ANY_LLM_KEY", baseUrl: "ANY_LLM_PLATFORM_URL" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, embeddings: true, models: true }),
  embeddings: { dialect: OpenAi.embeddingsDialect, encodingFormat: "float" },
  models: { dialect: OpenAi.modelsDialect },
  fields: { maxTokens: "max_tokens", metadata: false, serviceTier: false, refusal: false },
  efforts: efforts(["minimal", "low", "medium", "high"]),
  developerRole: false
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
