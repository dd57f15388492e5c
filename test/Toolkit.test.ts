import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as ChatCompletionChunk from "../src/ChatCompletionChunk.ts"
import type { CompletionParams, ToolMessage } from "../src/CompletionParams.ts"
import type { CallError, Provider } from "../src/Provider.ts"
import * as TestProvider from "../src/TestProvider.ts"
import * as Tool from "../src/Tool.ts"
import { type InvalidCall, ToolError } from "../src/ToolError.ts"
import * as Toolkit from "../src/Toolkit.ts"

class NoSuchCity extends Schema.TaggedError<NoSuchCity>()("NoSuchCity", { city: Schema.String }) {}

const weather = Tool.make("weather", {
  parameters: Schema.Struct({ city: Schema.String }),
  success: Schema.Struct({ celsius: Schema.NumberFromString }),
  failure: NoSuchCity
})

const time = Tool.make("time")

const toolkit = Toolkit.make(weather, time)

const degrees = (celsius: number) => Effect.succeed({ celsius })

const handlers = toolkit.toLayer({
  weather: ({ city }) => city === "Atlantis" ? Effect.fail(new NoSuchCity({ city })) : degrees(18),
  time: () => Effect.succeed("noon")
})

const params: CompletionParams = { messages: [{ role: "user", content: "Hi" }] }

const call = (name: string, text: string | Record<string, string> = {}, id = `call_${name}`) =>
  TestProvider.toolCall({ name, arguments: text, id })

/** What a loop is, in a word an event. */
const said = (event: Toolkit.ToolEvent<typeof weather | typeof time>): string => {
  switch (event._tag) {
    case "Chunk":
      return `${event.step} chunk ${ChatCompletionChunk.text(event.chunk)}`.trimEnd()
    case "ToolCall":
      return `${event.step} call ${event.call.function.name}`
    case "ToolResult":
      return `${event.step} result ${event.id} ${event.result.outcome._tag} ${event.result.content}`
    case "StepEnd":
      return `${event.step} end ${event.completion.choices[0]?.finishReason}`
  }
}

type Tools = typeof weather | typeof time

type Loop<E> = Stream.Stream<
  Toolkit.ToolEvent<Tools>,
  E,
  Provider | Toolkit.Handler<"weather"> | Toolkit.Handler<"time">
>

/** Everything that came, how it ended, and what the provider was asked. */
const played = <E, R>(
  script: TestProvider.Script,
  loop: Stream.Stream<Toolkit.ToolEvent<Tools>, E, R>,
  layer: Layer.Layer<Exclude<R, Provider>>
) =>
  Effect.gen(function*() {
    const events: Array<string> = []
    const exit = yield* Effect.exit(Stream.runForEach(loop, (event) =>
      Effect.sync(() => {
        events.push(said(event))
      })))
    const asked = (yield* TestProvider.calls).map(({ params }) => params)
    return { exit, asked, events: events.filter((event) => !event.endsWith("chunk")) }
  }).pipe(Effect.provide(Layer.merge(TestProvider.layer(script), layer as Layer.Layer<R>)))

const errorOf = <A, E>(exit: Exit.Exit<A, E>): E | undefined =>
  Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined

/** What the model was told of its calls. */
const toldOf = (params: CompletionParams | undefined): ReadonlyArray<ToolMessage> =>
  (params?.messages ?? []).filter((message) => message.role === "tool")

const play = <E = never>(
  script: TestProvider.Script,
  loop: Loop<E | CallError | ToolError> = Toolkit.stream(toolkit, params)
) => played(script, loop, handlers)

