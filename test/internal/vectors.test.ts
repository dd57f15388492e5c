import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Parts from "../../src/internal/parts.ts"
import * as Vectors from "../../src/internal/vectors.ts"

const base64 = (...numbers: ReadonlyArray<number>): string => {
  const view = new DataView(new ArrayBuffer(4 * numbers.length))
  for (const [index, number] of numbers.entries()) view.setFloat32(4 * index, number, true)
  return Buffer.from(view.buffer).toString("base64")
}

const ordered = (vectors: Parameters<typeof Vectors.ofAnswer>[0], count = vectors.length, dimensions?: number) =>
  Either.merge(Vectors.ofAnswer(vectors, count, dimensions))

describe("a vector", () => {
  it("is numbers, or the base64 of little-endian floats", () => {
    assert.deepStrictEqual(Vectors.vectorOf([0.5, -1, 3e38]), [0.5, -1, 3e38])
    assert.deepStrictEqual(Vectors.vectorOf("AAAAPwAAgL8="), [0.5, -1])
    assert.deepStrictEqual(Vectors.vectorOf(base64(0.25, 1e-10, -0)), [0.25, Math.fround(1e-10), -0])
    // Without padding, as some encoders leave it.
    assert.deepStrictEqual(Vectors.vectorOf("AAAAPwAAgL8"), [0.5, -1])
  })

  it("is not what has an element that is no number, or none at all", () => {
    for (
      const odd of [[], "", [1, null], [1, "2"], [[1]], [NaN], {}, null, undefined, 7, base64(1, NaN), base64(Infinity)]
    ) {
      assert.isUndefined(Vectors.vectorOf(odd), JSON.stringify(odd))
    }
    // Not base64; not whole floats.
    for (const odd of ["no base64!", "AAAA", "AAAAPwA="]) assert.isUndefined(Vectors.vectorOf(odd), odd)
  })
})

describe("the vectors of an answer", () => {
  it("are put where their index says", () => {
    assert.deepStrictEqual(
      ordered([{ index: 2, vector: [2] }, { index: 0, vector: [0] }, { index: 1, vector: base64(1) }]),
      [[0], [1], [2]]
    )
  })

  it("stay in their order where none has an index", () => {
    assert.deepStrictEqual(ordered([{ vector: [0] }, { vector: [1] }]), [[0], [1]])
  })

  it("are never guessed at", () => {
    const odd = "the indexes of the vectors are not those of the texts"
    assert.strictEqual(ordered([{ index: 0, vector: [0] }, { index: 0, vector: [1] }]), odd)
    assert.strictEqual(ordered([{ index: 1, vector: [0] }, { index: 2, vector: [1] }]), odd)
    assert.strictEqual(ordered([{ index: 0, vector: [0] }, { vector: [1] }]), odd)
    assert.strictEqual(ordered([{ index: 0.5, vector: [0] }]), odd)
    assert.strictEqual(ordered([{ vector: [0] }], 2), "1 vectors for 2 texts")
    assert.strictEqual(ordered([{ vector: [0] }, { vector: [1] }], 1), "2 vectors for 1 texts")
    assert.strictEqual(ordered([{ vector: [0] }, { vector: [null] }]), "the vector at 1 is none")
  })

  it("have one length, the one that was asked for", () => {
    assert.deepStrictEqual(ordered([{ vector: [0, 1] }], 1, 2), [[0, 1]])
    assert.strictEqual(ordered([{ vector: [0] }, { vector: [1, 2] }]), "the vector at 1 has 2 numbers in place of 1")
    assert.strictEqual(ordered([{ vector: [0] }], 1, 2), "the vector at 0 has 1 numbers in place of 2")
  })
})

describe("parts", () => {
  const sizes = (texts: ReadonlyArray<string>, limits: Parts.PartLimits) =>
    Parts.split(texts, limits).map((part) => part.length)

  it("keep the texts in their order", () => {
    const texts = Array.from({ length: 10 }, (_, i) => String(i))
    for (let maxInputs = 1; maxInputs < 12; maxInputs++) {
      assert.deepStrictEqual(Parts.split(texts, { maxInputs }).flat(), texts)
    }
    assert.deepStrictEqual(sizes(texts, { maxInputs: 4 }), [4, 4, 2])
    assert.deepStrictEqual(sizes(texts, {}), [10])
    assert.deepStrictEqual(sizes([], { maxInputs: 4 }), [])
  })

  it("have no more bytes than there may be tokens", () => {
    assert.deepStrictEqual(sizes(["aaa", "aaa", "aa"], { maxTokens: 6 }), [2, 1])
    assert.deepStrictEqual(sizes(["é", "é", "é"], { maxTokens: 4 }), [2, 1])
    assert.deepStrictEqual(sizes(["語", "語", "語"], { maxTokens: 6 }), [2, 1])
    for (const text of ["é", "語", "🙂", "\ud800", "a\u0000b", "naïve 🙂 語"]) {
      const bytes = new TextEncoder().encode(text).length
      assert.deepStrictEqual(sizes([text, text], { maxTokens: 2 * bytes - 1 }), [1, 1], text)
    }
  })

  it("hold a text that is too long on its own", () => {
    assert.deepStrictEqual(sizes(["a", "a".repeat(100), "a"], { maxTokens: 10 }), [1, 1, 1])
  })
})
