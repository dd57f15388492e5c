/**
 * Which attempts are repeated, when, and with what; on the clock of the test.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/TestClock"
import { inspect } from "node:util"
import type { ResponseHead, RetryPolicy } from "../src/CallOptions.ts"
import * as Provider from "../src/Provider.ts"
import { ProviderError } from "../src/ProviderError.ts"
import * as Timed from "./internal/timed.ts"
import * as TestHttp from "./kit/testHttp.ts"
import * as Wire from "./loopback/wire.ts"

const wire = Wire.openAi

const good = () => Timed.sse([Wire.answer(wire, "a", "b")])

const busy = (headers?: { readonly [name: string]: string }) => Timed.json(503, { error: { message: "busy" } }, headers)

/** Milliseconds between attempts. */
const waits = (server: Timed.Server): ReadonlyArray<number> =>
  server.times.slice(1).map((time, index) => time - (server.times[index] ?? 0))

const within = (value: number | undefined, from: number, to: number): void => {
  // The jitter is a fraction, and a sum of fractions is off in the last digits.
  const millis = Math.round((value ?? -1) * 1000) / 1000
  assert.isAtLeast(millis, from)
  assert.isAtMost(millis, to)
}

const isAnswer = (played: Timed.Played): void => {
  assert.deepInclude(played.ended(), { exit: Exit.void })
  assert.strictEqual(played.text(), "ab")
}

const hour = "1 hour"

