/**
 * What hostile bodies cost: CPU time that grows with their bytes and no faster, however they are cut, and no memory for
 * what says nothing. No clock on the wall is looked at, so that a busy machine makes no difference.
 */
import { afterEach, assert, describe, it } from "@effect/vitest"
import { setImmediate } from "node:timers/promises"
import * as v8 from "node:v8"
import * as vm from "node:vm"
import * as ChatCompletion from "../../src/ChatCompletion.ts"
import * as Bytes from "../kit/bytes.ts"
import * as Wire from "../loopback/wire.ts"
import { done, normalise, textOf } from "./kit.ts"

const { anthropic, ollama, openAi } = Wire

// The runner gets a turn between tests that never wait.
afterEach(() => setImmediate())

const mebi = 1024 * 1024

/** Milliseconds of CPU of the whole process. */
const cost = (work: () => void): number => {
  const before = process.cpuUsage()
  work()
  const { system, user } = process.cpuUsage(before)
  return (user + system) / 1000
}

const repeat = (times: number, work: () => void): void => {
  for (let i = 0; i < times; i++) work()
}

/**
 * What one work of four times the size costs, by what four of the size do: 1 is linear, 4 quadratic, and both sides
 * make as much garbage. The least of several rounds, for whatever else the machine does can only add; and no more of
 * them than it takes.
 */
const growth = (size: number, atMost: number, work: (size: number) => void): number => {
  // What is far from linear is not waited for.
  if (cost(() => work(size)) > 5_000) return Infinity
  let least = Infinity
  for (let round = 0; round < 10 && least > atMost; round++) {
    const four = cost(() => repeat(4, () => work(size)))
    least = Math.min(least, cost(() => work(4 * size)) / four)
  }
  return least
}

/** Bytes of the heap that are in use, garbage not among them. */
const heap = (): number => {
  v8.setFlagsFromString("--expose-gc")
  vm.runInNewContext("gc()")
  return process.memoryUsage().heapUsed
}

describe.sequential("a million", () => {
  const kinds: ReadonlyArray<readonly [string, string]> = [
    ["empty events", "data:\n\n"],
    ["blank lines", "\n"],
    ["blank lines that end with CR", "\r"],
    ["comments", ":\n"],
    ["names of events", "event: x\nid: 7\n\n"]
  ]
  const ofLines: ReadonlyArray<readonly [string, string]> = [
    ["blank lines", "\n"],
    ["blank lines that end with CRLF", "\r\n"],
    ["lines that are nothing", "null\n"],
    ["lines that say nothing", "{\"done\":false}\n"]
  ]
  for (const wire of Wire.ofEachFraming) {
    for (const [name, nothing] of wire === ollama ? ofLines : kinds) {
      it(`${wire.name}: ${name}: the right answer, and nothing is kept of them`, () => {
        const thousand = Bytes.bytesOf(nothing.repeat(1_000))
        let kept = 0
        const pieces = function*() {
          yield Bytes.bytesOf(wire.open)
          const before = heap()
          for (let i = 0; i < 1_000; i++) yield thousand
          kept = heap() - before
          yield Bytes.bytesOf(Wire.answer(wire, "a"))
        }
        const { chunks, outcome } = normalise(wire, pieces())
        assert.deepStrictEqual(outcome, done)
        assert.strictEqual(textOf(chunks), "a")
        assert.isBelow(kept, 2 * mebi, "bytes")
      })
    }
  }
})

describe.sequential("an event in pieces of 16 bytes", () => {
  for (const wire of Wire.ofEachFraming) {
    const [before = "", after = ""] = Wire.answer(wire, "|").split("|")
    const piece = Bytes.bytesOf("x".repeat(16))
    const pieces = function*(size: number) {
      yield* Bytes.every(Bytes.bytesOf(before), 16)
      for (let at = 0; at < size; at += 16) yield piece
      yield* Bytes.every(Bytes.bytesOf(after), 16)
    }
    const play = (size: number): void => {
      const { chunks, outcome } = normalise(wire, pieces(size))
      assert.deepStrictEqual(outcome, done)
      assert.strictEqual(textOf(chunks).length, size)
    }

    it(`${wire.name}: 1 MiB takes less than 200 ms of CPU`, () => {
      play(mebi / 8)
      let least = cost(() => play(mebi))
      for (let round = 1; round < 10 && least >= 200 && least < 2_000; round++) {
        least = Math.min(least, cost(() => play(mebi)))
      }
      assert.isBelow(least, 200)
    })

    it(`${wire.name}: 4 MiB take at most 5 times as long as 1 MiB`, () => {
      assert.isAtMost(growth(mebi, 5 / 4, play), 5 / 4)
    })
  }
})

