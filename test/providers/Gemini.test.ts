/**
 * What Gemini and Vertex AI have that no other endpoint has: versions, hosts and tokens, pages of models, and vectors by
 * model.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as Embeddings from "../../src/Embeddings.ts"
import * as Models from "../../src/Models.ts"
import * as Provider from "../../src/Provider.ts"
import * as Gemini from "../../src/providers/Gemini.ts"
import * as VertexAi from "../../src/providers/VertexAi.ts"
import * as Registry from "../../src/Registry.ts"
import * as TestHttp from "../kit/testHttp.ts"

const apiKey = Redacted.make("a-key")
const params = { model: "m", messages: [{ role: "user", content: "Hi" }] } as const
const answer = { candidates: [{ content: { parts: [{ text: "Hello" }] }, finishReason: "STOP" }] }

const answering = () => TestHttp.make(() => Response.json(answer))

/** Where a whole answer is asked for. */
const placeOf = (options: Partial<VertexAi.Options>) =>
  Effect.gen(function*() {
    const http = answering()
    const layer = VertexAi.layer({ apiKey, project: "p", location: "us-central1", ...options })
    yield* Effect.provide(Provider.completion(params), Layer.provide(layer, http.layer))
    return http.sent[0]?.url
  })

const path = (location: string) => `/v1/projects/p/locations/${location}/publishers/google/models/m:generateContent`

describe("where", () => {
  it.effect("Vertex AI is, by location", () =>
    Effect.gen(function*() {
      for (
        const [location, host] of [
          ["us-central1", "us-central1-aiplatform.googleapis.com"],
          ["global", "aiplatform.googleapis.com"],
          ["eu", "aiplatform.eu.rep.googleapis.com"],
          ["us", "aiplatform.us.rep.googleapis.com"]
        ] as const
      ) {
        assert.strictEqual(yield* placeOf({ location }), `https://${host}${path(location)}`)
      }
    }))

  it.effect("a base URL that is given is completed with what it does not say", () =>
    Effect.gen(function*() {
      const whole = "http://proxy.test/v1beta1/projects/q/locations/l"
      assert.strictEqual(yield* placeOf({ baseUrl: "http://proxy.test/" }), `http://proxy.test${path("us-central1")}`)
      assert.strictEqual(
        yield* placeOf({ baseUrl: "http://proxy.test/v1beta1" }),
        `http://proxy.test${path("us-central1").replace("/v1/", "/v1beta1/")}`
      )
      assert.strictEqual(yield* placeOf({ baseUrl: whole }), `${whole}/publishers/google/models/m:generateContent`)
    }))

  it.effect("the Gemini API is, with a version or without", () =>
    Effect.gen(function*() {
      for (
        const baseUrl of ["http://proxy.test", "http://proxy.test/", "http://proxy.test/v1beta", "http://proxy.test/v1"]
      ) {
        const http = answering()
        const layer = Layer.provide(Gemini.layer({ apiKey, baseUrl }), http.layer)
        yield* Effect.provide(Provider.completion(params), layer)
        const version = baseUrl.endsWith("/v1") ? "v1" : "v1beta"
        assert.strictEqual(http.sent[0]?.url, `http://proxy.test/${version}/models/m:generateContent`)
      }
    }))

  it.effect("by the registry, too", () =>
    Effect.gen(function*() {
      const http = answering()
      const layer = Registry.layer({ vertexai: VertexAi.endpoint }, {
        vertexai: { apiKey, project: "p", location: "global" }
      }).pipe(Layer.provide(http.layer))
      yield* Effect.provide(Provider.completion({ ...params, model: "vertexai:m" }), layer)
      assert.strictEqual(http.sent[0]?.url, `https://aiplatform.googleapis.com${path("global")}`)
    }))
})

it.effect("a token is asked for anew for each attempt", () =>
  Effect.gen(function*() {
    let asked = 0
    const http = TestHttp.make(() => asked === 1 ? new Response("", { status: 503 }) : Response.json(answer))
    const token = Effect.sync(() => Redacted.make(`token-${++asked}`))
    const retry = { times: 1, schedule: Schedule.recurs(1) }
    const layer = VertexAi.layer({ apiKey: token, project: "p", location: "global", retry })
    yield* Effect.provide(Provider.completion(params), Layer.provide(layer, http.layer))
    assert.deepStrictEqual(http.sent.map(({ headers }) => headers["authorization"]), [
      "Bearer token-1",
      "Bearer token-2"
    ])
  }))

