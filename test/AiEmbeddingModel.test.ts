/**
 * Vectors through `@effect/ai`.
 */
import { LLMock } from "@copilotkit/aimock"
import * as EmbeddingModel from "@effect/ai/EmbeddingModel"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as AiEmbeddingModel from "../src/AiEmbeddingModel.ts"
import * as Embeddings from "../src/Embeddings.ts"
import { ProviderError } from "../src/ProviderError.ts"
import * as OpenAi from "../src/providers/OpenAi.ts"
import * as Clients from "./kit/clients.ts"
import * as Server from "./kit/server.ts"
import * as Targets from "./kit/targets.ts"

/** The length of each text, and what was asked for. */
const counting = () => {
  const asked: Array<Embeddings.Params> = []
  const service = Embeddings.fromFunction({ embed: (text) => [text.length] })
  return {
    asked,
    layer: Layer.succeed(Embeddings.Embeddings, {
      ...service,
      embed: (params) => Effect.zipRight(Effect.sync(() => void asked.push(params)), service.embed(params))
    })
  }
}

const embed = (text: string) => Effect.flatMap(EmbeddingModel.EmbeddingModel, (model) => model.embed(text))

const embedMany = (texts: ReadonlyArray<string>) =>
  Effect.flatMap(EmbeddingModel.EmbeddingModel, (model) => model.embedMany(texts))

describe("an embedding model", () => {
  it.effect("one text, and many in one call, in their order", () =>
    Effect.gen(function*() {
      const { asked, layer } = counting()
      const model = Layer.provide(AiEmbeddingModel.layerWith({ params: { model: "m", dimensions: 1 } }), layer)
      const [one, many] = yield* Effect.all([embed("a"), embedMany(["abc", "", "ab"])]).pipe(Effect.provide(model))
      assert.deepStrictEqual(one, [1])
      assert.deepStrictEqual(many, [[3], [0], [2]])
      assert.deepStrictEqual(asked, [
        { model: "m", dimensions: 1, input: ["a"] },
        { model: "m", dimensions: 1, input: ["abc", "", "ab"] }
      ])
    }))

  it.effect("no texts have no vectors", () =>
    Effect.gen(function*() {
      const { asked, layer } = counting()
      assert.deepStrictEqual(yield* Effect.provide(embedMany([]), Layer.provide(AiEmbeddingModel.layer, layer)), [])
      assert.deepStrictEqual(asked, [])
    }))

  it.effect("a cache", () =>
    Effect.gen(function*() {
      const { asked, layer } = counting()
      const cache = { capacity: 10, timeToLive: "1 minute" } as const
      yield* Effect.zipRight(embed("a"), embed("a")).pipe(
        Effect.provide(Layer.provide(AiEmbeddingModel.layerWith({ cache }), layer))
      )
      assert.strictEqual(asked.length, 1)
    }))

  it.live("a window for whoever asks", () =>
    Effect.gen(function*() {
      const { asked, layer } = counting()
      const model = Layer.provide(AiEmbeddingModel.layerDataLoader({ window: "20 millis" }), layer)
      const vectors = yield* Effect.all([embed("a"), embed("ab")], { concurrency: "unbounded" }).pipe(
        Effect.provide(model)
      )
      assert.deepStrictEqual(vectors, [[1], [2]])
      assert.deepStrictEqual(asked.map(({ input }) => input), [["a", "ab"]])
    }))

  it.effect("a failure of the provider reaches each who asked", () =>
    Effect.gen(function*() {
      const error = new ProviderError({
        provider: "openai",
        attempts: 1,
        contentEmitted: false,
        reason: { _tag: "RateLimit" },
        status: 429
      })
      const failing = Layer.succeed(Embeddings.Embeddings, { id: "openai", embed: () => Effect.fail(error) })
      const model = Layer.provide(AiEmbeddingModel.layer, failing)
      for (const program of [embed("a"), Effect.asVoid(embedMany(["a", "b"]))]) {
        const failed = yield* Effect.flip(Effect.provide(program, model))
        assert.isTrue(failed._tag === "HttpResponseError" && failed.response.status === 429)
      }
    }))
})

describe("over HTTP", () => {
  const layerOf = (url: string) =>
    AiEmbeddingModel.layer.pipe(
      Layer.provide(OpenAi.layer({ apiKey: Targets.apiKey, baseUrl: `${url}/v1`, embeddingModel: "m", retry: false })),
      Layer.provide(Clients.undici.layer)
    )

  it.scopedLive("aimock", () =>
    Effect.gen(function*() {
      const mock = yield* Effect.acquireRelease(
        Effect.promise(async () => {
          const mock = new LLMock({ port: 0 }).onEmbedding("cat", { embedding: [0.5, -1, 0.25] })
          await mock.start()
          return mock
        }),
        (mock) => Effect.promise(() => mock.stop())
      )
      assert.deepStrictEqual(yield* Effect.provide(embed("a cat"), layerOf(mock.url)), [0.5, -1, 0.25])
    }))

  it.scopedLive("interruption closes the socket", () =>
    Effect.gen(function*() {
      const server = yield* Server.make([{ before: [Server.expectClose()], steps: [] }])
      const fiber = yield* Effect.fork(Effect.provide(embed("a"), layerOf(server.url)))
      yield* server.awaitRequests(1)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual((yield* server.awaitEnded(0)).outcome, "client")
    }))
})
