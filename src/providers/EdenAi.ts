/**
 * Eden AI: a gateway to the models of many providers, which are written `provider/model`.
 *
 * `EDENAI_API_KEY`, `EDENAI_API_BASE` (`https://api.eu.edenai.run/v3` for Europe). Some models write their reasoning into
 * their text. Evidence: documented (read 2026-11-22).
 *
 * @see https://www.edenai.co/docs/v3/llms/chat-completions
 * @see https://www.edenai.co/docs/api-reference/chat/chat-completions
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "edenai",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.edenai.run/v3",
  auth: Endpoint.bearer,
  env: { apiKey: "EDENAI_API_KEY", baseUrl: "EDENAI_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, files: true, embeddings: true, models: true }),
  embeddings: { dialect: OpenAi.embeddingsDialect },
  models: { dialect: OpenAi.modelsDialect },
  efforts: efforts(["none", "low", "medium", "high"]),
  developerRole: false,
  thinkTags: "tagged",
  stopText: false,
  sentences: [[/^model\(s\) not found or inactive: /i, "ModelNotFound"]]
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
