import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import type { Frame } from "../src/Framing.ts"
import * as Framing from "../src/Framing.ts"
import * as Provider from "../src/Provider.ts"
import * as OpenAi from "../src/providers/OpenAi.ts"
import * as Bytes from "./kit/bytes.ts"
import * as Failure from "./kit/failure.ts"
import * as Play from "./kit/play.ts"
import * as Targets from "./kit/targets.ts"
import * as TestHttp from "./kit/testHttp.ts"

const large = 1_000_000

/** The frames of a body in these pieces, and whether it kept within the limit. */
const parse = (pieces: Iterable<Uint8Array>, limit = large) => {
  const frames: Array<Frame> = []
  const parser = Framing.sse.parser(limit, (frame) => frames.push({ event: frame.event, data: frame.data }))
  let intact = true
  for (const piece of pieces) intact = parser.push(piece) && intact
  parser.end()
  return { frames, intact }
}

const bodies: ReadonlyArray<readonly [string, string, ReadonlyArray<string>]> = [
  ["two events", "data: a\n\ndata: b\n\n", ["a", "b"]],
  ["no space after the colon", "data:a\n\ndata:{\"x\":1}\n\n", ["a", "{\"x\":1}"]],
  ["one space is the field's, a second is the data's", "data:  a\n\n", [" a"]],
  ["several lines of data", "data: a\ndata: b\ndata\ndata: c\n\n", ["a\nb\n\nc"]],
  ["comments before, between and within", ": hi\n\ndata: a\n: x\ndata: b\n\n:\n\ndata: c\n\n", ["a\nb", "c"]],
  ["retry and id", "retry: 50\n\ndata: a\n\nid: 7\nretry: 1\ndata: b\n\nretry: 9\n\n", ["a", "b"]],
  ["a retry that is no number", "retry: soon\n\ndata: a\n\n", ["a"]],
  ["an id with a NUL", "id: \u0000\ndata: a\n\n", ["a"]],
  ["fields that nobody knows", "foo: bar\ndata: a\nbar\n\n", ["a"]],
  ["no blank line at the end", "data: a\n\ndata: b\n", ["a", "b"]],
  ["no line break at the end", "data: a\n\ndata: [DONE]", ["a", "[DONE]"]],
  ["many blank lines", "\n\n\ndata: a\n\n\n\n\ndata: b\n\n\n", ["a", "b"]],
  ["a BOM", "\ufeffdata: a\n\n", ["a"]],
  ["a BOM that is not at the start is text", "data: \ufeffa\n\n", ["\ufeffa"]],
  ["characters of two, three and four bytes", "data: é 語 👩‍👩‍👧 \u{10FFFF}\n\n", ["é 語 👩‍👩‍👧 \u{10FFFF}"]],
  ["an error without a frame", "data: a\n\n{\"error\":{\"message\":\"no\"}}\n", [
    "a",
    "{\"error\":{\"message\":\"no\"}}"
  ]],
  ["an error without a frame or an end", "{\"error\":\"no\"}", ["{\"error\":\"no\"}"]],
  ["braces that are no object", "{not closed\ndata: a\n\n}\n", ["a"]],
  ["nothing", "", []],
  ["no event", ": ping\n\nevent: ping\n\n", []]
]

