/**
 * What a gateway does for each token.
 */
import * as Answer from "../answer.ts"
import * as Meter from "../meter.ts"
import { only, type Workload } from "../workload.ts"

/**
 * The text of OpenAI's event stream. Not with a parser's help: what this process has loaded already is not counted
 * where the import of a client is measured.
 */
const textOf = (stream: string): string => {
  const events = stream.split("\n\n").filter((event) => event !== "").map((event) => event.replace(/^data: /, ""))
  if (events.pop() !== "[DONE]") return "no end"
  return events.map((data) => {
    // Written by the client that is measured; if it is not this, the text is not the same.
    const chunk = JSON.parse(data) as { readonly choices: ReadonlyArray<{ delta: { content?: string | null } }> }
    return chunk.choices[0]?.delta.content ?? ""
  }).join("")
}

export const relay: Workload = {
  name: "relay",
  title: "Relay",
  about: "A stream of 20,000 chunks, written again as OpenAI's event stream, as a gateway does.",
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
      const { relay } = session(wire, `${origin}/burst/${count}`)
      if (relay === undefined) throw new Error("it has no relay")
      return async () => {
        const written: Array<Uint8Array> = []
        await relay((bytes) => written.push(bytes))
        return written
      }
    }
    const check = (written: ReadonlyArray<Uint8Array>, count: number): void =>
      Meter.same("text", textOf(Buffer.concat(written).toString()), Answer.text(count))
    const count = quick ? 5000 : 20_000
    const [few, many] = [read(2000), read(count)]
    return {
      warm: () => Meter.warm(async () => check(await few(), 2000)),
      measure: async () => {
        await Meter.rouse(few)
        let written: ReadonlyArray<Uint8Array> = []
        const { cpu, wall } = await Meter.spent(async () => {
          written = await many()
        })
        check(written, count)
        return { cpu: cpu * 1000 / count, wall: wall * 1000 / count }
      }
    }
  }
}
