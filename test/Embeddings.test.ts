/**
 * Vectors, over an HttpClient without a network and the clock of the test; sockets are in `loopback`.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import type { RequestOptions } from "../src/CallOptions.ts"
import * as Embeddings from "../src/Embeddings.ts"
import { isProviderError, type Reason } from "../src/ProviderError.ts"
import * as OpenAi from "../src/providers/OpenAi.ts"
import * as OpenAiCompatible from "../src/providers/OpenAiCompatible.ts"
import * as Timed from "./internal/timed.ts"
import * as Tracing from "./internal/tracing.ts"
import * as TestHttp from "./kit/testHttp.ts"

const apiKey = Redacted.make("sk-test-0123456789abcdef")

const model = "text-embedding-3-small"

interface Body {
  readonly input: ReadonlyArray<string>
  readonly [field: string]: unknown
}

const bodyOf = (sent: { readonly body: string } | undefined): Body => JSON.parse(sent?.body ?? "null")

/** The answer of a server that makes of the text "7" the vector [7, 0.5]. */
const answerTo = (texts: ReadonlyArray<string>, options: { readonly base64?: boolean } = {}) => ({
  object: "list",
  model: `${model}-v1`,
  data: texts.map((text, index) => {
    const vector = [Number(text), 0.5]
    const embedding = options.base64 === true
      ? Buffer.from(new Float32Array(vector).buffer).toString("base64")
      : vector
    return { object: "embedding", index, embedding }
  }),
  usage: { prompt_tokens: texts.length, total_tokens: texts.length }
})

const good: TestHttp.Respond = (sent) => Timed.json(200, answerTo(bodyOf(sent).input, { base64: true }))

const numbers = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, i) => String(i))

const service = (http: TestHttp.TestHttp, options: Partial<OpenAi.Options> = {}) =>
  Effect.provide(OpenAi.makeEmbeddings({ apiKey, embeddingModel: model, ...options }), http.layer)

const embed = (
  http: TestHttp.TestHttp,
  params: Embeddings.Params,
  options?: RequestOptions,
  layer?: Partial<OpenAi.Options>
) => Effect.flatMap(service(http, layer), ({ embed }) => embed(params, options))

/** What a call over these answers fails with. */
const failing = (
  respond: TestHttp.Respond,
  params: Embeddings.Params = { input: ["0", "1"] },
  options?: RequestOptions
) => Effect.flip(embed(TestHttp.make(respond), params, options))

