/**
 * OVHcloud AI Endpoints: open models, hosted in Europe.
 *
 * `OVHCLOUD_API_KEY`, `OVHCLOUD_API_BASE`. A wrong key is answered with 403. Reasoning comes in `reasoning`, and came in
 * `reasoning_content`. Evidence: documented (read 2026-11-22).
 *
 * @see https://github.com/ovh/docs/tree/develop/pages/public_cloud/ai_machine_learning
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "ovhcloud",
  dialect: OpenAi.dialect,
  baseUrl: "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "OVHCLOUD_API_KEY", baseUrl: "OVHCLOUD_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, embeddings: true, models: true }),
  embeddings: { dialect: OpenAi.embeddingsDialect },
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    maxTokens: "max_tokens",
    n: false,
    user: false,
    metadata: false,
    presencePenalty: false,
    frequencyPenalty: false,
    logitBias: false,
    parallelToolCalls: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  efforts: new Map(),
  developerRole: false,
  sentences: [[/^forbidden: authentication failed$/i, "Authentication"]]
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