describe("the loop", () => {
  it.effect("answers, runs the handlers, and goes on with what they gave", () =>
    Effect.gen(function*() {
      const { asked, events, exit } = yield* play([
        TestProvider.answer(
          TestProvider.text("Let me look. "),
          TestProvider.native({ signed: 1 }),
          call("weather", { city: "Paris" }),
          call("time")
        ),
        TestProvider.text("18 degrees at noon.")
      ])
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(events, [
        "1 chunk Let me look.",
        "1 call weather",
        "1 call time",
        "1 result call_weather Success {\"celsius\":\"18\"}",
        "1 result call_time Success noon",
        "1 end tool_calls",
        "2 chunk 18 degrees at noon.",
        "2 end stop"
      ])
      const [first, second] = asked
      assert.deepStrictEqual(first?.tools, [weather.definition, time.definition])
      assert.deepStrictEqual(second?.messages, [
        { role: "user", content: "Hi" },
        {
          role: "assistant",
          content: "Let me look. ",
          toolCalls: [
            { id: "call_weather", type: "function", function: { name: "weather", arguments: "{\"city\":\"Paris\"}" } },
            { id: "call_time", type: "function", function: { name: "time", arguments: "{}" } }
          ],
          native: { dialect: "test", blocks: [{ signed: 1 }] }
        },
        { role: "tool", content: "{\"celsius\":\"18\"}", toolCallId: "call_weather" },
        { role: "tool", content: "noon", toolCallId: "call_time" }
      ])
    }))

  it.effect("an answer without calls is one step", () =>
    Effect.gen(function*() {
      const { events, exit } = yield* play(TestProvider.text("Hello"))
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(events, ["1 chunk Hello", "1 end stop"])
    }))

  it.effect("runs again from the beginning", () =>
    Effect.gen(function*() {
      const loop = Toolkit.stream(toolkit, params)
      const { events } = yield* play(
        [TestProvider.text("one"), TestProvider.text("two")],
        Stream.concat(loop, loop)
      )
      assert.deepStrictEqual(events, ["1 chunk one", "1 end stop", "1 chunk two", "1 end stop"])
    }))

  it.effect("a tool that has to be called is called once", () =>
    Effect.gen(function*() {
      const forced = Toolkit.stream(toolkit, { ...params, toolChoice: "required" })
      const { asked } = yield* play([call("time"), TestProvider.text("noon")], forced)
      assert.deepStrictEqual(asked.map(({ toolChoice }) => toolChoice), ["required", "auto"])
    }))

  it.effect("tools of the params come before those of the toolkit", () =>
    Effect.gen(function*() {
      const own = { name: "web_search", extra: { anthropic: { type: "web_search_20250305" } } }
      const { asked } = yield* play(TestProvider.text("x"), Toolkit.stream(toolkit, { ...params, tools: [own] }))
      assert.deepStrictEqual(asked[0]?.tools?.map(({ name }) => name), ["web_search", "weather", "time"])
    }))

  it.effect("options of the call go to every step", () =>
    Effect.gen(function*() {
      const loop = Toolkit.stream(toolkit, params, { call: { timeouts: { idle: "1 seconds" } } })
      const calls = yield* Stream.runDrain(loop).pipe(
        Effect.zipRight(TestProvider.calls),
        Effect.provide(Layer.merge(TestProvider.layer([call("time"), TestProvider.text("x")]), handlers))
      )
      assert.deepStrictEqual(calls.map(({ options }) => options.timeouts), [{ idle: "1 seconds" }, {
        idle: "1 seconds"
      }])
    }))
})

