/**
 * The service that an application asks for, and how an endpoint becomes one. The file to read first: `make` wires the
 * stages together.
 *
 * `CompletionParams` go through the endpoint's `Dialect` to a request; `Transport` sends it; `Framing` cuts the body
 * into frames and `Normalise` makes chunks of them; `Call` runs it all, with time limits, cancellation and retry.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Channel from "effect/Channel"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Call from "./Call.ts"
import type { CallOptions, RetryPolicy } from "./CallOptions.ts"
import * as ChatCompletion from "./ChatCompletion.ts"
import type { ChatCompletionChunk } from "./ChatCompletionChunk.ts"
import type { CompletionParams } from "./CompletionParams.ts"
import type { Dropped, Encoded, Fault } from "./Dialect.ts"
import type { Capabilities, Endpoint, Places, Server, Signer, Timeouts } from "./Endpoint.ts"
import * as Address from "./internal/address.ts"
import { Calls } from "./internal/calls.ts"
import * as Configure from "./internal/configure.ts"
import type { ConfigOptions } from "./internal/configure.ts"
import * as Limits from "./internal/limits.ts"
import { Run } from "./internal/run.ts"
import type { CallError, ProviderError } from "./ProviderError.ts"
import * as Transport from "./Transport.ts"

export type { CallOptions, ResponseHead, RetryPolicy } from "./CallOptions.ts"
export type { ConfigOptions } from "./internal/configure.ts"
export type { CallError } from "./ProviderError.ts"

/** One LLM provider. */
export interface Service {
  /** The endpoint's id: `"openai"`. */
  readonly id: string
  readonly capabilities: Capabilities
  /** The answer as it is written. Cold: each run sends one request, and a retry of it where that is safe. */
  readonly completionStream: (
    params: CompletionParams,
    options?: CallOptions
  ) => Stream.Stream<ChatCompletionChunk, CallError>
  /** The answer when it is whole. */
  readonly completion: (
    params: CompletionParams,
    options?: CallOptions
  ) => Effect.Effect<ChatCompletion.ChatCompletion, CallError>
}

/** The provider that the application runs over: swapping it is swapping a Layer. */
export class Provider extends Context.Tag("effect-any-llm/Provider")<Provider, Service>() {}

/** The answer of the provider in context, as it is written. */
export const completionStream = (
  params: CompletionParams,
  options?: CallOptions
): Stream.Stream<ChatCompletionChunk, CallError, Provider> =>
  unwrap(Effect.map(Provider, (provider) => provider.completionStream(params, options)))

/** `Stream.unwrap` says the same with two more executors, which every open stream would hold and each chunk would pass. */
const unwrap = <A, E, R, E2, R2>(
  effect: Effect.Effect<Stream.Stream<A, E, R>, E2, R2>
): Stream.Stream<A, E | E2, R | R2> => Stream.fromChannel(Channel.unwrap(Effect.map(effect, Stream.toChannel)))

/** The whole answer of the provider in context. */
export const completion = (
  params: CompletionParams,
  options?: CallOptions
): Effect.Effect<ChatCompletion.ChatCompletion, CallError, Provider> =>
  Effect.flatMap(Provider, (provider) => provider.completion(params, options))

/** What becomes of a parameter that the provider does not know and that does not change the meaning of the answer. */
export type OnDropped = "warn" | "ignore" | "fail"

export interface LayerOptions {
  /**
   * An Effect is run for each attempt: for keys that rotate, and for cloud tokens. If it fails, but for a `ProviderError`
   * of its own, the call fails with `Authentication`, which does not tell why, since that may hold the key.
   */
  readonly apiKey: Redacted.Redacted | Effect.Effect<Redacted.Redacted, unknown>
  /** Used when `params.model` is absent. */
  readonly model?: string | undefined
  /** Replaces the endpoint's own, version segment included. */
  readonly baseUrl?: string | undefined
  readonly headers?: Transport.HeaderInput | undefined
  readonly timeouts?: Partial<Timeouts> | undefined
  readonly retry?: RetryPolicy | false | undefined
  /** Default: `warn`, once per call. */
  readonly onDropped?: OnDropped | undefined
  /** Wraps the HttpClient. It sees every attempt, and no key. */
  readonly transformClient?: ((client: HttpClient.HttpClient) => HttpClient.HttpClient) | undefined
  /** Send `traceparent` and `b3` to the provider. Default: false. */
  readonly propagateTrace?: boolean | undefined
}