describe("when an attempt is repeated", () => {
  it.effect("twice, after about 500 ms and about a second", () =>
    Effect.gen(function*() {
      const server = Timed.server(() => busy())
      const played = yield* Timed.run(server, {}, hour)
      assert.deepInclude(played.error(), { _tag: "ProviderError", status: 503, attempts: 3, contentEmitted: false })
      assert.strictEqual(server.sent.length, 3)
      within(waits(server)[0], 400, 600)
      within(waits(server)[1], 800, 1_200)
    }))

  it.effect("the waits are not all the same", () =>
    Effect.gen(function*() {
      const servers = Array.from({ length: 6 }, () => Timed.server(() => busy()))
      yield* Effect.forEach(servers, (server) => Timed.play(server))
      yield* Timed.settle
      yield* TestClock.adjust(hour)
      assert.isAbove(new Set(servers.map((server) => waits(server)[0])).size, 1)
    }))

  const transient: ReadonlyArray<readonly [string, () => Response | Effect.Effect<Response, TestHttp.Refused>]> = [
    ["429", () => Timed.json(429, {})],
    ["500", () => Timed.json(500, {})],
    ["502 with a page", () => new Response("<html><title>Bad Gateway</title></html>", { status: 502 })],
    ["503", () => busy()],
    ["529", () => Timed.json(529, {})],
    ["408", () => Timed.json(408, {})],
    ["409", () => Timed.json(409, {})],
    ["425", () => Timed.json(425, {})],
    ["a refused connection", () => Effect.fail(new TestHttp.Refused("no", { cause: Timed.fault("ECONNREFUSED") }))],
    [
      "a connection that breaks before the headers",
      () => Effect.fail(new TestHttp.Refused("no", { cause: Timed.fault("ECONNRESET") }))
    ],
    ["a connection that breaks before content", () => Timed.sse([wire.open, Timed.fault("ECONNRESET")])],
    ["a body with nothing in it", () => Timed.sse([])],
    ["a body with a role and nothing else", () => Timed.sse([wire.open])],
    [
      "a page in place of the stream",
      () => new Response("<html></html>", { headers: { "content-type": "text/html" } })
    ],
    ["an error as the first event", () => Timed.sse([wire.overloaded])],
    ["an error after the role", () => Timed.sse([wire.open, wire.ping, wire.overloaded])],
    ["a JSON error with status 200", () => Timed.json(200, { error: { message: "later", code: 503 } })],
    ["an unframed error", () => Timed.sse([`{"error":{"message":"later","code":503}}`])],
    ["no headers in time", () => Effect.never],
    ["no content in time", () => Timed.sse([wire.open, "hang"])],
    ["a 400 whose server says to retry", () => Timed.json(400, {}, { "x-should-retry": "true" })]
  ]
  for (const [name, answer] of transient) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const answered = answer()
        const server = Timed.server(answered, good())
        const seen: Array<number> = []
        const played = yield* Timed.run(server, {
          call: { onResponse: (head) => Effect.sync(() => seen.push(head.attempt)) }
        }, hour)
        isAnswer(played)
        assert.strictEqual(server.sent.length, 2)
        assert.strictEqual(server.sent[0]?.body, server.sent[1]?.body)
        assert.strictEqual(seen.at(-1), 2)
      }))
  }

  const final: ReadonlyArray<readonly [string, () => Response | Effect.Effect<Response>]> = [
    ["400", () => Timed.json(400, {})],
    ["401", () => Timed.json(401, {})],
    ["403", () => Timed.json(403, {})],
    ["404", () => Timed.json(404, {})],
    ["a redirect", () => new Response(null, { status: 307, headers: { location: "https://other.invalid/" } })],
    ["no quota", () => Timed.json(429, { error: { message: "You exceeded", code: "insufficient_quota" } })],
    ["402", () => Timed.json(402, {})],
    ["a 503 whose server says not to retry", () => busy({ "x-should-retry": "false" })],
    ["a frame that is not JSON", () => Timed.sse(["data: {bad\n\n"])],
    [
      "an error that is ours, as the first event",
      () => Timed.sse([`data: {"error":{"message":"no","code":"context_length_exceeded"}}\n\n`])
    ]
  ]
  for (const [name, answer] of final) {
    it.effect(`not for ${name}`, () =>
      Effect.gen(function*() {
        const server = Timed.server(answer())
        const played = yield* Timed.run(server, {}, hour)
        assert.deepInclude(played.error(), { _tag: "ProviderError", attempts: 1 })
        assert.strictEqual(played.ended()?.at, 0)
        assert.strictEqual(server.sent.length, 1)
      }))
  }

  const after: ReadonlyArray<readonly [string, ReadonlyArray<Timed.Piece>]> = [
    ["text", [wire.text("a")]],
    ["reasoning", [`data: {"choices":[{"index":0,"delta":{"reasoning_content":"a"}}]}\n\n`]],
    ["a tool call", [
      `data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"x","function":{"name":"f"}}]}}]}\n\n`
    ]]
  ]
  for (const [name, pieces] of after) {
    for (
      const [how, end] of [["an error", [wire.overloaded]], ["a fault", [Timed.fault("ECONNRESET")]], [
        "the end",
        []
      ]] as const
    ) {
      it.effect(`not after ${name} and ${how}`, () =>
        Effect.gen(function*() {
          const server = Timed.server(Timed.sse([...pieces, ...end]), good())
          const played = yield* Timed.run(server, {}, hour)
          assert.deepInclude(played.error(), { attempts: 1, contentEmitted: true, isRetryable: true })
          assert.strictEqual(played.chunks.length, 1)
          assert.strictEqual(server.sent.length, 1)
        }))
    }
  }

  it.effect("a completion is repeated, too, also when the server streamed half of it", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.sse([wire.text("half")]), good())
      const fiber = yield* Provider.completion(Wire.params).pipe(
        Effect.provide(Layer.provide(wire.layer({}), server.layer)),
        Effect.fork
      )
      yield* Timed.settle
      yield* TestClock.adjust(hour)
      yield* Timed.settle
      const answer = yield* Fiber.join(fiber)
      assert.strictEqual(answer.choices[0]?.message.content, "ab")
      assert.strictEqual(server.sent.length, 2)
    }))
})