describe("calls that are not executed", () => {
  /** A toolkit whose handlers must not run. */
  const forbidden = toolkit.toLayer({
    weather: () => Effect.dieMessage("weather was executed"),
    time: () => Effect.dieMessage("time was executed")
  })

  const bad: ReadonlyArray<readonly [string, TestProvider.Step, kind: InvalidCall["kind"], told: RegExp]> = [
    ["of no tool", call("nobody"), "unknownTool", /There is no tool nobody\. The tools are: weather, time\./],
    ["that is not JSON", call("weather", "{\"city\""), "notJson", /not a JSON object/],
    ["that does not decode", call("weather", { town: "Paris" }), "invalid", /\["city"\][^]*is missing/]
  ]

  for (const [name, step, kind, told] of bad) {
    it.effect(`${name}: the model is told`, () =>
      Effect.gen(function*() {
        const { asked, events, exit } = yield* played(
          [step, TestProvider.text("Sorry.")],
          Toolkit.stream(toolkit, params),
          forbidden
        )
        assert.isTrue(Exit.isSuccess(exit), `${exit}`)
        assert.strictEqual(events.filter((event) => event.includes("InvalidCall")).length, 1)
        const [message] = toldOf(asked[1])
        assert.strictEqual(message?.isError, true)
        assert.match(String(message?.content), told)
      }))

    it.effect(`${name}: or the loop fails, and no other call of the step is executed`, () =>
      Effect.gen(function*() {
        const { events, exit } = yield* played(
          TestProvider.answer(call("time"), step),
          Toolkit.stream(toolkit, params, { onInvalidCall: "fail" }),
          forbidden
        )
        const error = errorOf(exit)
        if (!(error instanceof ToolError)) return assert.fail(`${exit}`)
        assert.deepInclude(error.reason, { _tag: "InvalidCall", kind })
        assert.strictEqual(error.step, 1)
        assert.deepStrictEqual(events.filter((event) => event.includes("result")), [])
      }))
  }

  it.effect("that is not JSON goes back as the text that it was, inside of JSON", () =>
    Effect.gen(function*() {
      const { asked } = yield* played(
        [call("weather", "{\"city\""), TestProvider.text("Sorry.")],
        Toolkit.stream(toolkit, params),
        forbidden
      )
      const message = asked[1]?.messages.find(({ role }) => role === "assistant")
      const calls = message?.role === "assistant" ? message.toolCalls : []
      assert.deepStrictEqual(calls?.map((each) => each.function.arguments), ["{\"INVALID_JSON\":\"{\\\"city\\\"\"}"])
    }))

  for (const word of ["length", "content_filter", "pause_turn"]) {
    const script = TestProvider.answer(call("weather", { city: "Paris" }), TestProvider.finish(word))

    it.effect(`of an answer that ended with ${word}: it is the last, and says so`, () =>
      Effect.gen(function*() {
        const { asked, events, exit } = yield* played(script, Toolkit.stream(toolkit, params), forbidden)
        assert.isTrue(Exit.isSuccess(exit), `${exit}`)
        assert.deepStrictEqual(events, [
          "1 call weather",
          "1 result call_weather InvalidCall The call was cut, and was not executed.",
          `1 end ${word}`
        ])
        assert.strictEqual(asked.length, 1)
      }))

    it.effect(`of an answer that ended with ${word}: or the loop fails`, () =>
      Effect.gen(function*() {
        const loop = Toolkit.stream(toolkit, params, { onInvalidCall: "fail" })
        const error = errorOf((yield* played(script, loop, forbidden)).exit)
        if (!(error instanceof ToolError)) return assert.fail(String(error))
        assert.deepInclude(error.reason, { _tag: "InvalidCall", kind: "cut", name: "weather", id: "call_weather" })
      }))
  }

  it.effect("those of the last step: nobody would be told", () =>
    Effect.gen(function*() {
      const { asked, events, exit } = yield* played(
        () => call("time"),
        Toolkit.stream(toolkit, params, { maxSteps: 1 }),
        forbidden
      )
      const error = errorOf(exit)
      if (!(error instanceof ToolError)) return assert.fail(`${exit}`)
      assert.deepStrictEqual(error.reason, { _tag: "MaxSteps", maxSteps: 1 })
      assert.deepStrictEqual(events, ["1 call time", "1 end tool_calls"])
      assert.strictEqual(asked.length, 1)
    }))

  it.effect("8 steps are the most, by default", () =>
    Effect.gen(function*() {
      const { asked, exit } = yield* play(() => call("time"))
      assert.strictEqual(asked.length, 8)
      const error = errorOf(exit)
      assert.strictEqual(error instanceof ToolError && error.step, 8)
    }))

  it.effect("those that are not approved: the model is told; asked for one at a time, and only where they could be run", () =>
    Effect.gen(function*() {
      const questions: Array<string> = []
      let open = 0
      const loop = Toolkit.stream(toolkit, params, {
        approve: ({ function: { name } }) =>
          Effect.gen(function*() {
            questions.push(name)
            assert.strictEqual(++open, 1)
            yield* Effect.yieldNow()
            open--
            return name === "time"
          })
      })
      const { asked, events } = yield* play([
        TestProvider.answer(call("weather", { city: "Paris" }), call("nobody"), call("time")),
        TestProvider.text("x")
      ], loop)
      assert.deepStrictEqual(questions, ["weather", "time"])
      assert.isTrue(events.includes("1 result call_time Success noon"))
      assert.isTrue(events.some((event) => event.startsWith("1 result call_weather Denied")))
      assert.deepStrictEqual(toldOf(asked[1]).map(({ isError }) => isError), [true, true, undefined])
    }))

  it.effect("a question that fails fails the loop", () =>
    Effect.gen(function*() {
      const loop = Toolkit.stream(toolkit, params, { approve: () => Effect.fail("nobody there" as const) })
      assert.strictEqual(errorOf((yield* play(call("time"), loop)).exit), "nobody there")
    }))
})

