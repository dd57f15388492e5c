import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import { describe, expect, test } from "tstyche"
import type { Endpoint, Provider, ProviderError } from "../../src/index.ts"
import { OpenAi, OpenAiCompatible, Registry, SageMaker } from "../../src/index.ts"

declare const apiKey: Redacted.Redacted
declare const token: Effect.Effect<Redacted.Redacted, ProviderError.ProviderError>

type Plain = Layer.Layer<Provider.Provider, never, HttpClient.HttpClient>

const mine = OpenAiCompatible.endpoint({ id: "mine", baseUrl: "http://127.0.0.1:8000/v1" })

describe("Registry", () => {
  test("endpoints are endpoints", () => {
    expect(Registry.endpoints.openai).type.toBeAssignableTo<Endpoint.Endpoint>()
    expect(Registry.endpoints).type.toBeAssignableTo<Registry.Endpoints>()
    expect({ ...Registry.endpoints, mine }).type.toBeAssignableTo<Registry.Endpoints>()
    expect<keyof typeof Registry.endpoints>().type.not.toBeAssignableFrom("opnai" as const)
  })

  test("a layer provides Provider and Registry, and cannot fail", () => {
    expect(Registry.layerConfig()).type.toBe<
      Layer.Layer<Provider.Provider | Registry.Registry, never, HttpClient.HttpClient>
    >()
    expect(Registry.layerConfig()).type.toBeAssignableTo<Plain>()
    expect(Registry.layer(Registry.endpoints, {})).type.toBeAssignableTo<Plain>()
    expect(Registry.layerConfig({ ...Registry.endpoints, mine })).type.toBeAssignableTo<Plain>()
  })

  test("options go by id, and each provider has its own", () => {
    expect(Registry.layer).type.toBeCallableWith(Registry.endpoints, {
      openai: { apiKey, organization: "o" },
      anthropic: { apiKey: token, betas: ["b"] }
    })
    expect(Registry.layer).type.toBeCallableWith({ ...Registry.endpoints, mine }, { mine: { baseUrl: "http://b" } })
    expect(Registry.layerConfig).type.toBeCallableWith(Registry.endpoints, { openai: { project: "p" } }, {
      model: "openai:gpt-5-mini",
      timeouts: { total: "1 minute" },
      retry: false
    })
    expect(Registry.layer).type.not.toBeCallableWith(Registry.endpoints, { opnai: { apiKey } })
    expect(Registry.layer).type.not.toBeCallableWith(Registry.endpoints, { anthropic: { apiKey, organization: "o" } })
    expect(Registry.layer).type.not.toBeCallableWith({ mine }, { mine: { organization: "o" } })
    expect(Registry.layer).type.not.toBeCallableWith({ mine }, { openai: { apiKey } })
    expect(Registry.layer).type.not.toBeCallableWith(Registry.endpoints, { openai: { apiKey, model: "gpt-5" } })
    expect(Registry.layer).type.not.toBeCallableWith(Registry.endpoints, { openai: { apiKey: "sk-plain" } })
  })

  test("places and credentials are options of those who have them, and of endpoints of one's own", () => {
    expect(Registry.layer).type.toBeCallableWith(Registry.endpoints, {
      bedrock: { region: "eu-west-1", apiKey },
      sagemaker: { region: "eu-west-1", credentials: Effect.succeed({ accessKeyId: "a", secretAccessKey: "b" }) }
    })
    expect(Registry.layer).type.toBeCallableWith({ mine }, { mine: { region: "eu-west-1" } })
    expect(Registry.layer).type.not.toBeCallableWith(Registry.endpoints, { groq: { region: "eu-west-1" } })
    expect(Registry.layer).type.not.toBeCallableWith(Registry.endpoints, { openai: { region: "eu-west-1" } })
    expect(SageMaker.layer).type.not.toBeCallableWith({ region: "eu-west-1", apiKey })
    expect(SageMaker.layer).type.not.toBeCallableWith({})
    expect(SageMaker.layerConfig).type.toBeCallableWith()
    expect(OpenAi.layer).type.not.toBeCallableWith({ apiKey, region: "eu-west-1" })
  })

  test("ids may be known only when it runs", () => {
    const known: Registry.Endpoints = { mine }
    expect(Registry.layer).type.toBeCallableWith(known, { whatever: { apiKey } })
  })

  test("resolve needs the registry alone", () => {
    expect(Registry.resolve("openai:gpt-5")).type.toBe<
      Effect.Effect<Registry.Resolved, ProviderError.ProviderError, Registry.Registry>
    >()
    expect<Registry.Resolved["provider"]>().type.toBe<Provider.Service>()
  })
})
