import { assert, describe, it } from "@effect/vitest"
import * as Array from "effect/Array"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { CallOptions } from "../src/CallOptions.ts"
import * as ChatCompletion from "../src/ChatCompletion.ts"
import * as ChatCompletionChunk from "../src/ChatCompletionChunk.ts"
import * as CompletionParams from "../src/CompletionParams.ts"
import * as Provider from "../src/Provider.ts"
import { Cancelled, ProviderError, Timeout } from "../src/ProviderError.ts"
import * as TestProvider from "../src/TestProvider.ts"

const params = CompletionParams.make("Hi")

const streamed = (options?: CallOptions) =>
  Effect.map(Stream.runCollect(Provider.completionStream(params, options)), Chunk.toReadonlyArray)

const collected = (options?: CallOptions) => ChatCompletion.collectExit(Provider.completionStream(params, options))

const failed = (options?: CallOptions) => Effect.flip(Stream.runDrain(Provider.completionStream(params, options)))

const over = (script: TestProvider.Script, options?: TestProvider.Options) =>
  Effect.provide(TestProvider.layer(script, options))

/** Choices only: ids and clocks are the engine's. */
const choices = (chunks: ReadonlyArray<ChatCompletionChunk.ChatCompletionChunk>) =>
  chunks.map((chunk) => chunk.choices.length === 0 ? chunk.usage : chunk.choices[0])

const facts = { provider: "test", model: "test-model", attempts: 1, contentEmitted: false }

describe("TestProvider answers", () => {
  it.effect("text, one chunk a piece, role on the first and the finish after the last", () =>
    Effect.gen(function*() {
      const chunks = yield* streamed()
      assert.deepStrictEqual(choices(chunks), [
        { index: 0, delta: { role: "assistant", content: "Hel" } },
        { index: 0, delta: { content: "lo" } },
        { index: 0, delta: {}, finishReason: "stop" }
      ])
      assert.deepStrictEqual(Array.dedupe(chunks.map((chunk) => chunk.model)), ["test-model"])
      assert.strictEqual(Array.dedupe(chunks.map((chunk) => chunk.id)).length, 1)
    }).pipe(over(TestProvider.text("Hel", "lo"))))

  it.effect("reasoning, text, finish with the server's word, and usage last", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(choices(yield* streamed()), [
        { index: 0, delta: { role: "assistant", reasoning: { content: "hm" } } },
        { index: 0, delta: { content: "Hello" } },
        { index: 0, delta: {}, finishReason: "length", nativeFinishReason: "max_tokens" },
        { promptTokens: 3, completionTokens: 5, totalTokens: 8 }
      ])
    }).pipe(over(TestProvider.answer(
      TestProvider.usage({ promptTokens: 3, completionTokens: 1 }),
      TestProvider.reasoning("hm"),
      TestProvider.text("Hello"),
      TestProvider.finish("length", "max_tokens"),
      TestProvider.usage({ completionTokens: 5 })
    ))))

  it.effect("no usage where it was not asked for", () =>
    Effect.gen(function*() {
      const chunks = yield* Stream.runCollect(Provider.completionStream({ ...params, includeUsage: false }))
      assert.isTrue(Chunk.every(chunks, (chunk) => chunk.usage === undefined))
    }).pipe(over(TestProvider.answer(TestProvider.text("Hello"), TestProvider.usage({ promptTokens: 1 })))))

  it.effect("tool calls: JSON, a text as it is, fragments, none; a step without an id is a call of its own", () =>
    Effect.gen(function*() {
      const { choices: [choice] } = yield* Stream.run(Provider.completionStream(params), ChatCompletion.collect)
      const toolCalls = choice?.message.toolCalls ?? []
      assert.strictEqual(choice?.finishReason, "tool_calls")
      assert.deepStrictEqual(
        toolCalls.map(({ complete, function: { arguments: text, name } }) => [name, text, complete]),
        [
          ["weather", "{\"city\":\"Paris\"}", true],
          ["weather", "{\"city\":", false],
          ["weather", "{\"city\":\"Rome\"}", true],
          ["time", "{}", true]
        ]
      )
      assert.strictEqual(toolCalls[0]?.id, "call_a")
      assert.strictEqual(new Set(toolCalls.map(({ id }) => id)).size, 4)
    }).pipe(over(TestProvider.answer(
      TestProvider.toolCall({ id: "call_a", name: "weather", arguments: { city: "Paris" } }),
      TestProvider.toolCall({ name: "weather", arguments: "{\"city\":" }),
      TestProvider.toolCall({ name: "weather", arguments: ["{\"city\":", "\"Rome\"}"] }),
      TestProvider.toolCall({ name: "time" })
    ))))

  it.effect("pieces of calls in turn, by id", () =>
    Effect.gen(function*() {
      const deltas = (yield* streamed()).flatMap((chunk) => chunk.choices[0]?.delta.toolCalls ?? [])
      assert.deepStrictEqual(deltas, [
        { index: 0, id: "a", type: "function", function: { name: "f", arguments: "{\"x\":" } },
        { index: 1, id: "b", type: "function", function: { name: "f", arguments: "{" } },
        { index: 0, function: { arguments: "1}" } },
        { index: 1, function: { arguments: "}" } }
      ])
    }).pipe(over(TestProvider.answer(
      TestProvider.toolCall({ id: "a", name: "f", arguments: "{\"x\":" }),
      TestProvider.toolCall({ id: "b", name: "f", arguments: "{" }),
      TestProvider.toolCall({ id: "a", name: "f", arguments: "1}" }),
      TestProvider.toolCall({ id: "b", name: "f", arguments: "}" })
    ))))

  it.effect("a refusal, a native block, and nothing at all", () =>
    Effect.gen(function*() {
      const refused = yield* Provider.completion(params)
      assert.strictEqual(refused.choices[0]?.message.refusal, "No.")
      const silent = yield* Provider.completion(params)
      assert.deepStrictEqual(silent.choices, [{ index: 0, message: { role: "assistant" }, finishReason: "stop" }])
      const native = yield* Provider.completion(params)
      assert.deepStrictEqual(native.choices[0]?.message.native, { dialect: "test", blocks: [{ signature: "s" }] })
    }).pipe(over([
      TestProvider.refusal("No."),
      TestProvider.answer(),
      TestProvider.answer(TestProvider.native({ signature: "s" }), TestProvider.text("Hello"))
    ])))

  it.effect("the whole answer is the collected stream", () =>
    Effect.gen(function*() {
      const whole = yield* Provider.completion(params)
      const collected = yield* Stream.run(Provider.completionStream(params), ChatCompletion.collect)
      assert.deepStrictEqual({ ...collected, id: "" }, { ...whole, id: "" })
      assert.strictEqual(whole.choices[0]?.message.content, "Hello")
    }).pipe(over(TestProvider.answer(
      TestProvider.reasoning("h", "m"),
      TestProvider.text("Hel", "lo"),
      TestProvider.toolCall({ id: "a", name: "f", arguments: ["{", "}"] }),
      TestProvider.usage({ promptTokens: 1, completionTokens: 2 })
    ))))
})