describe("embed", () => {
  it.effect("one text", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(good)
      const answer = yield* embed(http, { input: "7" })
      assert.deepStrictEqual(answer, {
        model: `${model}-v1`,
        embeddings: [[7, 0.5]],
        usage: { promptTokens: 1, totalTokens: 1 }
      })
      assert.strictEqual(http.sent[0]?.method, "POST")
      assert.strictEqual(http.sent[0]?.url, "https://api.openai.com/v1/embeddings")
      assert.deepStrictEqual(bodyOf(http.sent[0]), { model, encoding_format: "base64", input: ["7"] })
      assert.deepInclude(http.sent[0]?.headers, {
        "accept": "application/json",
        "authorization": "Bearer sk-test-0123456789abcdef",
        "content-type": "application/json"
      })
    }))

  it.effect("numbers are as good as base64", () =>
    Effect.gen(function*() {
      const http = TestHttp.make((sent) => Timed.json(200, answerTo(bodyOf(sent).input)))
      assert.deepStrictEqual((yield* embed(http, { input: ["7", "8"] })).embeddings, [[7, 0.5], [8, 0.5]])
    }))

  it.effect("in the order of the indexes", () =>
    Effect.gen(function*() {
      const http = TestHttp.make((sent) => {
        const answer = answerTo(bodyOf(sent).input)
        return Timed.json(200, { ...answer, data: [...answer.data].reverse() })
      })
      assert.deepStrictEqual((yield* embed(http, { input: numbers(3) })).embeddings, [[0, 0.5], [1, 0.5], [2, 0.5]])
    }))

  it.effect("params are sent in the provider's words", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(good)
      const params = {
        input: ["1"],
        model: "m",
        dimensions: 2,
        extra: { openai: { user: "u", x: 1 }, other: { y: 1 } }
      }
      yield* embed(http, params)
      assert.deepStrictEqual(bodyOf(http.sent[0]), {
        model: "m",
        dimensions: 2,
        encoding_format: "base64",
        user: "u",
        x: 1,
        input: ["1"]
      })
    }))

  it.effect("an endpoint's own words: no encoding format, other fields, another path", () =>
    Effect.gen(function*() {
      const http = TestHttp.make((sent) => Timed.json(200, answerTo(bodyOf(sent).input)))
      const embeddings = {
        path: "/embed",
        dimensionsField: "output_dimension",
        inputTypeField: "input_type",
        inputTypes: { document: "passage" }
      }
      const ask = (params: Omit<Embeddings.Params, "input">) =>
        OpenAiCompatible.makeEmbeddings({
          id: "own",
          baseUrl: "http://own.invalid/v1/",
          embeddingModel: "m",
          embeddings
        })
          .pipe(Effect.flatMap(({ embed }) => embed({ input: "1", ...params })), Effect.provide(http.layer))
      yield* ask({ dimensions: 2, inputType: "document" })
      yield* ask({ inputType: "query" })
      yield* ask({ inputType: "constructor" })
      assert.strictEqual(http.sent[0]?.url, "http://own.invalid/v1/embed")
      assert.isUndefined(http.sent[0]?.headers["authorization"])
      assert.deepStrictEqual(http.sent.map(bodyOf), [
        { model: "m", output_dimension: 2, input_type: "passage", input: ["1"] },
        { model: "m", input_type: "query", input: ["1"] },
        { model: "m", input_type: "constructor", input: ["1"] }
      ])
    }))

  it.effect("a type of input that the API does not know is left out, and that is said once", () =>
    Effect.gen(function*() {
      const logged: Array<unknown> = []
      const logger = Logger.replace(Logger.defaultLogger, Logger.make(({ message }) => void logged.push(message)))
      const http = TestHttp.make(good)
      const params = { input: numbers(5000), inputType: "query" }
      yield* Effect.provide(embed(http, params), logger)
      assert.strictEqual(http.sent.length, 3)
      assert.deepStrictEqual(logged, [
        [`openai ${model}: left out inputType (the API does not tell types of input apart)`]
      ])
      const error = yield* Effect.flip(embed(http, params, {}, { onDropped: "fail" }))
      assert.deepInclude(isProviderError(error) && error.reason, { _tag: "UnsupportedParameter", param: "inputType" })
    }))

  it.effect("no texts have no vectors, and nothing is sent", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(good)
      assert.deepStrictEqual(yield* embed(http, { input: [] }), {
        model,
        embeddings: [],
        usage: { promptTokens: 0, totalTokens: 0 }
      })
      assert.strictEqual(http.sent.length, 0)
    }))

  it.effect("what cannot be said is refused before anything is sent", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(good)
      const refused = (params: Embeddings.Params, options: Partial<OpenAi.Options> = {}) =>
        Effect.map(Effect.flip(embed(http, params, {}, options)), (error) => {
          assert.deepInclude(error, { attempts: 0 })
          return isProviderError(error) ? error.reason : undefined
        })
      const invalid = (param?: string) =>
        ({ _tag: "InvalidRequest", ...(param === undefined ? {} : { param }) }) as const
      assert.deepStrictEqual(
        yield* refused({ input: "1" }, { embeddingModel: undefined, model: "gpt" }),
        invalid("model")
      )
      assert.deepStrictEqual(yield* refused({ input: "1", dimensions: NaN }), invalid("dimensions"))
      const cycle: { [key: string]: string } = {}
      Object.assign(cycle, { cycle })
      assert.deepStrictEqual(yield* refused({ input: "1", extra: { openai: { cycle } } }), invalid())
      assert.strictEqual(http.sent.length, 0)
    }))

  it.effect("a call's own key and headers", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(good)
      yield* embed(http, { input: "1" }, { apiKey: Redacted.make("sk-ann"), headers: { "x-tenant": "ann" } }, {
        organization: "org"
      })
      assert.deepInclude(http.sent[0]?.headers, {
        "authorization": "Bearer sk-ann",
        "x-tenant": "ann",
        "openai-organization": "org"
      })
    }))

  it.effect("each run sends requests of its own", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(good)
      const { embed } = yield* service(http)
      const call = embed({ input: numbers(3) })
      assert.deepStrictEqual(yield* call, yield* call)
      assert.strictEqual(http.sent.length, 2)
    }))
})

