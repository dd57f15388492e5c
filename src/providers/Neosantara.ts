/**
 * Neosantara: a gateway to models of many makers, from Indonesia.
 *
 * `NEOSANTARA_API_KEY`, `NEOSANTARA_API_BASE`. Messages have no field for a refusal. Evidence: documented (its OpenAPI
 * description, read 2026-11-22).
 *
 * @see https://docs.neosantara.xyz/en/gateway/chat-completions
 * @see https://docs.neosantara.xyz/en/about/errors
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "neosantara",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.neosantara.xyz/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "NEOSANTARA_API_KEY", baseUrl: "NEOSANTARA_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, files: true, embeddings: true, models: true }),
  embeddings: { dialect: OpenAi.embeddingsDialect, encodingFormat: "float" },
  models: { dialect: OpenAi.modelsDialect },
  fields: { refusal: false }
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