describe("TestProvider scripts", () => {
  it.effect("an answer for each request, and a defect when they have run out", () =>
    Effect.gen(function*() {
      const one = yield* Provider.completion(params)
      const two = yield* Provider.completion(params)
      assert.deepStrictEqual([one, two].map((each) => each.choices[0]?.message.content), ["one", "two"])
      const exit = yield* Effect.exit(Stream.runDrain(Provider.completionStream(params)))
      assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
      assert.include(String(exit), "request 3, but the script has 2 answers")
    }).pipe(over([TestProvider.text("one"), TestProvider.text("two")])))

  it.effect("a function of params and options, which may be an Effect", () =>
    Effect.gen(function*() {
      const count = yield* Ref.make(0)
      const layer = TestProvider.layer(({ messages }, { raw }) =>
        Effect.map(Ref.updateAndGet(count, (n) => n + 1), (n) =>
          TestProvider.text(`${n} ${messages.length} ${raw === true}`))
      )
      const answer = yield* Effect.provide(Provider.completion(params, { raw: true }), layer)
      assert.strictEqual(answer.choices[0]?.message.content, "1 1 true")
    }))

  it.effect("the calls received, as the caller made them", () =>
    Effect.gen(function*() {
      const options = { headers: { "x-tenant": "a" } }
      assert.deepStrictEqual(yield* TestProvider.calls, [])
      yield* Provider.completion(params, options)
      const stream = Provider.completionStream({ ...params, model: "other" })
      assert.strictEqual((yield* TestProvider.calls).length, 1)
      const chunks = yield* Stream.runCollect(stream)
      assert.strictEqual(Chunk.unsafeHead(chunks).model, "other")
      assert.deepStrictEqual(yield* TestProvider.calls, [
        { params, options, stream: false },
        { params: { ...params, model: "other" }, options: {}, stream: true }
      ])
    }).pipe(over(TestProvider.text("Hello"))))

  it.effect("each layer starts its script anew", () =>
    Effect.gen(function*() {
      const layer = TestProvider.layer([TestProvider.text("once")])
      const once = Effect.provide(Provider.completion(params), layer)
      yield* once
      yield* once
    }))

  it.effect("several in one program, with tags and ids of their own", () =>
    Effect.gen(function*() {
      class Judge extends Context.Tag("test/Judge")<Judge, Provider.Service>() {}
      const judge = Layer.effect(
        Judge,
        TestProvider.make(TestProvider.fail({ _tag: "Server" }), { id: "judge", model: "strict" })
      )
      const error = yield* Effect.flatMap(Judge, (provider) => provider.completion(params)).pipe(
        Effect.flip,
        Effect.provide(judge)
      )
      assert.deepInclude(error, { _tag: "ProviderError", provider: "judge", model: "strict" })
    }))
})

