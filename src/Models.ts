/**
 * The models that a provider has, as a service of its own: the layers of providers that list them provide it beside
 * `Provider`.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Call from "./Call.ts"
import type { RequestOptions } from "./CallOptions.ts"
import type { ModelsPage } from "./Dialect.ts"
import type { WithModels } from "./Endpoint.ts"
import * as Ask from "./internal/ask.ts"
import { Calls } from "./internal/calls.ts"
import type { ConfigOptions } from "./internal/configure.ts"
import type { JsonObject } from "./internal/json.ts"
import * as Limits from "./internal/limits.ts"
import { Run } from "./internal/run.ts"
import type * as Span from "./internal/span.ts"
import * as Provider from "./Provider.ts"
import type { CallError, ProviderError } from "./ProviderError.ts"
import type { Transport } from "./Transport.ts"

/** What a provider says of one of its models. Most say little: only `id` is always there. */
export interface Model {
  /** What `model` takes. */
  readonly id: string
  /** Seconds since the epoch. */
  readonly created?: number | undefined
  readonly ownedBy?: string | undefined
  readonly displayName?: string | undefined
  /** Tokens that fit in. */
  readonly contextWindow?: number | undefined
  /** Tokens that can come out. */
  readonly maxOutputTokens?: number | undefined
  /** All that was said, as it was sent. */
  readonly raw: JsonObject
}

/** One provider's models. */
export interface Service {
  /** The endpoint's id: `"openai"`. */
  readonly id: string
  /** Cold: each run asks anew, a page at a time. */
  readonly list: (options?: RequestOptions) => Stream.Stream<Model, CallError>
}

/** The models that the application can use. */
export class Models extends Context.Tag("effect-any-llm/Models")<Models, Service>() {}

/** The models of the provider in context, in the provider's order. */
export const list = (options?: RequestOptions): Stream.Stream<Model, CallError, Models> =>
  Stream.unwrap(Effect.map(Models, (models) => models.list(options)))

/** What a list of models takes: it is asked for without one. */
export type Options = Omit<Provider.EndpointOptions, "model" | "onDropped">

/** Characters of one page. */
const pageLimit = 16 * 1024 * 1024

const serviceOf = (endpoint: WithModels, options: Options, transport: Transport, calls: Calls): Service => ({
  id: endpoint.id,
  list: (callOptions = {}) =>
    Stream.suspend(() => {
      const run = new Run<Model>({ endpoint, params: {} })
      const ask: Ask.Ask = {
        endpoint,
        transport,
        calls,
        options: { ...callOptions, retry: callOptions.retry ?? options.retry },
        inSequence: true,
        ...Limits.ofWhole([callOptions.timeouts, options.timeouts, endpoint.timeouts], "1 minute")
      }
      const pages = follow(endpoint, ask, run, new Set())
      return Call.serve(ask, run, described(endpoint, run), Effect.interruptible(pages))
    })
})

/** The page at the cursor, and those that follow it. `seen` are the cursors so far. */
const follow = (
  endpoint: WithModels,
  ask: Ask.Ask,
  run: Run<Model>,
  seen: Set<string>,
  cursor?: string
): Effect.Effect<void, CallError> => {
  const page = Ask.request(ask, run, {
    path: pathOf(endpoint, cursor),
    limit: pageLimit,
    read: (json) => pageOf(endpoint, json, seen)
  })
  return Effect.flatMap(page, ({ cursor, models }) => {
    if (models.length > 0) {
      run.emitted = true
      run.outlet.offer(models)
    }
    if (cursor === undefined) return Effect.void
    seen.add(cursor)
    // Nothing is asked for that nobody has room for.
    return Effect.zipRight(run.outlet.room, Effect.suspend(() => follow(endpoint, ask, run, seen, cursor)))
  })
}

/** A page whose cursor leads on, or which is the last. */
const pageOf = (
  { models: { dialect } }: WithModels,
  json: unknown,
  seen: ReadonlySet<string>
): Either.Either<Pick<ModelsPage, "models" | "cursor">, string> => {
  const page = dialect.page(json)
  if (page === undefined) return Either.left("there is no list of models in it")
  const { cursor, hasMore, models } = page
  if (!hasMore) return Either.right({ models })
  if (cursor === undefined || cursor === "") return Either.left("there are more models, and it does not say where")
  // It would be asked for again and again, and the list is known not to be whole.
  if (seen.has(cursor)) return Either.left("there are more models, and it leads back to a page that was there")
  return Either.right({ models, cursor })
}

const pathOf = ({ models: { dialect, path = dialect.path } }: WithModels, cursor: string | undefined): string => {
  const query = Object.entries(dialect.query(cursor))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&")
  return query === "" ? path : `${path}${path.includes("?") ? "&" : "?"}${query}`
}

const described = (endpoint: WithModels, run: Run<Model>): Span.Described => ({
  name: `list_models ${endpoint.id}`,
  attributes: { "gen_ai.operation.name": "list_models", "gen_ai.provider.name": endpoint.id },
  annotate: (span) => Effect.sync(() => run.annotate(span))
})

const transportOf = (endpoint: WithModels, options: Options) =>
  Effect.flatMap(
    HttpClient.HttpClient,
    (client) => Provider.transportOf(endpoint, options, client, endpoint.models)
  )

/** A service over the HttpClient in context; no Scope, and cheap enough to be made for each request. */
export const make = (endpoint: WithModels, options: Options): Effect.Effect<Service, never, HttpClient.HttpClient> =>
  Effect.map(transportOf(endpoint, options), (transport) => serviceOf(endpoint, options, transport, new Calls()))

/** A layer whose end ends its calls with `Cancelled`. */
export const layer = (endpoint: WithModels) => (options: Options): Layer.Layer<Models, never, HttpClient.HttpClient> =>
  Layer.scoped(
    Models,
    Effect.gen(function*() {
      const transport = yield* transportOf(endpoint, options)
      return serviceOf(endpoint, options, transport, yield* Provider.scopedCalls)
    })
  )

/** The same from Config, with key and base URL from the endpoint's variables where they are not given. */
export const layerConfig = (endpoint: WithModels) =>
(
  options: ConfigOptions<Options> = {}
): Layer.Layer<Models, ConfigError.ConfigError | ProviderError, HttpClient.HttpClient> =>
  Provider.layerWith(endpoint, options, layer(endpoint))

/** Models that are known: for tests, and for servers that list none. */
export const fromIterable = (
  models: Iterable<Omit<Model, "raw"> & Partial<Pick<Model, "raw">>>,
  options: { readonly id?: string | undefined } = {}
): Service => ({
  id: options.id ?? "test",
  list: () => Stream.map(Stream.fromIterable(models), (model) => ({ raw: {}, ...model }))
})
