/**
 * Nebius Token Factory, formerly AI Studio: open models.
 *
 * `NEBIUS_API_KEY`, `NEBIUS_API_BASE`. Reasoning comes under two names at once, and is told once. Evidence: documented
 * (read 2026-11-22).
 *
 * @see https://docs.tokenfactory.nebius.com/api-reference/inference/create-chat-completion
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "nebius",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.tokenfactory.nebius.com/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "NEBIUS_API_KEY", baseUrl: "NEBIUS_API_BASE" },
  capabilities: Endpoint.capabilities({
    // Its reference has no word of several calls at once.
    parallelTools: false,
    reasoning: true,
    images: true,
    embeddings: true,
    models: true
  }),
  embeddings: { dialect: OpenAi.embeddingsDialect },
  models: { dialect: OpenAi.modelsDialect },
  fields: { seed: false, metadata: false, parallelToolCalls: false, name: false, refusal: false },
  developerRole: false
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
