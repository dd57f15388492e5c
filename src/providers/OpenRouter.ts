/**
 * OpenRouter: the models of others, by one key.
 *
 * `OPENROUTER_API_KEY`, `OPENROUTER_API_BASE`. Blocks of reasoning, with the signatures that some models want back, go
 * out again as they came. Comments keep the connection open until a model answers. Evidence: recorded (text, tools,
 * reasoning with signatures, annotations, errors), documented (@openrouter/sdk 1.3.19, read 2026-11-22).
 *
 * @see https://openrouter.ai/docs/api-reference/chat-completion
 * @see https://openrouter.ai/docs/guides/best-practices/reasoning-tokens
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "openrouter",
  // The blocks of its answers are nobody else's.
  dialect: { ...OpenAi.dialect, id: "openrouter" },
  baseUrl: "https://openrouter.ai/api/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "OPENROUTER_API_KEY", baseUrl: "OPENROUTER_API_BASE" },
  capabilities: Endpoint.capabilities({
    reasoning: true,
    images: true,
    files: true,
    audio: true,
    embeddings: true,
    models: true
  }),
  embeddings: {
    dialect: OpenAi.embeddingsDialect,
    inputTypeField: "input_type",
    inputTypes: { query: "search_query", document: "search_document" }
  },
  models: { dialect: OpenAi.modelsDialect },
  fields: { n: false },
  replay: "reasoning_details"
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
