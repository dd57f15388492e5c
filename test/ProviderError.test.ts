import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { pipe } from "effect/Function"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as ProviderError from "../src/ProviderError.ts"

const retryAfter = Duration.seconds(3)

interface Case {
  readonly reason: ProviderError.Reason
  readonly isRetryable: boolean
  readonly status?: number
}

/** The table of reasons: each with every form it has. */
const cases: ReadonlyArray<Case> = [
  { reason: { _tag: "RateLimit" }, status: 429, isRetryable: true },
  { reason: { _tag: "RateLimit", retryAfter }, status: 429, isRetryable: true },
  { reason: { _tag: "QuotaExceeded" }, status: 402, isRetryable: false },
  { reason: { _tag: "Overloaded" }, status: 529, isRetryable: true },
  { reason: { _tag: "Overloaded", retryAfter }, status: 503, isRetryable: true },
  { reason: { _tag: "Authentication" }, status: 401, isRetryable: false },
  { reason: { _tag: "PermissionDenied" }, status: 403, isRetryable: false },
  { reason: { _tag: "InvalidRequest" }, status: 400, isRetryable: false },
  { reason: { _tag: "InvalidRequest", param: "messages" }, isRetryable: false },
  { reason: { _tag: "ContextLength" }, status: 400, isRetryable: false },
  { reason: { _tag: "ContentFilter" }, status: 400, isRetryable: false },
  { reason: { _tag: "ModelNotFound" }, status: 404, isRetryable: false },
  { reason: { _tag: "Server" }, status: 500, isRetryable: true },
  { reason: { _tag: "Server" }, status: 409, isRetryable: true },
  { reason: { _tag: "Network" }, isRetryable: true },
  { reason: { _tag: "UnexpectedBody", contentType: "text/html", excerpt: "<html>" }, status: 200, isRetryable: true },
  { reason: { _tag: "UnexpectedBody", excerpt: "" }, isRetryable: true },
  { reason: { _tag: "UnexpectedBody", excerpt: "" }, status: 302, isRetryable: false },
  { reason: { _tag: "UnexpectedBody", excerpt: "" }, status: 308, isRetryable: false },
  { reason: { _tag: "MalformedChunk", excerpt: "{" }, isRetryable: false },
  { reason: { _tag: "TruncatedStream" }, isRetryable: true },
  { reason: { _tag: "EventTooLarge", limit: 16_777_216 }, isRetryable: false },
  { reason: { _tag: "MissingApiKey", envVar: "OPENAI_API_KEY" }, isRetryable: false },
  { reason: { _tag: "UnsupportedProvider" }, isRetryable: false },
  { reason: { _tag: "UnsupportedParameter", param: "logprobs" }, isRetryable: false },
  { reason: { _tag: "UnsupportedOperation", operation: "embeddings" }, isRetryable: false }
]

const facts = {
  provider: "openai",
  model: "gpt-5-mini",
  requestId: "req_1",
  attempts: 1,
  contentEmitted: false
} as const

const make = (
  reason: ProviderError.Reason,
  fields: { readonly status?: number; readonly shouldRetry?: boolean } = {}
): ProviderError.ProviderError => new ProviderError.ProviderError({ ...facts, ...fields, reason })

const rateLimit = make({ _tag: "RateLimit", retryAfter })
const server = make({ _tag: "Server" })
const timeout = new ProviderError.Timeout({ ...facts, phase: "idle", after: Duration.minutes(2) })
const cancelled = new ProviderError.Cancelled({ ...facts, reason: "the user left" })

