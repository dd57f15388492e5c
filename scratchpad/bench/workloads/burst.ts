/**
 * One stream as fast as the socket takes it.
 */
import * as Answer from "../answer.ts"
import * as Meter from "../meter.ts"
import { only, type Workload } from "../workload.ts"

export const burst: Workload = {
  name: "burst",
  title: "Burst",
  about: "One stream of 20,000 chunks as fast as the socket takes it, in writes of 64 KiB.",
  metrics: [
    { name: "cpu", label: "CPU a chunk", unit: "µs", compare: "ratio" },
    { name: "wall", label: "time a chunk", unit: "µs", compare: "ratio" }
  ],
  plot: "cpu",
  base: "bare",
  steps: only,
  limit: 40_000,
  fresh: false,
  together: 1,
  start: async ({ load, origin, quick, wire }) => {
    const { session } = await load()
    const read = (count: number) => {
      const { text } = session(wire, `${origin}/burst/${count}`)
      return async () => {
        let whole = ""
        await text((piece) => {
          whole += piece
        })
        return whole
      }
    }
    const count = quick ? 5000 : 20_000
    const [few, many] = [read(2000), read(count)]
    return {
      warm: () => Meter.warm(async () => Meter.same("text", await few(), Answer.text(2000))),
      measure: async () => {
        await Meter.rouse(few)
        let whole = ""
        const { cpu, wall } = await Meter.spent(async () => {
          whole = await many()
        })
        Meter.same("text", whole, Answer.text(count))
        return { cpu: cpu * 1000 / count, wall: wall * 1000 / count }
      }
    }
  }
}
