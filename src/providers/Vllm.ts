/**
 * vLLM: open models on one's own machines.
 *
 * `VLLM_API_KEY` where the server was started with one, `VLLM_API_BASE`. Reasoning and tool calls are told apart where it
 * was started with a parser of the model's; without one the reasoning is in the text. It has no users, no metadata and no
 * tiers, and whether it knows the role `developer` is the model's template to say. Evidence: documented (read
 * 2026-11-22).
 *
 * @see https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
 * @see https://docs.vllm.ai/en/latest/features/reasoning_outputs/
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "vllm",
  dialect: OpenAi.dialect,
  baseUrl: "http://localhost:8000/v1",
  auth: Endpoint.noAuth,
  env: { apiKey: "VLLM_API_KEY", baseUrl: "VLLM_API_BASE" },
  // A model may have to be loaded first.
  timeouts: { headers: "5 minutes" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, audio: true, embeddings: true, models: true }),
  embeddings: { dialect: OpenAi.embeddingsDialect, encodingFormat: "base64" },
  models: { dialect: OpenAi.modelsDialect },
  fields: { user: false, metadata: false, serviceTier: false, refusal: false },
  developerRole: false,
  thinkTags: "tagged"
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of<typeof endpoint, Services.Options>(endpoint)
