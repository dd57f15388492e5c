/**
 * llama.cpp's `llama-server`: one model on one's own machine.
 *
 * `LLAMACPP_API_BASE`; a key only where the server was started with one. A choice of tools is a word, and whether it can
 * call several at once is the model's template to say. With `reasoning_format: none` the reasoning is in the text; builds
 * that strip its opening tag then are for `thinkTags: "missingOpener"`, which no other model bears. Evidence: documented
 * (read 2026-11-22).
 *
 * @see https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "llamacpp",
  dialect: OpenAi.dialect,
  baseUrl: "http://127.0.0.1:8080/v1",
  auth: Endpoint.noAuth,
  env: { baseUrl: "LLAMACPP_API_BASE" },
  // A model may have to be loaded first.
  timeouts: { headers: "5 minutes" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, audio: true, embeddings: true, models: true }),
  embeddings: { dialect: OpenAi.embeddingsDialect },
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    maxTokens: "max_tokens",
    user: false,
    metadata: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  developerRole: false,
  toolByName: false,
  thinkTags: "tagged"
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of<typeof endpoint, Services.Options>(endpoint)
