/**
 * Kenari: a gateway to models of many makers, from Indonesia.
 *
 * `KENARI_API_KEY`, `KENARI_API_BASE`. A model that the key must not use is answered with 400, and a wrong key with plain
 * text. Evidence: documented (its OpenAPI description, as others noted it down, read 2026-11-22).
 *
 * @see https://kenari.id/docs
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "kenari",
  dialect: OpenAi.dialect,
  baseUrl: "https://kenari.id/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "KENARI_API_KEY", baseUrl: "KENARI_API_BASE" },
  capabilities: Endpoint.capabilities({
    // Neither several calls at once nor schemas are described.
    parallelTools: false,
    responseFormat: "json_object",
    reasoning: true,
    images: true,
    embeddings: true,
    models: true
  }),
  embeddings: { dialect: OpenAi.embeddingsDialect },
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    // `max_completion_tokens` is taken, and changes nothing.
    maxTokens: "max_tokens",
    n: false,
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
  // With 400.
  sentences: [[/\bmodel .{1,200} is not allowed by this key\b/i, "PermissionDenied"]]
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