describe("parts", () => {
  it.effect("5,000 texts are three requests, in order, and their tokens are summed", () =>
    Effect.gen(function*() {
      const http = TestHttp.make((sent, index) =>
        // The first part is answered last.
        Effect.zipRight(Effect.sleep(100 - index), Effect.sync(() => Timed.json(200, answerTo(bodyOf(sent).input))))
      )
      const fiber = yield* Effect.fork(embed(http, { input: numbers(5000) }))
      yield* Timed.settle
      yield* TestClock.adjust("1 second")
      const answer = yield* Fiber.join(fiber)
      assert.deepStrictEqual(http.sent.map((sent) => bodyOf(sent).input.length), [2048, 2048, 904])
      assert.deepStrictEqual(answer.embeddings, numbers(5000).map((text) => [Number(text), 0.5]))
      assert.deepStrictEqual(answer.usage, { promptTokens: 5000, totalTokens: 5000 })
    }))

  it.effect("texts of many tokens are split before the API's limit of tokens", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(good)
      yield* embed(http, { input: Array.from({ length: 100 }, () => "1".padStart(8000, "0")) })
      assert.deepStrictEqual(http.sent.map((sent) => bodyOf(sent).input.length), [37, 37, 26])
    }))

  it.effect("at most four are on their way at the same time", () =>
    Effect.gen(function*() {
      let running = 0
      let most = 0
      const http = TestHttp.make((sent) =>
        Effect.gen(function*() {
          most = Math.max(most, ++running)
          yield* Effect.sleep("1 second")
          running--
          return Timed.json(200, answerTo(bodyOf(sent).input))
        })
      )
      const fiber = yield* Effect.fork(embed(http, { input: numbers(2048 * 9) }))
      for (let i = 0; i < 10; i++) {
        yield* Timed.settle
        yield* TestClock.adjust("1 second")
      }
      assert.strictEqual((yield* Fiber.join(fiber)).embeddings.length, 2048 * 9)
      assert.strictEqual(http.sent.length, 9)
      assert.strictEqual(most, 4)
    }))

  it.effect("a part that fails ends the others", () =>
    Effect.gen(function*() {
      let interrupted = 0
      const http = TestHttp.make((_, index) =>
        index === 1
          ? Timed.json(401, { error: { message: "wrong key", code: "invalid_api_key" } }, { "x-request-id": "req_2" })
          : Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++))
      )
      const error = yield* Effect.flip(embed(http, { input: numbers(5000) }))
      yield* Timed.settle
      assert.deepInclude(error, { _tag: "ProviderError", provider: "openai", model, status: 401, requestId: "req_2" })
      assert.strictEqual(interrupted, http.sent.length - 1)
    }))

  it.effect("only the part that failed is asked for again", () =>
    Effect.gen(function*() {
      const http = TestHttp.make((sent, index) =>
        index === 1 ? Timed.json(429, { error: { message: "slow down" } }, { "retry-after": "7" }) : good(sent, index)
      )
      const fiber = yield* Effect.fork(embed(http, { input: numbers(5000) }))
      yield* Timed.settle
      assert.strictEqual(http.sent.length, 3)
      yield* TestClock.adjust("7 seconds")
      const answer = yield* Fiber.join(fiber)
      assert.strictEqual(http.sent.length, 4)
      assert.deepStrictEqual(bodyOf(http.sent[3]), bodyOf(http.sent[1]))
      assert.deepStrictEqual(answer.embeddings, numbers(5000).map((text) => [Number(text), 0.5]))
    }))

  it.effect("usage that only some parts have is none", () =>
    Effect.gen(function*() {
      const http = TestHttp.make((sent, index) => {
        const { usage, ...rest } = answerTo(bodyOf(sent).input)
        return Timed.json(200, index === 0 ? rest : { ...rest, usage: { prompt_tokens: usage.prompt_tokens } })
      })
      assert.notProperty(yield* embed(http, { input: numbers(5000) }), "usage")
      assert.deepStrictEqual((yield* embed(http, { input: "1" })).usage, { promptTokens: 1, totalTokens: 1 })
    }))

  it.effect("vectors of different lengths from two parts are no answer", () =>
    Effect.gen(function*() {
      const error = yield* failing((sent, index) => {
        const { input } = bodyOf(sent)
        const data = input.map(() => ({ embedding: index === 0 ? [1] : [1, 2] }))
        return Timed.json(200, { data })
      }, { input: numbers(5000) })
      assert.deepInclude(error, { detail: "vectors of different lengths from one model: 1, 2", isRetryable: false })
    }))
})

