/**
 * LM Studio: models on one's own machine, by its server for OpenAI's dialect.
 *
 * `LM_API_TOKEN` where the server asks for a token, `LM_STUDIO_API_BASE`. No efforts, no `json_object`, and a tool cannot
 * be chosen by name. Reasoning comes in a field of its own or in the text, as the server is set up. Evidence: documented
 * (its documentation and its issues, read 2026-11-22).
 *
 * @see https://lmstudio.ai/docs/developer/openai-compat
 * @see https://lmstudio.ai/docs/developer/openai-compat/tools
 */
import * as Endpoint from "../Endpoint.ts"
import type * as Provider from "../Provider.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "lmstudio",
  dialect: OpenAi.dialect,
  baseUrl: "http://localhost:1234/v1",
  auth: Endpoint.noAuth,
  env: { apiKey: "LM_API_TOKEN", baseUrl: "LM_STUDIO_API_BASE" },
  // A model may have to be loaded first.
  timeouts: { headers: "5 minutes" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, embeddings: true, models: true }),
  embeddings: { dialect: OpenAi.embeddingsDialect },
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    maxTokens: "max_tokens",
    n: false,
    user: false,
    metadata: false,
    logprobs: false,
    topLogprobs: false,
    parallelToolCalls: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  efforts: new Map(),
  developerRole: false,
  jsonObject: false,
  toolByName: false,
  thinkTags: "tagged"
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of<typeof endpoint, Provider.KeylessOptions>(endpoint)
