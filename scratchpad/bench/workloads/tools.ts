/**
 * A tool call that writes a file.
 */
import * as Answer from "../answer.ts"
import * as Meter from "../meter.ts"
import type { Sample, Workload } from "../workload.ts"

const sizes = ["256 KiB", "1 MiB", "4 MiB"]
const bytes = new Map([["256 KiB", 256 * 1024], ["1 MiB", 1024 * 1024], ["4 MiB", 4096 * 1024]])

export const tools: Workload = {
  name: "tools",
  title: "Tools",
  about: "One tool call whose arguments come in fragments of 20 bytes, through what the client has to collect it. " +
    "Growth is the CPU time of 4 MiB against that of 1 MiB: 4 is linear.",
  metrics: [
    { name: "1 MiB", label: "CPU of 1 MiB", unit: "ms", compare: "ratio" },
    { name: "256 KiB", label: "CPU of 256 KiB", unit: "ms", compare: "none" },
    { name: "4 MiB", label: "CPU of 4 MiB", unit: "ms", compare: "none" },
    { name: "growth", label: "growth", unit: "x", compare: "none" },
    { name: "wall", label: "time of 1 MiB", unit: "ms", compare: "none" }
  ],
  plot: "1 MiB",
  base: "bare",
  steps: (quick) => sizes.slice(0, quick ? 2 : 3),
  limit: 8_000,
  fresh: false,
  together: 1,
  start: async ({ load, origin, wire }) => {
    const { session } = await load()
    const read = (size: number) => {
      const { tool } = session(wire, `${origin}/tool/${size}`)
      if (tool === undefined) throw new Error("it collects no tool calls")
      return async () => Meter.same("arguments", await tool(), Answer.toolArguments(size))
    }
    const small = read(16 * 1024)
    let before = 0
    return {
      warm: () => Meter.warm(small),
      measure: async (step) => {
        await Meter.rouse(small)
        const run = read(bytes.get(step) ?? 0)
        const { cpu, wall } = await Meter.spent(run)
        const smaller = before
        before = cpu
        const sample: Sample = { [step]: cpu }
        if (step === "1 MiB") return { ...sample, wall }
        return step === "4 MiB" ? { ...sample, growth: cpu / smaller } : sample
      }
    }
  }
}