describe("sse", () => {
  for (const [name, text, expected] of bodies) {
    for (
      const [breaks, rewrite] of [
        ["LF", (text: string) => text],
        ["CRLF", (text: string) => text.replaceAll("\n", "\r\n")],
        ["CR", (text: string) => text.replaceAll("\n", "\r")]
      ] as const
    ) {
      it(`${name}, ${breaks}, however it is cut`, () => {
        const bytes = Bytes.bytesOf(rewrite(text))
        const whole = parse([bytes])
        assert.deepStrictEqual(whole.frames.map((frame) => frame.data), expected)
        assert.deepStrictEqual(parse(Bytes.byteByByte(bytes)), whole)
        for (let at = 1; at < bytes.length; at++) assert.deepStrictEqual(parse(Bytes.cut(bytes, [at])), whole)
        for (let seed = 0; seed < 20; seed++) assert.deepStrictEqual(parse(Bytes.randomCuts(bytes, seed, 8)), whole)
      })
    }
  }

  it("any text comes out as it went in, whatever the cuts", () => {
    FastCheck.assert(FastCheck.property(
      FastCheck.array(FastCheck.string({ unit: "binary", maxLength: 20 }), { maxLength: 6 }),
      FastCheck.array(FastCheck.nat(300), { maxLength: 12 }),
      FastCheck.constantFrom("\n", "\r\n", "\r"),
      (texts, cuts, lineBreak) => {
        const events = texts.map((text) => JSON.stringify(text))
        const bytes = Bytes.bytesOf(
          events.map((data) => `event: e${lineBreak}data: ${data}${lineBreak}${lineBreak}`).join("")
        )
        assert.deepStrictEqual(
          parse(Bytes.cut(bytes, cuts)).frames,
          events.map((data) => ({ event: "e", data }))
        )
      }
    ))
  })

  it("the event's name is the frame's own", () => {
    const { frames } = parse([Bytes.bytesOf("event: error\ndata: a\n\ndata: b\n\n")])
    assert.deepStrictEqual(frames, [{ event: "error", data: "a" }, { event: undefined, data: "b" }])
  })

  it("a character that the end cuts is not made up", () => {
    const bytes = Bytes.bytesOf("data: a👩")
    const [frame] = parse([bytes.subarray(0, bytes.length - 2)]).frames
    assert.strictEqual(frame?.data, "a")
  })

  const limit = 100

  it("a frame at the limit passes, in one piece and in many", () => {
    const bytes = Bytes.bytesOf(`data: ${"x".repeat(limit - 10)}\n\ndata: b\n\n`)
    for (const pieces of [[bytes], Bytes.byteByByte(bytes), Bytes.every(bytes, 7)]) {
      const { frames, intact } = parse(pieces, limit)
      assert.isTrue(intact)
      assert.lengthOf(frames, 2)
    }
  })

  const oversized: ReadonlyArray<readonly [string, string]> = [
    ["one line", `data: ${"x".repeat(10 * limit)}\n\n`],
    ["a line without an end", `data: ${"x".repeat(10 * limit)}`],
    ["lines without a blank one", "data: x\n".repeat(10 * limit)],
    ["a comment without an end", `: ${"x".repeat(10 * limit)}`]
  ]
  for (const [name, text] of oversized) {
    it(`${name} above the limit is told, and nothing after it`, () => {
      const bytes = Bytes.bytesOf(`data: a\n\n${text}\n\ndata: late\n\n`)
      // A comment in one piece buffers nothing, and is none the worse for it.
      const cuts = [Bytes.every(bytes, 7), ...(text.startsWith(":") ? [] : [[bytes]])]
      for (const pieces of cuts) {
        const { frames, intact } = parse(pieces, limit)
        assert.isFalse(intact)
        assert.deepStrictEqual(frames.map((frame) => frame.data), ["a"])
      }
    })
  }

  it("after the limit every push says so, and none throws", () => {
    const parser = Framing.sse.parser(limit, () => assert.fail("no frame"))
    const piece = Bytes.bytesOf("x".repeat(limit))
    const results = Array.from({ length: 10 }, () => parser.push(piece))
    parser.end()
    assert.isFalse(results.at(-1))
    assert.deepStrictEqual(results.slice(2), results.slice(2).map(() => false))
  })

  it("1 MiB in pieces of 16 bytes takes linear time", () => {
    const seconds = (size: number): number => {
      const pieces = Bytes.every(Bytes.bytesOf(`data: ${"x".repeat(size)}\n\n`), 16)
      const before = process.cpuUsage()
      assert.strictEqual(parse(pieces, 16 * 1024 * 1024).frames[0]?.data.length, size)
      const { system, user } = process.cpuUsage(before)
      return (user + system) / 1e6
    }
    seconds(64 * 1024)
    // Quadratic time would be some 30 seconds.
    assert.isBelow(Math.min(seconds(1024 * 1024), seconds(1024 * 1024)), 0.3)
  })
})

