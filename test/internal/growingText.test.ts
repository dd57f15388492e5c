import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { GrowingText } from "../../src/internal/growingText.ts"

const grown = (pieces: ReadonlyArray<string>): GrowingText => {
  const growing = new GrowingText()
  for (const piece of pieces) growing.add(piece)
  return growing
}

describe("a growing text", () => {
  it("is its pieces, however they are cut", () => {
    FastCheck.assert(FastCheck.property(FastCheck.array(FastCheck.string({ maxLength: 400 })), (pieces) => {
      assert.strictEqual(grown(pieces).text, pieces.join(""))
    }))
  })

  it("grows on after it was read", () => {
    const growing = grown(["a".repeat(300), "b"])
    assert.strictEqual(growing.text.length, 301)
    growing.add("c")
    assert.strictEqual(growing.text, `${"a".repeat(300)}bc`)
  })

  it("begins anew when it was cleared", () => {
    const growing = grown(["a".repeat(300), "b"])
    growing.clear()
    assert.strictEqual(growing.text, "")
    growing.add("c")
    assert.strictEqual(growing.text, "c")
  })
})
