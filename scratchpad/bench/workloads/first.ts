/**
 * What stands between a call and its first word.
 */
import * as Answer from "../answer.ts"
import * as Meter from "../meter.ts"
import { only, type Workload } from "../workload.ts"

const median = (values: Array<number>): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0

export const first: Workload = {
  name: "first",
  title: "First token",
  about: "From the call to the first content, of a server that answers at once, one call after the other over a " +
    "connection that is kept: the mean of the CPU and the median of the time of 200 calls, after 5,000 calls that are " +
    "not counted, as in a process that serves.",
  metrics: [
    { name: "cpu", label: "CPU", unit: "ms", compare: "difference" },
    { name: "wall", label: "time", unit: "ms", compare: "difference" }
  ],
  plot: "cpu",
  base: "bare",
  steps: only,
  limit: 40_000,
  fresh: false,
  together: 1,
  start: async ({ load, origin, quick, wire }) => {
    const { session } = await load()
    const pieces = 3
    const { text } = session(wire, `${origin}/answer/${pieces}`)
    const call = async (): Promise<Meter.Spent> => {
      let whole = ""
      const before = Meter.now()
      let after = before
      await text((piece) => {
        if (whole === "" && piece !== "") after = Meter.now()
        whole += piece
      })
      Meter.same("text", whole, Answer.text(pieces))
      return { cpu: after.cpu - before.cpu, wall: after.wall - before.wall }
    }
    const count = quick ? 60 : 200
    return {
      // What is run once a call is compiled late: after some hundred calls most of the time is still the interpreter's.
      warm: () => Meter.warm(call, quick ? 2000 : 5000, 30_000),
      measure: async () => {
        const calls: Array<Meter.Spent> = []
        await Meter.rouse(call)
        await Meter.clean(async () => {
          for (let i = 0; i < count; i++) calls.push(await call())
        })
        return {
          cpu: calls.reduce((sum, { cpu }) => sum + cpu, 0) / count,
          wall: median(calls.map(({ wall }) => wall))
        }
      }
    }
  }
}
