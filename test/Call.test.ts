/**
 * One call on the clock of the test: its time limits, its ends, and what is delivered before them.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { getEventListeners } from "node:events"
import * as ChatCompletionChunk from "../src/ChatCompletionChunk.ts"
import type { Timeouts } from "../src/Endpoint.ts"
import * as Provider from "../src/Provider.ts"
import type { Timeout } from "../src/ProviderError.ts"
import * as Groq from "../src/providers/Groq.ts"
import * as OpenAi from "../src/providers/OpenAi.ts"
import * as Timed from "./internal/timed.ts"
import * as Bytes from "./kit/bytes.ts"
import * as TestHttp from "./kit/testHttp.ts"
import * as Wire from "./loopback/wire.ts"

const wire = Wire.openAi

/** A chunk of OpenAI's with this delta. */
const delta = (fields: object): string => `data: ${JSON.stringify({ choices: [{ index: 0, delta: fields }] })}\n\n`

/** The same pieces with a pause before each. */
const every = (millis: number, pieces: ReadonlyArray<Timed.Piece>): ReadonlyArray<Timed.Piece> =>
  pieces.flatMap((piece) => [millis, piece])

const times = <A>(count: number, value: A): ReadonlyArray<A> => Array.from({ length: count }, () => value)

const reasonOf = (played: Timed.Played): string => {
  const error = played.error()
  return error._tag === "ProviderError" ? error.reason._tag : error._tag
}

const isTimeout = (played: Timed.Played, phase: Timeout["phase"], at: number, more?: Partial<Timeout>): void => {
  assert.deepInclude(played.error(), { _tag: "Timeout", phase, ...more })
  assert.strictEqual(played.ended()?.at, at)
}

const isSuccess = (played: Timed.Played, at: number): void => {
  assert.deepInclude(played.ended(), { at, exit: Exit.void })
}

const noRetry = { retry: false } as const

const minute = 60_000

