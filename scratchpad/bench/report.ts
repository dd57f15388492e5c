/**
 * RESULTS.md and the plots.
 */
import { readFileSync } from "node:fs"
import * as os from "node:os"
import { join } from "node:path"
import * as Client from "./client.ts"
import * as Goals from "./goals.ts"
import * as Harness from "./harness.ts"
import * as Plot from "./plot.ts"
import * as Program from "./program.ts"
import * as Results from "./results.ts"
import * as Size from "./size.ts"
import type { Wire } from "./wire.ts"
import * as Wires from "./wire.ts"
import type { Metric, Workload } from "./workload.ts"
import { workloads } from "./workloads.ts"

export interface Input {
  readonly outcomes: Results.Outcomes
  readonly sizes: ReadonlyArray<Sized>
  readonly workloads: ReadonlyArray<Workload>
  readonly rounds: number
  readonly quick: boolean
  readonly minutes: number
}

export interface Report {
  readonly text: string
  readonly plots: ReadonlyArray<{ readonly name: string; readonly svg: string }>
}

const number = (value: number): string => {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 2 : 3
  return value.toFixed(digits)
}

const told = (spread: Results.Spread | undefined, unit = ""): string =>
  spread === undefined
    ? ""
    : `${number(spread.median)}${unit} (${number(spread.low)} to ${number(spread.high)})`

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map((_, i) => i === 0 ? "---" : "---:"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")

const labelOf = (name: string): string =>
  name === "effect" ? "effect, HttpClient" : Client.all.find((client) => client.name === name)?.label ?? name

const wireLabel: { readonly [wire in Wire]: string } = { openai: "OpenAI's wire", anthropic: "Anthropic's wire" }

const programLabel: { readonly [wire in Wire]: string } = {
  openai: "a program for OpenAI",
  anthropic: "a program for Anthropic"
}

/** How one client's metric stands to that of another one. */
const compared = (
  { outcomes }: Input,
  outcome: Results.Outcome,
  metric: Metric,
  other: string
): string => {
  const { client, wire, workload } = outcome
  if (client === other) return metric.compare === "difference" ? "0" : "1"
  return told(
    Results.against(outcome, Results.find(outcomes, workload, wire, other), metric.name, metric.compare),
    metric.compare === "difference" ? ` ${metric.unit}` : ""
  )
}

const section = (input: Input, workload: Workload, wire: Wire): string => {
  const mine = input.outcomes.filter((one) => one.workload === workload.name && one.wire === wire)
  if (mine.length === 0) return ""
  const isCold = workload.name === "cold"
  const others = [workload.base, Client.official[wire]]
  const head = ["client"]
  for (const metric of workload.metrics) {
    head.push(`${metric.label}, ${metric.unit}`)
    if (metric.compare !== "none") {
      for (const other of others) {
        head.push(`${metric.compare === "difference" ? "more than" : "against"} ${labelOf(other)}`)
      }
    }
  }
  head.push("rounds")
  const rows = mine.map((outcome) => {
    const row = [labelOf(outcome.client)]
    if (outcome.error !== undefined) return [...row, "**failed**", ...head.slice(2).map(() => "")]
    let most = 0
    for (const metric of workload.metrics) {
      const spread = Results.spread(Results.values(outcome, metric.name))
      most = Math.max(most, spread?.count ?? 0)
      row.push(spread === undefined && outcome.exceeded.size > 0 ? "too slow" : told(spread))
      if (metric.compare !== "none") row.push(...others.map((other) => compared(input, outcome, metric, other)))
    }
    return [...row, String(most)]
  })
  return `### ${workload.title}: ${isCold ? programLabel[wire] : wireLabel[wire]}\n\n${table(head, rows)}\n`
}

const leftOut = (input: Input): string => {
  const lines = input.workloads.flatMap((workload) => [
    ...Client.all.flatMap(({ label, lacks }) =>
      lacks[workload.name] === undefined ? [] : [`- ${workload.name}, ${label}: ${lacks[workload.name]}.`]
    ),
    ...input.outcomes.filter((one) => one.workload === workload.name).flatMap((one) => {
      const who = `- ${workload.name}, ${labelOf(one.client)}, ${wireLabel[one.wire]}:`
      const steps = [...one.exceeded].map((step) => step === "all" ? "" : `${step} `)
      return [
        ...steps.map((step) => `${who} ${step}took more than ${workload.limit / 1000} s.`),
        ...(one.error === undefined ? [] : [`${who} FAILED, ${one.error.split("\n")[0]}.`])
      ]
    })
  ])
  return lines.length === 0 ? "Nobody.\n" : `${lines.join("\n")}\n`
}

const goalsOf = ({ outcomes }: Input): string => {
  const judged = Goals.judge(outcomes, Wires.wires)
  if (judged.length === 0) return "Nothing of it was measured.\n"
  const cells = (verdict: Goals.Verdict | undefined, unit: string) =>
    verdict === undefined ? ["", ""] : [told(verdict.measured, unit), verdict.verdict]
  return `All others are over fetch.\n\n${
    table(
      ["what", "wire", "goal", "at the latest", "over fetch", "", "over undici", ""],
      judged.map(({ fetch, goal, undici, wire }) => [
        goal.what,
        wire,
        `${goal.goal}${goal.unit}`,
        `${goal.limit}${goal.unit}`,
        ...cells(fetch, goal.unit),
        ...cells(undici, goal.unit)
      ])
    )
  }\n`
}

export interface Sized {
  readonly client: string
  readonly wire: Wire
  readonly all: Size.Size | string
  readonly withoutEffect: Size.Size | undefined
}

/** The bundled sizes of those who have a program. */
export const sizes = async (
  participants: (workload: Workload, wire: Wire) => ReadonlyArray<string>
): Promise<ReadonlyArray<Sized>> => {
  const cold = workloads.find(({ name }) => name === "cold")
  const all: Array<Sized> = []
  for (const wire of Wires.wires) {
    for (const client of cold === undefined ? [] : participants(cold, wire)) {
      const measure = (withEffect: boolean) => Size.measure(client, wire, { folder: Harness.here }, withEffect)
      const isEffect = Program.modules(client, wire).some((name) => name.startsWith("@effect/"))
      try {
        const withoutEffect = isEffect || client === "ours" ? await measure(false) : undefined
        all.push({ client, wire, all: await measure(true), withoutEffect })
      } catch (error) {
        const [first = ""] = String(error).split("\n").slice(1)
        all.push({ client, wire, all: `cannot be bundled: ${first.slice(0, 100)}`, withoutEffect: undefined })
      }
    }
  }
  return all
}

const kib = (bytes: number): string => `${number(bytes / 1024)}`

const sizesOf = ({ sizes }: Input): string => {
  if (sizes.length === 0) return ""
  const rows = sizes.map(({ all, client, wire, withoutEffect }) => [
    labelOf(client),
    wire,
    ...(typeof all === "string" ? [all, ""] : [kib(all.minified), kib(all.gzipped)]),
    ...(withoutEffect === undefined ? ["", ""] : [kib(withoutEffect.minified), kib(withoutEffect.gzipped)])
  ])
  const head = ["client", "provider", "minified, KiB", "gzipped, KiB", "without effect, minified", "gzipped"]
  return `### Cold: the size of a program\n\nBundled by esbuild, minified; "without effect": without \`effect\` and ` +
    `\`@effect/platform\`, which a program on Effect has anyway.\n\n${table(head, rows)}\n`
}

const version = (name: string): string => {
  // Some packages do not export their package.json.
  const file = join(Harness.here, "node_modules", name, "package.json")
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version
}

const machine = (): string => {
  const [cpu] = os.cpus()
  const gib = Math.round(os.totalmem() / 1024 ** 3)
  return `${cpu?.model ?? "unknown"}, ${os.cpus().length} cores, ${gib} GiB, ${os.type()} ${os.release()}, ` +
    `Node ${process.versions.node}`
}

const versions = (): string =>
  [...new Set([...Client.all.flatMap(({ packages }) => packages), "undici"])]
    .map((name) => `${name} ${version(name)}`).join(", ")

const plotOf = (input: Input, workload: Workload): Plot.Panel | ReadonlyArray<Plot.Panel> =>
  Wires.wires.flatMap((wire) => {
    const metric = workload.metrics.find(({ name }) => name === workload.plot)
    if (metric === undefined) return []
    const bars = input.outcomes
      .filter((one) => one.workload === workload.name && one.wire === wire)
      .flatMap((outcome) => {
        const spread = Results.spread(Results.values(outcome, metric.name))
        if (spread === undefined) return []
        const base = Results.find(input.outcomes, workload.name, wire, workload.base)
        const ratio = Results.against(outcome, base, metric.name, "ratio")
        const times = ratio === undefined || outcome.client === workload.base ? "" : `, ${number(ratio.median)}x`
        return [{
          label: labelOf(outcome.client),
          value: spread.median,
          low: spread.low,
          high: spread.high,
          told: `${number(spread.median)} ${metric.unit}${times}`,
          isOurs: outcome.client.startsWith("ours")
        }]
      })
    const of = workload.name === "cold" ? programLabel[wire] : wireLabel[wire]
    return bars.length === 0 ? [] : [{ title: `${metric.label}, ${of}`, bars }]
  })

const date = (): string => new Date().toISOString().slice(0, 10)

const how = (input: Input): string =>
  `Made by \`npm run bench\` on ${date()} in ${number(input.minutes)} minutes` +
  `${input.quick ? ", **a quick run with small volumes, not to be quoted**" : ""}. ` +
  `Machine: ${machine()}. Versions: ${versions()}.

How it is measured:

- A server in a process of its own, whose bytes are made before they are asked for, on the loopback device; a process of
  its own for each client, workload and wire, which is warmed up and then waits while the others have their turn
  (for \`many\` and \`cold\`: a new process for each round). ${input.rounds} rounds, in alternating order; each begins
  with half a second of the same work that is not counted.
- CPU is \`process.cpuUsage()\` over the measured part in the client's process: user and system time of all its threads,
  garbage collection and compilation included, after a warm-up within the process and a forced collection.
- Each figure is the median of the rounds, with the least and the most in brackets; ratios are taken round by round. Who
  has used up 10 seconds of a workload takes part in no more rounds of it after the second.
- Each client is used as its documentation says and its text is compared with what was sent. All but the second row of
  this package use fetch. \`@effect/ai-openai\` speaks only the Responses API: it gets the same pieces of text as events
  of that API, which are longer.
- The bare loop is fetch, \`eventsource-parser\` and \`JSON.parse\`: no errors, no time limits, no types, no
  cancellation. For \`relay\` it parses and serialises each chunk. The row of Effect's HttpClient is the same loop over
  \`HttpClient\` and \`Stream.runForEach\`: what it costs, no client that is made of these can save.
- In the plots a torn bar is longer than it is drawn; the thin line goes from the least to the most.
`

export const make = (input: Input): Report => {
  const sections = input.workloads.map((workload) =>
    [
      `## ${workload.title}\n\n${workload.about}\n\n![${workload.title}](plots/${workload.name}.svg)\n`,
      ...Wires.wires.map((wire) => section(input, workload, wire)),
      ...(workload.name === "cold" ? [sizesOf(input)] : [])
    ].filter((part) => part !== "").join("\n")
  )
  const text = `# What it costs

${how(input)}
## Goals

${goalsOf(input)}
${sections.join("\n")}
## Who was left out of what

${leftOut(input)}`
  const plots = input.workloads.map((workload) => {
    const panels = [plotOf(input, workload)].flat()
    return { name: workload.name, svg: Plot.svg(workload.title, panels, `${machine()}, ${date()}`) }
  })
  return { text, plots }
}
