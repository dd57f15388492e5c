/**
 * The soak test in full: what it takes to serve many calls for a long time, measured, and held to its limits.
 */
import * as Effect from "effect/Effect"
import type { Case } from "./cases.ts"
import * as Kit from "./kit.ts"

const base = {
  wire: "openai",
  count: 1,
  first: 100,
  percentile: 50,
  reach: 0.75,
  // `Stream.runForEach` over a Stream that only waits takes 11 KiB more than `Stream.toPull`, and more fibers.
  abovePlain: { "Stream.runForEach": 60, "Stream.toPull": 40 },
  aboveEffect: 40
} as const

const clients = ["fetch", "node", "undici"] as const

const cases: ReadonlyArray<Case> = [
  { ...base, name: "signal", client: "fetch", count: 10_000, first: 1_000 },
  { ...base, name: "signal", client: "node", count: 2_000, first: 1_000 },
  { ...base, name: "signal", client: "undici", count: 2_000, first: 1_000 },
  ...clients.map((client): Case => ({ ...base, name: "latency", client, wire: "anthropic", count: 500 })),
  { ...base, name: "open", client: "undici", count: 2_000 },
  {
    ...base,
    name: "open",
    client: "undici",
    wire: "anthropic",
    count: 2_000,
    abovePlain: { "Stream.runForEach": 60, "Stream.toPull": 40 }
  },
  ...clients.map((client): Case => ({ ...base, name: "refused", client, count: 200 })),
  ...(["fetch", "undici"] as const).flatMap((client): ReadonlyArray<Case> => [
    { ...base, name: "reuse", client, count: 20 },
    { ...base, name: "reuse", client, wire: "anthropic", count: 20 },
    { ...base, name: "idle", client, count: 10 },
    { ...base, name: "big", client, count: 96, heap: 80 },
    { ...base, name: "big", client, wire: "anthropic", count: 96, heap: 80 }
  ]),
  { ...base, name: "slow", client: "undici" }
]

const only = process.argv[2]

const program = Effect.gen(function*() {
  const run = yield* Kit.make
  const figures = yield* Effect.forEach(
    cases.filter(({ name }) => only === undefined || name === only),
    (one) =>
      Effect.gen(function*() {
        const from = performance.now()
        const some = yield* run(one)
        return [...some, { what: "  took", value: (performance.now() - from) / 1000, unit: "s", limit: undefined }]
      })
  )
  const all = figures.flat()
  process.stdout.write(`${Kit.table(all)}\n`)
  return all.some(Kit.isTooMuch) ? 1 : 0
})

process.exitCode = await Effect.runPromise(Effect.scoped(program))
