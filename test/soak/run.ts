/**
 * The soak test in full: what it takes to serve many calls for a long time, measured, and held to its limits.
 */
import * as Effect from "effect/Effect"
import type { Case } from "./cases.ts"
import * as Kit from "./kit.ts"

const clients = ["fetch", "node", "undici"] as const
const wires = ["openai", "anthropic"] as const

const cases: ReadonlyArray<Case> = [
  ...clients.map((client): Case => ({ name: "signal", client, wire: "openai", count: 10_000 })),
  ...clients.map((client): Case => ({ name: "latency", client, wire: "anthropic", count: 1_000 })),
  ...wires.map((wire): Case => ({ name: "open", client: "undici", wire, count: 2_000 })),
  ...clients.map((client): Case => ({ name: "refused", client, wire: "openai", count: 200 })),
  ...(["fetch", "undici"] as const).flatMap((client): ReadonlyArray<Case> => [
    { name: "reuse", client, wire: "openai", count: 20 },
    { name: "reuse", client, wire: "anthropic", count: 20 },
    { name: "idle", client, wire: "openai", count: 10 },
    { name: "big", client, wire: "openai", count: 96, heap: 80 },
    { name: "big", client, wire: "anthropic", count: 96, heap: 80 }
  ]),
  { name: "slow", client: "undici", wire: "openai", count: 1 }
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
