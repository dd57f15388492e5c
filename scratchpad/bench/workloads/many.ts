/**
 * As many streams as a busy server has.
 */
import * as Answer from "../answer.ts"
import * as Meter from "../meter.ts"
import { only, type Workload } from "../workload.ts"

export const many: Workload = {
  name: "many",
  title: "Many",
  about: "2,000 slow streams at once: what the process holds while all of them are open, after three of six chunks.",
  metrics: [
    { name: "heap", label: "heap a stream", unit: "KiB", compare: "ratio" },
    { name: "rss", label: "RSS a stream", unit: "KiB", compare: "ratio" }
  ],
  plot: "heap",
  base: "bare",
  steps: only,
  limit: 40_000,
  fresh: true,
  together: 2,
  start: async ({ load, origin, quick, wire }) => {
    const { session } = await load()
    const pieces = 6
    const { text } = session(wire, `${origin}/hold/${pieces}/${process.pid}`)
    const [half, whole] = [Answer.text(pieces / 2).length, Answer.text(pieces)]
    const open = async (count: number): Promise<Meter.Memory> => {
      const texts = Array.from({ length: count }, () => "")
      let waiting = count
      let running: Promise<unknown> = Promise.resolve()
      await new Promise<void>((resolve, reject) => {
        running = Promise.all(texts.map((_, i) =>
          text((piece) => {
            texts[i] += piece
            if (texts[i]?.length === half && --waiting === 0) resolve()
          })
        ))
        running.catch(reject)
      })
      const held = await Meter.memory()
      await (await fetch(`${origin}/release/${process.pid}`)).arrayBuffer()
      await running
      for (const each of texts) Meter.same("text", each, whole)
      return held
    }
    const count = quick ? 200 : 2000
    return {
      warm: async () => {
        await open(100)
      },
      measure: async () => {
        const before = await Meter.memory()
        const held = await open(count)
        const each = (of: keyof Meter.Memory): number => (held[of] - before[of]) / 1024 / count
        return { heap: each("heap"), rss: each("rss") }
      }
    }
  }
}