describe("answers that are none", () => {
  const answer = answerTo(["0", "1"])
  const odd: ReadonlyArray<readonly [name: string, body: unknown, detail: string]> = [
    ["too few", { ...answer, data: answer.data.slice(1) }, "1 vectors for 2 texts"],
    ["too many", { ...answer, data: [...answer.data, answer.data[0]] }, "3 vectors for 2 texts"],
    ["a hole", { ...answer, data: [null, answer.data[1]] }, "the indexes of the vectors are not those of the texts"],
    [
      "one index twice",
      { ...answer, data: [answer.data[0], answer.data[0]] },
      "the indexes of the vectors are not those of the texts"
    ],
    ["a vector with a null", { data: [{ embedding: [1, 2] }, { embedding: [1, null] }] }, "the vector at 1 is none"],
    ["half a float", { data: [{ embedding: "AAAA" }, { embedding: "AAAA" }] }, "the vector at 0 is none"],
    ["no list", { object: "list", data: {} }, "there are no vectors in it"],
    ["a list", [1, 2], "there are no vectors in it"],
    ["a number", 7, "there are no vectors in it"]
  ]
  for (const [name, body, detail] of odd) {
    it.effect(`${name}: told once, and never guessed at`, () =>
      Effect.gen(function*() {
        const http = TestHttp.make(() => Timed.json(200, body, { "x-request-id": "req_1" }))
        const error = yield* Effect.flip(embed(http, { input: ["0", "1"] }))
        assert.deepInclude(error, {
          _tag: "ProviderError",
          detail,
          attempts: 1,
          requestId: "req_1",
          isRetryable: false
        })
        assert.strictEqual(isProviderError(error) && error.reason._tag, "UnexpectedBody")
        assert.strictEqual(http.sent.length, 1)
      }))
  }

  it.effect("dimensions that the server does not heed", () =>
    Effect.gen(function*() {
      const error = yield* failing(good, { input: ["0"], dimensions: 256 })
      assert.deepInclude(error, { detail: "the vector at 0 has 2 numbers in place of 256" })
    }))

  const retry = { times: 1, schedule: Schedule.recurs(1) }
  const bodies: ReadonlyArray<readonly [name: string, body: string, tag: Reason["_tag"], attempts: number]> = [
    ["a page", "<html><title>Sign in</title></html>", "UnexpectedBody", 2],
    ["a word", "pong", "UnexpectedBody", 2],
    ["nothing", "", "TruncatedStream", 2],
    ["half a document", "{\"object\":\"list\",\"data\":[{\"embedding\":[1,", "TruncatedStream", 2],
    ["an error with status 200", "{\"error\":{\"message\":\"no\",\"code\":\"insufficient_quota\"}}", "QuotaExceeded", 1]
  ]
  for (const [name, body, tag, attempts] of bodies) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const error = yield* failing(() => new Response(body), { input: "1" }, { retry })
        assert.strictEqual(isProviderError(error) && error.reason._tag, tag)
        assert.deepInclude(error, { attempts, contentEmitted: false })
      }))
  }

  it.effect("one without an end is read up to a limit", () =>
    Effect.gen(function*() {
      const piece = new Uint8Array(8 * 1024 * 1024).fill(0x20)
      let pieces = 0
      const endless = function*() {
        for (;;) {
          pieces++
          yield piece
        }
      }
      const error = yield* failing(() => new Response(TestHttp.body(endless())), { input: "1" })
      assert.deepStrictEqual(isProviderError(error) && error.reason, {
        _tag: "EventTooLarge",
        limit: 128 * 1024 * 1024
      })
      assert.isAtMost(pieces, 20)
    }))

  it.effect("what HTTP says is an error is one", () =>
    Effect.gen(function*() {
      const error = yield* failing(() =>
        Timed.json(400, { error: { message: "too long", type: "invalid_request_error", param: "input" } })
      )
      assert.deepInclude(error, { status: 400, detail: "too long", attempts: 1 })
      assert.deepStrictEqual(isProviderError(error) && error.reason, { _tag: "InvalidRequest", param: "input" })
    }))
})

