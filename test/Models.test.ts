/**
 * Lists of models, over an HttpClient without a network; sockets are in `loopback`.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { RequestOptions } from "../src/CallOptions.ts"
import * as Models from "../src/Models.ts"
import { isProviderError } from "../src/ProviderError.ts"
import * as Anthropic from "../src/providers/Anthropic.ts"
import * as OpenAi from "../src/providers/OpenAi.ts"
import * as OpenAiCompatible from "../src/providers/OpenAiCompatible.ts"
import * as Timed from "./internal/timed.ts"
import * as Tracing from "./internal/tracing.ts"
import * as TestHttp from "./kit/testHttp.ts"

const apiKey = Redacted.make("sk-test-0123456789abcdef")

const openAi = (http: TestHttp.TestHttp, options?: RequestOptions) =>
  Stream.unwrap(Effect.map(OpenAi.makeModels({ apiKey }), ({ list }) => list(options))).pipe(
    Stream.provideLayer(http.layer)
  )

const anthropic = (http: TestHttp.TestHttp, options?: RequestOptions) =>
  Stream.unwrap(Effect.map(Anthropic.makeModels({ apiKey }), ({ list }) => list(options))).pipe(
    Stream.provideLayer(http.layer)
  )

const idsOf = <E>(stream: Stream.Stream<Models.Model, E>) =>
  Effect.map(Stream.runCollect(stream), (models) => Chunk.toReadonlyArray(models).map(({ id }) => id))

/** The models that came, and the error after them. */
const untilError = <E>(stream: Stream.Stream<Models.Model, E>) =>
  Effect.gen(function*() {
    const ids: Array<string> = []
    const error = yield* Effect.flip(Stream.runForEach(stream, ({ id }) => Effect.sync(() => ids.push(id))))
    return { ids, error }
  })

const pageOf = (ids: ReadonlyArray<string>, more: boolean, lastId: string | null | undefined = ids.at(-1)) => ({
  data: ids.map((id) => ({ type: "model", id, display_name: id.toUpperCase(), created_at: "2025-02-19T00:00:00Z" })),
  has_more: more,
  first_id: ids[0] ?? null,
  last_id: lastId
})

/** Pages as Anthropic's API gives them, by the cursor that is asked for. */
const paged = (pages: { readonly [cursor: string]: unknown }): TestHttp.TestHttp =>
  TestHttp.make(({ url }) => Timed.json(200, pages[new URL(url).searchParams.get("after_id") ?? ""]))

describe("OpenAI's list", () => {
  it.effect("is one page", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(() =>
        Timed.json(200, {
          object: "list",
          data: [
            { id: "gpt-5-mini", object: "model", created: 1754425928, owned_by: "system" },
            { id: "o3", object: "model", created: 1744225308, owned_by: "openai" }
          ],
          has_more: true
        })
      )
      const models = Chunk.toReadonlyArray(yield* Stream.runCollect(openAi(http)))
      assert.deepStrictEqual(models, [
        {
          id: "gpt-5-mini",
          created: 1754425928,
          ownedBy: "system",
          raw: { id: "gpt-5-mini", object: "model", created: 1754425928, owned_by: "system" }
        },
        {
          id: "o3",
          created: 1744225308,
          ownedBy: "openai",
          raw: { id: "o3", object: "model", created: 1744225308, owned_by: "openai" }
        }
      ])
      assert.strictEqual(http.sent.length, 1)
      const [sent] = http.sent
      assert.deepInclude(sent, { method: "GET", url: "https://api.openai.com/v1/models", body: "" })
      assert.deepStrictEqual({ ...sent?.headers }, {
        "accept": "application/json",
        "accept-encoding": "identity",
        "authorization": "Bearer sk-test-0123456789abcdef"
      })
    }))

  it.effect("is whatever the servers that imitate it say", () =>
    Effect.gen(function*() {
      const said: ReadonlyArray<readonly [raw: object, known: object]> = [
        // Together.
        [
          {
            id: "a",
            created: 0,
            display_name: "A",
            organization: "Meta",
            context_length: 2048,
            pricing: { input: 0.3 }
          },
          { displayName: "A", ownedBy: "Meta", contextWindow: 2048 }
        ],
        // OpenRouter.
        [
          {
            id: "b",
            name: "Maker: B",
            created: 1741818122,
            context_length: 1000,
            top_provider: { max_completion_tokens: 10 }
          },
          { created: 1741818122, displayName: "Maker: B", contextWindow: 1000, maxOutputTokens: 10 }
        ],
        // GitHub Models.
        [
          { id: "b2", name: "B", publisher: "Maker", limits: { max_input_tokens: 9, max_output_tokens: 3 } },
          { ownedBy: "Maker", displayName: "B", contextWindow: 9, maxOutputTokens: 3 }
        ],
        // Groq.
        [
          { id: "c", owned_by: "Meta", context_window: 8192, max_completion_tokens: 4096, active: true },
          { ownedBy: "Meta", contextWindow: 8192, maxOutputTokens: 4096 }
        ],
        // Inception.
        [
          { id: "i", name: "I", context_length: 128000, max_output_length: 50000 },
          { displayName: "I", contextWindow: 128000, maxOutputTokens: 50000 }
        ],
        // SambaNova, vLLM, Mistral.
        [{ id: "d", created: 1700000000.5, max_model_len: 10 }, { created: 1700000000, contextWindow: 10 }],
        [{ id: "e", name: "e", max_context_length: 131072 }, { displayName: "e", contextWindow: 131072 }],
        // Nothing, and nonsense.
        [{ id: "f" }, {}],
        [
          { id: "g", created: "soon", owned_by: null, display_name: "", context_length: -1, max_tokens: 1.5, x: [[]] },
          {}
        ]
      ]
      const odd = [null, 7, "h", {}, { id: "" }, { id: 7 }, []]
      const data = [...said.map(([raw]) => raw), ...odd]
      for (const body of [{ object: "list", data }, data]) {
        const models = yield* Stream.runCollect(openAi(TestHttp.make(() => Timed.json(200, body))))
        assert.deepStrictEqual(
          Chunk.toReadonlyArray(models),
          said.map(([raw, known]) => ({ id: "id" in raw ? String(raw.id) : "", ...known, raw: { ...raw } }))
        )
      }
    }))

  it.effect("can be empty", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* idsOf(openAi(TestHttp.make(() => Timed.json(200, { data: [] })))), [])
    }))

  it.effect("is somewhere else at some servers", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(() => Timed.json(200, [{ id: "m" }]))
      const models = yield* Effect.provide(
        OpenAiCompatible.makeModels({
          id: "own",
          baseUrl: "http://own.invalid/inference",
          models: { path: "/../catalog/models?all=1", dialect: Anthropic.modelsDialect }
        }),
        http.layer
      )
      assert.deepStrictEqual(yield* idsOf(models.list()), ["m"])
      assert.strictEqual(http.sent[0]?.url, "http://own.invalid/catalog/models?all=1&limit=1000")
    }))
})