describe("the clocks", () => {
  for (const wire of Wire.all) {
    it.effect(`${wire.name}: headers`, () =>
      Effect.gen(function*() {
        const server = Timed.server(Effect.never)
        const played = yield* Timed.run(server, { wire, call: noRetry }, "1 day")
        isTimeout(played, "headers", minute, { attempts: 1, contentEmitted: false, after: Duration.minutes(1) })
      }))

    it.effect(`${wire.name}: first content, which neither pings nor a role feeds`, () =>
      Effect.gen(function*() {
        const server = Timed.server(Timed.sse([wire.open, ...every(30_000, times(20, wire.ping))]))
        const played = yield* Timed.run(server, { wire, call: noRetry }, "1 hour")
        isTimeout(played, "firstContent", 4 * minute, { contentEmitted: false })
        assert.deepStrictEqual(played.chunks, [])
      }))

    it.effect(`${wire.name}: idle, which pings do not feed`, () =>
      Effect.gen(function*() {
        const pieces = [wire.open, 1_000, wire.text("a"), ...every(30_000, times(20, wire.ping))]
        const server = Timed.server(Timed.sse(pieces))
        const played = yield* Timed.run(server, { wire }, "1 hour")
        isTimeout(played, "idle", 1_000 + 2 * minute, { contentEmitted: true, attempts: 1 })
        assert.strictEqual(played.text(), "a")
      }))
  }

  it.effect("idle gives out what could have been a tag", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.sse([Wire.openAi.text("<think>a</thi"), "hang"]))
      const played = yield* Timed.run(
        server,
        { provider: Groq.layer({ apiKey: Redacted.make("k"), model: "m" }) },
        "1 hour"
      )
      isTimeout(played, "idle", 2 * minute, { contentEmitted: true })
      assert.deepStrictEqual(played.chunks.map((chunk) => ChatCompletionChunk.reasoning(chunk)), ["a", "</thi"])
    }))

  it.effect("first content runs from sending, not from the headers", () =>
    Effect.gen(function*() {
      const server = Timed.server(Effect.delay(Timed.sse([wire.open, "hang"]), "50 seconds"))
      isTimeout(yield* Timed.run(server, { call: noRetry }, "1 hour"), "firstContent", 4 * minute)
    }))

  it.effect("text, reasoning, refusal and pieces of tool calls feed first content and idle", () =>
    Effect.gen(function*() {
      const call = (fields: object) => delta({ tool_calls: [{ index: 0, ...fields }] })
      const called = call({ id: "call_1", function: { name: "f", arguments: "" } })
      const contents = [
        wire.text("a"),
        delta({ reasoning_content: "r" }),
        delta({ refusal: "n" }),
        called,
        call({ function: { arguments: "{" } }),
        call({ function: { arguments: "}" } })
      ]
      const each = Timed.server(Timed.sse([...every(110_000, contents), wire.finish, wire.done]))
      const firsts = [wire.text("a"), delta({ reasoning_content: "r" }), delta({ refusal: "n" }), called]
      const played = yield* Effect.all([
        Timed.play(each),
        ...firsts.map((first) =>
          Timed.play(Timed.server(Timed.sse([wire.open, 230_000, first, 110_000, wire.finish, wire.done])))
        )
      ])
      yield* Timed.settle
      yield* TestClock.adjust("1 hour")
      yield* Timed.settle
      const [all, ...one] = played
      isSuccess(all, 6 * 110_000)
      for (const first of one) isSuccess(first, 340_000)
    }))

  it.effect("events that say nothing do not feed idle", () =>
    Effect.gen(function*() {
      const nothing = [
        delta({}),
        delta({ role: "assistant" }),
        delta({ content: "" }),
        delta({ content: null, tool_calls: [] }),
        `data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n`,
        `data: {"object":"billing.summary"}\n\n`,
        "retry: 50\n\n",
        ": OPENROUTER PROCESSING\n\n",
        "\n"
      ]
      const server = Timed.server(Timed.sse([wire.text("a"), ...every(15_000, nothing)]))
      isTimeout(yield* Timed.run(server, {}, "1 hour"), "idle", 2 * minute)
    }))

  it.effect("total is off unless it is asked for", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.sse([...every(minute, times(12, wire.text("a"))), wire.finish, wire.done]))
      isSuccess(yield* Timed.run(server, {}, "1 day"), 12 * minute)
    }))

  it.effect("total counts retries and their waits", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.json(503, {}, { "retry-after": "3" }), Effect.never)
      const played = yield* Timed.run(server, { call: { timeouts: { total: "5 seconds" } } }, "1 hour")
      isTimeout(played, "total", 5_000, { attempts: 2, after: Duration.seconds(5) })
    }))

  it.effect("total ends a wait between attempts", () =>
    Effect.gen(function*() {
      const server = Timed.server(() => Timed.json(503, {}, { "retry-after": "30" }))
      isTimeout(yield* Timed.run(server, { call: { timeouts: { total: "5 seconds" } } }, "1 hour"), "total", 5_000)
      assert.strictEqual(server.sent.length, 1)
    }))

  it.effect("total counts the consumer's time, and delivers what is there", () =>
    Effect.gen(function*() {
      let closed: number | undefined
      const ended = Effect.map(Clock.currentTimeMillis, (now) => {
        closed ??= now
      })
      const server = Timed.server(Timed.sse([wire.text("a"), 1_000, ...times(4, wire.text("a")), "hang"], { ended }))
      const played = yield* Timed.run(server, {
        call: { timeouts: { total: "10 seconds" } },
        onChunk: () => Effect.sleep("15 seconds")
      }, "1 hour")
      isTimeout(played, "total", 75_000, { after: Duration.seconds(10) })
      assert.strictEqual(played.text(), "aaaaa")
      assert.strictEqual(closed, 10_000)
    }))

  it.effect("a slow consumer is not a slow provider", () =>
    Effect.gen(function*() {
      const server = Timed.server(
        Timed.sse([...times(100, wire.text("a")), 1_000, wire.text("b"), wire.finish, wire.done])
      )
      let count = 0
      const played = yield* Timed.run(server, {
        onChunk: () => ++count % 30 === 1 ? Effect.sleep("1 hour") : Effect.void
      }, "1 day")
      assert.strictEqual(played.text(), `${"a".repeat(100)}b`)
      assert.deepInclude(played.ended(), { exit: Exit.void })
    }))

  it.effect("a provider that goes silent after a slow consumer is still found", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.sse([...times(30, wire.text("a")), "hang"]))
      let count = 0
      const played = yield* Timed.run(server, {
        onChunk: () => ++count === 1 ? Effect.sleep("1 hour") : Effect.void
      }, "1 day")
      assert.strictEqual(played.text(), "a".repeat(30))
      isTimeout(played, "idle", 60 * minute + 2 * minute)
    }))

  it.effect("infinity switches a clock off", () =>
    Effect.gen(function*() {
      const off = (...clocks: ReadonlyArray<keyof Timeouts>) => ({
        call: { retry: false, timeouts: Object.fromEntries(clocks.map((clock) => [clock, Duration.infinity])) } as const
      })
      const mute = Timed.server(Effect.never)
      const quiet = Timed.server(Timed.sse([wire.open, "hang"]))
      const idle = Timed.server(Timed.sse([wire.text("a"), "hang"]))
      const [headers, none, content, rest] = yield* Effect.all([
        Timed.play(mute, off("headers")),
        Timed.play(mute, off("headers", "firstContent", "total")),
        Timed.play(quiet, off("firstContent")),
        Timed.play(idle, off("idle"))
      ])
      yield* Timed.settle
      yield* TestClock.adjust("10 days")
      yield* Timed.settle
      isTimeout(headers, "firstContent", 4 * minute)
      for (const played of [none, content, rest]) {
        assert.isUndefined(played.ended())
        yield* Fiber.interrupt(played.fiber)
      }
    }))

  it.effect("the call's limit wins over the layer's, and that over the endpoint's", () =>
    Effect.gen(function*() {
      const endpoint = { ...OpenAi.endpoint, timeouts: { headers: "3 seconds", idle: "7 seconds" } } as const
      const options = { apiKey: Redacted.make("k"), model: "m", retry: false } as const
      const provider = Provider.layer(endpoint)(options)
      const own = Provider.layer(endpoint)({ ...options, timeouts: { headers: "2 seconds" } })
      const mute = Timed.server(Effect.never)
      const idle = Timed.server(Timed.sse([wire.text("a"), "hang"]))
      // A program that is compiled without exactOptionalPropertyTypes can say this.
      const absent = { headers: undefined } as unknown as Partial<Timeouts>
      const played = yield* Effect.all([
        Timed.play(mute, { provider }),
        Timed.play(mute, { provider: own }),
        Timed.play(mute, { provider: own, call: { timeouts: { headers: "1 second" } } }),
        Timed.play(idle, { provider: own }),
        Timed.play(idle, { provider: own, call: { timeouts: { idle: "5 seconds" } } }),
        Timed.play(mute, { provider: own, call: { timeouts: absent } })
      ])
      yield* Timed.settle
      yield* TestClock.adjust("1 hour")
      yield* Timed.settle
      assert.deepStrictEqual(played.map((each) => each.ended()?.at), [3_000, 2_000, 1_000, 7_000, 5_000, 2_000])
    }))

  it.effect("a completion has no headers clock, and ten minutes for all of it", () =>
    Effect.gen(function*() {
      const complete = (answer: Effect.Effect<Response>, options?: Provider.CallOptions) =>
        Provider.completion(Wire.params, {
          retry: false,
          timeouts: { headers: "1 second", idle: "1 second" },
          ...options
        })
          .pipe(
            Effect.either,
            Effect.zip(Clock.currentTimeMillis),
            Effect.provide(Layer.provide(wire.layer({}), Timed.server(answer).layer)),
            Effect.fork
          )
      const text = JSON.stringify(wire.whole)
      const body = (...pieces: ReadonlyArray<Timed.Piece>) =>
        Effect.map(Timed.body(pieces), (readable) =>
          new Response(readable, { headers: { "content-type": "application/json" } }))
      const fibers = yield* Effect.all([
        complete(Effect.delay(body(text.slice(0, 20), 9 * minute, text.slice(20)), "59 seconds")),
        complete(Effect.never),
        complete(Effect.delay(body(text.slice(0, 20), "hang"), "5 minutes")),
        complete(Effect.never, { timeouts: { firstContent: "20 minutes" } }),
        complete(Effect.never, { timeouts: { total: "2 minutes" } }),
        // A server that streams though nobody asked for it.
        complete(Timed.sse([wire.text("a"), 5 * minute, wire.text("b"), "hang"]))
      ])
      yield* Timed.settle
      yield* TestClock.adjust("1 hour")
      const [whole, ...late] = yield* Fiber.joinAll(fibers)
      assert.deepInclude(whole?.[0], { _tag: "Right" })
      assert.strictEqual(whole?.[1], 59_000 + 9 * minute)
      const seen = late.map(([answer, at]) =>
        [answer._tag === "Left" ? answer.left : answer, at] as const
      )
      assert.deepInclude(seen[0]?.[0], { _tag: "Timeout", phase: "firstContent" })
      assert.deepInclude(seen[3]?.[0], { _tag: "Timeout", phase: "total" })
      assert.deepStrictEqual(seen.map(([, at]) => at / minute), [10, 10, 20, 2, 10])
    }))

  it.effect("the transport's own limits are Timeouts", () =>
    Effect.gen(function*() {
      const refused = (code: string) =>
        Timed.server(Effect.fail(new TestHttp.Refused("fetch failed", { cause: Timed.fault(code) })))
      const headers = yield* Timed.run(refused("UND_ERR_HEADERS_TIMEOUT"), { call: noRetry })
      isTimeout(headers, "headers", 0, { attempts: 1 })
      isTimeout(yield* Timed.run(refused("UND_ERR_CONNECT_TIMEOUT"), { call: noRetry }), "headers", 0)
      const idle = Timed.server(Timed.sse([wire.text("a"), 5_000, Timed.fault("UND_ERR_BODY_TIMEOUT")]))
      const late = yield* Timed.run(idle, {}, "1 minute")
      isTimeout(late, "idle", 5_000, { contentEmitted: true, attempts: 1 })
      assert.strictEqual(late.text(), "a")
    }))

  it.effect("a transport that gives up before the first content can be tried again", () =>
    Effect.gen(function*() {
      const answer = Timed.server(
        Timed.sse([wire.open, Timed.fault("UND_ERR_BODY_TIMEOUT")]),
        Timed.sse([Wire.answer(wire, "a")])
      )
      const played = yield* Timed.run(answer, {}, "1 minute")
      assert.strictEqual(played.text(), "a")
      assert.strictEqual(answer.sent.length, 2)
    }))
})

