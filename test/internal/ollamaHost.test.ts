import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Embeddings from "../../src/Embeddings.ts"
import { baseUrlOf } from "../../src/internal/ollamaHost.ts"
import * as Provider from "../../src/Provider.ts"
import * as Ollama from "../../src/providers/Ollama.ts"
import * as Registry from "../../src/Registry.ts"
import { hosts } from "../kit/ollamaHosts.ts"
import * as TestHttp from "../kit/testHttp.ts"

describe("OLLAMA_HOST", () => {
  for (const { given, url } of hosts) {
    it(JSON.stringify(given), () => {
      assert.strictEqual(baseUrlOf(given), url)
      // What was read can be read again.
      assert.strictEqual(baseUrlOf(url), url)
    })
  }

  for (const given of ["https://[", "gpu box", "gpu-box:99999", "http://gpu-box:port", "[::1"]) {
    it(`${JSON.stringify(given)} is left to be refused`, () => assert.strictEqual(baseUrlOf(given), given))
  }

  const params = { messages: [{ role: "user", content: "Hi" }] } as const
  const whole = { model: "m", message: { role: "assistant", content: "a" }, done: true, done_reason: "stop" }

  /** Where a call goes. */
  const asked = (run: (http: Layer.Layer<HttpClient.HttpClient>) => Effect.Effect<unknown, unknown>) =>
    Effect.gen(function*() {
      const http = TestHttp.make(({ url }) =>
        Response.json(url.endsWith("/api/embed") ? { model: "m", embeddings: [[1]] } : whole)
      )
      yield* run(http.layer)
      return http.sent.map(({ url }) => url)
    })

  const variables = Layer.setConfigProvider(ConfigProvider.fromMap(new Map([["OLLAMA_HOST", "0.0.0.0:8080/"]])))

  it.effect("is read by the layer from Config, and by what there is beside chat", () =>
    Effect.gen(function*() {
      const urls = yield* asked((http) =>
        Effect.all([Provider.completion(params), Embeddings.embed({ input: "a" })]).pipe(
          Effect.provide(Ollama.layerConfig({ model: "m", embeddingModel: "m" })),
          Effect.provide([http, variables])
        )
      )
      assert.deepStrictEqual(urls, ["http://127.0.0.1:8080/api/chat", "http://127.0.0.1:8080/api/embed"])
    }))

  it.effect("is read by a registry", () =>
    Effect.gen(function*() {
      const urls = yield* asked((http) =>
        Provider.completion({ ...params, model: "ollama:m" }).pipe(
          Effect.provide(Registry.layerConfig()),
          Effect.provide([http, variables])
        )
      )
      assert.deepStrictEqual(urls, ["http://127.0.0.1:8080/api/chat"])
    }))

  it.effect("is what `baseUrl` can be", () =>
    Effect.gen(function*() {
      const urls = yield* asked((http) =>
        Effect.flatMap(
          Ollama.make({ model: "m", baseUrl: "gpu-box" }),
          (provider) => provider.completion(params)
        ).pipe(Effect.provide(http))
      )
      assert.deepStrictEqual(urls, ["http://gpu-box:11434/api/chat"])
    }))

  it.effect("that nobody understands is refused before anything is sent", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(() => Response.json(whole))
      const error = yield* Provider.completion(params).pipe(
        Effect.provide(Ollama.layer({ model: "m", baseUrl: "gpu-box:99999" })),
        Effect.provide(http.layer),
        Effect.flip
      )
      assert.deepInclude(error, { _tag: "ProviderError", attempts: 1 })
      assert.deepInclude(error._tag === "ProviderError" ? error.reason : {}, { param: "baseUrl" })
      assert.deepStrictEqual(http.sent, [])
    }))
})
