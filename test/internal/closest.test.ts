import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { closest, distance } from "../../src/internal/closest.ts"

const known = ["anthropic", "groq", "openai", "xai"]

describe("closest", () => {
  it("finds what was meant", () => {
    const pairs = [
      ["opnai", "openai"],
      ["openia", "openai"],
      ["open-ai", "openai"],
      ["OpenAI", "openai"],
      ["antropic", "anthropic"],
      ["anthropics", "anthropic"],
      ["grok", "groq"],
      ["xaI", "xai"]
    ] as const
    for (const [word, meant] of pairs) assert.strictEqual(closest(word, known), meant)
  })

  it("says nothing where nothing is near", () => {
    for (const word of ["", "x", "qwen3", "claude", "mistral", "constructor", "a".repeat(1_000_000)]) {
      assert.isUndefined(closest(word, known))
    }
    assert.isUndefined(closest("openai", []))
  })

  it("of two takes the nearer, and of equals the first", () => {
    assert.strictEqual(closest("fooba", ["foobarx", "foobar"]), "foobar")
    assert.strictEqual(closest("foobaz", ["foobar", "foobax"]), "foobar")
  })
})

describe("distance", () => {
  it("counts letters", () => {
    assert.strictEqual(distance("kitten", "sitting"), 3)
    assert.strictEqual(distance("ab", "ba"), 1)
    assert.strictEqual(distance("", "abc"), 3)
    assert.strictEqual(distance("abc", ""), 3)
  })

  const word = FastCheck.string({ maxLength: 8 })

  it.prop("is nothing between equals, and the same in both directions", [word, word], ([one, other]) => {
    assert.strictEqual(distance(one, other) === 0, one === other)
    assert.strictEqual(distance(one, other), distance(other, one))
    assert.isAtLeast(distance(one, other), Math.abs(one.length - other.length))
    assert.isAtMost(distance(one, other), Math.max(one.length, other.length))
  })
})