/** Ends that are known: nothing waits for the connection. */
describe("the end", () => {
  for (const wire of Wire.all) {
    it.effect(`${wire.name}: comes with the dialect's own word, though the connection stays open`, () =>
      Effect.gen(function*() {
        const server = Timed.server(Timed.sse([Wire.answer(wire, "a"), "hang"]))
        const played = yield* Timed.run(server, { wire })
        isSuccess(played, 0)
        assert.strictEqual(played.text(), "a")
        assert.deepInclude(played.chunks.at(-1)?.usage, { promptTokens: 3, completionTokens: 5 })
      }))

    it.effect(`${wire.name}: comes after ten seconds of silence when the answer is whole`, () =>
      Effect.gen(function*() {
        const server = Timed.server(Timed.sse([wire.text("a"), 3_000, wire.finish, "hang"]))
        const played = yield* Timed.run(server, { wire }, "1 hour")
        isSuccess(played, 13_000)
        assert.strictEqual(played.chunks.flatMap((chunk) => chunk.choices).at(-1)?.finishReason, "stop")
        assert.strictEqual(played.chunks.at(-1)?.usage?.completionTokens, 5)
      }))

    it.effect(`${wire.name}: pings after a whole answer do not hold it up for ever`, () =>
      Effect.gen(function*() {
        const server = Timed.server(
          Timed.sse([wire.text("a"), wire.finish, ...every(4_000, times(10, wire.ping)), "hang"])
        )
        const played = yield* Timed.run(server, { wire }, "1 hour")
        assert.deepInclude(played.ended(), { exit: Exit.void })
        assert.isAtMost(played.ended()?.at ?? Infinity, 15_000)
      }))

    it.effect(`${wire.name}: an error inside the stream counts even after the finish`, () =>
      Effect.gen(function*() {
        const server = Timed.server(Timed.sse([wire.text("a"), wire.finish, wire.overloaded]))
        const played = yield* Timed.run(server, { wire })
        assert.deepInclude(played.error(), { _tag: "ProviderError", contentEmitted: true })
        assert.strictEqual(played.text(), "a")
      }))

    for (
      const [name, piece] of [["end of the body", 0], ["fault of the transport", Timed.fault("ECONNRESET")]] as const
    ) {
      it.effect(`${wire.name}: a whole answer and the ${name} are a success`, () =>
        Effect.gen(function*() {
          const server = Timed.server(Timed.sse([wire.text("a"), wire.finish, piece]))
          isSuccess(yield* Timed.run(server, { wire }), 0)
        }))

      it.effect(`${wire.name}: a whole answer and the ${name} in the middle of a frame are a success`, () =>
        Effect.gen(function*() {
          const server = Timed.server(Timed.sse([wire.text("a"), wire.finish + wire.half, piece]))
          const played = yield* Timed.run(server, { wire })
          isSuccess(played, 0)
          assert.strictEqual(played.text(), "a")
        }))
    }
  }

  it.effect("the connection is read on for 250 ms", () =>
    Effect.gen(function*() {
      let closed: number | undefined
      const ended = Effect.map(Clock.currentTimeMillis, (now) => {
        closed = now
      })
      const server = Timed.server(Timed.sse([Wire.answer(wire, "a"), ...every(50, times(20, ": x\n\n"))], { ended }))
      isSuccess(yield* Timed.run(server, {}, "1 minute"), 0)
      assert.isAtLeast(closed ?? 0, 250)
      assert.isAtMost(closed ?? Infinity, 270)
    }))

  it.effect("the connection is read on for 64 KiB", () =>
    Effect.gen(function*() {
      let read = 0
      const pieces = function*(): Generator<Timed.Piece> {
        yield Wire.answer(wire, "a")
        for (;;) {
          read += 4_096
          yield "x".repeat(4_095) + "\n"
        }
      }
      let closed = false
      const server = Timed.server(Timed.sse(pieces(), {
        ended: Effect.sync(() => {
          closed = true
        })
      }))
      isSuccess(yield* Timed.run(server, {}), 0)
      assert.isTrue(closed)
      assert.isAtLeast(read, 64 * 1024)
      // What a ReadableStream takes ahead of its reader.
      assert.isAtMost(read, 64 * 1024 + 5 * 4_096)
    }))
})