describe("Anthropic's list", () => {
  it.effect("is followed from page to page", () =>
    Effect.gen(function*() {
      const http = paged({
        "": pageOf(["a", "b"], true),
        "b": pageOf([], true, "b/2 &"),
        "b/2 &": pageOf(["c"], false)
      })
      const models = Chunk.toReadonlyArray(yield* Stream.runCollect(anthropic(http)))
      assert.deepStrictEqual(models.map(({ created, displayName, id }) => [id, displayName, created]), [
        ["a", "A", 1739923200],
        ["b", "B", 1739923200],
        ["c", "C", 1739923200]
      ])
      assert.deepStrictEqual(http.sent.map(({ url }) => url), [
        "https://api.anthropic.com/v1/models?limit=1000",
        "https://api.anthropic.com/v1/models?limit=1000&after_id=b",
        "https://api.anthropic.com/v1/models?limit=1000&after_id=b%2F2%20%26"
      ])
      assert.deepInclude(http.sent[0]?.headers, {
        "anthropic-version": "2023-06-01",
        "x-api-key": "sk-test-0123456789abcdef"
      })
      assert.isUndefined(http.sent[0]?.headers["authorization"])
    }))

  const leads: ReadonlyArray<readonly [name: string, pages: { readonly [cursor: string]: unknown }, detail: string]> = [
    [
      "to itself",
      { "": pageOf(["a"], true), "a": pageOf(["a"], true) },
      "there are more models, and it leads back to a page that was there"
    ],
    [
      "round and round",
      { "": pageOf(["a"], true), "a": pageOf(["b"], true), "b": pageOf(["a"], true) },
      "there are more models, and it leads back to a page that was there"
    ],
    [
      "nowhere",
      { "": pageOf(["a"], true), "a": pageOf(["b"], true, null) },
      "there are more models, and it does not say where"
    ]
  ]
  for (const [name, pages, detail] of leads) {
    it.effect(`a page that leads ${name} is an error after what came before it`, () =>
      Effect.gen(function*() {
        const http = paged(pages)
        const { error, ids } = yield* untilError(anthropic(http))
        assert.strictEqual(new Set(ids).size, ids.length)
        assert.strictEqual(ids[0], "a")
        assert.deepInclude(error, { _tag: "ProviderError", provider: "anthropic", detail, contentEmitted: true })
        assert.strictEqual(isProviderError(error) && error.reason._tag, "UnexpectedBody")
        assert.strictEqual(http.sent.length, Object.keys(pages).length)
      }))
  }

  for (
    const [name, respond, tag] of [
      ["no list", () => Timed.json(200, { data: "none" }), "UnexpectedBody"],
      ["a page of HTML", () => new Response("<html></html>"), "UnexpectedBody"],
      ["cut", () => new Response("{\"data\":[{\"id\":"), "TruncatedStream"],
      ["an error", () => Timed.json(401, { error: { type: "authentication_error", message: "no" } }), "Authentication"]
    ] as const
  ) {
    it.effect(`a later page that is ${name}: what came before it is delivered`, () =>
      Effect.gen(function*() {
        const http = TestHttp.make((_, index) => index === 0 ? Timed.json(200, pageOf(["a", "b"], true)) : respond())
        const { error, ids } = yield* untilError(anthropic(http, { retry: false }))
        assert.deepStrictEqual(ids, ["a", "b"])
        assert.strictEqual(isProviderError(error) && error.reason._tag, tag)
        assert.deepInclude(error, { attempts: 2, contentEmitted: true })
      }))
  }

  it.effect("a page is asked for again, and nothing comes twice", () =>
    Effect.gen(function*() {
      const http = TestHttp.make((_, index) =>
        index === 0
          ? Timed.json(200, pageOf(["a"], true))
          : index === 1
          ? Timed.json(529, { type: "error", error: { type: "overloaded_error", message: "busy" } })
          : Timed.json(200, pageOf(["b"], false))
      )
      const retry = { times: 1, schedule: Schedule.recurs(1) }
      assert.deepStrictEqual(yield* idsOf(anthropic(http, { retry })), ["a", "b"])
      assert.strictEqual(http.sent.length, 3)
    }))

  it.effect("a list without an end is read no further than there is room for", () =>
    Effect.gen(function*() {
      const http = TestHttp.make((_, index) => Timed.json(200, pageOf([`m${index}`], true)))
      assert.deepStrictEqual(yield* idsOf(Stream.take(anthropic(http), 3)), ["m0", "m1", "m2"])
      yield* Timed.settle
      assert.isAtMost(http.sent.length, 25)
    }))
})