describe.sequential("many parts of one answer", () => {
  const event = (json: unknown) => `data: ${JSON.stringify(json)}\n\n`
  const delta = (delta: unknown) => event({ choices: [{ index: 0, delta }] })
  const call = (id: number) => ({ id: `call_${id}`, type: "function", function: { name: "f", arguments: "{}" } })
  const choice = (index: number) => event({ choices: [{ index, delta: { content: "a" }, finish_reason: "stop" }] })
  const begun = (index: number, content: unknown) =>
    event({ type: "content_block_start", index, content_block: content })
  const thought = begun(0, { type: "thinking", thinking: "hm", signature: "s" }) +
    event({ type: "content_block_stop", index: 0 })
  const use = (id: number) => begun(id + 1, { type: "tool_use", id: `call_${id}`, name: "f", input: { id } })
  const cite = event({
    type: "content_block_delta",
    index: 0,
    delta: { type: "citations_delta", citation: { type: "char_location", cited_text: "a" } }
  })
  const message = anthropic.open.slice(0, anthropic.open.indexOf("event: content_block"))

  const range = <A>(count: number, of: (index: number) => A): ReadonlyArray<A> =>
    Array.from({ length: count }, (_, index) => of(index))

  const callsOf = ({ choices }: ChatCompletion.ChatCompletion): number | undefined =>
    choices[0]?.message.toolCalls?.filter(({ complete }) => complete).length
  const annotationsOf = ({ choices }: ChatCompletion.ChatCompletion): number | undefined =>
    choices[0]?.message.annotations?.length

  interface Many {
    readonly name: string
    readonly wire: Wire.Wire
    readonly body: (count: number) => string
    readonly countOf: (answer: ChatCompletion.ChatCompletion) => number | undefined
  }

  const bodies: ReadonlyArray<Many> = [
    {
      name: "tool calls in one event",
      wire: openAi,
      body: (count) => delta({ tool_calls: range(count, call) }),
      countOf: callsOf
    },
    {
      name: "tool calls in as many events",
      wire: openAi,
      body: (count) => range(count, (id) => delta({ tool_calls: [call(id)] })).join(""),
      countOf: callsOf
    },
    {
      name: "annotations in one event",
      wire: openAi,
      body: (count) => delta({ content: "a", annotations: range(count, () => ({ type: "url_citation" })) }),
      countOf: annotationsOf
    },
    {
      name: "choices",
      wire: openAi,
      body: (count) => range(count, choice).join(""),
      countOf: ({ choices }) => choices.length
    },
    {
      name: "tool calls on one line",
      wire: ollama,
      body: (count) => ollama.frame(JSON.stringify({ message: { tool_calls: range(count, call) } })),
      countOf: callsOf
    },
    {
      name: "tool calls on as many lines",
      wire: ollama,
      body: (count) =>
        range(count, (id) => ollama.frame(JSON.stringify({ message: { tool_calls: [call(id)] } }))).join(""),
      countOf: callsOf
    },
    {
      name: "tool calls that are never said to be whole, after a thought",
      wire: anthropic,
      body: (count) => message + thought + range(count, use).join(""),
      countOf: callsOf
    },
    {
      name: "citations of one block",
      wire: anthropic,
      body: (count) => anthropic.open + anthropic.text("a") + cite.repeat(count),
      countOf: annotationsOf
    }
  ]

  for (const { body, countOf, name, wire } of bodies) {
    it(`${wire.name}: ${name}: 20,000 take at most six times as long as 5,000`, () => {
      const made = new Map(
        [5_000, 20_000].map((count) => [
          count,
          Bytes.every(Bytes.bytesOf(body(count) + wire.finish + wire.done), 65_536)
        ])
      )
      const grown = growth(5_000, 6 / 4, (count) => {
        const { chunks, outcome } = normalise(wire, made.get(count) ?? [])
        assert.deepStrictEqual(outcome, done)
        assert.strictEqual(countOf(ChatCompletion.fromChunks(chunks)), count)
      })
      assert.isAtMost(grown, 6 / 4)
    })
  }
})