/** The layer options of a server that may need no key. */
export type KeylessOptions = Omit<LayerOptions, "apiKey"> & Partial<Pick<LayerOptions, "apiKey">>

/** What there is for an endpoint, whichever it is: most are in one place and sign nothing. */
export interface EndpointOptions extends KeylessOptions, Places {
  /** In place of the endpoint's own. */
  readonly signer?: Effect.Effect<Signer> | undefined
}

/**
 * A service over any way to a server. `calls` are those that end with the layer.
 *
 * @internal
 */
export const serviceOf = (
  endpoint: Endpoint,
  options: Pick<KeylessOptions, "model" | "timeouts" | "retry" | "onDropped">,
  transport: Transport.Transport,
  calls: Calls
): Service => {
  const prepare = (params: CompletionParams, callOptions: CallOptions, stream: boolean) =>
    Effect.gen(function*() {
      const resolved = { ...params, model: params.model ?? options.model }
      const encoded = yield* encode(endpoint, resolved, stream)
      const { load = Effect.void } = endpoint.dialect.framing
      yield* Effect.mapError(load, (fault) => refuse(endpoint, resolved, fault))
      yield* report(endpoint, resolved, encoded.dropped, options.onDropped ?? "warn")
      const call: Call.Call = {
        endpoint,
        transport,
        params: resolved,
        encoded,
        body: yield* stringify(endpoint, resolved, encoded),
        stream,
        ...(stream ? Limits.ofStream : Limits.ofCompletion)([
          callOptions.timeouts,
          options.timeouts,
          endpoint.timeouts
        ]),
        options: { ...callOptions, retry: callOptions.retry ?? options.retry },
        calls
      }
      return call
    })

  return {
    id: endpoint.id,
    capabilities: endpoint.capabilities,
    completionStream: (params, callOptions = {}) => unwrap(Effect.map(prepare(params, callOptions, true), Call.stream)),
    completion: (params, callOptions = {}) => Effect.flatMap(prepare(params, callOptions, false), Call.completion)
  }
}

/**
 * The way to the server of an endpoint, or of what has a server of its own there, with what the layer's owner chose.
 *
 * @internal
 */
export const transportOf = (
  endpoint: Server,
  options: Omit<EndpointOptions, "model">,
  client: HttpClient.HttpClient,
  { baseUrlOf = endpoint.baseUrlOf }: Pick<Server, "baseUrlOf"> = endpoint
): Effect.Effect<Transport.Transport> => {
  const { auth } = endpoint
  const signer = options.signer ?? (auth._tag === "Signed" ? auth.signer : Effect.succeed(undefined))
  return Effect.map(signer, (signer) =>
    Transport.make({ ...endpoint, baseUrlOf }, {
      baseUrl: options.baseUrl,
      places: Address.placesOf(options),
      apiKey: options.apiKey,
      signer,
      headers: options.headers ?? {},
      transformClient: options.transformClient ?? ((same) => same),
      propagateTrace: options.propagateTrace ?? false
    }, client))
}

/**
 * A fault before the first request.
 *
 * @internal
 */
export const refuse = (endpoint: Server, params: Pick<CompletionParams, "model">, fault: Fault): ProviderError =>
  new Run({ endpoint, params }).providerError(fault)

const encode = (
  endpoint: Endpoint,
  params: CompletionParams,
  stream: boolean
): Effect.Effect<Encoded, ProviderError> => {
  const { messages, model } = params
  const missing = model === undefined || model === "" ? "model" : messages.length === 0 ? "messages" : undefined
  if (missing !== undefined || model === undefined) {
    const reason = { _tag: "InvalidRequest", param: missing } as const
    return Effect.fail(refuse(endpoint, params, { reason, detail: `no ${missing}; nothing was sent` }))
  }
  return Either.match(endpoint.dialect.encode(params, { endpoint, model, stream }), {
    onLeft: (reason) => Effect.fail(refuse(endpoint, params, { reason, detail: "nothing was sent" })),
    onRight: Effect.succeed
  })
}