describe("what a framing loads", () => {
  const answer = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n"

  const played = (load: Framing.Framing["load"]) => {
    const http = TestHttp.make(() => TestHttp.sse([Bytes.bytesOf(answer)]))
    const dialect = { ...OpenAi.dialect, framing: { ...Framing.sse, load } }
    const layer = Provider.layer({ ...OpenAi.endpoint, dialect })({ apiKey: Targets.apiKey, model: "m" })
    const params = { messages: [{ role: "user", content: "Hi" }] } as const
    return Effect.map(
      Play.play(Layer.provide(layer, http.layer), params),
      ({ exit }) => ({ exit, requests: http.sent.length })
    )
  }

  it.live("is there before the first request", () =>
    Effect.gen(function*() {
      let loaded = 0
      const { exit, requests } = yield* played(Effect.sync(() => {
        loaded++
      }))
      assert.strictEqual(exit._tag, "Success")
      assert.deepStrictEqual([loaded, requests], [1, 1])
    }))

  it.live("and without it nothing is sent", () =>
    Effect.gen(function*() {
      const reason = { _tag: "UnsupportedOperation", operation: "reading" } as const
      const { exit, requests } = yield* played(Effect.fail({ reason, detail: "install it" }))
      const expected = { reason: "UnsupportedOperation", detail: "install it" } as const
      assert.deepStrictEqual(Failure.ofExit(exit, expected), expected)
      assert.strictEqual(requests, 0)
    }))
})

const linesOf = (pieces: Iterable<Uint8Array>, limit = large) => {
  const frames: Array<string> = []
  const parser = Framing.ndjson.parser(limit, (frame) => {
    assert.deepStrictEqual(Object.keys(frame), ["data"])
    frames.push(frame.data)
  })
  let intact = true
  for (const piece of pieces) intact = parser.push(piece) && intact
  parser.end()
  return { frames, intact }
}

const pretty = JSON.stringify({ error: { message: "no", list: [1, {}] } }, null, 2)

const ofLines: ReadonlyArray<readonly [string, string, ReadonlyArray<string>]> = [
  ["two lines", "{\"a\":1}\n{\"b\":2}\n", ["{\"a\":1}", "{\"b\":2}"]],
  ["no line break at the end", "{\"a\":1}\n{\"b\":2}", ["{\"a\":1}", "{\"b\":2}"]],
  ["one line, and no line break", "{\"a\":1}", ["{\"a\":1}"]],
  ["blank lines and spaces", "\n \n\t{\"a\":1} \n\n\n  {\"b\":2}\n \n", ["{\"a\":1}", "{\"b\":2}"]],
  ["half a line at the end", "{\"a\":1}\n{\"b\"", ["{\"a\":1}", "{\"b\""]],
  ["a BOM", "\ufeff{\"a\":1}\n", ["{\"a\":1}"]],
  ["characters of two, three and four bytes", "\"é 語 👩‍👩‍👧 \u{10FFFF}\"\n\"é\"\n", ["\"é 語 👩‍👩‍👧 \u{10FFFF}\"", "\"é\""]],
  ["line separators of other kinds are text", "\"a\u2028b\u0085c\u000b\"\n", ["\"a\u2028b\u0085c\u000b\""]],
  ["what is no JSON", "no\n{bad\n", ["no", "{bad"]],
  ["a bracket alone later on", "{\"a\":1}\n{\n}\n", ["{\"a\":1}", "{", "}"]],
  ["nothing", "", []],
  ["nothing but blank lines", "\n\n \n", []]
]

