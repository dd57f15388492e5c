import type * as AiError from "@effect/ai/AiError"
import type * as EmbeddingModel from "@effect/ai/EmbeddingModel"
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "tstyche"
import * as AiEmbeddingModel from "../../src/AiEmbeddingModel.ts"
import * as AiLanguageModel from "../../src/AiLanguageModel.ts"
import { Anthropic, type Embeddings, OpenAi, type Provider } from "../../src/index.ts"

declare const apiKey: Redacted.Redacted

describe("the bridge to @effect/ai", () => {
  test("a language model needs a provider and nothing else", () => {
    type Model = Layer.Layer<LanguageModel.LanguageModel, never, Provider.Provider>
    expect(AiLanguageModel.layer).type.toBe<Model>()
    expect(AiLanguageModel.layerWith({ params: { temperature: 0 } })).type.toBe<Model>()
    expect(AiLanguageModel.make()).type.toBe<Effect.Effect<LanguageModel.Service, never, Provider.Provider>>()
    expect(Layer.provide(AiLanguageModel.layer, Anthropic.layer({ apiKey }))).type.toBe<
      Layer.Layer<LanguageModel.LanguageModel, never, HttpClient.HttpClient>
    >()
  })

  test("what @effect/ai has words for is no setting", () => {
    expect(AiLanguageModel.layerWith).type.not.toBeCallableWith({ params: { messages: [] } })
    expect(AiLanguageModel.layerWith).type.not.toBeCallableWith({ params: { tools: [] } })
    expect(AiLanguageModel.layerWith).type.not.toBeCallableWith({ params: { n: 2 } })
    expect(AiLanguageModel.layerWith).type.not.toBeCallableWith({ call: { raw: true } })
    expect(AiLanguageModel.layerWith).type.toBeCallableWith({ params: { extra: { openai: { a: 1 } } }, call: {} })
  })

  test("settings of a part of a program change no type", () => {
    const program = LanguageModel.generateText({ prompt: "" })
    const stream = LanguageModel.streamText({ prompt: "" })
    expect(Effect.provideService(program, AiLanguageModel.CurrentSettings, {})).type.toBe<typeof program>()
    expect(Stream.provideService(stream, AiLanguageModel.CurrentSettings, {})).type.toBe<typeof stream>()
    expect<Effect.Effect.Error<typeof program>>().type.toBe<AiError.AiError>()
  })

  test("an embedding model needs vectors", () => {
    type Model = Layer.Layer<EmbeddingModel.EmbeddingModel, never, Embeddings.Embeddings>
    expect(AiEmbeddingModel.layer).type.toBe<Model>()
    expect(AiEmbeddingModel.layerWith({ params: { dimensions: 256 } })).type.toBe<Model>()
    expect(AiEmbeddingModel.layerDataLoader({ window: "1 second" })).type.toBe<Model>()
    expect(AiEmbeddingModel.layerWith).type.not.toBeCallableWith({ params: { input: "a" } })
    const over = Layer.provide(AiEmbeddingModel.layer, OpenAi.layer({ apiKey }))
    expect(over).type.toBe<Layer.Layer<EmbeddingModel.EmbeddingModel, never, HttpClient.HttpClient>>()
    const without = Layer.provide(AiEmbeddingModel.layer, Anthropic.layer({ apiKey }))
    expect(without).type.not.toBe<Layer.Layer<EmbeddingModel.EmbeddingModel, never, HttpClient.HttpClient>>()
  })
})
