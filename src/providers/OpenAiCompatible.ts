/**
 * Any server that speaks OpenAI's chat completions and is not listed: vLLM, LiteLLM, a gateway of one's own.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { Dialect } from "../Dialect.ts"
import * as Embeddings from "../Embeddings.ts"
import * as Endpoint from "../Endpoint.ts"
import * as Models from "../Models.ts"
import * as Provider from "../Provider.ts"
import type { ProviderError } from "../ProviderError.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

/** The dialect is OpenAI's. */
export const dialect = OpenAi.dialect

/** Which server it is, and in which ways it differs: see `Endpoint.Switches`. */
export interface Server extends Endpoint.Switches, Pick<Endpoint.Endpoint, "errors" | "sentences" | "jsonSchema"> {
  /** The provider's id: the `provider` of errors, and the key of its entry in `extra`. */
  readonly id: string
  /** With the version segment where there is one: `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string
  /** How the key is presented. Default: as a bearer token; and not at all where no key is given. */
  readonly auth?: Endpoint.Auth | undefined
  readonly capabilities?: Partial<Endpoint.Capabilities> | undefined
  /**
   * How its vectors are asked for. Default: as OpenAI's, 2,048 texts at once, and as numbers: whether it knows base64
   * is not known.
   */
  readonly embeddings?: Partial<Endpoint.EmbeddingsApi> | undefined
  readonly models?: Partial<Endpoint.ModelsApi> | undefined
}

export interface Options extends Server, Omit<Provider.KeylessOptions, "baseUrl">, Embeddings.ModelOption {}

/** Its blocks are its own: another server of the dialect could make nothing of them. */
const dialectOf = ({ id, replay }: Server): Dialect =>
  replay === "reasoning_details" || replay === "thinking" ? { ...dialect, id } : dialect

const split = (
  options: Options
): readonly [Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels, Services.Options] => {
  // What remains is about the server, and nobody's secret.
  const {
    apiKey,
    embeddingModel,
    headers,
    model,
    onDropped,
    propagateTrace,
    retry,
    timeouts,
    transformClient,
    ...server
  } = options
  return [{
    ...server,
    dialect: dialectOf(server),
    auth: server.auth ?? (apiKey === undefined ? Endpoint.noAuth : Endpoint.bearer),
    env: {},
    // What the server can do is not known; nothing is withheld from it.
    capabilities: { ...OpenAi.endpoint.capabilities, reasoning: true, ...server.capabilities },
    embeddings: { dialect: OpenAi.embeddingsDialect, maxInputs: 2048, ...server.embeddings },
    models: { dialect: OpenAi.modelsDialect, ...server.models }
  }, options]
}

/** The server's endpoint. */
export const endpoint = (options: Options): Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels =>
  split(options)[0]

/** The server as a service, without a Scope. */
export const make = (options: Options): Effect.Effect<Provider.Service, never, HttpClient.HttpClient> =>
  Provider.make(...split(options))

/** The server's vectors as a service, without a Scope. */
export const makeEmbeddings = (options: Options): Effect.Effect<Embeddings.Service, never, HttpClient.HttpClient> =>
  Embeddings.make(...split(options))

/** The server's list of models as a service, without a Scope. */
export const makeModels = (options: Options): Effect.Effect<Models.Service, never, HttpClient.HttpClient> =>
  Models.make(...split(options))

/** The server as the application's provider. */
export const layer = (
  options: Options
): Layer.Layer<Provider.Provider | Embeddings.Embeddings | Models.Models, never, HttpClient.HttpClient> => {
  const [server, rest] = split(options)
  return Services.layer(server)(rest)
}

/** The same with options from Config; the id is always given. */
export const layerConfig = (
  options: Provider.ConfigOptions<Options> & Pick<Options, "id">
): Layer.Layer<
  Provider.Provider | Embeddings.Embeddings | Models.Models,
  ConfigError.ConfigError | ProviderError,
  HttpClient.HttpClient
> =>
  Provider.layerWith(
    { ...OpenAi.endpoint, id: options.id, auth: Endpoint.noAuth, env: {} },
    options,
    layer
  )
