import { assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { EventStreamCodec } from "@smithy/eventstream-codec"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import type { Frame } from "../../src/Framing.ts"
import * as Framing from "../../src/Framing.ts"
import * as Bytes from "../kit/bytes.ts"
import * as EventStream from "../kit/eventStream.ts"

const load = Framing.awsEventStream.load ?? assert.fail("nothing is loaded")

beforeAll(() => Effect.runPromise(Effect.orDie(load)))

/** The frames of a body in these pieces, and whether it kept within the limit. */
const parse = (pieces: Iterable<Uint8Array>, limit = 1_000_000) => {
  const frames: Array<Frame> = []
  const parser = Framing.awsEventStream.parser(limit, (frame) => frames.push(frame))
  let intact = true
  for (const piece of pieces) intact = parser.push(piece) && intact
  parser.end()
  return { frames, intact }
}

const events: ReadonlyArray<EventStream.Message> = [
  ["messageStart", { role: "assistant" }],
  ["contentBlockDelta", { delta: { text: "é 語 👩‍👩‍👧" } }],
  ["messageStop", { stopReason: "end_turn" }]
]
const whole = EventStream.body(events)
const frames: ReadonlyArray<Frame> = events.map(([name, payload]) => ({ data: JSON.stringify({ [name]: payload }) }))

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe("an AWS event stream", () => {
  it("however it is cut", () => {
    const expected = { frames, intact: true }
    assert.deepStrictEqual(parse([whole]), expected)
    assert.deepStrictEqual(parse(Bytes.byteByByte(whole)), expected)
    for (let at = 1; at < whole.length; at++) assert.deepStrictEqual(parse(Bytes.cut(whole, [at])), expected)
    FastCheck.assert(FastCheck.property(FastCheck.array(FastCheck.nat(whole.length)), (offsets) => {
      assert.deepStrictEqual(parse(Bytes.cut(whole, offsets)), expected)
    }))
  })

  it("an event without a payload, or without a name", () => {
    assert.deepStrictEqual(parse([EventStream.message(["ping", ""])]).frames, [{ data: "{\"ping\":{}}" }])
    const codec = new EventStreamCodec(String, Bytes.bytesOf)
    const nameless = codec.encode({ headers: {}, body: Bytes.bytesOf("{}") })
    assert.deepStrictEqual(parse([nameless]).frames, [{ data: "{\"\":{}}" }])
  })

  it("a name that is no plain word stays a name", () => {
    const [frame] = parse([EventStream.message(["a\"b", {}])]).frames
    assert.deepStrictEqual(JSON.parse(frame?.data ?? ""), { "a\"b": {} })
  })

  it("exceptions and errors are frames named so", () => {
    const sent = EventStream.body([
      ["throttlingException", { message: "Too many requests" }, "exception"],
      ["modelStreamErrorException", { Message: "no", originalStatusCode: 500 }, "exception"],
      ["someException", "plain words", "exception"],
      ["InternalFailure", "went wrong", "error"]
    ])
    const { frames } = parse([sent])
    assert.deepStrictEqual(frames.map(({ event }) => event), ["error", "error", "error", "error"])
    assert.deepStrictEqual(frames.map(({ data }): unknown => JSON.parse(data)), [
      { code: "throttlingException", message: "Too many requests" },
      { code: "modelStreamErrorException", message: "no", Message: "no", originalStatusCode: 500 },
      { code: "someException", message: "plain words" },
      { code: "InternalFailure", message: "went wrong" }
    ])
  })

  it("no flipped bit goes unseen, and what came before it is there", () => {
    const first = EventStream.message(["messageStart", { role: "assistant" }]).length
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const bytes = whole.slice()
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const { frames: found, intact } = parse([bytes])
      assert.isTrue(intact, `bit ${bit}`)
      const last = found.at(-1)
      assert.isFalse(isJson(last?.data ?? "null"), `bit ${bit}`)
      assert.deepStrictEqual(found.slice(0, -1), frames.slice(0, found.length - 1))
      if (bit >= first * 8) assert.deepStrictEqual(found[0], frames[0])
    }
  })

  it("a wrong checksum says so", () => {
    const bytes = whole.slice()
    bytes.set([0], bytes.length - 10)
    assert.match(parse([bytes]).frames.at(-1)?.data ?? "", /message checksum .* did not match/)
    const lengths = whole.slice()
    lengths.set([7], 1)
    assert.match(parse([lengths]).frames.at(-1)?.data ?? "", /checksum of a message's lengths is wrong/)
  })

  for (
    const [name, length, headers] of [
      ["nothing", 0, 0],
      ["less than itself", 15, 0],
      ["more headers than there is room for", 100, 85],
      ["headers without end", 100, 0xffffffff]
    ] as const
  ) {
    it(`a message that says it has ${name}`, () => {
      const { frames, intact } = parse([whole, EventStream.prelude(length, headers), whole])
      assert.isTrue(intact)
      assert.lengthOf(frames, events.length + 1)
      assert.match(frames.at(-1)?.data ?? "", new RegExp(`^a message of ${length} bytes`))
    })
  }

  it("a message above the limit is seen by its length, and nothing is made ready for it", () => {
    const before = process.memoryUsage().arrayBuffers
    const { frames: found, intact } = parse([whole, EventStream.prelude(0xfffffff0, 16)], 1_000_000)
    assert.isFalse(intact)
    assert.deepStrictEqual(found, frames)
    const [longest] = parse([EventStream.prelude(900_000, 16)]).frames
    assert.isUndefined(longest)
    assert.isBelow(process.memoryUsage().arrayBuffers - before, 500_000)
    const exact = EventStream.message(["x", "y".repeat(1000)])
    assert.isTrue(parse([exact], exact.length).intact)
    assert.isFalse(parse([exact], exact.length - 1).intact)
  })

  it("a cut message is told where others came before it", () => {
    for (let end = 1; end < whole.length; end++) {
      const { frames: found } = parse([whole.subarray(0, end)])
      const complete = found.filter(({ data }) => isJson(data))
      assert.deepStrictEqual(complete, frames.slice(0, complete.length))
      assert.isAtMost(found.length, complete.length + 1)
    }
  })

  it("headers that are wrong although the checksums are right", () => {
    // A name of one letter, then the tag of a text, and a length that is more than there is.
    const endless = EventStream.raw(Uint8Array.of(1, 0x61, 7, 0x75, 0x30, 0x78), new Uint8Array(0))
    assert.isFalse(isJson(parse([endless]).frames[0]?.data ?? "null"))
    const unknownTag = EventStream.raw(Uint8Array.of(1, 0x61, 77), new Uint8Array(0))
    assert.isFalse(isJson(parse([unknownTag]).frames[0]?.data ?? "null"))
    const right = EventStream.raw(Uint8Array.of(1, 0x61, 7, 0, 1, 0x78), Bytes.bytesOf("{}"))
    assert.deepStrictEqual(parse([right]).frames, [{ data: "{\"\":{}}" }])
  })

  it("a long message in small pieces costs no more than its length", () => {
    const time = (length: number): number => {
      const pieces = Bytes.every(EventStream.message(["x", JSON.stringify("y".repeat(length))]), 16)
      const from = performance.now()
      assert.lengthOf(parse(pieces, 4 * length).frames, 1)
      return performance.now() - from
    }
    time(100_000)
    const [short, long] = [Math.min(time(131_072), time(131_072)), Math.min(time(1_048_576), time(1_048_576))]
    assert.isBelow(long, 40 * short + 50)
  })

  it("bytes that are text are shown", () => {
    const [frame] = parse([Bytes.bytesOf("upstream connect error or disconnect")]).frames
    assert.include(frame?.data ?? "", "upstream con")
  })
})

describe("its codec", () => {
  it("is loaded by nothing but its framing", () => {
    const script = `
      const { createRequire } = await import("node:module")
      const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes("event-stream"))
      const { Framing } = await import("./src/index.ts")
      const { Effect } = await import("effect")
      const before = loaded()
      await Effect.runPromise(Framing.awsEventStream.load)
      console.log(JSON.stringify([before, loaded()]))
    `
    const root = new URL("../../", import.meta.url)
    const said = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      cwd: root,
      encoding: "utf8"
    })
    assert.strictEqual(said.trim(), "[false,true]")
  }, 30_000)

  it("is an optional peer", () => {
    const { peerDependencies, peerDependenciesMeta } = JSON.parse(
      fs.readFileSync(new URL("../../package.json", import.meta.url), "utf8")
    ) as { readonly [field: string]: { readonly [name: string]: unknown } }
    assert.isString(peerDependencies?.["@smithy/eventstream-codec"])
    assert.deepStrictEqual(peerDependenciesMeta?.["@smithy/eventstream-codec"], { optional: true })
  })

  it.effect("is named where it is not installed", () =>
    Effect.gen(function*() {
      vi.resetModules()
      vi.doMock("@smithy/eventstream-codec", () => {
        throw new Error("Cannot find package")
      })
      const alone = yield* Effect.promise(() => import("../../src/internal/awsEventStream.ts"))
      const fault = yield* Effect.flip(alone.load)
      vi.doUnmock("@smithy/eventstream-codec")
      assert.strictEqual(fault.reason._tag, "UnsupportedOperation")
      assert.include(fault.detail ?? "", "npm install @smithy/eventstream-codec")
    }))
})