it.effect("the list of models, page by page", () =>
  Effect.gen(function*() {
    const http = TestHttp.make(({ url }) =>
      Response.json(
        url.includes("pageToken=next%2F2")
          ? { models: [{ name: "models/b" }, { name: "tunedModels/c" }] }
          : { models: [{ name: "models/a" }, { displayName: "nameless" }], nextPageToken: "next/2" }
      )
    )
    const models = yield* Stream.runCollect(Models.list()).pipe(
      Effect.provide(Layer.provide(Gemini.layer({ apiKey }), http.layer))
    )
    assert.deepStrictEqual([...models].map(({ id }) => id), ["a", "b", "tunedModels/c"])
    assert.deepStrictEqual(http.sent.map(({ url }) => new URL(url).search), [
      "?pageSize=1000",
      "?pageSize=1000&pageToken=next%2F2"
    ])
  }))

describe("vectors", () => {
  const vector = (values: ReadonlyArray<number>) => ({ values })

  it.effect("with dimensions, a type and more", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(() =>
        Response.json({ embeddings: [vector([1, 2])], usageMetadata: { promptTokenCount: 3 } })
      )
      const { usage } = yield* Embeddings.embed({
        model: "models/gemini-embedding-001",
        input: "a",
        dimensions: 2,
        inputType: "document",
        extra: { gemini: { title: "A", content: {} } }
      }).pipe(Effect.provide(Layer.provide(Gemini.layer({ apiKey, onDropped: "ignore" }), http.layer)))
      assert.deepStrictEqual(usage, { promptTokens: 3, totalTokens: 3 })
      assert.deepStrictEqual(JSON.parse(http.sent[0]?.body ?? ""), {
        requests: [{
          model: "models/gemini-embedding-001",
          content: { parts: [{ text: "a" }] },
          taskType: "RETRIEVAL_DOCUMENT",
          outputDimensionality: 2,
          title: "A"
        }]
      })
    }))

  it.effect("of Vertex AI's models, by each in its own way", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(({ body, url }) => {
        if (url.endsWith(":embedContent")) {
          return Response.json({ embedding: vector([1]), usageMetadata: { promptTokenCount: 2 } })
        }
        const { instances } = JSON.parse(body) as { readonly instances: ReadonlyArray<unknown> }
        return Response.json({
          predictions: instances.map(() => ({ embeddings: { values: [1], statistics: { token_count: 2 } } }))
        })
      })
      const layer = Layer.provide(VertexAi.layer({ apiKey, project: "p", location: "global" }), http.layer)
      const asked = (model: string) =>
        Effect.gen(function*() {
          const from = http.sent.length
          const { usage } = yield* Effect.provide(
            Embeddings.embed({ model, input: ["a", "b"], dimensions: 1, inputType: "query" }),
            layer
          )
          assert.deepStrictEqual(usage, { promptTokens: 4, totalTokens: 4 })
          return http.sent.slice(from).map(({ body }): unknown => JSON.parse(body))
        })
      const parameters = { outputDimensionality: 1 }
      const instance = (content: string) => ({ task_type: "RETRIEVAL_QUERY", content })
      assert.deepStrictEqual(yield* asked("text-embedding-005"), [
        { instances: [instance("a"), instance("b")], parameters }
      ])
      assert.deepStrictEqual(yield* asked("gemini-embedding-001"), [
        { instances: [instance("a")], parameters },
        { instances: [instance("b")], parameters }
      ])
      const embedContentConfig = { taskType: "RETRIEVAL_QUERY", outputDimensionality: 1 }
      assert.deepStrictEqual(yield* asked("gemini-embedding-2"), [
        { content: { parts: [{ text: "a" }] }, embedContentConfig },
        { content: { parts: [{ text: "b" }] }, embedContentConfig }
      ])
    }))
})
