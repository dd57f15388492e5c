/**
 * What only watsonx has: the project in the body, two paths, and a list in pages.
 */
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Models from "../../src/Models.ts"
import * as Provider from "../../src/Provider.ts"
import * as Watsonx from "../../src/providers/Watsonx.ts"
import * as TestHttp from "../kit/testHttp.ts"

const baseUrl = "https://eu-de.ml.cloud.ibm.com"
const options = { apiKey: Redacted.make("a-token"), model: "ibm/granite", retry: false, baseUrl } as const
const params = { messages: [{ role: "user", content: "Hi" }] } as const
const ok = { choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }] }
const body = { model_id: "ibm/granite", project_id: "p1", messages: [{ role: "user", content: "Hi" }] }

const asked = <E>(layer: Layer.Layer<Provider.Provider, E, Layer.Layer.Context<ReturnType<typeof Watsonx.layer>>>) =>
  Effect.gen(function*() {
    const http = TestHttp.make(() => Response.json(ok))
    yield* Effect.provide(Provider.completion(params), Layer.provide(layer, http.layer))
    return http.sent.map((sent) => ({ url: sent.url, body: JSON.parse(sent.body ?? "") }))
  })

describe("watsonx", () => {
  it.effect("a whole answer of a project", () =>
    Effect.gen(function*() {
      const url = `${baseUrl}/ml/v1/text/chat?version=2025-04-23`
      assert.deepStrictEqual(yield* asked(Watsonx.layer({ ...options, projectId: "p1" })), [{ url, body }])
    }))

  it.effect("the project from its variable", () =>
    Effect.gen(function*() {
      const variables = ConfigProvider.fromMap(
        new Map([
          ["WATSONX_AI_BEARER_TOKEN", "a-token"],
          ["WATSONX_URL", baseUrl],
          ["WATSONX_PROJECT_ID", "p1"]
        ])
      )
      const layer = Watsonx.layerConfig({ model: "ibm/granite" }).pipe(
        Layer.provide(Layer.setConfigProvider(variables))
      )
      const [sent] = yield* asked(layer)
      assert.deepStrictEqual(sent?.body, body)
    }))

  it.effect("a space in place of a project", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(() => Response.json(ok))
      const service = yield* Effect.provide(Watsonx.make(options), http.layer)
      yield* service.completion({ ...params, extra: { watsonx: { space_id: "s1" } } })
      const { project_id: _, ...rest } = body
      assert.deepStrictEqual(JSON.parse(http.sent[0]?.body ?? ""), { ...rest, space_id: "s1" })
    }))

  it.live("the list in pages", () =>
    Effect.gen(function*() {
      const list = "/ml/v1/foundation_model_specs?version=2025-04-23&limit=200"
      const http = TestHttp.make(({ url }) =>
        Response.json(
          url.includes("start=")
            ? { resources: [{ model_id: "b" }, { label: "no id" }] }
            : { resources: [{ model_id: "a" }], next: { href: `${baseUrl}${list}&start=Zz9%3D` } }
        )
      )
      const service = yield* Effect.provide(Models.make(Watsonx.endpoint, options), http.layer)
      const models = yield* Stream.runCollect(service.list())
      assert.deepStrictEqual([...models].map(({ id }) => id), ["a", "b"])
      assert.deepStrictEqual(http.sent.map(({ url }) => url), [
        `${baseUrl}${list}`,
        `${baseUrl}${list}&start=Zz9%3D`
      ])
    }))
})
