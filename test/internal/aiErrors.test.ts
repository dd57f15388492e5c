/**
 * Every error of a call as one of `@effect/ai`'s.
 */
import * as AiError from "@effect/ai/AiError"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as Errors from "../../src/internal/aiErrors.ts"
import { Cancelled, ProviderError, Reason, Timeout } from "../../src/ProviderError.ts"

const place = { module: "AiLanguageModel", method: "streamText" } as const

const facts = { provider: "openai", model: "m", requestId: "req_1", attempts: 1, contentEmitted: false }

const reasons: ReadonlyArray<readonly [Reason, kind: AiError.AiError["_tag"], status?: number]> = [
  [{ _tag: "RateLimit", retryAfter: Duration.seconds(7) }, "HttpResponseError", 429],
  [{ _tag: "QuotaExceeded" }, "HttpResponseError", 402],
  [{ _tag: "Overloaded" }, "HttpResponseError", 503],
  [{ _tag: "Authentication" }, "HttpResponseError", 401],
  [{ _tag: "PermissionDenied" }, "HttpResponseError", 403],
  [{ _tag: "InvalidRequest", param: "a" }, "HttpResponseError", 400],
  [{ _tag: "ContextLength" }, "HttpResponseError", 400],
  [{ _tag: "ContentFilter" }, "HttpResponseError", 400],
  [{ _tag: "ModelNotFound" }, "HttpResponseError", 404],
  [{ _tag: "Server" }, "HttpResponseError", 500],
  [{ _tag: "Network" }, "HttpRequestError"],
  [{ _tag: "UnexpectedBody", excerpt: "<html>" }, "MalformedOutput"],
  [{ _tag: "MalformedChunk", excerpt: "{" }, "MalformedOutput"],
  [{ _tag: "TruncatedStream" }, "MalformedOutput"],
  [{ _tag: "EventTooLarge", limit: 1 }, "MalformedOutput"],
  [{ _tag: "MissingApiKey", envVar: "A" }, "MalformedInput"],
  [{ _tag: "UnsupportedProvider" }, "MalformedInput"],
  [{ _tag: "UnsupportedParameter", param: "a" }, "MalformedInput"],
  [{ _tag: "UnsupportedOperation", operation: "a" }, "MalformedInput"]
]

/** Those that are found before anything is sent. */
const before = new Set(["MissingApiKey", "UnsupportedProvider", "UnsupportedParameter", "UnsupportedOperation"])

const errorOf = (reason: Reason, more: { readonly status?: number; readonly attempts?: number } = {}) =>
  new ProviderError({ ...facts, ...(before.has(reason._tag) ? { attempts: 0 } : {}), reason, ...more })

describe("errors", () => {
  it("every reason is here", () => {
    assert.strictEqual(new Set(reasons.map(([{ _tag }]) => _tag)).size, Reason.members.length)
  })

  for (const [reason, kind, status] of reasons) {
    it(`${reason._tag} is ${kind} ${status ?? ""}`, () => {
      const error = errorOf(reason)
      const ai = Errors.of(place)(error)
      assert.isTrue(AiError.isAiError(ai))
      assert.deepInclude(ai, { _tag: kind, ...place, description: error.message })
      assert.include(ai.message, error.message)
      assert.include(ai.message, "req_1")
      assert.strictEqual(ai.cause, error)
      assert.strictEqual(ai._tag === "HttpResponseError" ? ai.response.status : undefined, status)
      // What is encoded is decoded again, as a program that sends its errors on relies on.
      const json = JSON.parse(JSON.stringify(Schema.encodeSync(AiError.AiError)(ai)))
      assert.strictEqual(Schema.decodeSync(AiError.AiError)(json)._tag, kind)
      assert.include(Cause.pretty(Cause.fail(ai)), error.message)
    })
  }

  it("the status that was sent goes before the one that the reason stands for", () => {
    const ai = Errors.of(place)(errorOf({ _tag: "Overloaded" }, { status: 529 }))
    assert.strictEqual(ai._tag === "HttpResponseError" && ai.response.status, 529)
  })

  it("a page in place of an answer", () => {
    const ai = Errors.of(place)(errorOf({ _tag: "UnexpectedBody", excerpt: "<html>" }, { status: 200 }))
    assert.isTrue(ai._tag === "HttpResponseError" && ai.reason === "Decode" && ai.response.status === 200)
  })

  it("what was not sent is malformed input, whatever the reason", () => {
    assert.strictEqual(Errors.of(place)(errorOf({ _tag: "InvalidRequest" }, { attempts: 0 }))._tag, "MalformedInput")
    assert.strictEqual(Errors.of(place)(errorOf({ _tag: "Authentication" }, { attempts: 0 }))._tag, "MalformedInput")
  })

  it("the request is not told, and of the response's headers two", () => {
    const ai = Errors.of(place)(errorOf({ _tag: "RateLimit", retryAfter: Duration.millis(1500) }, { status: 429 }))
    if (ai._tag !== "HttpResponseError") return assert.fail(ai._tag)
    assert.deepInclude(ai.request, { method: "POST", url: "openai", urlParams: [], headers: {} })
    assert.deepStrictEqual(ai.response.headers, { "x-request-id": "req_1", "retry-after": "1.5" })
    assert.isUndefined(ai.body)
  })

  it("time limits and cancelled calls", () => {
    const timeout = new Timeout({ ...facts, phase: "idle", after: Duration.seconds(30) })
    const cancelled = new Cancelled({ ...facts, reason: "enough" })
    for (const error of [timeout, cancelled]) {
      const ai = Errors.of(place)(error)
      assert.strictEqual(ai._tag, "UnknownError")
      assert.include(ai.message, error.message)
      assert.strictEqual(ai.cause, error)
    }
  })
})