describe("how long a server is waited for", () => {
  const asked: ReadonlyArray<readonly [string, { readonly [name: string]: string }, from: number, to: number]> = [
    ["retry-after-ms", { "retry-after-ms": "1500" }, 1_500, 1_500],
    ["retry-after-ms before retry-after", { "retry-after-ms": "1500", "retry-after": "30" }, 1_500, 1_500],
    ["retry-after-ms that cannot be read", { "retry-after-ms": "abc", "retry-after": "3" }, 3_000, 3_000],
    ["no wait at all", { "retry-after-ms": "0" }, 400, 600],
    ["seconds", { "retry-after": "2" }, 2_000, 2_000],
    ["a fraction of seconds", { "retry-after": "2.5" }, 2_500, 2_500],
    ["less than our own wait", { "retry-after": "0.1" }, 400, 600],
    ["a date", { "retry-after": "Thu, 01 Jan 1970 00:00:07 GMT" }, 7_000, 7_000],
    ["a date in the past", { "retry-after": "Wed, 31 Dec 1969 00:00:00 GMT" }, 400, 600],
    ["less than nothing", { "retry-after": "-1" }, 400, 600],
    ["nothing that can be read", { "retry-after": "soon" }, 400, 600],
    ["a minute, which is the most", { "retry-after": "60" }, 60_000, 60_000]
  ]
  for (const [name, headers, from, to] of asked) {
    it.effect(name, () =>
      Effect.gen(function*() {
        for (const status of [429, 503]) {
          const server = Timed.server(Timed.json(status, {}, headers), good())
          const played = yield* Timed.run(server, {}, hour)
          isAnswer(played)
          within(waits(server)[0], from, to)
          // The next server's clock starts at zero, as dates do.
          yield* TestClock.setTime(0)
        }
      }))
  }

  it.effect("above a minute the error comes at once, and says how long", () =>
    Effect.gen(function*() {
      for (const header of ["61", "3600", "Wed, 21 Oct 2099 07:28:00 GMT"]) {
        const server = Timed.server(() => busy({ "retry-after": header }))
        const played = yield* Timed.run(server, {}, hour)
        const error = played.error()
        assert.strictEqual(played.ended()?.at, 0)
        assert.strictEqual(server.sent.length, 1)
        assert.isTrue(error._tag === "ProviderError" && error.reason._tag === "Overloaded")
        const wait = error._tag === "ProviderError" && error.reason._tag === "Overloaded"
          ? error.reason.retryAfter
          : undefined
        assert.isAtLeast(Duration.toSeconds(wait ?? 0), 61)
        yield* TestClock.setTime(0)
      }
    }))

  const policy = (retry: RetryPolicy | false, headers?: { readonly [name: string]: string }) =>
    Effect.gen(function*() {
      const server = Timed.server(() => busy(headers))
      const played = yield* Timed.run(server, { call: { retry } }, hour)
      assert.deepInclude(played.error(), { attempts: server.sent.length })
      return server
    })

  it.effect("maxRetryAfter moves the limit", () =>
    Effect.gen(function*() {
      assert.lengthOf((yield* policy({ maxRetryAfter: "5 seconds" }, { "retry-after": "6" })).sent, 1)
      const server = yield* policy({ maxRetryAfter: "2 minutes" }, { "retry-after": "90" })
      assert.deepStrictEqual(waits(server), [90_000, 90_000])
    }))

  it.effect("times", () =>
    Effect.gen(function*() {
      assert.lengthOf((yield* policy({ times: 0 })).sent, 1)
      const server = yield* policy({ times: 4 })
      assert.lengthOf(server.sent, 5)
      within(waits(server)[3], 3_200, 4_800)
    }))

  it.effect("a schedule, which the server's word joins", () =>
    Effect.gen(function*() {
      const schedule = Schedule.spaced("3 seconds")
      assert.deepStrictEqual(waits(yield* policy({ schedule })), [3_000, 3_000])
      assert.deepStrictEqual(waits(yield* policy({ schedule, times: 3 })), [3_000, 3_000, 3_000])
      assert.deepStrictEqual(waits(yield* policy({ schedule }, { "retry-after": "1" })), [3_000, 3_000])
      assert.deepStrictEqual(waits(yield* policy({ schedule }, { "retry-after": "9" })), [9_000, 9_000])
    }))

  it.effect("a schedule sees the errors", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const schedule = Schedule.spaced("1 second").pipe(
        Schedule.tapInput((error: { readonly _tag: string }) => Effect.sync(() => seen.push(error._tag)))
      )
      yield* policy({ schedule })
      assert.deepStrictEqual(seen, ["ProviderError", "ProviderError", "ProviderError"])
    }))

  it.effect("false, for the layer or for the call", () =>
    Effect.gen(function*() {
      assert.lengthOf((yield* policy(false)).sent, 1)
      const off = Timed.server(() => busy())
      yield* Timed.run(off, { layer: { retry: false } }, hour)
      assert.lengthOf(off.sent, 1)
      const on = Timed.server(() => busy())
      yield* Timed.run(on, { layer: { retry: false }, call: { retry: { times: 1 } } }, hour)
      assert.lengthOf(on.sent, 2)
    }))

  it.effect("limits of an attempt do not count the waits", () =>
    Effect.gen(function*() {
      const server = Timed.server(
        Timed.json(429, {}, { "retry-after": "50" }),
        Effect.delay(good(), "55 seconds")
      )
      isAnswer(yield* Timed.run(server, {}, hour))
    }))

  it.effect("each attempt has its own limits", () =>
    Effect.gen(function*() {
      const server = Timed.server(Effect.never)
      const played = yield* Timed.run(server, {}, hour)
      assert.deepInclude(played.error(), { _tag: "Timeout", phase: "headers", attempts: 3 })
      within(waits(server)[0], 60_400, 60_600)
      within(waits(server)[1], 60_800, 61_200)
      within((played.ended()?.at ?? 0) - (server.times[2] ?? 0), 60_000, 60_000)
    }))

  it.effect("a stop while it waits stops the waiting", () =>
    Effect.gen(function*() {
      const server = Timed.server(() => busy({ "retry-after": "30" }))
      const played = yield* Timed.run(server, {}, "10 seconds")
      assert.isUndefined(played.ended())
      const exit = yield* Fiber.interrupt(played.fiber)
      assert.isTrue(Exit.isInterrupted(exit))
      yield* TestClock.adjust(hour)
      assert.lengthOf(server.sent, 1)
    }))
})

