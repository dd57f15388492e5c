/**
 * Keeps the package small and quick, with what the root has installed: its built `dist` may weigh no more than
 * `budget.json` says, and a short burst may cost no more than twice what is recorded there, against the bare loop of
 * the same minute. `--record` writes what was measured.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { cp, rm } from "node:fs/promises"
import { join } from "node:path"
import * as Harness from "./harness.ts"
import * as Size from "./size.ts"
import type { Wire } from "./wire.ts"
import * as Wires from "./wire.ts"

type Each = { [wire in Wire]: number }

interface Budget {
  /** Bytes of a bundled program that streams from one provider, minified and gzipped, without effect. */
  readonly size: Each
  /** CPU a chunk of a burst, against the bare loop. */
  readonly burst: Each
}

const file = join(Harness.here, "budget.json")
// It is ours.
const budget = JSON.parse(readFileSync(file, "utf8")) as Budget
const isRecording = process.argv.includes("--record")
const measured: Budget = { size: { ...budget.size }, burst: { ...budget.burst } }
const faults: Array<string> = []

if (!existsSync(join(Harness.root, "dist/index.js"))) {
  process.stderr.write("there is no dist: npm run build\n")
  process.exit(1)
}

/** A folder that has the package among its dependencies; all else is found in the root's. */
const folder = join(Harness.root, "node_modules/.cache/effect-any-llm-budget")
await rm(folder, { recursive: true, force: true })
for (const part of ["package.json", "dist"]) {
  await cp(join(Harness.root, part), join(folder, "node_modules/effect-any-llm", part), { recursive: true })
}

const check = (what: string, value: number, allowed: number, told: (value: number) => string): void => {
  const isTooMuch = value > allowed
  process.stdout.write(`${what}: ${told(value)}, allowed ${told(allowed)}${isTooMuch ? "   TOO MUCH" : ""}\n`)
  if (isTooMuch) faults.push(what)
}

for (const wire of Wires.wires) {
  const { gzipped } = await Size.measure("ours", wire, { folder }, false)
  // Up to the next KiB: a line more or less is nobody's business.
  measured.size[wire] = Math.ceil(gzipped / 1024) * 1024
  check(`size, ${wire}, gzipped, without effect`, gzipped, budget.size[wire], (bytes) => `${bytes} bytes`)
}

/** The least CPU time of some rounds: others on the machine can only add to it. */
const least = async (bundle: string, origin: string, wire: Wire): Promise<{ bare: number; ours: number }> => {
  const found = { bare: Infinity, ours: Infinity }
  const names = ["bare", "ours"] as const
  const children = names.map((client) => ({
    client,
    child: new Harness.Child(bundle, { workload: "burst", client, wire, origin, quick: true })
  }))
  try {
    for (let round = 0; round < 6; round++) {
      for (const { child, client } of children) {
        if (round === 0) await child.request({ step: undefined }, 30_000)
        const reply = await child.request({ step: "all" }, 30_000)
        if ("error" in reply) throw new Error(reply.error)
        found[client] = Math.min(found[client], reply.sample["cpu"] ?? Infinity)
      }
    }
  } finally {
    for (const { child } of children) await child.end()
  }
  return found
}

const bundle = await Harness.bundle(join(folder, "bundle"))
const server = await Harness.serve(bundle)
for (const wire of Wires.wires) {
  const { bare, ours } = await least(bundle, server.origin, wire)
  measured.burst[wire] = Math.round(ours / bare * 100) / 100
  check(
    `burst, ${wire}, CPU a chunk against the bare loop (${ours.toFixed(1)} and ${bare.toFixed(1)} µs)`,
    measured.burst[wire],
    budget.burst[wire] * 2,
    (ratio) => ratio.toFixed(2)
  )
}
await server.end()

if (isRecording) writeFileSync(file, `${JSON.stringify(measured, undefined, 2)}\n`)
else if (faults.length > 0) {
  process.stderr.write(`over budget: ${faults.join("; ")}. If it is worth it: budget.ts --record\n`)
  process.exitCode = 1
}
