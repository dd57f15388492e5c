/**
 * The soak test, scaled down: the same cases, exact where it counts what is left over, and with room in what depends on
 * how busy the machine is with other tests.
 */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Case } from "./cases.ts"
import * as Kit from "./kit.ts"

const base = {
  wire: "openai",
  first: 10,
  percentile: 1_000,
  reach: 0.1,
  abovePlain: { "Stream.runForEach": 250 },
  aboveEffect: 200
} as const

const cases: ReadonlyArray<Case> = [
  { ...base, name: "signal", client: "undici", wire: "anthropic", count: 90, first: 40 },
  { ...base, name: "latency", client: "node", count: 40 },
  { ...base, name: "open", client: "undici", count: 60 },
  { ...base, name: "refused", client: "undici", count: 20 },
  { ...base, name: "reuse", client: "fetch", wire: "anthropic", count: 20 },
  { ...base, name: "idle", client: "undici", wire: "anthropic", count: 3 },
  { ...base, name: "big", client: "undici", count: 64, heap: 40 },
  { ...base, name: "slow", client: "undici", wire: "anthropic", count: 1 }
]

it.scopedLive(
  "many calls on one server leave nothing behind, and need no more than they may",
  () =>
    Effect.gen(function*() {
      const run = yield* Kit.make
      const figures = (yield* Effect.forEach(cases, run)).flat()
      console.log(Kit.table(figures))
      assert.deepStrictEqual(figures.filter(Kit.isTooMuch), [])
      assert.isAtLeast(figures.filter(({ limit }) => limit !== undefined).length, 2 * cases.length)
    }),
  180_000
)
