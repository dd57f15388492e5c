import type * as HttpClient from "@effect/platform/HttpClient"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import { describe, expect, test } from "tstyche"
import type { CallOptions, ChatCompletion, ChatCompletionChunk, CompletionParams, Endpoint } from "../../src/index.ts"
import {
  Anthropic,
  Azure,
  Groq,
  OpenAi,
  OpenAiCompatible,
  Provider,
  type ProviderError,
  TestProvider
} from "../../src/index.ts"

declare const apiKey: Redacted.Redacted
declare const token: Effect.Effect<Redacted.Redacted, ProviderError.ProviderError>
declare const params: CompletionParams.CompletionParams
declare const options: CallOptions.CallOptions

type Chunks<R> = Stream.Stream<
  ChatCompletionChunk.ChatCompletionChunk,
  ProviderError.ProviderError | ProviderError.Cancelled | ProviderError.Timeout,
  R
>
type Answer<R> = Effect.Effect<
  ChatCompletion.ChatCompletion,
  ProviderError.ProviderError | ProviderError.Cancelled | ProviderError.Timeout,
  R
>

describe("the service", () => {
  test("accessors ask for the provider", () => {
    expect(Provider.completionStream(params)).type.toBe<Chunks<Provider.Provider>>()
    expect(Provider.completion(params, options)).type.toBe<Answer<Provider.Provider>>()
  })

  test("methods ask for nothing", () => {
    expect<ReturnType<Provider.Service["completionStream"]>>().type.toBe<Chunks<never>>()
    expect<ReturnType<Provider.Service["completion"]>>().type.toBe<Answer<never>>()
    expect<Provider.Service["capabilities"]>().type.toBe<Endpoint.Capabilities>()
  })
})

type Plain = Layer.Layer<Provider.Provider, never, HttpClient.HttpClient>
type Configured = Layer.Layer<
  Provider.Provider,
  ConfigError.ConfigError | ProviderError.ProviderError,
  HttpClient.HttpClient
>

describe("layers", () => {
  test("a layer needs the HttpClient and cannot fail", () => {
    expect(OpenAi.layer({ apiKey, organization: "o", project: "p" })).type.toBeAssignableTo<Plain>()
    expect(Anthropic.layer({ apiKey: token, betas: ["b"] })).type.toBeAssignableTo<Plain>()
    expect(OpenAiCompatible.layer({ id: "vllm", baseUrl: "http://127.0.0.1:8000/v1" })).type.toBeAssignableTo<Plain>()
  })

  test("a key is asked for, except by servers that may need none", () => {
    expect(Groq.layer).type.not.toBeCallableWith({ model: "a" })
    expect(Groq.layer({ apiKey })).type.toBeAssignableTo<Plain>()
    expect(Groq.layerConfig()).type.toBeAssignableTo<Configured>()
    expect(Azure.layer).type.not.toBeCallableWith({ apiKey })
    expect(Azure.layer({ apiKey, baseUrl: "https://r.services.ai.azure.com/models" })).type.toBeAssignableTo<Plain>()
    expect(OpenAi.layer).type.not.toBeCallableWith({ model: "gpt-5-mini" })
    expect(Anthropic.layer).type.not.toBeCallableWith({})
    expect(OpenAiCompatible.layer).type.not.toBeCallableWith({ id: "vllm" })
  })

  test("layerConfig takes plain values and Configs", () => {
    expect(OpenAi.layerConfig()).type.toBeAssignableTo<Configured>()
    expect(OpenAi.layerConfig({ model: "gpt-5-mini", apiKey: Config.redacted("KEY") })).type.toBeAssignableTo<
      Configured
    >()
    expect(Anthropic.layerConfig({ model: Config.string("MODEL") })).type.toBeAssignableTo<Configured>()
    expect(OpenAi.layerConfig).type.not.toBeCallableWith({ model: Config.number("MODEL") })
  })

  test("make needs no Scope", () => {
    expect(OpenAi.make({ apiKey })).type.toBe<Effect.Effect<Provider.Service, never, HttpClient.HttpClient>>()
    expect(Anthropic.make({ apiKey })).type.toBe<Effect.Effect<Provider.Service, never, HttpClient.HttpClient>>()
  })

  test("a provider in a test needs no HttpClient", () => {
    expect(TestProvider.layer(TestProvider.text("Hello"))).type.toBeAssignableTo<Layer.Layer<Provider.Provider>>()
  })
})
