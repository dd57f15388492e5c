import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "tstyche"
import type { CallOptions, Endpoint, ProviderError } from "../../src/index.ts"
import { Anthropic, Embeddings, Models, OpenAi, OpenAiCompatible, Provider, Services, Voyage } from "../../src/index.ts"

declare const apiKey: Redacted.Redacted

type CallError = ProviderError.ProviderError | ProviderError.Cancelled | ProviderError.Timeout

const embedding = Effect.asVoid(Embeddings.embed({ input: "a" }))
const listing = Stream.runDrain(Models.list())
const chatting = Effect.asVoid(Provider.completion({ messages: [] }))

/** A program that needs nothing but an HttpClient. */
type Runs = Effect.Effect<void, CallError, HttpClient.HttpClient>

describe("the services", () => {
  test("accessors ask for the service", () => {
    expect(Embeddings.embed({ input: ["a"] })).type.toBe<
      Effect.Effect<Embeddings.Embedded, CallError, Embeddings.Embeddings>
    >()
    expect(Models.list()).type.toBe<Stream.Stream<Models.Model, CallError, Models.Models>>()
  })

  test("params and options", () => {
    expect<Embeddings.Params>().type.toBeAssignableFrom<{ input: "a"; inputType: "query" }>()
    expect<Embeddings.Params>().type.toBeAssignableFrom<{ input: Array<string>; inputType: string; dimensions: 256 }>()
    expect<Embeddings.Params>().type.not.toBeAssignableFrom<{ model: "m" }>()
    expect<Embeddings.Params>().type.not.toBeAssignableFrom<{ input: Array<number> }>()
    expect(Embeddings.embed).type.not.toBeCallableWith({ input: "a" }, { raw: true })
    expect(Models.list).type.not.toBeCallableWith({ timeouts: { idle: "1 second" } })
    expect<CallOptions.CallOptions>().type.toBeAssignableTo<CallOptions.RequestOptions>()
  })
})

describe("a layer provides what its provider has", () => {
  test("OpenAI has all", () => {
    expect(Effect.provide(chatting, OpenAi.layer({ apiKey }))).type.toBeAssignableTo<Runs>()
    expect(Effect.provide(embedding, OpenAi.layer({ apiKey, embeddingModel: "m" }))).type.toBeAssignableTo<Runs>()
    expect(Effect.provide(listing, OpenAi.layer({ apiKey }))).type.toBeAssignableTo<Runs>()
  })

  test("Anthropic makes no vectors", () => {
    expect(Effect.provide(chatting, Anthropic.layer({ apiKey }))).type.toBeAssignableTo<Runs>()
    expect(Effect.provide(listing, Anthropic.layer({ apiKey }))).type.toBeAssignableTo<Runs>()
    expect(Effect.provide(embedding, Anthropic.layer({ apiKey }))).type.not.toBeAssignableTo<Runs>()
    expect(Effect.provide(embedding, Anthropic.layer({ apiKey }))).type.toBe<
      Effect.Effect<void, CallError, HttpClient.HttpClient | Embeddings.Embeddings>
    >()
    expect(Anthropic.layer).type.not.toBeCallableWith({ apiKey, embeddingModel: "m" })
  })

  test("Voyage makes vectors and nothing else", () => {
    const layer = Voyage.layer({ apiKey, embeddingModel: "m" })
    expect(Effect.provide(embedding, layer)).type.toBeAssignableTo<Runs>()
    expect(Effect.provide(chatting, layer)).type.not.toBeAssignableTo<Runs>()
    expect(Effect.provide(chatting, layer)).type.toBe<
      Effect.Effect<void, CallError, HttpClient.HttpClient | Provider.Provider>
    >()
    expect<Layer.Layer.Success<ReturnType<typeof Voyage.layerConfig>>>().type.toBe<Embeddings.Embeddings>()
    expect(Voyage.layer).type.not.toBeCallableWith({ embeddingModel: "m" })
    expect(Voyage.layer).type.not.toBeCallableWith({ apiKey, model: "m" })
  })

  test("of an unlisted server nothing is withheld", () => {
    const layer = OpenAiCompatible.layer({ id: "vllm", baseUrl: "http://127.0.0.1:8000/v1" })
    expect(Effect.provide(Effect.all([chatting, embedding, listing], { discard: true }), layer)).type
      .toBeAssignableTo<Runs>()
  })

  test("layerConfig as well", () => {
    type All = Provider.Provider | Embeddings.Embeddings | Models.Models
    expect<Layer.Layer.Success<ReturnType<typeof OpenAi.layerConfig>>>().type.toBe<All>()
    expect<Layer.Layer.Success<ReturnType<typeof OpenAiCompatible.layerConfig>>>().type.toBe<All>()
    expect<Layer.Layer.Success<ReturnType<typeof Anthropic.layerConfig>>>().type.toBe<
      Provider.Provider | Models.Models
    >()
  })

  test("from an endpoint by itself", () => {
    expect<Services.Services<Endpoint.Endpoint>>().type.toBe<Provider.Provider>()
    expect<Services.Services<typeof Anthropic.endpoint>>().type.toBe<Provider.Provider | Models.Models>()
    expect(Services.layer(OpenAi.endpoint)({ apiKey })).type.toBe<
      Layer.Layer<Provider.Provider | Embeddings.Embeddings | Models.Models, never, HttpClient.HttpClient>
    >()
    expect(Embeddings.layer).type.toBeCallableWith(OpenAi.endpoint)
    expect(Embeddings.layer).type.not.toBeCallableWith(Anthropic.endpoint)
    expect(Embeddings.make).type.not.toBeCallableWith(Anthropic.endpoint, { apiKey })
    expect(Models.layer).type.toBeCallableWith(Anthropic.endpoint)
  })
})
