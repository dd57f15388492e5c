/**
 * Vectors of texts, as a service of its own: the layers of providers that make them provide it beside `Provider`, and
 * a program that needs it does not compile over a provider without it.
 *
 * The params go through the endpoint's `EmbeddingsDialect` to a request for each part of the texts; the way there is
 * that of `Provider`.
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
import type { EmbeddingsAnswer, Encoded, Fault } from "./Dialect.ts"
import type { WithEmbeddings } from "./Endpoint.ts"
import * as Ask from "./internal/ask.ts"
import { Calls } from "./internal/calls.ts"
import type { ConfigOptions } from "./internal/configure.ts"
import type { JsonObject } from "./internal/json.ts"
import * as Limits from "./internal/limits.ts"
import * as Parts from "./internal/parts.ts"
import { Run } from "./internal/run.ts"
import type * as Span from "./internal/span.ts"
import * as Vectors from "./internal/vectors.ts"
import * as Provider from "./Provider.ts"
import type { CallError, ProviderError } from "./ProviderError.ts"
import type { Transport } from "./Transport.ts"

/** What the vector is for, where a model tells a question from what is to be found. */
export type InputType = "query" | "document" | (string & {})

/** What is asked for. */
export interface Params {
  /** Absent: the layer's `embeddingModel`. */
  readonly model?: string | undefined
  /** One text, or any number of them: more than the provider takes at once are sent in several requests. */
  readonly input: string | ReadonlyArray<string>
  /** Numbers in each vector, for models that leave the choice. */
  readonly dimensions?: number | undefined
  readonly inputType?: InputType | undefined
  /** By provider: merged last into the body of each request; `input` is the call's own. */
  readonly extra?: { readonly [provider: string]: JsonObject } | undefined
}

/** Tokens that the provider counted, over all requests of the call. */
export interface Usage {
  readonly promptTokens: number
  readonly totalTokens: number
}

/** The vectors of some texts. */
export interface Embedded {
  /** The model that made them, by the server's word or else the caller's. */
  readonly model: string
  /** As many as there were texts, in their order. All have the same length. */
  readonly embeddings: ReadonlyArray<ReadonlyArray<number>>
  /** Absent where the provider does not count. */
  readonly usage?: Usage | undefined
}

/** One provider's vectors. */
export interface Service {
  /** The endpoint's id: `"openai"`. */
  readonly id: string
  readonly embed: (params: Params, options?: RequestOptions) => Effect.Effect<Embedded, CallError>
}

/** What makes the application's vectors. */
export class Embeddings extends Context.Tag("effect-any-llm/Embeddings")<Embeddings, Service>() {}

/** The vectors of one text or of many. No texts have no vectors: nothing is sent. */
export const embed = (params: Params, options?: RequestOptions): Effect.Effect<Embedded, CallError, Embeddings> =>
  Effect.flatMap(Embeddings, (service) => service.embed(params, options))

/** What a layer with vectors takes beside the rest. */
export interface ModelOption {
  /** Used where `embed` is given no model. (`model` is that of chat completions.) */
  readonly embeddingModel?: string | undefined
}

export interface Options extends Omit<Provider.EndpointOptions, "model">, ModelOption {}

/**
 * Characters of one answer: 2,048 vectors of 3,072 numbers are 34 million as base64, and up to 128 million where a
 * server writes each number out.
 */
const answerLimit = 128 * 1024 * 1024

/** Requests of one call that are on their way at the same time. */
const concurrency = 4

