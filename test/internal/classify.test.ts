import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Classify from "../../src/internal/classify.ts"

const classify = Classify.classify({
  specific: new Map([["special", "ContentFilter"], ["broke", "QuotaExceeded"]]),
  generic: new Map([["invalid_request_error", "InvalidRequest"], ["rate_limit_error", "RateLimit"]]),
  wording: [[/does not fit/, "ContextLength"]]
})

describe("classify", () => {
  const statuses: ReadonlyArray<readonly [number, Classify.Kind]> = [
    [400, "InvalidRequest"],
    [401, "Authentication"],
    [402, "QuotaExceeded"],
    [403, "PermissionDenied"],
    [404, "InvalidRequest"],
    [408, "Server"],
    [409, "Server"],
    [413, "InvalidRequest"],
    [418, "InvalidRequest"],
    [422, "InvalidRequest"],
    [425, "Server"],
    [429, "RateLimit"],
    [451, "InvalidRequest"],
    [500, "Server"],
    [502, "Server"],
    [503, "Overloaded"],
    [504, "Server"],
    [520, "Server"],
    [529, "Overloaded"]
  ]
  for (const [status, kind] of statuses) {
    it(`${status} is ${kind}`, () => {
      assert.strictEqual(classify({ status })._tag, kind)
    })
  }

  it("a code that means one thing outranks the status", () => {
    assert.strictEqual(classify({ status: 429, code: "broke" })._tag, "QuotaExceeded")
    assert.strictEqual(classify({ status: 400, type: "special" })._tag, "ContentFilter")
    assert.strictEqual(classify({ code: "special" })._tag, "ContentFilter")
  })

  it("a type that covers many faults counts without a status", () => {
    assert.strictEqual(classify({ type: "rate_limit_error" })._tag, "RateLimit")
    assert.strictEqual(classify({ code: "rate_limit_error" })._tag, "RateLimit")
    assert.strictEqual(classify({ status: 400, type: "rate_limit_error" })._tag, "InvalidRequest")
  })

  it("wording counts where the rest is vague", () => {
    const message = "it does not fit"
    for (const facts of [{ status: 400 }, { status: 403 }, { status: 500 }, { type: "invalid_request_error" }, {}]) {
      assert.strictEqual(classify({ ...facts, message })._tag, "ContextLength")
    }
    for (const status of [401, 402, 429, 503]) {
      assert.notStrictEqual(classify({ status, message })._tag, "ContextLength")
    }
  })

  it("nothing at all is the server's fault", () => {
    assert.strictEqual(classify({})._tag, "Server")
    assert.strictEqual(classify({ code: "constructor", type: "__proto__" })._tag, "Server")
  })

  it("what belongs to a reason is on it", () => {
    const retryAfter = Duration.seconds(2)
    assert.deepStrictEqual(classify({ status: 429, retryAfter }), { _tag: "RateLimit", retryAfter })
    assert.deepStrictEqual(classify({ status: 503, retryAfter }), { _tag: "Overloaded", retryAfter })
    assert.deepStrictEqual(classify({ status: 400, param: "n", retryAfter }), { _tag: "InvalidRequest", param: "n" })
    assert.deepStrictEqual(classify({ status: 401, param: "n", retryAfter }), { _tag: "Authentication" })
  })
})