describe("what an attempt is made with", () => {
  const authorization = (server: Timed.Server) => server.sent.map((sent) => sent.headers["authorization"])

  it.effect("a key that is an Effect is asked for each time", () =>
    Effect.gen(function*() {
      let asked = 0
      const apiKey = Effect.sync(() => Redacted.make(`key-${++asked}`))
      const server = Timed.server(busy(), busy(), good())
      isAnswer(yield* Timed.run(server, { layer: { apiKey } }, hour))
      assert.deepStrictEqual(authorization(server), ["Bearer key-1", "Bearer key-2", "Bearer key-3"])
    }))

  it.effect("the call's own key wins, and the layer's is not asked for", () =>
    Effect.gen(function*() {
      const server = Timed.server(busy(), good())
      const call = { apiKey: Redacted.make("the tenant's") }
      isAnswer(yield* Timed.run(server, { layer: { apiKey: Effect.dieMessage("asked") }, call }, hour))
      assert.deepStrictEqual(authorization(server), ["Bearer the tenant's", "Bearer the tenant's"])
    }))

  it.effect("a key that cannot be had is the call's error", () =>
    Effect.gen(function*() {
      const server = Timed.server(good())
      const failure = new ProviderError({
        provider: "vault",
        attempts: 0,
        contentEmitted: false,
        reason: { _tag: "PermissionDenied" }
      })
      const played = yield* Timed.run(server, { layer: { apiKey: Effect.fail(failure) } }, hour)
      assert.deepInclude(played.error(), { provider: "vault", attempts: 0 })
      assert.deepStrictEqual(played.ended()?.at, 0)
      assert.lengthOf(server.sent, 0)
    }))

  it.effect("a failure to get a key tells nothing of what it holds", () =>
    Effect.gen(function*() {
      const server = Timed.server(good())
      const apiKey = Effect.fail(new Error("no token for sk-secret"))
      const error = (yield* Timed.run(server, { layer: { apiKey } }, hour)).error()
      assert.deepInclude(error, { _tag: "ProviderError", reason: { _tag: "Authentication" }, attempts: 1 })
      assert.notInclude(inspect(error, { depth: 10 }), "sk-secret")
      assert.lengthOf(server.sent, 0)
    }))

  it.effect("a key that never comes is a Timeout", () =>
    Effect.gen(function*() {
      const server = Timed.server(good())
      const played = yield* Timed.run(server, { layer: { apiKey: Effect.never }, call: { retry: false } }, hour)
      assert.deepInclude(played.error(), { _tag: "Timeout", phase: "headers" })
      assert.lengthOf(server.sent, 0)
    }))

  it.effect("onResponse sees each attempt's head, and of its headers only some", () =>
    Effect.gen(function*() {
      const shown = {
        "request-id": "r1",
        "x-request-id": "r2",
        "retry-after": "1",
        "retry-after-ms": "1000",
        "x-ratelimit-remaining-requests": "7",
        "anthropic-ratelimit-tokens-reset": "soon",
        "openai-processing-ms": "12"
      }
      const hidden = {
        "set-cookie": "session=1",
        "openai-organization": "acme",
        "authorization": "Bearer x",
        "x-api-key": "x",
        "content-type": "application/json",
        "server": "x"
      }
      const server = Timed.server(
        busy({ ...shown, ...hidden }),
        Timed.sse([Wire.answer(wire, "a", "b")], { headers: hidden })
      )
      const heads: Array<ResponseHead> = []
      const onResponse = (head: ResponseHead) => Effect.sync(() => heads.push(head))
      isAnswer(yield* Timed.run(server, { call: { onResponse } }, hour))
      assert.deepStrictEqual(heads, [
        { status: 503, requestId: "r1", attempt: 1, headers: shown },
        { status: 200, requestId: undefined, attempt: 2, headers: {} }
      ])
    }))
})