describe("reasons", () => {
  it("the cases below know every reason", () => {
    const tags = new Set(cases.map(({ reason }) => reason._tag))
    assert.strictEqual(tags.size, ProviderError.Reason.members.length)
  })

  for (const { isRetryable, reason, status } of cases) {
    const error = make(reason, status === undefined ? {} : { status })
    const name = `${JSON.stringify(reason)}${status === undefined ? "" : ` ${status}`}`

    it(`${name} reads <provider> <model>: <what>[, HTTP <status>], request <id>. <what to do>`, () => {
      const http = status === undefined ? "" : `, HTTP ${status}`
      const [what = "", todo = ""] = error.message.split(`${http}, request req_1. `)
      assert.match(what, /^openai gpt-5-mini: \S.*[^.\s]$/)
      assert.match(todo, /^[A-Z].*\.$/)
      assert.notInclude(error.message, "undefined")
      assert.notInclude(error.message, "[object")
    })

    it(`${name} ${isRetryable ? "is" : "is not"} retryable, unless the server says otherwise`, () => {
      assert.strictEqual(error.isRetryable, isRetryable)
      const fields = status === undefined ? {} : { status }
      assert.isTrue(make(reason, { ...fields, shouldRetry: true }).isRetryable)
      assert.isFalse(make(reason, { ...fields, shouldRetry: false }).isRetryable)
    })
  }

  it("have wordings of their own", () => {
    const messages = new Map(cases.map(({ reason }) => [reason._tag, make(reason).message]))
    assert.strictEqual(new Set(messages.values()).size, messages.size)
  })

  it("wordings name what the reason carries", () => {
    assert.strictEqual(
      make({ _tag: "RateLimit", retryAfter }, { status: 429 }).message,
      "openai gpt-5-mini: the rate limit was reached, HTTP 429, request req_1. Wait 3s before the next request."
    )
    assert.include(make({ _tag: "MissingApiKey", envVar: "OPENAI_API_KEY" }).message, "OPENAI_API_KEY")
    assert.include(make({ _tag: "UnsupportedParameter", param: "logprobs" }).message, "logprobs")
    assert.include(make({ _tag: "InvalidRequest", param: "messages" }).message, "messages")
    assert.include(make({ _tag: "EventTooLarge", limit: 1234 }).message, "1234")
    assert.include(make({ _tag: "UnsupportedOperation", operation: "embeddings" }).message, "embeddings")
    assert.include(make({ _tag: "UnexpectedBody", contentType: "text/html", excerpt: "" }).message, "text/html")
  })

  it("what the server said stands behind what happened; a code stands in for it", () => {
    const error = new ProviderError.ProviderError({
      provider: "groq",
      attempts: 0,
      contentEmitted: false,
      reason: { _tag: "Network" },
      code: "ECONNREFUSED"
    })
    assert.isTrue(error.message.startsWith("groq: the connection failed (ECONNREFUSED). "))
    const said = new ProviderError.ProviderError({ ...error, detail: "refused" })
    assert.isTrue(said.message.startsWith("groq: the connection failed (refused). "))
  })
})

describe("Timeout and Cancelled", () => {
  it("Timeout names the phase in words, and only the first two phases are retryable", () => {
    const phases = [["headers", true], ["firstContent", true], ["idle", false], ["total", false]] as const
    const messages = phases.map(([phase, isRetryable]) => {
      const error = new ProviderError.Timeout({ ...facts, phase, after: Duration.seconds(90) })
      assert.strictEqual(error.isRetryable, isRetryable)
      assert.match(error.message, /^openai gpt-5-mini: .*1m 30s, request req_1\. [A-Z].*\.$/)
      return error.message
    })
    assert.strictEqual(new Set(messages).size, 4)
  })

  it("Cancelled says why, and is never retryable", () => {
    assert.match(cancelled.message, /^openai gpt-5-mini: the call was cancelled \(the user left\), request req_1\. /)
    assert.match(
      new ProviderError.Cancelled(facts).message,
      /^openai gpt-5-mini: the call was cancelled, request req_1\. /
    )
    assert.isFalse(cancelled.isRetryable)
  })

  it("guards tell the three apart", () => {
    const all = [server, timeout, cancelled, new Error("x"), undefined, { _tag: "Other" }]
    assert.deepStrictEqual(all.map(ProviderError.isProviderError), [true, false, false, false, false, false])
    assert.deepStrictEqual(all.map(ProviderError.isTimeout), [false, true, false, false, false, false])
    assert.deepStrictEqual(all.map(ProviderError.isCancelled), [false, false, true, false, false, false])
    assert.deepStrictEqual(all.map(ProviderError.hasReason("Server")), [true, false, false, false, false, false])
    assert.isFalse(ProviderError.hasReason("Network")(server))
  })
})