describe("ends", () => {
  const silent = () => TestHttp.make(() => Effect.never)

  const ended = (http: TestHttp.TestHttp, time: "59 seconds" | "1 minute" | "5 seconds", options?: RequestOptions) =>
    Effect.gen(function*() {
      const fiber = yield* Effect.fork(Effect.either(idsOf(anthropic(http, { retry: false, ...options }))))
      yield* Timed.settle
      yield* TestClock.adjust(time)
      yield* Timed.settle
      const exit = yield* Fiber.poll(fiber)
      if (exit._tag === "None") return yield* Effect.as(Fiber.interrupt(fiber), "it runs")
      return Exit.isSuccess(exit.value) && exit.value.value._tag === "Left" ? exit.value.value.left : exit.value
    })

  it.effect("the clocks", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* ended(silent(), "59 seconds"), "it runs")
      assert.deepInclude(yield* ended(silent(), "1 minute"), { _tag: "Timeout", phase: "headers" })
      const total = { timeouts: { total: "5 seconds" } } as const
      assert.deepInclude(yield* ended(silent(), "5 seconds", total), { _tag: "Timeout", phase: "total" })
    }))

  it.effect("cancel and signal", () =>
    Effect.gen(function*() {
      const cancel = Effect.sleep("5 seconds")
      assert.deepInclude(yield* ended(silent(), "5 seconds", { cancel }), { _tag: "Cancelled", attempts: 1 })
      const signal = AbortSignal.abort()
      assert.deepInclude(yield* ended(silent(), "5 seconds", { signal }), { _tag: "Cancelled", attempts: 0 })
    }))

  it.effect("the end of the layer is Cancelled", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const layer = Layer.provide(Anthropic.layer({ apiKey }), silent().layer)
      const context = yield* Layer.buildWithScope(layer, scope)
      const fiber = yield* Effect.fork(Effect.provide(Stream.runDrain(Models.list()), context))
      yield* Timed.settle
      yield* Scope.close(scope, Exit.void)
      assert.deepInclude(yield* Effect.flip(Fiber.join(fiber)), { _tag: "Cancelled", attempts: 1 })
    }))
})

describe("the span", () => {
  it.effect("is one for all pages", () =>
    Effect.gen(function*() {
      const recorder = Tracing.make()
      const http = paged({ "": pageOf(["a"], true), "a": pageOf(["b"], false) })
      yield* Effect.withTracer(Stream.runDrain(anthropic(http)), recorder.tracer)
      const { attributes, status } = recorder.named("list_models anthropic")
      assert.isTrue(status._tag === "Ended" && Exit.isSuccess(status.exit))
      assert.deepStrictEqual(Object.fromEntries(attributes), {
        "gen_ai.operation.name": "list_models",
        "gen_ai.provider.name": "anthropic",
        "effect_any_llm.attempts": 2
      })
    }))
})

describe("fromIterable", () => {
  it.effect("needs no server", () =>
    Effect.gen(function*() {
      const program = Effect.provideService(
        Stream.runCollect(Models.list()),
        Models.Models,
        Models.fromIterable([{ id: "a", contextWindow: 8 }, { id: "b", raw: { x: 1 } }])
      )
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* program), [
        { id: "a", contextWindow: 8, raw: {} },
        { id: "b", raw: { x: 1 } }
      ])
    }))
})