/**
 * Values of `extra` may come from anywhere; a cycle or a BigInt has no JSON.
 *
 * @internal
 */
export const stringify = (
  endpoint: Server,
  params: Pick<CompletionParams, "model">,
  encoded: Pick<Encoded, "body">
): Effect.Effect<string, ProviderError> =>
  Effect.try({
    try: () => JSON.stringify(encoded.body),
    catch: () =>
      refuse(endpoint, params, {
        reason: { _tag: "InvalidRequest" },
        detail: "the request has a value that JSON cannot hold; nothing was sent"
      })
  })

/**
 * Tells what was left out, once a call.
 *
 * @internal
 */
export const report = (
  endpoint: Server,
  params: Pick<CompletionParams, "model">,
  dropped: ReadonlyArray<Dropped>,
  onDropped: OnDropped
): Effect.Effect<void, ProviderError> => {
  const [first] = dropped
  if (first === undefined || onDropped === "ignore") return Effect.void
  if (onDropped === "fail") {
    const reason = { _tag: "UnsupportedParameter", param: first.param } as const
    return Effect.fail(refuse(endpoint, params, { reason, detail: `${first.why}; nothing was sent` }))
  }
  const list = dropped.map(({ param, why }) => `${param} (${why})`).join(", ")
  return Effect.logWarning(`${endpoint.id} ${params.model ?? ""}: left out ${list}`).pipe(
    Effect.annotateLogs({ provider: endpoint.id, dropped: dropped.map(({ param }) => param).join(",") })
  )
}

/** A service over the HttpClient in context; no Scope, and cheap enough to be made for each request. */
export const make = (
  endpoint: Endpoint,
  options: EndpointOptions
): Effect.Effect<Service, never, HttpClient.HttpClient> =>
  Effect.gen(function*() {
    const transport = yield* transportOf(endpoint, options, yield* HttpClient.HttpClient)
    return serviceOf(endpoint, options, transport, new Calls())
  })

/**
 * Calls that end with their scope.
 *
 * @internal
 */
export const scopedCalls: Effect.Effect<Calls, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => new Calls()),
  (running) => running.close
)

/** A layer whose end ends its calls with `Cancelled`. */
export const layer =
  (endpoint: Endpoint) => (options: EndpointOptions): Layer.Layer<Provider, never, HttpClient.HttpClient> =>
    Layer.scoped(
      Provider,
      Effect.gen(function*() {
        const transport = yield* transportOf(endpoint, options, yield* HttpClient.HttpClient)
        return serviceOf(endpoint, options, transport, yield* scopedCalls)
      })
    )

/**
 * A layer whose options are read from Config when it is built, with key and base URL from the endpoint's variables
 * where they are not given. A missing or empty key is `MissingApiKey`.
 */
export const layerWith = <Options extends Omit<EndpointOptions, "model">, Services>(
  endpoint: Server,
  options: ConfigOptions<Options>,
  toLayer: (options: Options) => Layer.Layer<Services, never, HttpClient.HttpClient>
): Layer.Layer<Services, ConfigError.ConfigError | ProviderError, HttpClient.HttpClient> =>
  Layer.unwrapEffect(Effect.map(Configure.read(endpoint, options), toLayer))

/** The layer of an endpoint that has no options of its own, from Config. */
export const layerConfig = (endpoint: Endpoint) =>
(
  options: ConfigOptions<EndpointOptions> = {}
): Layer.Layer<Provider, ConfigError.ConfigError | ProviderError, HttpClient.HttpClient> =>
  layerWith(endpoint, options, layer(endpoint))

/** A provider from a function: for tests, for wrappers, for servers that are reached by other means. */
export const fromStream = (options: {
  readonly id: string
  readonly completionStream: Service["completionStream"]
  readonly capabilities?: Capabilities | undefined
}): Service => ({
  id: options.id,
  capabilities: options.capabilities ?? everything,
  completionStream: options.completionStream,
  completion: (params, callOptions) => Stream.run(options.completionStream(params, callOptions), ChatCompletion.collect)
})

/** @internal */
export const everything: Capabilities = {
  streaming: true,
  tools: true,
  parallelTools: true,
  reasoning: true,
  images: true,
  files: true,
  audio: true,
  responseFormat: "json_schema",
  embeddings: false,
  models: false
}
