import { assert, describe, it } from "@effect/vitest"
import { type Piece, Splitter } from "../../src/internal/think.ts"

interface Said {
  readonly reasoning: string
  readonly text: string
}

const joined = (pieces: ReadonlyArray<Piece>): Said => ({
  reasoning: pieces.filter(({ isReasoning }) => isReasoning).map(({ text }) => text).join(""),
  text: pieces.filter(({ isReasoning }) => !isReasoning).map(({ text }) => text).join("")
})

const split = (fragments: Iterable<string>, beginsInside: boolean): ReadonlyArray<Piece> => {
  const splitter = new Splitter(beginsInside)
  return [...fragments].flatMap((fragment) => splitter.push(fragment)).concat(splitter.end())
}

/** Every way to cut in two, and each character alone. */
const cuts = (text: string): ReadonlyArray<ReadonlyArray<string>> => [
  [text],
  Array.from({ length: text.length }, (_, index) => text.charAt(index)),
  ...Array.from({ length: text.length + 1 }, (_, at) => [text.slice(0, at), text.slice(at)])
]

const same = (text: string): Said => ({ reasoning: "", text })

type Rows = ReadonlyArray<readonly [output: string, expected: Said]>

const tagged: Rows = [
  ["<think>x</think>y", { reasoning: "x", text: "y" }],
  ["\n \t<think>\nFirst.\nSecond.\n</think>\n\nThe answer.", {
    reasoning: "\nFirst.\nSecond.\n",
    text: "The answer."
  }],
  ["<think></think>y", { reasoning: "", text: "y" }],
  ["<think>\n\n</think>\n\ny\n", { reasoning: "\n\n", text: "y\n" }],
  ["<think>never closed", { reasoning: "never closed", text: "" }],
  ["<think>cut in the closing tag</thi", { reasoning: "cut in the closing tag</thi", text: "" }],
  ["<think>a < b </ c </thinker> <</think>d", { reasoning: "a < b </ c </thinker> <", text: "d" }],
  ["<think>one <think>two</think> three</think> four", { reasoning: "one <think>two", text: "three</think> four" }],
  ["<think>x</think>In HTML, <think> and </think> are no tags.", {
    reasoning: "x",
    text: "In HTML, <think> and </think> are no tags."
  }],
  ["The tag <think>is text</think> here.", same("The tag <think>is text</think> here.")],
  ["if a < b", same("if a < b")],
  ["< think>no", same("< think>no")],
  ["<thinking>no</thinking>", same("<thinking>no</thinking>")],
  ["<thi", same("<thi")],
  ["  \n", same("  \n")],
  ["a</think>b", same("a</think>b")],
  ["<think>😀 é</think>😀", { reasoning: "😀 é", text: "😀" }],
  ["", same("")]
]

const missingOpener: Rows = [
  ["x</think>y", { reasoning: "x", text: "y" }],
  ["\nOkay.\n</think>\n\nThe answer.", { reasoning: "\nOkay.\n", text: "The answer." }],
  ["<think>x</think>y", { reasoning: "x", text: "y" }],
  ["never closed", { reasoning: "never closed", text: "" }],
  ["<thi", { reasoning: "<thi", text: "" }],
  ["</think>y", { reasoning: "", text: "y" }],
  ["a < b</think>y </think> z", { reasoning: "a < b", text: "y </think> z" }]
]

for (
  const [name, rows, beginsInside] of [
    ["a tag at the start", tagged, false],
    ["a start inside the tag", missingOpener, true]
  ] as const
) {
  describe(name, () => {
    for (const [output, expected] of rows) {
      it(JSON.stringify(output), () => {
        for (const fragments of cuts(output)) {
          const pieces = split(fragments, beginsInside)
          assert.deepStrictEqual(joined(pieces), expected, JSON.stringify(fragments))
          assert.isTrue(pieces.every(({ text }) => text !== ""), "an empty piece")
        }
      })
    }
  })
}

describe("as it comes", () => {
  const first = (fragments: ReadonlyArray<string>, beginsInside = false) => {
    const splitter = new Splitter(beginsInside)
    return fragments.map((fragment) => splitter.push(fragment))
  }

  it("tells reasoning before the tag is closed", () => {
    assert.deepStrictEqual(first(["<think>Hm", ", yes"]), [
      [{ isReasoning: true, text: "Hm" }],
      [{ isReasoning: true, text: ", yes" }]
    ])
  })

  it("holds back no more than what could be a tag", () => {
    assert.deepStrictEqual(first(["<think>a <", " b </thin", "g"]), [
      [{ isReasoning: true, text: "a " }],
      [{ isReasoning: true, text: "< b " }],
      [{ isReasoning: true, text: "</thing" }]
    ])
  })

  it("holds no text back after the tag", () => {
    assert.deepStrictEqual(first(["<think>x</think>y", "<thi"])[1], [{ isReasoning: false, text: "<thi" }])
  })

  it("looks for no tag where the server tells reasoning apart", () => {
    const splitter = new Splitter(true)
    assert.deepStrictEqual(splitter.push("<th"), [])
    assert.deepStrictEqual(splitter.apart(), [{ isReasoning: false, text: "<th" }])
    assert.deepStrictEqual(splitter.push("ink>x"), [{ isReasoning: false, text: "ink>x" }])
    assert.deepStrictEqual(splitter.apart(), [])
    assert.deepStrictEqual(splitter.end(), [])
  })

  it("does not wait for the end of white space", () => {
    const splitter = new Splitter(false)
    const pieces = Array.from({ length: 2000 }, () => splitter.push(" ")).flat()
    assert.deepStrictEqual(joined(pieces), same(" ".repeat(2000)))
    assert.deepStrictEqual(splitter.end(), [])
  })

  it("is linear in what comes", () => {
    const splitter = new Splitter(false)
    splitter.push("<think>")
    const started = performance.now()
    let length = 0
    for (let n = 0; n < 200_000; n++) {
      for (const { text } of splitter.push("</thin")) length += text.length
    }
    assert.isAbove(length, 1_000_000)
    assert.isBelow(performance.now() - started, 2000)
  })
})
