/**
 * Cohere, and the wire language of its chat API, version 2.
 *
 * `COHERE_API_KEY` or `CO_API_KEY`, `COHERE_BASE_URL` or `CO_API_URL` (without a version: `https://api.cohere.com`). The
 * plan that a model makes before it calls tools is its reasoning, and goes back as the plan; text beside calls, which the API refuses, joins it. A tool
 * cannot be chosen by name. Citations are annotations: `url_citation` where every source has a URL, else as they came.
 * `documents`, `citation_options`, `safety_mode` and `k` go into `extra`. A vector is that of a document to be found,
 * unless `inputType` says otherwise. Evidence: recorded (text, thinking, citations, tools, errors), documented
 * (cohere-ai 8.1.0, read 2026-11-23).
 *
 * @see https://docs.cohere.com/reference/chat
 * @see https://docs.cohere.com/reference/embed
 */
import * as Dialect from "../Dialect.ts"
import * as Endpoint from "../Endpoint.ts"
import * as Framing from "../Framing.ts"
import * as EmbeddingsWire from "../internal/cohereEmbeddings.ts"
import * as Errors from "../internal/cohereErrors.ts"
import * as Events from "../internal/cohereEvents.ts"
import * as ModelsWire from "../internal/cohereModels.ts"
import * as Request from "../internal/cohereRequest.ts"
import * as Services from "../Services.ts"

const id = "cohere"

/** Cohere's chat API. */
export const dialect = Dialect.make({
  id,
  framing: Framing.sse,
  headers: {},
  encode: Request.encode,
  event: Events.Event,
  initial: Events.initial,
  step: Events.step,
  completion: { body: Events.Response, events: Events.events },
  failure: Errors.failure
})

/** The wire language of Cohere's vectors. */
export const embeddingsDialect = EmbeddingsWire.dialect

/** The wire language of Cohere's list of models. */
export const modelsDialect = ModelsWire.dialect

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id,
  dialect,
  baseUrl: "https://api.cohere.com",
  auth: Endpoint.bearer,
  env: { apiKey: ["COHERE_API_KEY", "CO_API_KEY"], baseUrl: ["COHERE_BASE_URL", "CO_API_URL"] },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, embeddings: true, models: true }),
  embeddings: { dialect: embeddingsDialect, maxInputs: 96 },
  models: { dialect: modelsDialect }
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