describe("ndjson", () => {
  for (const [name, text, expected] of ofLines) {
    for (const lineBreak of ["\n", "\r\n"]) {
      it(`${name}, ${JSON.stringify(lineBreak)}, however it is cut`, () => {
        const bytes = Bytes.bytesOf(text.replaceAll("\n", lineBreak))
        const whole = linesOf([bytes])
        assert.deepStrictEqual(whole, { frames: [...expected], intact: true })
        assert.deepStrictEqual(linesOf(Bytes.byteByByte(bytes)), whole)
        for (let at = 1; at < bytes.length; at++) assert.deepStrictEqual(linesOf(Bytes.cut(bytes, [at])), whole)
        for (let seed = 0; seed < 20; seed++) assert.deepStrictEqual(linesOf(Bytes.randomCuts(bytes, seed, 8)), whole)
      })
    }
  }

  for (const text of [pretty, `\n\n${pretty}\n\n`, `[\n${pretty}\n]`, pretty.slice(0, -5)]) {
    it(`${JSON.stringify(text)} is one frame, however it is cut`, () => {
      for (const lines of [text, text.replaceAll("\n", "\r\n")]) {
        const bytes = Bytes.bytesOf(lines)
        for (const pieces of [[bytes], Bytes.byteByByte(bytes), Bytes.every(bytes, 3)]) {
          const { frames, intact } = linesOf(pieces)
          assert.isTrue(intact)
          assert.deepStrictEqual(frames.map((frame) => frame.replaceAll("\r", "")), [text.trim()])
        }
      }
    })
  }

  it("any values come out as they went in, whatever the cuts", () => {
    FastCheck.assert(FastCheck.property(
      FastCheck.array(FastCheck.json({ stringUnit: "binary", maxDepth: 2 }), { maxLength: 6 }),
      FastCheck.array(FastCheck.nat(300), { maxLength: 12 }),
      FastCheck.constantFrom("\n", "\r\n", "\n\n", " \r\n\t\n"),
      (values, cuts, lineBreak) => {
        const bytes = Bytes.bytesOf(values.map((value) => `${value}${lineBreak}`).join(""))
        assert.deepStrictEqual(linesOf(Bytes.cut(bytes, cuts)).frames, values)
      }
    ))
  })

  const limit = 100

  it("a line at the limit passes, in one piece and in many", () => {
    const bytes = Bytes.bytesOf(`"${"x".repeat(limit - 2)}"\n"b"\n`)
    for (const pieces of [[bytes], Bytes.byteByByte(bytes), Bytes.every(bytes, 7)]) {
      assert.strictEqual(linesOf(pieces, limit).frames.length, 2)
    }
  })

  const tooLong: ReadonlyArray<readonly [string, string, ReadonlyArray<string>]> = [
    ["a line", `"a"\n"${"x".repeat(limit)}"\n"late"\n`, ["\"a\""]],
    ["a line without an end", `"a"\n"${"x".repeat(10 * limit)}`, ["\"a\""]],
    ["a line of spaces", `"a"\n${" ".repeat(10 * limit)}`, ["\"a\""]],
    ["a document", `{\n${"  \"a\": 1,\n".repeat(limit)}}`, []]
  ]
  for (const [name, text, expected] of tooLong) {
    it(`${name} above the limit is told, and nothing after it`, () => {
      const bytes = Bytes.bytesOf(text)
      for (const pieces of [[bytes], Bytes.byteByByte(bytes), Bytes.every(bytes, 7)]) {
        assert.deepStrictEqual(linesOf(pieces, limit), { frames: [...expected], intact: false })
      }
    })
  }

  it("after the limit every push says so", () => {
    const parser = Framing.ndjson.parser(limit, () => assert.fail("no frame"))
    const piece = Bytes.bytesOf("x".repeat(limit + 1))
    assert.deepStrictEqual(Array.from({ length: 5 }, () => parser.push(piece)), Array(5).fill(false))
    parser.end()
  })

  it("1 MiB in pieces of one byte and of 16 takes linear time", () => {
    const seconds = (size: number, length: number): number => {
      const pieces = Bytes.every(Bytes.bytesOf(`"${"x".repeat(size)}"\n`), length)
      const before = process.cpuUsage()
      assert.strictEqual(linesOf(pieces, 16 * 1024 * 1024).frames[0]?.length, size + 2)
      const { system, user } = process.cpuUsage(before)
      return (user + system) / 1e6
    }
    seconds(64 * 1024, 16)
    // Quadratic time would be some 30 seconds.
    assert.isBelow(Math.min(seconds(1024 * 1024, 16), seconds(1024 * 1024, 16)), 0.3)
    assert.isBelow(Math.min(seconds(1024 * 1024, 1), seconds(1024 * 1024, 1)), 3)
  })
})
