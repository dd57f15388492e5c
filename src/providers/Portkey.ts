/**
 * Portkey: a gateway to many providers; models are written `@provider/model`.
 *
 * `PORTKEY_API_KEY`, `PORTKEY_BASE_URL`. What else it is told, such as a config, goes into `headers`. Finish reasons,
 * errors and reasoning are those of the provider behind it: of Anthropic's, thinking comes in `content_blocks`, which
 * it sends only when asked to be no strict copy of OpenAI, and an error in a stream comes as a finish reason. Evidence:
 * documented (its gateway's source, portkey-ai 3.1.0, read 2026-11-22).
 *
 * @see https://portkey.ai/docs/api-reference/inference-api/chat
 * @see https://portkey.ai/docs/api-reference/inference-api/headers
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "portkey",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.portkey.ai/v1",
  auth: Endpoint.header("x-portkey-api-key"),
  env: { apiKey: "PORTKEY_API_KEY", baseUrl: "PORTKEY_BASE_URL" },
  headers: { "x-portkey-strict-open-ai-compliance": "false" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, files: true, embeddings: true, models: true }),
  embeddings: { dialect: OpenAi.embeddingsDialect },
  models: { dialect: OpenAi.modelsDialect },
  thinkTags: "tagged"
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