describe("deliver, then fail", () => {
  const faults: ReadonlyArray<readonly [string, ReadonlyArray<Timed.Piece>, string]> = [
    ["a frame that is not JSON", ["data: {bad json\n\n"], "MalformedChunk"],
    ["an error inside the stream", [wire.overloaded], "Overloaded"],
    ["the end of the body", [], "TruncatedStream"],
    ["the end in the middle of a frame", [wire.half], "TruncatedStream"],
    ["a connection that breaks", [Timed.fault("ECONNRESET")], "Network"],
    ["a connection that breaks in the middle of a frame", [wire.half, Timed.fault("ECONNRESET")], "Network"],
    ["a finish that is none", [`data: {"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}\n\n`], "Server"]
  ]
  for (const [name, pieces, reason] of faults) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const usage = `data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\n`
        const before = wire.text("a") + wire.text("b") + usage
        const [first, ...rest] = pieces
        // In one read where the fault has bytes.
        const joined = typeof first === "string" ? [before + first, ...rest] : [before, ...pieces]
        const server = Timed.server(Timed.sse(joined, { headers: { "x-request-id": "req_7" } }))
        const played = yield* Timed.run(server)
        assert.strictEqual(played.text(), "ab")
        assert.deepInclude(played.error(), {
          _tag: "ProviderError",
          provider: "openai",
          model: "m",
          contentEmitted: true,
          attempts: 1,
          requestId: "req_7",
          usage: { promptTokens: 7, completionTokens: 2, totalTokens: 9 }
        })
        assert.strictEqual(reasonOf(played), reason)
        assert.strictEqual(server.sent.length, 1)
      }))
  }

  it.effect("Anthropic's first counts are on the error, too", () =>
    Effect.gen(function*() {
      const { open, overloaded, text } = Wire.anthropic
      const server = Timed.server(Timed.sse([open + text("a") + overloaded]))
      const played = yield* Timed.run(server, { wire: Wire.anthropic })
      assert.deepInclude(played.error(), { contentEmitted: true, status: 529 })
      assert.strictEqual(played.error().usage?.promptTokens, 3)
    }))

  it.effect("a large read comes in Chunks of at most 1,024", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.sse([wire.text("a").repeat(5_000) + wire.finish + wire.done]))
      const sizes = yield* Provider.completionStream(Wire.params).pipe(
        Stream.chunks,
        Stream.map((chunk) => chunk.length),
        Stream.runCollect,
        Effect.provide(Layer.provide(wire.layer({}), server.layer))
      )
      assert.strictEqual(Chunk.reduce(sizes, 0, (a, b) => a + b), 5_002)
      assert.isAtMost(Math.max(...sizes), 1_024)
    }))
})