describe("handlers", () => {
  it.effect("a typed failure is told to the model, as its Schema encodes it", () =>
    Effect.gen(function*() {
      const { asked, exit } = yield* play([call("weather", { city: "Atlantis" }), TestProvider.text("No such city.")])
      assert.isTrue(Exit.isSuccess(exit))
      const [message] = toldOf(asked[1])
      assert.deepStrictEqual(message, {
        role: "tool",
        content: "{\"city\":\"Atlantis\",\"_tag\":\"NoSuchCity\"}",
        toolCallId: "call_weather",
        isError: true
      })
    }))

  it.effect("or is the failure of the loop, with its type, after what other handlers gave", () =>
    Effect.gen(function*() {
      const loop = Toolkit.stream(toolkit, params, { onToolFailure: "fail", concurrency: 1 })
      const { events, exit } = yield* play(
        TestProvider.answer(call("time"), call("weather", { city: "Atlantis" })),
        loop
      )
      assert.deepStrictEqual(errorOf(exit), new NoSuchCity({ city: "Atlantis" }))
      assert.isTrue(events.includes("1 result call_time Success noon"))
    }))

  it.effect("a defect is nobody's to be told", () =>
    Effect.gen(function*() {
      const broken = toolkit.toLayer({
        weather: () => Effect.dieMessage("broken"),
        time: () => Effect.succeed("noon")
      })
      const { exit } = yield* played(call("weather", { city: "Paris" }), Toolkit.stream(toolkit, params), broken)
      assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
    }))

  it.effect("have the requirements of their layer, and are made once", () =>
    Effect.gen(function*() {
      class Clock extends Context.Tag("Clock")<Clock, string>() {}
      let made = 0
      const layer = toolkit.toLayer(Effect.sync(() => {
        made++
        return { weather: () => degrees(1), time: () => Clock }
      })).pipe(Layer.provide(Layer.succeed(Clock, "midnight")))
      const script = [call("time"), call("time"), TestProvider.text("x")]
      const { events } = yield* played(script, Toolkit.stream(toolkit, params), layer)
      assert.strictEqual(events.filter((event) => event.endsWith("midnight")).length, 2)
      assert.strictEqual(made, 1)
    }))

  it.effect("run in parallel, and their results come as they end; the model reads them in the order of its calls", () =>
    Effect.gen(function*() {
      const slow = toolkit.toLayer({
        weather: () => Effect.delay(degrees(18), "2 seconds"),
        time: () => Effect.delay(Effect.succeed("noon"), "1 seconds")
      })
      const script = [
        TestProvider.answer(call("weather", { city: "Paris" }), call("time")),
        TestProvider.text("x")
      ]
      const fiber = yield* Effect.fork(played(script, Toolkit.stream(toolkit, params), slow))
      yield* TestClock.adjust("2 seconds")
      const { asked, events } = yield* Fiber.join(fiber)
      assert.deepStrictEqual(events.slice(2, 4), [
        "1 result call_time Success noon",
        "1 result call_weather Success {\"celsius\":\"18\"}"
      ])
      assert.deepStrictEqual(toldOf(asked[1]).map(({ toolCallId }) => toolCallId), ["call_weather", "call_time"])
    }))

  it.effect("as many at a time as concurrency says", () =>
    Effect.gen(function*() {
      let running = 0
      let most = 0
      const counting = toolkit.toLayer({
        weather: () => degrees(1),
        time: () =>
          Effect.gen(function*() {
            most = Math.max(most, ++running)
            yield* Effect.sleep("1 seconds")
            running--
            return "noon"
          })
      })
      const calls = [1, 2, 3, 4, 5].map((n) => call("time", {}, `call_${n}`))
      const loop = Toolkit.stream(toolkit, params, { concurrency: 2 })
      const fiber = yield* Effect.fork(played([TestProvider.answer(...calls), TestProvider.text("x")], loop, counting))
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(fiber)
      assert.strictEqual(most, 2)
    }))

  it.effect("go on while the consumer is busy, and none of their results is lost", () =>
    Effect.gen(function*() {
      const ended = yield* Deferred.make<void>()
      let left = 5
      const counting = toolkit.toLayer({
        weather: () => degrees(1),
        time: () =>
          Effect.suspend(() => --left === 0 ? Deferred.succeed(ended, undefined) : Effect.void).pipe(Effect.as("noon"))
      })
      const calls = [1, 2, 3, 4, 5].map((n) => call("time", {}, `call_${n}`))
      const seen: Array<string> = []
      yield* Toolkit.stream(toolkit, params).pipe(
        Stream.runForEach((event) => {
          if (event._tag !== "ToolResult") return Effect.void
          seen.push(event.id)
          // The first result is held until all handlers have ended.
          return seen.length === 1 ? Deferred.await(ended) : Effect.void
        }),
        Effect.provide(Layer.merge(
          TestProvider.layer([TestProvider.answer(...calls), TestProvider.text("x")]),
          counting
        ))
      )
      assert.deepStrictEqual(seen, ["call_1", "call_2", "call_3", "call_4", "call_5"])
    }))

  it.effect("are interrupted with the consumer", () =>
    Effect.gen(function*() {
      const interrupted: Array<string> = []
      const running = yield* Deferred.make<void>()
      const hanging = (name: string, started: Effect.Effect<unknown>) =>
        Effect.zipRight(started, Effect.never).pipe(Effect.onInterrupt(() => Effect.sync(() => interrupted.push(name))))
      const layer = toolkit.toLayer({
        weather: () => hanging("weather", Effect.void),
        time: () => hanging("time", Deferred.succeed(running, undefined))
      })
      const script = TestProvider.answer(call("weather", { city: "Paris" }), call("time"))
      const fiber = yield* Effect.fork(played(script, Toolkit.stream(toolkit, params), layer))
      yield* Deferred.await(running)
      const exit = yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.isInterrupted(exit))
      assert.sameMembers(interrupted, ["weather", "time"])
    }))

  it.effect("so are the others where one fails the loop", () =>
    Effect.gen(function*() {
      let interrupted = false
      const layer = toolkit.toLayer({
        weather: ({ city }) => Effect.zipRight(Effect.yieldNow(), Effect.fail(new NoSuchCity({ city }))),
        time: () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted = true))
      })
      const script = TestProvider.answer(call("time"), call("weather", { city: "x" }))
      const { exit } = yield* played(script, Toolkit.stream(toolkit, params, { onToolFailure: "fail" }), layer)
      assert.strictEqual(errorOf(exit)?._tag, "NoSuchCity")
      assert.isTrue(interrupted)
    }))
})