const serviceOf = (endpoint: WithEmbeddings, options: Options, transport: Transport, calls: Calls): Service => ({
  id: endpoint.id,
  embed: (given, callOptions = {}) =>
    Effect.gen(function*() {
      const params = { ...given, model: given.model ?? options.embeddingModel }
      const { maxInputs, maxTokens } = endpoint.embeddings
      const most = typeof maxInputs === "function" ? maxInputs(params.model ?? "") : maxInputs
      const parts = Parts.split(textsOf(params), { maxInputs: most, maxTokens })
      // What is wrong with one is wrong with all: the parts differ in their texts alone.
      const { dropped } = yield* encode(endpoint, params, parts[0] ?? [])
      if (parts.length === 0) return nothing(params)
      yield* Provider.report(endpoint, params, dropped, options.onDropped ?? "warn")
      return yield* run(
        {
          endpoint,
          transport,
          calls,
          options: { ...callOptions, retry: callOptions.retry ?? options.retry },
          inSequence: parts.length === 1,
          // The headers of an answer come when all vectors are made.
          ...Limits.ofWhole([callOptions.timeouts, options.timeouts, endpoint.timeouts], "4 minutes")
        },
        params,
        parts
      )
    })
})

const textsOf = ({ input }: Params): ReadonlyArray<string> => typeof input === "string" ? [input] : input

/** What a request says, its body as it is sent. */
type Request = Pick<Encoded, "path" | "headers" | "dropped"> & { readonly body: string }

/** The request for some texts, or what of it this wire cannot say. */
const encode = (
  endpoint: WithEmbeddings,
  params: Params,
  texts: ReadonlyArray<string>
): Effect.Effect<Request, ProviderError> => {
  const { model } = params
  if (model === undefined || model === "") {
    const reason = { _tag: "InvalidRequest", param: "model" } as const
    return Effect.fail(Provider.refuse(endpoint, params, { reason, detail: "no model; nothing was sent" }))
  }
  return Either.match(endpoint.embeddings.dialect.encode(params, { endpoint, model, texts }), {
    onLeft: (reason) => Effect.fail(Provider.refuse(endpoint, params, { reason, detail: "nothing was sent" })),
    onRight: (encoded) =>
      Effect.map(Provider.stringify(endpoint, params, encoded), (body): Request => ({ ...encoded, body }))
  })
}

/** A call over an endpoint that is known to make vectors. */
interface Embedding extends Ask.Ask {
  readonly endpoint: WithEmbeddings
}

const run = (
  ask: Embedding,
  params: Params,
  parts: ReadonlyArray<ReadonlyArray<string>>
): Effect.Effect<Embedded, CallError> =>
  Effect.suspend(() => {
    const state = new Run<Embedded>({ endpoint: ask.endpoint, params })
    let whole = nothing(params)
    const work = Effect.flatMap(
      // Written out one after the other, since the texts are there already.
      Effect.forEach(parts, (texts) =>
        Effect.flatMap(
          encode(ask.endpoint, params, texts),
          (request) => Ask.request(ask, state, questionOf(ask, params, texts, request))
        ), { concurrency }),
      (made) =>
        Either.match(join(params, made), {
          onLeft: (fault) => Effect.fail(state.providerError(fault)),
          onRight: (all) =>
            Effect.sync(() => {
              whole = all
              state.outlet.offer([all])
            })
        })
    )
    return Stream.runFold(
      Call.serve(ask, state, described(ask, params, state, () => whole), Effect.interruptible(work)),
      whole,
      (_, all) => all
    )
  })

const nothing = ({ model = "" }: Params): Embedded => ({
  model,
  embeddings: [],
  usage: { promptTokens: 0, totalTokens: 0 }
})

const questionOf = (
  { endpoint }: Embedding,
  params: Params,
  texts: ReadonlyArray<string>,
  { body, headers, path }: Request
): Ask.Question<Embedded> => ({
  path,
  body,
  headers,
  limit: answerLimit,
  read: (json) => {
    const answer = endpoint.embeddings.dialect.answer(json)
    if (answer === undefined) return Either.left("there are no vectors in it")
    const { model = params.model ?? "", usage, vectors } = answer
    return Either.map(Vectors.ofAnswer(vectors, texts.length, params.dimensions), (embeddings) => ({
      model,
      embeddings,
      usage: usageOf(usage)
    }))
  }
})

/** Only what goes in is counted, and some say so in one of the two fields. */
const usageOf = (counts: EmbeddingsAnswer["usage"]): Usage | undefined => {
  const promptTokens = counts?.promptTokens ?? counts?.totalTokens
  return promptTokens === undefined ? undefined : { promptTokens, totalTokens: counts?.totalTokens ?? promptTokens }
}