describe("faults from within", () => {
  it.effect("an interruption in the transport is Cancelled", () =>
    Effect.gen(function*() {
      const before = yield* Timed.run(Timed.server(Effect.interrupt))
      assert.deepInclude(before.error(), { _tag: "Cancelled", contentEmitted: false, attempts: 1 })
      const transformClient = (client: HttpClient.HttpClient) =>
        HttpClient.transformResponse(client, (response) => Effect.zipLeft(response, Effect.interrupt))
      const after = yield* Timed.run(Timed.server(Timed.sse([])), { layer: { transformClient } })
      assert.deepInclude(after.error(), { _tag: "Cancelled" })
    }))

  const dies = (played: Timed.Played): void => {
    const exit = played.ended()?.exit
    assert.isTrue(exit !== undefined && Exit.isFailure(exit) && Option.isSome(Cause.dieOption(exit.cause)))
  }

  it.effect("a defect of the user's code is a defect, not a hang", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.sse([Wire.answer(wire, "a")]))
      const boom = (): never => {
        throw new Error("boom")
      }
      dies(yield* Timed.run(server, { layer: { transformClient: boom } }))
      dies(yield* Timed.run(server, { layer: { transformClient: (client) => HttpClient.mapRequest(client, boom) } }))
      dies(
        yield* Timed.run(server, {
          layer: {
            transformClient: (client) =>
              HttpClient.transformResponse(client, (response) => Effect.zipLeft(response, Effect.die("boom")))
          }
        })
      )
      dies(yield* Timed.run(server, { layer: { apiKey: Effect.die("boom") } }))
      // Only the response was touched too late.
      assert.strictEqual(server.sent.length, 1)
    }))

  it.effect("a defect of onResponse does not hold the call up", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.sse([Wire.answer(wire, "a")]))
      const played = yield* Timed.run(server, { call: { onResponse: () => Effect.die("boom") } })
      assert.strictEqual(played.text(), "a")
      isSuccess(played, 0)
    }))

  it.effect("a transport that does not let go holds nothing up", () =>
    Effect.gen(function*() {
      const stuck = (text: string) => () =>
        new Response(
          new ReadableStream<Uint8Array>({
            start: (controller) => controller.enqueue(Bytes.bytesOf(text)),
            cancel: () => new Promise(() => undefined)
          }),
          { headers: { "content-type": "text/event-stream" } }
        )
      const failed = yield* Timed.run(Timed.server(stuck("data: {bad\n\n")))
      assert.strictEqual(reasonOf(failed), "MalformedChunk")
      assert.strictEqual(failed.ended()?.at, 0)
      const again = yield* Timed.run(
        Timed.server(stuck(wire.overloaded), stuck(Wire.answer(wire, "a"))),
        {},
        "1 second"
      )
      assert.strictEqual(again.text(), "a")
      assert.deepInclude(again.ended(), { exit: Exit.void })
      const hangs = yield* Timed.run(Timed.server(stuck(wire.text("a"))))
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(hangs.fiber)))
      const idle = yield* Timed.run(
        Timed.server(stuck(wire.text("a"))),
        { call: { timeouts: { idle: "3 seconds" } } },
        "1 minute"
      )
      assert.deepInclude(idle.error(), { _tag: "Timeout", phase: "idle" })
    }))

  it.effect("each run of a stream is a call of its own", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.sse([Wire.answer(wire, "a", "b")]))
      const text = yield* Effect.gen(function*() {
        const stream = Stream.map((yield* Provider.Provider).completionStream(Wire.params), (chunk) =>
          chunk.choices[0]?.delta.content ?? "")
        const run = Stream.runFold(stream, "", (before, more) =>
          before + more)
        return [yield* run, ...(yield* Effect.all([run, run, run], { concurrency: 3 }))]
      }).pipe(Effect.provide(Layer.provide(wire.layer({}), server.layer)))
      assert.deepStrictEqual(text, ["ab", "ab", "ab", "ab"])
      assert.lengthOf(server.sent, 4)
    }))

  it.effect("one signal for many calls keeps no listener", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.sse([Wire.answer(wire, "a")]))
      const { signal } = new AbortController()
      yield* Provider.completionStream(Wire.params, { signal }).pipe(
        Stream.take(1),
        Stream.runDrain,
        Effect.zipRight(Effect.sync(() => assert.strictEqual(getEventListeners(signal, "abort").length, 0))),
        Effect.repeatN(40),
        Effect.provide(Layer.provide(wire.layer({}), server.layer))
      )
      assert.strictEqual(server.sent.length, 41)
    }))
})
