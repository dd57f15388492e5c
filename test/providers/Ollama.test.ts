/**
 * The endpoint as it is used: without a key, with one, and while a model is loaded.
 */
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Embeddings from "../../src/Embeddings.ts"
import * as Provider from "../../src/Provider.ts"
import * as Ollama from "../../src/providers/Ollama.ts"
import * as Timed from "../internal/timed.ts"
import * as TestHttp from "../kit/testHttp.ts"

const params = { messages: [{ role: "user", content: "Hi" }] } as const
const whole = { model: "m", message: { role: "assistant", content: "a" }, done: true, done_reason: "stop" }

const asked = (layer: ReturnType<typeof Ollama.layerConfig>, variables: ReadonlyMap<string, string> = new Map()) => {
  const http = TestHttp.make(() => Response.json(whole))
  return Provider.completion(params).pipe(
    Effect.provide(layer),
    Effect.provide([http.layer, Layer.setConfigProvider(ConfigProvider.fromMap(new Map(variables)))]),
    Effect.map(({ choices }) => ({ sent: http.sent, text: choices[0]?.message.content }))
  )
}

describe("the key", () => {
  it.effect("is not needed", () =>
    Effect.gen(function*() {
      for (const layer of [Ollama.layer({ model: "m" }), Ollama.layerConfig({ model: "m" })]) {
        const { sent, text } = yield* asked(layer)
        assert.strictEqual(text, "a")
        assert.strictEqual(sent[0]?.url, "http://127.0.0.1:11434/api/chat")
        assert.notProperty(sent[0]?.headers, "authorization")
      }
    }))

  it.effect("is a bearer token, of the option or of the variable", () =>
    Effect.gen(function*() {
      const cloud = { model: "m", baseUrl: "https://ollama.com" }
      const given = yield* asked(Ollama.layer({ ...cloud, apiKey: Redacted.make("of the option") }))
      const read = yield* asked(Ollama.layerConfig(cloud), new Map([["OLLAMA_API_KEY", "of the variable"]]))
      assert.deepStrictEqual([given, read].map(({ sent }) => [sent[0]?.url, sent[0]?.headers["authorization"]]), [
        ["https://ollama.com/api/chat", "Bearer of the option"],
        ["https://ollama.com/api/chat", "Bearer of the variable"]
      ])
    }))
})

describe("a model that is not there", () => {
  const missing = Response.json({ error: "model 'llama3.2' not found" }, { status: 404 })

  it.effect("is an error that says how to get it, for chat and for vectors", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(() => missing.clone())
      const errors = yield* Effect.all([
        Effect.flip(Provider.completion(params)),
        Effect.flip(Embeddings.embed({ input: "a" }))
      ]).pipe(
        Effect.provide(Layer.provide(Ollama.layer({ model: "llama3.2", embeddingModel: "llama3.2" }), http.layer))
      )
      for (const error of errors) {
        assert.strictEqual(
          error.message,
          "ollama llama3.2: the model was not found (model 'llama3.2' not found), HTTP 404. " +
            "Run `ollama pull llama3.2`, or check the model's name."
        )
      }
    }))
})

describe("a model that is loaded first", () => {
  const minute = 60_000
  const provider = Ollama.layer({ model: "m", retry: false })
  const line = `${JSON.stringify({ ...whole, prompt_eval_count: 1, eval_count: 1 })}\n`

  it.effect("headers may take longer than a minute", () =>
    Effect.gen(function*() {
      const server = Timed.server(Effect.delay(Timed.sse([line]), "3 minutes"))
      const played = yield* Timed.run(server, { provider }, "4 minutes")
      assert.strictEqual(played.text(), "a")
      assert.strictEqual(played.ended()?.at, 3 * minute)
    }))

  it.effect("and not for ever", () =>
    Effect.gen(function*() {
      const patient = { retry: false, timeouts: { firstContent: "1 hour" } } as const
      const played = yield* Timed.run(Timed.server(Effect.never), { provider, call: patient }, "1 hour")
      assert.deepInclude(played.error(), { _tag: "Timeout", phase: "headers" })
      assert.strictEqual(played.ended()?.at, 5 * minute)
    }))
})

describe("vectors", () => {
  it.effect("are asked for with what the caller adds, in one request", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(() => Response.json({ model: "m", embeddings: [[1], [2]] }))
      const embedded = yield* Embeddings.embed({
        input: ["a", "b"],
        dimensions: 1,
        extra: { ollama: { truncate: false, options: { num_ctx: 9 }, input: "no" }, openai: { x: 1 } }
      }).pipe(Effect.provide(Layer.provide(Ollama.layer({ embeddingModel: "m", onDropped: "ignore" }), http.layer)))
      assert.deepStrictEqual(embedded.embeddings, [[1], [2]])
      assert.isUndefined(embedded.usage)
      assert.deepStrictEqual(http.sent.map(({ body }) => JSON.parse(body)), [
        { model: "m", dimensions: 1, truncate: false, options: { num_ctx: 9 }, input: ["a", "b"] }
      ])
    }))
})
