/**
 * All that a provider has, as one layer: chat completions, and beside them what its endpoint says that there is.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Embeddings from "./Embeddings.ts"
import type { Endpoint, WithEmbeddings, WithModels } from "./Endpoint.ts"
import type { ConfigOptions } from "./internal/configure.ts"
import * as Models from "./Models.ts"
import * as Provider from "./Provider.ts"
import type { ProviderError } from "./ProviderError.ts"

/** What the layer of an endpoint provides. */
export type Services<E extends Endpoint> =
  | Provider.Provider
  | (E extends WithEmbeddings ? Embeddings.Embeddings : never)
  | (E extends WithModels ? Models.Models : never)

export interface Options extends Provider.EndpointOptions, Embeddings.ModelOption {}

/** @internal */
export const hasEmbeddings = (endpoint: Endpoint): endpoint is Endpoint & WithEmbeddings =>
  endpoint.embeddings !== undefined

/** @internal */
export const hasModels = (endpoint: Endpoint): endpoint is Endpoint & WithModels => endpoint.models !== undefined

/** A layer of all that the endpoint has, whose end ends its calls with `Cancelled`. */
export const layer =
  <E extends Endpoint>(endpoint: E) => (options: Options): Layer.Layer<Services<E>, never, HttpClient.HttpClient> =>
    Layer.mergeAll(
      Provider.layer(endpoint)(options),
      hasEmbeddings(endpoint) ? Embeddings.layer(endpoint)(options) : Layer.empty,
      hasModels(endpoint) ? Models.layer(endpoint)(options) : Layer.empty
      // What is there is what the endpoint's type says; TypeScript does not follow a condition on a value into a type.
    ) as Layer.Layer<Services<E>, never, HttpClient.HttpClient>

/** The same from Config, with key and base URL from the endpoint's variables where they are not given. */
export const layerConfig = <E extends Endpoint>(endpoint: E) =>
(
  options: ConfigOptions<Options> = {}
): Layer.Layer<Services<E>, ConfigError.ConfigError | ProviderError, HttpClient.HttpClient> =>
  Provider.layerWith(endpoint, options, layer(endpoint))

/** What the layer of an endpoint takes, where the endpoint has no options of its own. */
export type LayerOptions<E extends Endpoint> =
  & Provider.LayerOptions
  & (E extends WithEmbeddings ? Embeddings.ModelOption : unknown)

/** What every provider's module exports beside its `endpoint`. */
export interface Constructors<E extends Endpoint, Own extends Provider.EndpointOptions> {
  /** The provider as a service, without a Scope. */
  readonly make: (options: Own) => Effect.Effect<Provider.Service, never, HttpClient.HttpClient>
  /** The provider as the application's, with all that it has. */
  readonly layer: (options: Own) => Layer.Layer<Services<E>, never, HttpClient.HttpClient>
  /** The same from Config: with no argument, from the variables that the endpoint names. */
  readonly layerConfig: (
    options?: ConfigOptions<Own>
  ) => Layer.Layer<Services<E>, ConfigError.ConfigError | ProviderError, HttpClient.HttpClient>
}

/** The constructors of an endpoint, whose own options become those of any layer. */
export const of = <E extends Endpoint, Own extends Provider.EndpointOptions = LayerOptions<E>>(
  endpoint: E,
  understood: (options: Own) => Options = (options) => options
): Constructors<E, Own> => ({
  make: (options) => Provider.make(endpoint, understood(options)),
  layer: (options) => layer(endpoint)(understood(options)),
  layerConfig: (options = {}) =>
    Provider.layerWith<Own, Services<E>>(endpoint, options, (read) => layer(endpoint)(understood(read)))
})