describe("TestProvider failures", () => {
  it.effect("a reason, with the facts of the call", () =>
    Effect.gen(function*() {
      const error = yield* failed()
      assert.deepInclude(error, { ...facts, _tag: "ProviderError", status: 429, isRetryable: true, requestId: "req_1" })
      assert.deepStrictEqual(error._tag === "ProviderError" ? error.reason : undefined, {
        _tag: "RateLimit",
        retryAfter: Duration.seconds(7)
      })
      assert.include(error.message, "slow down")
    }).pipe(over(
      TestProvider.fail({ _tag: "RateLimit", retryAfter: Duration.seconds(7) }, {
        status: 429,
        detail: "slow down",
        requestId: "req_1"
      })
    )))

  it.effect("in mid-stream, also after the finish: what came before is delivered", () =>
    Effect.gen(function*() {
      for (const _ of ["in the middle", "after the finish"]) {
        const { completion, exit } = yield* collected()
        assert.strictEqual(completion.choices[0]?.message.content, "Hello")
        const error = yield* Effect.flip(exit)
        assert.deepInclude(error, { ...facts, _tag: "ProviderError", contentEmitted: true })
      }
      // Without a stream there is nothing to deliver.
      assert.deepInclude(yield* Effect.flip(Provider.completion(params)), { ...facts, _tag: "ProviderError" })
    }).pipe(over([
      TestProvider.answer(TestProvider.text("Hello"), TestProvider.fail({ _tag: "Overloaded" })),
      TestProvider.answer(
        TestProvider.text("Hello"),
        TestProvider.finish("stop"),
        TestProvider.fail({ _tag: "Server" })
      ),
      TestProvider.answer(TestProvider.text("Hello"), TestProvider.fail({ _tag: "Overloaded" }))
    ])))

  const given = { provider: "other", attempts: 3, contentEmitted: false }
  for (
    const error of [
      new ProviderError({ ...given, reason: { _tag: "UnexpectedBody", excerpt: "<html>" } }),
      new Timeout({ ...given, phase: "idle", after: Duration.seconds(9) }),
      new Cancelled({ ...given, reason: "by hand" })
    ]
  ) {
    it.effect(`an error as it stands: ${error._tag}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* failed(), error)
        const { completion, exit } = yield* collected()
        assert.strictEqual(completion.choices[0]?.message.content, "Hel")
        assert.strictEqual(yield* Effect.flip(exit), error)
        assert.strictEqual(yield* Effect.flip(Provider.completion(params)), error)
      }).pipe(over([
        TestProvider.fail(error),
        TestProvider.answer(TestProvider.text("Hel"), TestProvider.fail(error)),
        TestProvider.answer(TestProvider.text("Hel"), TestProvider.fail(error))
      ])))
  }

  it.effect("a body that stops in the middle", () =>
    Effect.gen(function*() {
      const { completion, exit } = yield* collected()
      assert.strictEqual(completion.choices[0]?.message.content, "Hel")
      const errors = [yield* Effect.flip(exit), yield* Effect.flip(Provider.completion(params)), yield* failed()]
      for (const error of errors) {
        assert.strictEqual(error._tag === "ProviderError" ? error.reason._tag : error._tag, "TruncatedStream")
      }
      assert.deepStrictEqual(errors.map((error) => error.contentEmitted), [true, false, false])
    }).pipe(over([
      TestProvider.answer(TestProvider.text("Hel"), TestProvider.truncate),
      TestProvider.answer(TestProvider.text("Hel"), TestProvider.truncate),
      TestProvider.truncate
    ])))

  it.effect("a retry is a request of its own, on the clock", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.fork(Provider.completion(params))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(fiber)).choices[0]?.message.content, "Hello")
      assert.strictEqual((yield* TestProvider.calls).length, 3)
    }).pipe(over([
      TestProvider.fail({ _tag: "Overloaded" }),
      TestProvider.fail(new Timeout({ ...given, phase: "headers", after: Duration.seconds(1) })),
      TestProvider.text("Hello")
    ], { retry: { times: 2, schedule: Schedule.spaced("1 second") } })))

  it.effect("a request that no provider would get is refused as there", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Provider.completion({ messages: [] }))
      assert.deepStrictEqual(error._tag === "ProviderError" ? error.reason : undefined, {
        _tag: "InvalidRequest",
        param: "messages"
      })
      assert.deepStrictEqual(yield* TestProvider.calls, [])
    }).pipe(over(TestProvider.text("Hello"))))
})

describe("TestProvider and time", () => {
  const slow = TestProvider.answer(
    TestProvider.pause("20 seconds"),
    TestProvider.headers({ requestId: "req_1", headers: { "x-ratelimit-remaining": "1" } }),
    TestProvider.pause("20 seconds"),
    TestProvider.text("Hel"),
    TestProvider.pause("20 seconds"),
    TestProvider.text("lo")
  )

  it.effect("pauses are on the clock", () =>
    Effect.gen(function*() {
      const texts = yield* Ref.make("")
      const heads = yield* Ref.make<ReadonlyArray<unknown>>([])
      const fiber = yield* Provider.completionStream(params, {
        onResponse: (head) => Ref.update(heads, Array.append<unknown>(head))
      }).pipe(
        Stream.runForEach((chunk) => Ref.update(texts, (text) => text + ChatCompletionChunk.text(chunk))),
        Effect.fork
      )
      const seen: Array<string> = []
      for (const wait of ["19 seconds", "20 seconds", "20 seconds", "20 seconds"] as const) {
        yield* TestClock.adjust(wait)
        seen.push(`${(yield* Ref.get(heads)).length} ${yield* Ref.get(texts)}`)
      }
      assert.deepStrictEqual(seen, ["0 ", "1 ", "1 Hel", "1 Hello"])
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(yield* Ref.get(heads), [
        { status: 200, requestId: "req_1", headers: { "x-ratelimit-remaining": "1" }, attempt: 1 }
      ])
    }).pipe(over(slow)))

  for (const phase of ["headers", "firstContent", "idle", "total"] as const) {
    it.effect(`the clock of ${phase}`, () =>
      Effect.gen(function*() {
        const fiber = yield* Effect.fork(
          failed({ timeouts: { [phase]: phase === "headers" ? "15 seconds" : "19 seconds" } })
        )
        yield* TestClock.adjust("1 hour")
        const error = yield* Fiber.join(fiber)
        assert.deepInclude(error, { _tag: "Timeout", phase, contentEmitted: phase === "idle" })
      }).pipe(over(slow)))
  }

  it.effect("a whole answer is waited for as long as it takes to say", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.fork(Provider.completion(params))
      yield* TestClock.adjust("59 seconds")
      assert.isNull(fiber.unsafePoll())
      yield* TestClock.adjust("1 second")
      const answer = yield* Fiber.join(fiber)
      assert.strictEqual(answer.choices[0]?.message.content, "Hello")
      assert.strictEqual(answer.requestId, "req_1")
      const limited = yield* Effect.fork(
        Effect.flip(Provider.completion(params, { timeouts: { firstContent: "50 seconds" } }))
      )
      yield* TestClock.adjust("50 seconds")
      assert.deepInclude(yield* Fiber.join(limited), { _tag: "Timeout", phase: "firstContent", contentEmitted: false })
    }).pipe(over(slow)))

  it.effect("cancel and signal fail with Cancelled", () =>
    Effect.gen(function*() {
      const asked = yield* Deferred.make<void>()
      const controller = new AbortController()
      const byCancel = yield* Effect.fork(failed({ cancel: Deferred.await(asked) }))
      const bySignal = yield* Effect.fork(failed({ signal: controller.signal }))
      yield* TestClock.adjust("45 seconds")
      yield* Deferred.succeed(asked, undefined)
      controller.abort()
      assert.deepInclude(yield* Fiber.join(byCancel), { _tag: "Cancelled", provider: "test", contentEmitted: true })
      assert.deepInclude(yield* Fiber.join(bySignal), { _tag: "Cancelled", contentEmitted: true })
    }).pipe(over(slow)))

  it.effect("a layer that closes ends its calls with Cancelled", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.scoped(Effect.gen(function*() {
        const context = yield* Layer.build(TestProvider.layer(TestProvider.pause(Duration.infinity)))
        const fiber = yield* Effect.forkDaemon(Effect.provide(failed(), context))
        yield* TestClock.adjust("1 second")
        return fiber
      }))
      assert.deepInclude(yield* Fiber.join(fiber), { _tag: "Cancelled" })
    }))

  it.effect("a signal that was aborted before sends nothing", () =>
    Effect.gen(function*() {
      assert.deepInclude(yield* failed({ signal: AbortSignal.abort() }), { _tag: "Cancelled", attempts: 0 })
      assert.deepStrictEqual(yield* TestProvider.calls, [])
    }).pipe(over(TestProvider.text("Hello"))))

  it.effect("interruption stays interruption", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.fork(streamed())
      yield* TestClock.adjust("45 seconds")
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
    }).pipe(over(slow)))
})