describe("an error of the provider", () => {
  it.effect("in a later step comes after everything before it", () =>
    Effect.gen(function*() {
      const { events, exit } = yield* play([
        call("time"),
        TestProvider.answer(TestProvider.text("It is "), TestProvider.fail({ _tag: "Server" }))
      ])
      assert.strictEqual(errorOf(exit)?._tag, "ProviderError")
      assert.deepStrictEqual(events, [
        "1 call time",
        "1 result call_time Success noon",
        "1 end tool_calls",
        "2 chunk It is"
      ])
    }))

  it.effect("an answer that is cut off executes nothing", () =>
    Effect.gen(function*() {
      const { events, exit } = yield* play(TestProvider.answer(call("time"), TestProvider.truncate))
      assert.strictEqual(errorOf(exit)?._tag, "ProviderError")
      assert.deepStrictEqual(events, [])
    }))

  it.effect("a clock of the provider ends the loop", () =>
    Effect.gen(function*() {
      const loop = Toolkit.stream(toolkit, params, { call: { timeouts: { idle: "1 seconds" } } })
      const script = [call("time"), TestProvider.answer(TestProvider.text("x"), TestProvider.pause("1 minutes"))]
      const fiber = yield* Effect.fork(play(script, loop))
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(errorOf((yield* Fiber.join(fiber)).exit)?._tag, "Timeout")
    }))
})
