import { assert, describe, it } from "@effect/vitest"
import * as Body from "../../src/internal/body.ts"
import * as Bytes from "../kit/bytes.ts"

describe("kindOf", () => {
  const cases: ReadonlyArray<readonly [body: string, kind: Body.Kind | undefined]> = [
    ["data: a", "frames"],
    [": ping", "frames"],
    ["event: x", "frames"],
    ["Internal error", "frames"],
    ["{\"error\":1}", "json"],
    ["  \r\n\t[1]", "json"],
    ["\ufeff{", "json"],
    ["<!doctype html>", "page"],
    ["\n\n<html>", "page"],
    ["", undefined],
    [" \r\n", undefined],
    ["\ufeff", undefined]
  ]
  for (const [body, kind] of cases) {
    it(`${JSON.stringify(body)} is ${kind ?? "not known yet"}`, () => {
      assert.strictEqual(Body.kindOf(Bytes.bytesOf(body), { jsonFrames: false, stream: true }), kind)
    })
  }

  const ofLines: ReadonlyArray<readonly [body: string, streamed: Body.Kind | undefined, whole: Body.Kind | undefined]> =
    [
      ["{\"a\":1}\n", "frames", "json"],
      ["\ufeff\n[1]", "frames", "json"],
      ["<html>", "page", "page"],
      ["upstream timed out", "page", "page"],
      ["data: {}", "page", "page"],
      [" \n", undefined, undefined]
    ]
  for (const [body, streamed, whole] of ofLines) {
    it(`where frames are JSON, ${JSON.stringify(body)} is ${streamed ?? "not known yet"}, or ${whole ?? "as little"}`, () => {
      const bytes = Bytes.bytesOf(body)
      assert.strictEqual(Body.kindOf(bytes, { jsonFrames: true, stream: true }), streamed)
      assert.strictEqual(Body.kindOf(bytes, { jsonFrames: true, stream: false }), whole)
    })
  }
})

describe("isAnnounced", () => {
  it("compares the media type alone", () => {
    const announced = (type: string | undefined) => Body.isAnnounced(type, ["text/event-stream"])
    for (const type of ["text/event-stream", "Text/Event-Stream; charset=utf-8", " text/event-stream ;x"]) {
      assert.isTrue(announced(type))
    }
    for (const type of [undefined, "", "text/html", "application/json; x=text/event-stream"]) {
      assert.isFalse(announced(type))
    }
  })
})

describe("Collector", () => {
  it("puts pieces together, characters that are cut included", () => {
    const collector = new Body.Collector()
    const text = "{\"a\":\"é👩\"}"
    for (const piece of Bytes.byteByByte(Bytes.bytesOf(text))) assert.isTrue(collector.push(piece, 100))
    assert.strictEqual(collector.text(), text)
  })

  it("says when the limit is passed", () => {
    const collector = new Body.Collector()
    assert.isTrue(collector.push(Bytes.bytesOf("12345"), 10))
    assert.isTrue(collector.push(Bytes.bytesOf("67890"), 10))
    assert.isFalse(collector.push(Bytes.bytesOf("x"), 10))
  })
})
