/**
 * GitHub Models, which are written `publisher/model`.
 *
 * `GITHUB_TOKEN` (with `models: read`), `GITHUB_MODELS_API_BASE`. The list of models is beside the base URL, in
 * `catalog`. Some models write their reasoning into their text. Evidence: documented (read 2026-11-22).
 *
 * @see https://docs.github.com/en/rest/models/inference
 * @see https://docs.github.com/en/rest/models/catalog
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "github",
  dialect: OpenAi.dialect,
  baseUrl: "https://models.github.ai/inference",
  auth: Endpoint.bearer,
  env: { apiKey: "GITHUB_TOKEN", baseUrl: "GITHUB_MODELS_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, embeddings: true, models: true }),
  embeddings: { dialect: OpenAi.embeddingsDialect, encodingFormat: "float", maxInputs: 2048 },
  models: { dialect: OpenAi.modelsDialect, path: "/../catalog/models" },
  fields: {
    maxTokens: "max_tokens",
    n: false,
    user: false,
    metadata: false,
    logitBias: false,
    logprobs: false,
    topLogprobs: false,
    parallelToolCalls: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  efforts: new Map(),
  thinkTags: "tagged",
  stopText: false,
  sentences: [[/account has reached its budget limit/i, "QuotaExceeded"]]
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