describe("retry", () => {
  const busy = () => Timed.json(503, { error: { message: "busy" } })

  it.effect("twice by default, and the facts count every request", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(busy)
      const fiber = yield* Effect.fork(Effect.flip(embed(http, { input: "1" })))
      for (let i = 0; i < 3; i++) {
        yield* Timed.settle
        yield* TestClock.adjust("1 minute")
      }
      assert.deepInclude(yield* Fiber.join(fiber), { attempts: 3, status: 503 })
    }))

  it.effect("not where nobody wants it", () =>
    Effect.gen(function*() {
      assert.deepInclude(yield* failing(busy, { input: "1" }, { retry: false }), { attempts: 1 })
      const http = TestHttp.make(busy)
      assert.deepInclude(yield* Effect.flip(embed(http, { input: "1" }, {}, { retry: false })), { attempts: 1 })
    }))

  it.effect("not for a server that asks for too long a wait", () =>
    Effect.gen(function*() {
      const error = yield* failing(() => Timed.json(429, {}, { "retry-after": "3600" }))
      assert.deepInclude(error, { attempts: 1, status: 429 })
    }))

  it.effect("onResponse is told of every attempt", () =>
    Effect.gen(function*() {
      const seen: Array<readonly [number, number]> = []
      const http = TestHttp.make((sent, index) => index === 0 ? busy() : good(sent, index))
      yield* embed(http, { input: "1" }, {
        retry: { times: 1, schedule: Schedule.recurs(1) },
        onResponse: ({ attempt, status }) => Effect.sync(() => seen.push([attempt, status]))
      })
      assert.deepStrictEqual(seen, [[1, 503], [2, 200]])
    }))
})

describe("ends", () => {
  const silent = () => TestHttp.make(() => Effect.never)
  const stuck = () => TestHttp.make(() => new Response(TestHttp.body([new Uint8Array([0x7b])], { then: "hang" })))

  /** How a call ends, once so much time has passed. */
  const ended = (http: TestHttp.TestHttp, time: string, options?: RequestOptions, layer?: Partial<OpenAi.Options>) =>
    Effect.gen(function*() {
      const fiber = yield* Effect.fork(embed(http, { input: numbers(3000) }, { retry: false, ...options }, layer))
      yield* Timed.settle
      // A Duration's own words.
      yield* TestClock.adjust(time as "1 second")
      yield* Timed.settle
      return yield* Effect.flatMap(
        Fiber.poll(fiber),
        Option.match({
          onNone: () => Effect.as(Fiber.interrupt(fiber), "it runs" as unknown),
          onSome: (exit) => Effect.merge(exit)
        })
      )
    })

  it.effect("the clocks", () =>
    Effect.gen(function*() {
      const timeout = (phase: string) => ({ _tag: "Timeout", phase, provider: "openai", model, contentEmitted: false })
      assert.strictEqual(yield* ended(silent(), "239 seconds"), "it runs")
      assert.deepInclude(yield* ended(silent(), "240 seconds"), timeout("headers"))
      assert.deepInclude(yield* ended(silent(), "1 second", { timeouts: { headers: "1 second" } }), timeout("headers"))
      assert.deepInclude(yield* ended(silent(), "2 seconds", {}, { timeouts: { headers: 2000 } }), timeout("headers"))
      assert.strictEqual(yield* ended(stuck(), "599 seconds"), "it runs")
      assert.deepInclude(yield* ended(stuck(), "600 seconds"), timeout("firstContent"))
      const total = { timeouts: { total: "5 seconds" } } as const
      assert.deepInclude(yield* ended(stuck(), "5 seconds", total), timeout("total"))
      assert.deepInclude(yield* ended(silent(), "5 seconds", total), timeout("total"))
    }))

  it.effect("a headers timeout is repeated, the whole call is not", () =>
    Effect.gen(function*() {
      const http = silent()
      const retry = { times: 1, schedule: Schedule.recurs(1) }
      assert.deepInclude(yield* ended(http, "2 seconds", { retry, timeouts: { headers: "1 second" } }), {
        _tag: "Timeout",
        phase: "headers",
        attempts: 4
      })
      assert.deepInclude(yield* ended(http, "2 seconds", { retry, timeouts: { total: "1 second" } }), {
        phase: "total",
        attempts: 2
      })
    }))

  it.effect("cancel and signal", () =>
    Effect.gen(function*() {
      for (const http of [silent(), stuck()]) {
        assert.deepInclude(yield* ended(http, "1 second", { cancel: Effect.sleep("1 second") }), { _tag: "Cancelled" })
        const controller = new AbortController()
        const error = yield* ended(http, "1 second", {
          signal: controller.signal,
          onResponse: () => Effect.sync(() => controller.abort()),
          cancel: Effect.zipRight(Effect.sleep("1 millis"), Effect.sync(() => controller.abort()))
        })
        assert.deepInclude(error, { _tag: "Cancelled" })
      }
    }))

  it.effect("what asked for the end before the start sends nothing", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(good)
      assert.deepInclude(yield* Effect.flip(embed(http, { input: "1" }, { cancel: Effect.void })), {
        _tag: "Cancelled",
        attempts: 0
      })
      assert.deepInclude(yield* Effect.flip(embed(http, { input: "1" }, { signal: AbortSignal.abort() })), {
        _tag: "Cancelled",
        attempts: 0
      })
      assert.strictEqual(http.sent.length, 0)
    }))

  it.effect("the end of the layer is Cancelled", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const layer = Layer.provide(OpenAi.layer({ apiKey, embeddingModel: model }), silent().layer)
      const context = yield* Layer.buildWithScope(layer, scope)
      const fiber = yield* Effect.fork(Effect.provide(Embeddings.embed({ input: "1" }), context))
      yield* Timed.settle
      yield* Scope.close(scope, Exit.void)
      assert.deepInclude(yield* Effect.flip(Fiber.join(fiber)), { _tag: "Cancelled", attempts: 1 })
      const late = Effect.provide(Embeddings.embed({ input: "1" }), context)
      assert.deepInclude(yield* Effect.flip(late), { _tag: "Cancelled", attempts: 0 })
    }))

  it.effect("an interruption from within is Cancelled, the caller's own stays one", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(embed(TestHttp.make(() => Effect.interrupt), { input: "1" }))
      assert.deepInclude(error, { _tag: "Cancelled" })
      const started = yield* Deferred.make<void>()
      const http = TestHttp.make(() => Effect.zipRight(Deferred.succeed(started, undefined), Effect.never))
      const fiber = yield* Effect.fork(embed(http, { input: "1" }))
      yield* Deferred.await(started)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
    }))
})

