import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { isObject, type Json } from "../../src/internal/json.ts"
import { PartialJson } from "../../src/internal/partialJson.ts"

/** What was said after each piece. */
const looks = (...pieces: ReadonlyArray<string>): ReadonlyArray<Json | undefined> => {
  const partial = new PartialJson()
  return pieces.map((piece) => partial.write(piece))
}

const last = (text: string): Json | undefined => looks(...text).findLast((look) => look !== undefined)

/** Whether a look can be of a value that is still being written. */
const isPartOf = (part: Json, whole: Json): boolean => {
  if (typeof part === "string") return typeof whole === "string" && whole.startsWith(part)
  if (Array.isArray(part)) {
    return Array.isArray(whole) && part.length <= whole.length &&
      part.every((each: Json, index) => isPartOf(each, whole[index] ?? null))
  }
  if (isObject(part)) {
    return isObject(whole) &&
      Object.entries(part).every(([key, each]) => Object.hasOwn(whole, key) && isPartOf(each, whole[key] ?? null))
  }
  return part === whole
}

describe("PartialJson", () => {
  const texts: ReadonlyArray<readonly [text: string, says: Json | undefined]> = [
    ["", undefined],
    ["  ", undefined],
    ["{", {}],
    ["{\"na", {}],
    ["{\"name\"", {}],
    ["{\"name\":", {}],
    ["{\"name\":\"", { name: "" }],
    ["{\"name\":\"Pa", { name: "Pa" }],
    ["{\"name\":\"a\\u00e9", { name: "aé" }],
    ["{\"n\":1", {}],
    ["{\"n\":12.5e", {}],
    ["{\"n\":12,", { n: 12 }],
    ["{\"n\":12}", { n: 12 }],
    ["{\"n\":tru", {}],
    ["{\"n\":true", { n: true }],
    ["{\"n\":nul", {}],
    ["{\"n\":null", { n: null }],
    ["{\"l\":[", { l: [] }],
    ["{\"l\":[1", { l: [] }],
    ["{\"l\":[1,", { l: [1] }],
    ["{\"l\":[1,\"a", { l: [1, "a"] }],
    ["{\"l\":[{\"a\":[\"b", { l: [{ a: ["b"] }] }],
    ["{\"a\":{\"b\":1},\"c", { a: { b: 1 } }],
    ["{\"__proto__\":{\"a\":\"b", JSON.parse("{\"__proto__\":{\"a\":\"b\"}}")],
    ["{\"a\":\"x\",\"a\":\"y", { a: "y" }],
    ["{\"a\":\"x\"} and more", { a: "x" }],
    ["{\"a\":\"x\" oops", { a: "x" }],
    ["nothing of the kind", undefined]
  ]
  for (const [text, says] of texts) {
    it(`${text} says ${JSON.stringify(says)}`, () => {
      assert.deepStrictEqual(last(text), says)
      assert.deepStrictEqual(looks(text)[0], says)
    })
  }

  it("what comes before an escape that is not whole is there when it came before", () => {
    assert.deepStrictEqual(looks("{\"a\":\"x", "y\\u00", "e9z"), [{ a: "x" }, undefined, { a: "xyéz" }])
  })

  it("a piece that tells nothing new is no look", () => {
    assert.deepStrictEqual(looks("{\"a\"", ": ", "1", "2", ",", " \"b", "\"", ":\"", "x"), [
      {},
      undefined,
      undefined,
      undefined,
      { a: 12 },
      undefined,
      undefined,
      { a: 12, b: "" },
      { a: 12, b: "x" }
    ])
  })

  it("what was given never changes, and what is complete is shared", () => {
    const [before, after] = looks("{\"done\":[1],\"open\":[1,", "2,").filter(isObject)
    assert.deepStrictEqual(before, { done: [1], open: [1] })
    assert.deepStrictEqual(after, { done: [1], open: [1, 2] })
    assert.strictEqual(before?.["done"], after?.["done"])
    assert.notStrictEqual(before?.["open"], after?.["open"])
  })

  it("however it is cut, each look is a part of the next, and the last is what JSON.parse says", () => {
    const cases = FastCheck.tuple(FastCheck.jsonValue().filter(isObject), FastCheck.array(FastCheck.nat(40)))
    FastCheck.assert(FastCheck.property(cases, ([value, cuts]) => {
      const text = JSON.stringify(value)
      const whole: Json = JSON.parse(text)
      const at = [...new Set(cuts)].filter((cut) => cut < text.length).sort((one, other) => one - other)
      const pieces = [...at, text.length].map((end, index) => text.slice(at[index - 1] ?? 0, end))
      const seen = looks(...pieces).filter((look) => look !== undefined)
      assert.deepStrictEqual(seen.at(-1), whole)
      for (const [index, look] of seen.entries()) assert.isTrue(isPartOf(look, seen[index + 1] ?? whole), text)
    }))
  })

  it("a long text costs linear time", () => {
    const time = (length: number) => {
      const started = performance.now()
      looks("{\"a\":\"", ...Array.from({ length }, () => "some words "), "\"}")
      return performance.now() - started
    }
    time(2_000)
    const [short, long] = [time(5_000), time(40_000)]
    assert.isBelow(long, Math.max(short, 5) * 40)
  })
})