/** The parts as one. What only some of them counted is no sum. */
const join = (params: Params, parts: ReadonlyArray<Embedded>): Either.Either<Embedded, Fault> => {
  const embeddings = parts.flatMap((part) => part.embeddings)
  const lengths = new Set(parts.map((part) => part.embeddings[0]?.length))
  if (lengths.size > 1) {
    const detail = `vectors of different lengths from one model: ${[...lengths].join(", ")}`
    return Either.left({ reason: { _tag: "UnexpectedBody", excerpt: "" }, detail, shouldRetry: false })
  }
  const counts = parts.flatMap((part) => part.usage ?? [])
  return Either.right({
    model: parts[0]?.model ?? params.model ?? "",
    embeddings,
    ...(counts.length < parts.length ? undefined : {
      usage: {
        promptTokens: counts.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
        totalTokens: counts.reduce((sum, { totalTokens }) => sum + totalTokens, 0)
      }
    })
  })
}

const described = (ask: Embedding, params: Params, state: Run<Embedded>, made: () => Embedded): Span.Described => {
  const { dimensions, model } = params
  const { encodingFormat } = ask.endpoint.embeddings
  return {
    name: `embeddings ${model ?? ""}`,
    attributes: {
      "gen_ai.operation.name": "embeddings",
      "gen_ai.provider.name": ask.endpoint.id,
      "gen_ai.request.model": model,
      ...(dimensions === undefined ? undefined : { "gen_ai.embeddings.dimension.count": dimensions }),
      ...(encodingFormat === undefined ? undefined : { "gen_ai.request.encoding_formats": [encodingFormat] })
    },
    annotate: (span) =>
      Effect.sync(() => {
        state.annotate(span)
        const { embeddings, model: answering, usage } = made()
        if (embeddings.length === 0) return
        span.attribute("gen_ai.response.model", state.secrets.scrub(answering))
        if (usage !== undefined) span.attribute("gen_ai.usage.input_tokens", usage.promptTokens)
      })
  }
}

const transportOf = (endpoint: WithEmbeddings, options: Options) =>
  Effect.flatMap(
    HttpClient.HttpClient,
    (client) => Provider.transportOf(endpoint, options, client, endpoint.embeddings)
  )

/** A service over the HttpClient in context; no Scope, and cheap enough to be made for each request. */
export const make = (
  endpoint: WithEmbeddings,
  options: Options
): Effect.Effect<Service, never, HttpClient.HttpClient> =>
  Effect.map(transportOf(endpoint, options), (transport) => serviceOf(endpoint, options, transport, new Calls()))

/** A layer whose end ends its calls with `Cancelled`. */
export const layer =
  (endpoint: WithEmbeddings) => (options: Options): Layer.Layer<Embeddings, never, HttpClient.HttpClient> =>
    Layer.scoped(
      Embeddings,
      Effect.gen(function*() {
        const transport = yield* transportOf(endpoint, options)
        return serviceOf(endpoint, options, transport, yield* Provider.scopedCalls)
      })
    )

/** The same from Config, with key and base URL from the endpoint's variables where they are not given. */
export const layerConfig = (endpoint: WithEmbeddings) =>
(
  options: ConfigOptions<Options> = {}
): Layer.Layer<Embeddings, ConfigError.ConfigError | ProviderError, HttpClient.HttpClient> =>
  Provider.layerWith(endpoint, options, layer(endpoint))

/** Vectors from a function of a text: for tests, and for models that run in the program itself. */
export const fromFunction = (options: {
  readonly id?: string | undefined
  readonly model?: string | undefined
  readonly embed: (text: string, params: Params) => ReadonlyArray<number>
}): Service => ({
  id: options.id ?? "test",
  embed: (params) =>
    Effect.sync(() => ({
      model: params.model ?? options.model ?? "test-model",
      embeddings: textsOf(params).map((text) => options.embed(text, params))
    }))
})