describe("the span", () => {
  it.effect("is one, with what is known of the call and no text", () =>
    Effect.gen(function*() {
      const recorder = Tracing.make()
      const http = TestHttp.make(good)
      yield* embed(http, { input: numbers(3000), dimensions: 2 }).pipe(Effect.withTracer(recorder.tracer))
      const spans = recorder.spans.filter(({ name }) => name.startsWith("embeddings"))
      assert.deepStrictEqual(spans.map(({ kind, name, status }) => [name, kind, status._tag]), [
        [`embeddings ${model}`, "client", "Ended"]
      ])
      assert.deepStrictEqual(Object.fromEntries(spans[0]?.attributes ?? []), {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": model,
        "gen_ai.embeddings.dimension.count": 2,
        "gen_ai.request.encoding_formats": ["base64"],
        "gen_ai.response.model": `${model}-v1`,
        "gen_ai.usage.input_tokens": 3000,
        "effect_any_llm.attempts": 2
      })
      assert.strictEqual(recorder.spans.filter(({ name }) => name.startsWith("http.client")).length, 2)
    }))

  it.effect("ends with the call's error", () =>
    Effect.gen(function*() {
      const recorder = Tracing.make()
      yield* Effect.withTracer(failing(() => Timed.json(400, {})), recorder.tracer)
      const { attributes, status } = recorder.named(`embeddings ${model}`)
      assert.isTrue(status._tag === "Ended" && Exit.isFailure(status.exit))
      assert.strictEqual(attributes.get("effect_any_llm.attempts"), 1)
    }))
})

describe("layers", () => {
  it.effect("the accessor asks the layer, and chat is beside it", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(good)
      const layer = OpenAi.layer({ apiKey, model: "gpt-5-mini", embeddingModel: model })
      const answer = yield* Embeddings.embed({ input: "7" }).pipe(Effect.provide(Layer.provide(layer, http.layer)))
      assert.deepStrictEqual(answer.embeddings, [[7, 0.5]])
      assert.strictEqual(bodyOf(http.sent[0])["model"], model)
    }))

  it.effect("vectors of an endpoint alone", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(good)
      const layer = Embeddings.layer(OpenAi.endpoint)({ apiKey, embeddingModel: model })
      assert.deepStrictEqual(
        (yield* Effect.provide(Embeddings.embed({ input: "7" }), Layer.provide(layer, http.layer))).embeddings,
        [[7, 0.5]]
      )
    }))

  it.effect("fromFunction needs no server", () =>
    Effect.gen(function*() {
      const service = Embeddings.fromFunction({ embed: (text) => [text.length] })
      const answer = Embeddings.embed({ input: ["a", "bb"] }).pipe(
        Effect.provideService(Embeddings.Embeddings, service)
      )
      assert.deepStrictEqual(yield* answer, { model: "test-model", embeddings: [[1], [2]] })
    }))
})
