/**
 * Ollama: models on one's own machine, or in its cloud (`https://ollama.com`), by the wire language of its own API.
 *
 * `OLLAMA_HOST`, in every spelling that Ollama's own clients take, and so `baseUrl`: `0.0.0.0`, `gpu-box`, `gpu-box:8080`,
 * `https://example.com/ollama/`. `OLLAMA_API_KEY` for the cloud; a server of one's own needs none. No choice of tools
 * other than to have some or none, one answer a request, and images as bytes only. `reasoningEffort` is whether to think;
 * how much, gpt-oss alone is told. A prompt that does not fit is cut by the server, unless `extra: { ollama: { truncate:
 * false } }`; its `options` and `keep_alive` go there, too. A model may have to be loaded first, so that headers may take
 * 5 minutes. Evidence: recorded (text), documented (its documentation, its client and its source, read 2026-11-23).
 *
 * @see https://docs.ollama.com/api/chat
 * @see https://docs.ollama.com/api/streaming
 * @see https://github.com/ollama/ollama-js
 */
import * as Dialect from "../Dialect.ts"
import * as Endpoint from "../Endpoint.ts"
import * as Framing from "../Framing.ts"
import * as EmbeddingsWire from "../internal/ollamaEmbeddings.ts"
import * as Errors from "../internal/ollamaErrors.ts"
import * as Events from "../internal/ollamaEvents.ts"
import * as Host from "../internal/ollamaHost.ts"
import * as ModelsWire from "../internal/ollamaModels.ts"
import * as Request from "../internal/ollamaRequest.ts"
import * as Services from "../Services.ts"

/** Ollama's own chat API. */
export const dialect = Dialect.make({
  id: "ollama",
  framing: Framing.ndjson,
  headers: {},
  encode: Request.encode,
  event: Events.Event,
  initial: Events.initial,
  step: Events.step,
  completion: { body: Events.Event, events: Events.events },
  failure: Errors.failure
})

/** The wire language of Ollama's vectors. */
export const embeddingsDialect = EmbeddingsWire.dialect

/** The wire language of Ollama's list of models. */
export const modelsDialect = ModelsWire.dialect

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "ollama",
  dialect,
  baseUrl: Host.defaultUrl,
  readBaseUrl: Host.baseUrlOf,
  auth: Endpoint.noAuth,
  env: { apiKey: "OLLAMA_API_KEY", baseUrl: "OLLAMA_HOST" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, embeddings: true, models: true }),
  // They come with the first token, when the model is in memory.
  timeouts: { headers: "5 minutes" },
  embeddings: { dialect: embeddingsDialect },
  models: { dialect: modelsDialect }
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of<typeof endpoint, Services.Options>(endpoint)
