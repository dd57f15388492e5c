import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import { retryAfter } from "../../src/internal/retryAfter.ts"

/** 2025-10-21T07:28:00Z */
const now = 1_761_031_680_000

const cases: ReadonlyArray<
  readonly [name: string, headers: { readonly [name: string]: string }, millis: number | undefined]
> = [
  ["nothing", {}, undefined],
  ["no wait, in ms", { "retry-after-ms": "0" }, 0],
  ["ms", { "retry-after-ms": "1500" }, 1_500],
  ["a fraction of ms is rounded up", { "retry-after-ms": "1.2" }, 2],
  ["ms that is no number", { "retry-after-ms": "abc" }, undefined],
  ["ms that is no number, and seconds", { "retry-after-ms": "abc", "retry-after": "3" }, 3_000],
  ["both", { "retry-after-ms": "10", "retry-after": "3" }, 10],
  ["seconds", { "retry-after": "2" }, 2_000],
  ["no wait, in seconds", { "retry-after": "0" }, 0],
  ["a fraction of seconds", { "retry-after": "2.5" }, 2_500],
  ["more seconds than a number can say", { "retry-after": "9".repeat(400) }, Number.MAX_SAFE_INTEGER],
  ["white space", { "retry-after": " 2 " }, 2_000],
  ["less than nothing", { "retry-after": "-1" }, undefined],
  ["empty", { "retry-after": "", "retry-after-ms": "" }, undefined],
  ["a unit", { "retry-after": "500ms" }, undefined],
  ["a word", { "retry-after": "soon" }, undefined],
  ["an exponent", { "retry-after": "1e3" }, undefined],
  ["a number that is none", { "retry-after": "Infinity", "retry-after-ms": "NaN" }, undefined],
  ["a date", { "retry-after": "Tue, 21 Oct 2025 07:28:30 GMT" }, 30_000],
  ["a date that is over", { "retry-after": "Tue, 21 Oct 2025 07:27:00 GMT" }, 0],
  ["a date far away", { "retry-after": "Wed, 21 Oct 2099 07:28:00 GMT" }, Date.UTC(2099, 9, 21, 7, 28) - now]
]

describe("retryAfter", () => {
  for (const [name, headers, millis] of cases) {
    it(name, () => {
      const wait = retryAfter(headers, now)
      assert.strictEqual(wait === undefined ? undefined : Duration.toMillis(wait), millis)
    })
  }
})
