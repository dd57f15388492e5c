/**
 * Runs it all: `npm run bench` in the root, with `--quick`, `--workload burst,many`, `--client ours,bare`,
 * `--wire openai`, `--rounds 9`, `--package ../other-checkout`, `--keep` for the package as it was built last. Only a
 * run of everything writes RESULTS.md and the plots; `--write` writes them all the same.
 */
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import * as Client from "./client.ts"
import * as Harness from "./harness.ts"
import type { Assignment } from "./measure.ts"
import * as Program from "./program.ts"
import * as Report from "./report.ts"
import type { Outcome } from "./results.ts"
import type { Wire } from "./wire.ts"
import * as Wires from "./wire.ts"
import type { Workload } from "./workload.ts"
import { workloads } from "./workloads.ts"

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    workload: { type: "string" },
    client: { type: "string" },
    wire: { type: "string" },
    rounds: { type: "string" },
    package: { type: "string", default: Harness.root }
  }
})

const { quick } = flags
const rounds = Number(flags.rounds ?? (quick ? 2 : 7))
/** Milliseconds to load a client and warm it up. */
const patience = 60_000
/** Whoever has used up so many milliseconds takes part in no more rounds after the second. */
const enough = 10_000

const chosen = (flag: string | undefined) => (name: string): boolean =>
  flag === undefined || flag.split(",").includes(name)

const note = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

/** Builds the package as it is published, into the place where a user has it. */
const install = async (): Promise<void> => {
  const from = resolve(flags.package)
  const to = join(Harness.here, "node_modules/effect-any-llm")
  await rm(to, { recursive: true, force: true })
  await mkdir(to, { recursive: true })
  await copyFile(join(from, "package.json"), join(to, "package.json"))
  const compiler = join(Harness.root, "node_modules/typescript/bin/tsc")
  execFileSync(process.execPath, [compiler, "-p", "src", "--outDir", join(to, "dist")], { cwd: from, stdio: "inherit" })
}

const participants = (workload: Workload, wire: Wire): ReadonlyArray<string> => {
  const has = workload.name === "cold"
    ? Program.clients(wire)
    : Client.all
      .filter(({ lacks, load }) => load[wire] !== undefined && lacks[workload.name] === undefined)
      .map(({ name }) => name)
  return has.filter(chosen(flags.client))
}

class Participant {
  readonly outcome: Outcome
  private child: Harness.Child | undefined
  private took = 0
  private readonly workload: Workload
  private readonly folder: string
  private readonly assignment: Assignment

  constructor(workload: Workload, folder: string, assignment: Assignment) {
    this.workload = workload
    this.folder = folder
    this.assignment = assignment
    const { client, wire } = assignment
    this.outcome = { client, wire, workload: workload.name, samples: [], exceeded: new Set() }
  }

  /** Starts the process and warms it up. */
  async begin(): Promise<void> {
    if (this.child !== undefined || this.outcome.error !== undefined) return
    this.child = new Harness.Child(this.folder, this.assignment)
    try {
      const reply = await this.child.request({ step: undefined }, patience)
      if ("error" in reply) await this.fail(reply.error)
    } catch (error) {
      await this.fail(String(error))
    }
  }

  /** One round, all of its steps. */
  async round(round: number): Promise<void> {
    const { error, exceeded, samples } = this.outcome
    samples[round] = undefined
    if (error !== undefined || (round >= 2 && this.took > enough)) return
    const from = performance.now()
    for (const step of this.workload.steps(quick)) {
      if (exceeded.size > 0 && [...exceeded].some((other) => this.isAfter(step, other))) break
      await this.begin()
      await this.measure(round, step)
    }
    this.took += performance.now() - from
    if (this.workload.fresh) await this.end()
  }

  private isAfter(step: string, other: string): boolean {
    const steps = this.workload.steps(quick)
    return steps.indexOf(step) >= steps.indexOf(other)
  }

  private async measure(round: number, step: string): Promise<void> {
    const { exceeded, samples } = this.outcome
    if (this.child === undefined) return
    try {
      const reply = await this.child.request({ step }, this.workload.limit)
      if ("error" in reply) await this.fail(reply.error)
      else samples[round] = { ...samples[round], ...reply.sample }
    } catch (error) {
      if (error instanceof Harness.Exceeded) {
        exceeded.add(step)
        await this.end()
      } else await this.fail(String(error))
    }
  }

  private async fail(error: string): Promise<void> {
    const said = this.child?.output ?? ""
    this.outcome.error = error
    note(`    ${this.outcome.client} FAILED: ${error}${said === "" ? "" : `\n${said}`}`)
    await this.end()
  }

  async end(): Promise<void> {
    await this.child?.end()
    this.child = undefined
  }
}

const inGroups = async <A>(all: ReadonlyArray<A>, size: number, run: (one: A) => Promise<void>): Promise<void> => {
  for (let at = 0; at < all.length; at += size) await Promise.all(all.slice(at, at + size).map(run))
}

const compare = async (workload: Workload, wire: Wire, folder: string): Promise<ReadonlyArray<Outcome>> => {
  const names = participants(workload, wire)
  if (names.length === 0) return []
  const from = performance.now()
  const server = await Harness.serve(folder)
  const all = names.map((client) =>
    new Participant(workload, folder, { workload: workload.name, client, wire, origin: server.origin, quick })
  )
  if (!workload.fresh) { for (const one of all) await one.begin() }
  for (let round = 0; round < rounds; round++) {
    // Nobody always comes after the same neighbour.
    const order = round % 2 === 0 ? all : [...all].reverse()
    await inGroups(order, workload.together, (one) => one.round(round))
  }
  for (const one of all) await one.end()
  await server.end()
  note(`${workload.name}, ${wire}: ${Math.round((performance.now() - from) / 1000)} s`)
  return all.map(({ outcome }) => outcome)
}

const from = performance.now()
// Installing the dependencies takes it away.
if (!flags.keep || !existsSync(join(Harness.here, "node_modules/effect-any-llm"))) await install()
const scraps = join(Harness.here, "node_modules/.bench")
const folder = await Harness.bundle(join(scraps, String(process.pid)))
const outcomes: Array<Outcome> = []
const run = workloads.filter(({ name }) => chosen(flags.workload)(name))
for (const workload of run) {
  for (const wire of Wires.wires.filter(chosen(flags.wire))) outcomes.push(...await compare(workload, wire, folder))
}
const sizes = run.some(({ name }) => name === "cold") ? await Report.sizes(participants) : []
const report = Report.make({
  outcomes,
  sizes,
  workloads: run,
  rounds,
  quick,
  minutes: (performance.now() - from) / 60_000
})

const isWhole = !quick && [flags.workload, flags.client, flags.wire].every((flag) => flag === undefined)
const target = isWhole || flags.write ? Harness.here : scraps
await mkdir(join(target, "plots"), { recursive: true })
await writeFile(join(target, "RESULTS.md"), report.text)
for (const { name, svg } of report.plots) await writeFile(join(target, "plots", `${name}.svg`), svg)
await writeFile(
  join(scraps, "samples.json"),
  JSON.stringify(outcomes.map((one) => ({ ...one, exceeded: [...one.exceeded] })), undefined, 1)
)
await rm(folder, { recursive: true })
process.stdout.write(`${report.text}\n`)
note(`written to ${target}`)
if (outcomes.some(({ error }) => error !== undefined)) process.exitCode = 1
