/**
 * SambaNova Cloud: open models on hardware of its own.
 *
 * `SAMBANOVA_API_KEY`, `SAMBANOVA_API_BASE`. `created` has fractions of a second, `n`, `seed` and biases are not
 * supported, and DeepSeek-R1 writes its reasoning into its text. `insufficient_quota` is a limit of requests in time.
 * Evidence: documented (sambanova 1.4.0, read 2026-11-22).
 *
 * @see https://docs.sambanova.ai/docs/api-reference/chat/create-chat-based-completion
 * @see https://docs.sambanova.ai/docs/en/api-reference/using-the-api/api-error-codes
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "sambanova",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.sambanova.ai/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "SAMBANOVA_API_KEY", baseUrl: "SAMBANOVA_API_BASE" },
  capabilities: Endpoint.capabilities({
    parallelTools: false,
    reasoning: true,
    images: true,
    embeddings: true,
    models: true
  }),
  embeddings: { dialect: OpenAi.embeddingsDialect },
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    n: false,
    seed: false,
    user: false,
    metadata: false,
    logitBias: false,
    parallelToolCalls: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  efforts: efforts(["low", "medium", "high"]),
  developerRole: false,
  thinkTags: "tagged",
  errors: new Map([
    ["insufficient_quota", "RateLimit"],
    ["model_deprecated", "ModelNotFound"],
    ["queue_full", "Overloaded"]
  ])
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
