/**
 * Google's Gemini API, and the wire language of its `generateContent`.
 *
 * `GEMINI_API_KEY` or `GOOGLE_API_KEY`, `GOOGLE_GEMINI_BASE_URL`. A base URL that names no version is completed with
 * `/v1beta`, as Google's own clients do. Evidence: recorded (text, thoughts, calls, streamed arguments, grounding, blocked prompts), documented (read
 * 2026-11-23).
 *
 * @see https://ai.google.dev/api/generate-content
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Effect from "effect/Effect"
import * as Dialect from "../Dialect.ts"
import * as Embeddings from "../Embeddings.ts"
import * as Endpoint from "../Endpoint.ts"
import * as Framing from "../Framing.ts"
import * as EmbeddingsWire from "../internal/geminiEmbeddings.ts"
import * as Errors from "../internal/geminiErrors.ts"
import * as Events from "../internal/geminiEvents.ts"
import * as ModelsWire from "../internal/geminiModelList.ts"
import * as Request from "../internal/geminiRequest.ts"
import { versioned } from "../internal/googleUrl.ts"
import * as Models from "../Models.ts"
import type * as Provider from "../Provider.ts"
import * as Services from "../Services.ts"

const id = "gemini"

const place = { prefix: "", resource: Request.geminiResource, dialectId: id }

/** Gemini's `generateContent` and `streamGenerateContent`. */
export const dialect = Dialect.make({
  id,
  framing: Framing.sse,
  headers: {},
  encode: Request.encode(place),
  event: Events.Event,
  initial: Events.initial,
  step: Events.step,
  end: Events.end,
  completion: { body: Events.Body, events: Events.events },
  failure: Errors.failure
})

/** The wire language of Gemini's vectors. */
export const embeddingsDialect = EmbeddingsWire.make(place)

/** The wire language of Gemini's list of models. */
export const modelsDialect = ModelsWire.make("/models", "1000")

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id,
  dialect,
  baseUrl: "https://generativelanguage.googleapis.com/v1beta",
  readBaseUrl: (given) => versioned(given, "v1beta"),
  auth: Endpoint.header("x-goog-api-key"),
  env: { apiKey: ["GEMINI_API_KEY", "GOOGLE_API_KEY"], baseUrl: "GOOGLE_GEMINI_BASE_URL" },
  capabilities: Endpoint.capabilities({
    reasoning: true,
    images: true,
    files: true,
    audio: true,
    embeddings: true,
    models: true
  }),
  embeddings: { dialect: embeddingsDialect, maxInputs: 100 },
  models: { dialect: modelsDialect }
}

export interface Options extends Provider.LayerOptions, Embeddings.ModelOption {}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of<typeof endpoint, Options>(endpoint)

/** Vectors as a service, without a Scope. */
export const makeEmbeddings = (
  options: Options
): Effect.Effect<Embeddings.Service, never, HttpClient.HttpClient> => Embeddings.make(endpoint, options)

/** The list of models as a service, without a Scope. */
export const makeModels = (options: Options): Effect.Effect<Models.Service, never, HttpClient.HttpClient> =>
  Models.make(endpoint, options)