describe("over the wire", () => {
  const Any = Schema.parseJson(
    Schema.Union(ProviderError.ProviderError, ProviderError.Timeout, ProviderError.Cancelled)
  )

  const roundTrip = (error: typeof Any.Type) =>
    Effect.gen(function*() {
      const text = yield* Schema.encode(Any)(error)
      const back = yield* Schema.decode(Any)(text)
      assert.strictEqual(yield* Schema.encode(Any)(back), text)
      assert.strictEqual(back._tag, error._tag)
      assert.deepStrictEqual(back.usage, error.usage)
      assert.strictEqual(back.message, error.message)
      assert.strictEqual(back.isRetryable, error.isRetryable)
      assert.instanceOf(back, Error)
    })

  it.effect("every reason, with every fact", () =>
    Effect.forEach(cases, ({ reason, status }) =>
      roundTrip(
        new ProviderError.ProviderError({
          ...facts,
          reason,
          status,
          code: "code",
          detail: "detail",
          shouldRetry: true,
          usage: {
            promptTokens: 3,
            completionTokens: 2,
            totalTokens: 5,
            cachedTokens: 1,
            cacheWriteTokens: 1,
            reasoningTokens: 1
          }
        })
      ), { discard: true }))

  it.effect("is plain JSON, with usage as on OpenAI's wire", () =>
    Effect.gen(function*() {
      const usage = { promptTokens: 3, completionTokens: 2, totalTokens: 5 }
      const error = new ProviderError.Timeout({ ...facts, phase: "idle", after: Duration.seconds(2), usage })
      assert.deepStrictEqual(yield* Schema.encode(ProviderError.Timeout)(error), {
        _tag: "Timeout",
        ...facts,
        phase: "idle",
        after: 2000,
        usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
      })
    }))

  it.effect("Timeout and Cancelled", () =>
    Effect.forEach([timeout, cancelled, new ProviderError.Cancelled(facts)], roundTrip, { discard: true }))

  it.effect.prop(
    "whatever the reason carries",
    [Arbitrary.make(Schema.typeSchema(ProviderError.Reason))],
    ([reason]) =>
      Effect.gen(function*() {
        const encoded = yield* Schema.encode(ProviderError.Reason)(reason)
        const back = yield* Schema.decode(ProviderError.Reason)(encoded)
        // A Duration's fields depend on how it was made.
        const plain = (value: ProviderError.Reason) =>
          "retryAfter" in value && value.retryAfter !== undefined
            ? { ...value, retryAfter: Duration.toMillis(value.retryAfter) }
            : { ...value }
        assert.deepStrictEqual(JSON.stringify(plain(back)), JSON.stringify(plain(reason)))
      }),
    { timeout: 60_000 }
  )
})

describe("catchReason", () => {
  const failWith = <E>(error: E): Effect.Effect<string, E> => Effect.fail(error)
  const wait = (error: ProviderError.WithReason<"RateLimit">) =>
    Effect.succeed(error.reason.retryAfter === undefined ? 0 : Duration.toMillis(error.reason.retryAfter))

  it.effect("recovers from its reason, data first and data last", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* ProviderError.catchReason(failWith(rateLimit), "RateLimit", wait), 3000)
      assert.strictEqual(yield* failWith(rateLimit).pipe(ProviderError.catchReason("RateLimit", wait)), 3000)
    }))

  it.effect("leaves other reasons, other errors, defects and successes alone", () =>
    Effect.gen(function*() {
      const rescue = ProviderError.catchReason("RateLimit", wait)
      assert.strictEqual(yield* Effect.flip(rescue(failWith(server))), server)
      assert.strictEqual(yield* Effect.flip(rescue(failWith(timeout))), timeout)
      assert.strictEqual(yield* Effect.flip(rescue(failWith("other"))), "other")
      assert.deepStrictEqual(yield* Effect.exit(rescue(Effect.die("bug"))), Exit.die("bug"))
      assert.strictEqual(yield* rescue(Effect.succeed("fine")), "fine")
    }))

  it.effect("the handler may fail", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        ProviderError.catchReason(failWith(rateLimit), "RateLimit", () => Effect.fail("later" as const))
      )
      assert.strictEqual(error, "later")
    }))
})

describe("catchReasonStream", () => {
  const failing = <E>(error: E): Stream.Stream<string, E> => Stream.concat(Stream.make("a", "b"), Stream.fail(error))
  const run = <A, E>(stream: Stream.Stream<A, E>) => Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)
  const instead = (error: ProviderError.WithReason<"RateLimit">) => Stream.make(`after ${error.reason._tag}`)

  it.effect("goes on with another stream behind what was emitted, data first and data last", () =>
    Effect.gen(function*() {
      const expected = ["a", "b", "after RateLimit"]
      assert.deepStrictEqual(
        yield* run(ProviderError.catchReasonStream(failing(rateLimit), "RateLimit", instead)),
        expected
      )
      assert.deepStrictEqual(
        yield* run(pipe(failing(rateLimit), ProviderError.catchReasonStream("RateLimit", instead))),
        expected
      )
    }))

  it.effect("leaves other reasons, other errors and successes alone", () =>
    Effect.gen(function*() {
      const rescue = ProviderError.catchReasonStream("RateLimit", instead)
      assert.strictEqual(yield* Effect.flip(run(rescue(failing(server)))), server)
      assert.strictEqual(yield* Effect.flip(run(rescue(failing(cancelled)))), cancelled)
      assert.deepStrictEqual(yield* run(rescue(Stream.make("fine"))), ["fine"])
    }))
})
