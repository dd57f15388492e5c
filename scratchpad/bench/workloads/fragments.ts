/**
 * One long event in very small pieces.
 */
import * as Answer from "../answer.ts"
import * as Meter from "../meter.ts"
import * as Wire from "../wire.ts"
import { only, type Workload } from "../workload.ts"

/**
 * Answers with a body that is read 16 bytes at a time. Over a socket that cannot be had: node hands over together what
 * came together, whoever wrote it in pieces.
 */
const answering = (size: number): typeof fetch => {
  const bodies = new Map<Wire.Language, Buffer>()
  return (input) => {
    const language = Wire.languageOf(input instanceof Request ? input.url : String(input))
    if (language === undefined) return Promise.reject(new Error("nobody asks for that"))
    const text = Answer.long(size)
    const body = bodies.get(language) ?? Buffer.from(language.open + language.text(text) + language.close(text))
    bodies.set(language, body)
    let at = 0
    const pieces = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        // A copy, as what a socket gives is nobody else's.
        controller.enqueue(new Uint8Array(body.subarray(at, at += 16)))
        if (at >= body.length) controller.close()
      }
    })
    return Promise.resolve(new Response(pieces, { headers: { "content-type": "text/event-stream" } }))
  }
}

export const fragments: Workload = {
  name: "fragments",
  title: "Fragments",
  about: "One event with 1 MiB of text that is read 16 bytes at a time, from a `fetch` that takes the place of the " +
    "global one: node hands over together what came together over a socket.",
  metrics: [
    { name: "cpu", label: "CPU", unit: "ms", compare: "ratio" },
    { name: "wall", label: "time", unit: "ms", compare: "ratio" }
  ],
  plot: "cpu",
  base: "bare",
  steps: only,
  limit: 8_000,
  fresh: false,
  together: 1,
  start: async ({ load, origin, wire }) => {
    const { session } = await load()
    const read = (size: number) => {
      const fetch = answering(size)
      return async () => {
        globalThis.fetch = fetch
        // Some look for it when they are made.
        const { text } = session(wire, origin)
        let whole = ""
        await text((piece) => {
          whole += piece
        })
        Meter.same("text", whole, Answer.long(size))
      }
    }
    const [small, large] = [read(64 * 1024), read(1024 * 1024)]
    return {
      warm: () => Meter.warm(small),
      measure: async () => {
        await Meter.rouse(small)
        return { ...await Meter.spent(large) }
      }
    }
  }
}
