/**
 * Gemini on Google Cloud: the same wire language, with the project and the location in the path.
 *
 * `GOOGLE_CLOUD_PROJECT`, `GOOGLE_CLOUD_LOCATION` (`global`, the multi-regions `us` and `eu`, or a region),
 * `GOOGLE_OAUTH_ACCESS_TOKEN` or `CLOUDSDK_AUTH_ACCESS_TOKEN`, `GOOGLE_VERTEX_BASE_URL`. `apiKey` is an OAuth access
 * token, which lasts an hour: as an Effect it is asked for anew for each attempt. A base URL that names no project is
 * completed with project and location, as Google's own clients do. Evidence: recorded (text, a tier),
 * documented (@google/genai 2.32.0, read 2026-11-23).
 *
 * @see https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Effect from "effect/Effect"
import * as Embeddings from "../Embeddings.ts"
import * as Endpoint from "../Endpoint.ts"
import * as EmbeddingsWire from "../internal/geminiEmbeddings.ts"
import * as ModelsWire from "../internal/geminiModelList.ts"
import * as Request from "../internal/geminiRequest.ts"
import { versioned } from "../internal/googleUrl.ts"
import { vertexHost } from "../internal/vertexHost.ts"
import * as Models from "../Models.ts"
import type * as Provider from "../Provider.ts"
import * as Services from "../Services.ts"
import * as Gemini from "./Gemini.ts"

const place = { prefix: "", resource: Request.vertexResource, dialectId: Gemini.dialect.id }

/** Gemini's, with models by their publishers. */
export const dialect = { ...Gemini.dialect, encode: Request.encode(place) }

/** The wire language of Vertex AI's vectors. */
export const embeddingsDialect = EmbeddingsWire.makeVertex(place)

/** The wire language of Vertex AI's list of models: those that Google publishes. */
export const modelsDialect = ModelsWire.make("/publishers/google/models", "100")

const version = "v1"

const within = (host: string, project: string, location: string): string =>
  `${host}/projects/${project}/locations/${location}`

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "vertexai",
  dialect,
  baseUrl: "",
  baseUrlOf: ({ location, project }) =>
    location === undefined || project === undefined
      ? undefined
      : within(`${vertexHost(location)}/${version}`, project, location),
  readBaseUrl: (given, { location, project }) =>
    given.trim() === "" || location === undefined || project === undefined || given.includes("/projects/")
      ? given
      : within(versioned(given, version), project, location),
  auth: Endpoint.bearer,
  env: {
    apiKey: ["GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"],
    baseUrl: "GOOGLE_VERTEX_BASE_URL",
    project: "GOOGLE_CLOUD_PROJECT",
    location: "GOOGLE_CLOUD_LOCATION"
  },
  capabilities: Gemini.endpoint.capabilities,
  embeddings: { dialect: embeddingsDialect, maxInputs: EmbeddingsWire.inputsOf },
  models: {
    dialect: modelsDialect,
    // The list is no project's, and only in the beta.
    baseUrlOf: ({ location }) => location === undefined ? undefined : `${vertexHost(location)}/v1beta1`
  }
}

export interface Options
  extends Provider.LayerOptions, Embeddings.ModelOption, Pick<Endpoint.Places, "project" | "location">
{}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of<typeof endpoint, Options>(endpoint)

/** Vectors as a service, without a Scope. */
export const makeEmbeddings = (
  options: Options
): Effect.Effect<Embeddings.Service, never, HttpClient.HttpClient> => Embeddings.make(endpoint, options)

/** The list of models as a service, without a Scope. */
export const makeModels = (options: Options): Effect.Effect<Models.Service, never, HttpClient.HttpClient> =>
  Models.make(endpoint, options)
