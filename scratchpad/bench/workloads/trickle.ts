/**
 * Many streams at the pace of a model.
 */
import * as Answer from "../answer.ts"
import * as Meter from "../meter.ts"
import { only, type Sample, type Workload } from "../workload.ts"

export const trickle: Workload = {
  name: "trickle",
  title: "Trickle",
  about:
    "200 streams at once, in each of them a chunk every 10 ms in a write of its own, with the default time limits; " +
    "from the first chunk of any of them to the last one of any of them, so that neither calls nor ends are counted.",
  metrics: [
    { name: "cpu", label: "CPU a chunk", unit: "µs", compare: "ratio" },
    { name: "pace", label: "pace, against the server's clock", unit: "x", compare: "none" }
  ],
  plot: "cpu",
  base: "bare",
  steps: only,
  limit: 40_000,
  fresh: false,
  together: 1,
  start: async ({ load, origin, quick, wire }) => {
    const { session } = await load()
    const streams = quick ? 100 : 200
    const read = (count: number) => {
      const { text } = session(wire, `${origin}/trickle/${count}/${streams}`)
      const whole = Answer.text(count)
      return async (): Promise<Sample> => {
        const texts = Array.from({ length: streams }, () => "")
        let sample: Sample | undefined
        let began: Meter.Spent | undefined
        const end = ({ cpu, wall }: Meter.Spent): Sample => {
          const characters = texts.reduce((sum, { length }) => sum + length, 0)
          const [chunks, now] = [characters / whole.length * count, Meter.now()]
          return { cpu: (now.cpu - cpu) * 1000 / chunks, pace: (now.wall - wall) / (count * 10) }
        }
        await Promise.all(texts.map((_, i) =>
          text((piece) => {
            if (piece === "") return
            began ??= Meter.now()
            texts[i] += piece
            if (texts[i]?.length === whole.length) sample ??= end(began)
          })
        ))
        for (const each of texts) Meter.same("text", each, whole)
        return sample ?? {}
      }
    }
    const [few, many] = [read(20), read(quick ? 40 : 100)]
    return {
      warm: () => Meter.warm(few),
      measure: async () => {
        await Meter.rouse(few)
        return Meter.clean(many)
      }
    }
  }
}
