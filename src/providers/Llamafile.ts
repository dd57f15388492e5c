/**
 * llamafile: a model and its server in one file.
 *
 * `LLAMAFILE_API_BASE`; a key only where it was started with one. The server is llama.cpp's, of the version that the file
 * was built with; the first ones had one of their own, without tools, and without counts and `[DONE]` in a stream.
 * Evidence: documented (read 2026-11-22).
 *
 * @see https://github.com/mozilla-ai/llamafile/blob/main/docs/api.md
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "llamafile",
  dialect: OpenAi.dialect,
  baseUrl: "http://127.0.0.1:8080/v1",
  auth: Endpoint.noAuth,
  env: { baseUrl: "LLAMAFILE_API_BASE" },
  // A model may have to be loaded first.
  timeouts: { headers: "5 minutes" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, embeddings: true, models: true }),
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
