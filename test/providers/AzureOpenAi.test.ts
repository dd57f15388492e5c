import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Embeddings from "../../src/Embeddings.ts"
import * as Provider from "../../src/Provider.ts"
import * as Azure from "../../src/providers/Azure.ts"
import * as AzureOpenAi from "../../src/providers/AzureOpenAi.ts"
import * as TestHttp from "../kit/testHttp.ts"

const params = { messages: [{ role: "user", content: "Hi" }] } as const
const options = { apiKey: Redacted.make("azure-key"), model: "my gpt", retry: false } as const
const ok = { choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }] }

const answering = () =>
  TestHttp.make(() => new Response(JSON.stringify(ok), { headers: { "content-type": "application/json" } }))

const asked = <E>(
  layer: Layer.Layer<Provider.Provider, E, Layer.Layer.Context<ReturnType<typeof AzureOpenAi.layer>>>
) =>
  Effect.gen(function*() {
    const http = answering()
    const exit = yield* Effect.either(Effect.provide(Provider.completion(params), Layer.provide(layer, http.layer)))
    return { exit, sent: http.sent }
  })

describe("Azure OpenAI", () => {
  for (
    const baseUrl of [
      "https://r.openai.azure.com",
      "https://r.openai.azure.com/",
      "https://r.openai.azure.com/openai",
      "https://r.openai.azure.com/openai/v1/"
    ]
  ) {
    it.effect(`${baseUrl}: to the v1 API`, () =>
      Effect.gen(function*() {
        const { sent } = yield* asked(AzureOpenAi.layer({ ...options, baseUrl }))
        assert.strictEqual(sent[0]?.url, "https://r.openai.azure.com/openai/v1/chat/completions")
        assert.strictEqual(sent[0]?.headers["api-key"], "azure-key")
        assert.notProperty(sent[0]?.headers, "authorization")
        assert.include(sent[0]?.body, "\"model\":\"my gpt\"")
      }))
  }

  it.effect("with a version: to the deployment", () =>
    Effect.gen(function*() {
      const baseUrl = "https://r.openai.azure.com"
      const { sent } = yield* asked(AzureOpenAi.layer({ ...options, baseUrl, apiVersion: "2024-10-21" }))
      assert.strictEqual(
        sent[0]?.url,
        "https://r.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21"
      )
    }))

  it.effect("vectors, with a version: of the deployment", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(() => Response.json({ data: [{ index: 0, embedding: [0.5] }] }))
      const layer = AzureOpenAi.layer({
        ...options,
        baseUrl: "https://r.openai.azure.com/",
        apiVersion: "2024-10-21",
        embeddingModel: "my vectors"
      })
      const { embeddings } = yield* Effect.provide(
        Embeddings.embed({ input: "a" }),
        Layer.provide(layer, http.layer)
      )
      assert.deepStrictEqual(embeddings, [[0.5]])
      assert.strictEqual(
        http.sent[0]?.url,
        "https://r.openai.azure.com/openai/deployments/my%20vectors/embeddings?api-version=2024-10-21"
      )
    }))

  it.effect("the list of models, with a version", () =>
    Effect.gen(function*() {
      const model = { status: "succeeded", id: "gpt-4o", created_at: 1732060800, object: "model" }
      const http = TestHttp.make(() => Response.json({ object: "list", data: [model] }))
      const service = yield* Effect.provide(
        AzureOpenAi.makeModels({ ...options, baseUrl: "https://r.openai.azure.com", apiVersion: "2024-10-21" }),
        http.layer
      )
      const models = yield* Stream.runCollect(service.list())
      assert.deepStrictEqual([...models], [{ id: "gpt-4o", created: 1732060800, raw: model }])
      assert.strictEqual(http.sent[0]?.url, "https://r.openai.azure.com/openai/models?api-version=2024-10-21")
    }))

  const environment = (entries: ReadonlyArray<readonly [string, string]>) =>
    Layer.setConfigProvider(ConfigProvider.fromMap(new Map(entries)))

  it.effect("from Config", () =>
    Effect.gen(function*() {
      const layer = AzureOpenAi.layerConfig({ model: "m" }).pipe(Layer.provide(environment([
        ["AZURE_OPENAI_API_KEY", "azure-key"],
        ["AZURE_OPENAI_ENDPOINT", "https://r.openai.azure.com/"]
      ])))
      const { sent } = yield* asked(layer)
      assert.strictEqual(sent[0]?.url, "https://r.openai.azure.com/openai/v1/chat/completions")
    }))

  for (
    const [name, layerConfig, key] of [
      ["Azure OpenAI", AzureOpenAi.layerConfig, "AZURE_OPENAI_API_KEY"],
      ["Azure AI", Azure.layerConfig, "AZURE_API_KEY"]
    ] as const
  ) {
    it.effect(`${name}: a resource that nobody names is an invalid base URL`, () =>
      Effect.gen(function*() {
        const layer = layerConfig({ model: "m" }).pipe(Layer.provide(environment([[key, "azure-key"]])))
        const { exit, sent } = yield* asked(layer)
        assert.strictEqual(sent.length, 0)
        if (exit._tag === "Right" || exit.left._tag !== "ProviderError") return assert.fail(`${exit}`)
        assert.deepStrictEqual(exit.left.reason, { _tag: "InvalidRequest", param: "baseUrl" })
      }))
  }
})

describe("Azure AI", () => {
  it.effect("asks the resource, by a version of the API", () =>
    Effect.gen(function*() {
      const { sent } = yield* asked(Azure.layer({ ...options, baseUrl: "https://r.services.ai.azure.com/models" }))
      assert.strictEqual(
        sent[0]?.url,
        "https://r.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview"
      )
      assert.strictEqual(sent[0]?.headers["api-key"], "azure-key")
    }))
})
