/**
 * Otari: Mozilla's gateway to many providers, hosted or one's own; models are written `provider:model`.
 *
 * `OTARI_API_KEY`, `OTARI_API_BASE` (one's own: `http://localhost:8000/v1`). Vectors and the list of models are served
 * by one's own gateway. Chunks have `null` for what they do not say. A budget that is spent is answered with 403.
 * Evidence: documented (its source and its OpenAPI document, read 2026-11-22).
 *
 * @see https://mozilla-ai.github.io/otari/
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "otari",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.otari.ai/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "OTARI_API_KEY", baseUrl: "OTARI_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, embeddings: true, models: true }),
  embeddings: { dialect: OpenAi.embeddingsDialect },
  models: { dialect: OpenAi.modelsDialect },
  fields: { maxTokens: "max_tokens", metadata: false, serviceTier: false, refusal: false },
  developerRole: false,
  errors: new Map([
    ["budget_exceeded", "QuotaExceeded"],
    ["guardrail_violation", "ContentFilter"],
    ["pricing_required", "InvalidRequest"]
  ]),
  // With 502: what the provider behind it says of the gateway's own account.
  sentences: [
    [/\bprovider rejected the gateway's credentials\b/i, "Authentication"],
    [/\baccount is out of credit\b/i, "QuotaExceeded"]
  ]
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
