import { assert, describe, it } from "@effect/vitest"
import type { ToolCallDelta } from "../../src/ChatCompletionChunk.ts"
import { ToolCalls } from "../../src/internal/toolCalls.ts"

interface Piece {
  readonly id?: string
  readonly index?: number
  readonly name?: string
  readonly arguments?: string
}

interface Told {
  readonly id: string
  readonly name: string
  readonly arguments: string
}

/** All deltas of these pieces, and what is owed at the end. */
const deltas = (pieces: ReadonlyArray<Piece>, whole = true): ReadonlyArray<ToolCallDelta> => {
  const calls = new ToolCalls((index) => `made_${index}`)
  const told = pieces.map((piece) => calls.add({ _tag: "ToolCall", choice: 0, ...piece }))
  return [...told.filter((delta) => delta !== undefined), ...calls.close(whole)]
}

/** The calls that the deltas add up to, by our own index. */
const calls = (pieces: ReadonlyArray<Piece>, whole = true): ReadonlyArray<Told> => {
  const out: Array<Told> = []
  for (const { function: called, id, index } of deltas(pieces, whole)) {
    const known = out[index]
    if (known === undefined) {
      assert.strictEqual(index, out.length, "indexes are dense")
      out.push({ id: id ?? "none", name: called.name ?? "none", arguments: called.arguments ?? "" })
    } else {
      assert.isUndefined(id, "the id comes once")
      assert.isUndefined(called.name, "the name comes once")
      out[index] = { ...known, arguments: known.arguments + (called.arguments ?? "") }
    }
  }
  return out
}

const call = (id: string, name: string, args: string): Told => ({ id, name, arguments: args })

const cases: ReadonlyArray<readonly [string, ReadonlyArray<Piece>, ReadonlyArray<Told>]> = [
  // Which call a piece belongs to.
  ["two ids at one index are two calls", [
    { index: 0, id: "a", name: "f", arguments: "{\"x\":1}" },
    { index: 0, id: "b", name: "g", arguments: "{}" }
  ], [call("a", "f", "{\"x\":1}"), call("b", "g", "{}")]],
  ["no index: the latest", [
    { id: "a", name: "f", arguments: "{" },
    { arguments: "\"x\":" },
    { arguments: "1}" }
  ], [call("a", "f", "{\"x\":1}")]],
  ["an index that starts at 7, and then none", [
    { index: 7, id: "a", name: "f", arguments: "" },
    { index: 7, id: "", name: "", arguments: "{\"q\":" },
    { arguments: "1}" }
  ], [call("a", "f", "{\"q\":1}")]],
  ["calls that take turns", [
    { index: 0, id: "a", name: "f" },
    { index: 1, id: "b", name: "g" },
    { index: 0, arguments: "{\"a\":" },
    { index: 1, arguments: "{\"b\":" },
    { index: 0, arguments: "1}" },
    { index: 1, arguments: "2}" }
  ], [call("a", "f", "{\"a\":1}"), call("b", "g", "{\"b\":2}")]],
  ["turns told by id alone", [
    { id: "a", name: "f" },
    { id: "b", name: "g" },
    { id: "a", arguments: "1" },
    { id: "b", arguments: "2" }
  ], [call("a", "f", "1"), call("b", "g", "2")]],
  ["the id on every piece", [
    { index: 0, id: "a", name: "f", arguments: "1" },
    { index: 0, id: "a", name: "f", arguments: "2" },
    { index: 0, id: "a", name: "f", arguments: "3" }
  ], [call("a", "f", "123")]],
  ["an index that only the rest of a call has", [
    { id: "a", name: "f", arguments: "{\"x\"" },
    { index: 0, arguments: ":" },
    { index: 0, arguments: "1}" },
    { index: 1, id: "b", name: "g", arguments: "{}" }
  ], [call("a", "f", "{\"x\":1}"), call("b", "g", "{}")]],
  ["an index that no array could have", [
    { index: 4_294_967_294, id: "a", name: "f", arguments: "1" },
    { index: 4_294_967_294, arguments: "2" }
  ], [call("a", "f", "12")]],
  ["whole calls without id, all at index 0", [
    { index: 0, name: "f", arguments: "{}" },
    { index: 0, name: "g", arguments: "{\"x\":1}" }
  ], [call("made_0", "f", "{}"), call("made_1", "g", "{\"x\":1}")]],
  // Ids.
  ["an id that is never sent", [{ index: 0, name: "f" }, { index: 0, arguments: "{}" }], [call("made_0", "f", "{}")]],
  ["ids that are none", [
    { index: 0, id: "", name: "f", arguments: "1" },
    { index: 0, id: "null", arguments: "2" }
  ], [call("made_0", "f", "12")]],
  ["an id that comes late does not change what was told", [
    { index: 0, name: "f", arguments: "1" },
    { index: 0, id: "a", arguments: "2" },
    { id: "a", arguments: "3" }
  ], [call("made_0", "f", "123")]],
  ["an id that comes before the name counts", [
    { index: 0, arguments: "1" },
    { index: 0, id: "a", name: "f", arguments: "2" }
  ], [call("a", "f", "12")]],
  // Names.
  ["a name that comes after arguments", [
    { index: 0, id: "a", arguments: "{\"x\"" },
    { index: 0, arguments: ":1" },
    { index: 0, name: "f", arguments: "}" }
  ], [call("a", "f", "{\"x\":1}")]],
  ["a name that comes after another call", [
    { index: 0, arguments: "{\"x\"" },
    { index: 1, name: "g", arguments: "{}" },
    { index: 0, name: "f", arguments: ":1}" }
  ], [call("made_0", "g", "{}"), call("made_1", "f", "{\"x\":1}")]],
  ["a name on every piece", [
    { index: 0, id: "a", name: "f" },
    { index: 0, name: "f" },
    { index: 0, name: "f", arguments: "{}" }
  ], [call("a", "f", "{}")]],
  ["a name that is empty", [{ index: 0, id: "a", name: "f" }, { index: 0, name: "", arguments: "{}" }], [
    call("a", "f", "{}")
  ]],
  ["a name that never comes", [{ index: 0, id: "a", arguments: "{\"x\":1}" }], [call("a", "", "{\"x\":1}")]],
  // Arguments.
  ["no arguments", [{ index: 0, id: "a", name: "f" }], [call("a", "f", "{}")]],
  ["arguments that are empty", [{ index: 0, id: "a", name: "f", arguments: "" }], [call("a", "f", "{}")]],
  ["two calls without arguments", [{ id: "a", name: "f" }, { id: "b", name: "g" }], [
    call("a", "f", "{}"),
    call("b", "g", "{}")
  ]]
]

describe("ToolCalls", () => {
  for (const [name, pieces, expected] of cases) {
    it(name, () => {
      assert.deepStrictEqual(calls(pieces), expected)
    })
  }

  it("arguments of white space are none", () => {
    assert.strictEqual(calls([{ id: "a", name: "f", arguments: " " }])[0]?.arguments.trim(), "{}")
  })

  it("a call that was cut keeps what came", () => {
    assert.deepStrictEqual(calls([{ id: "a", name: "f", arguments: "{\"p\":\"/e" }], false), [
      call("a", "f", "{\"p\":\"/e")
    ])
    assert.deepStrictEqual(calls([{ id: "a", name: "f" }], false), [call("a", "f", "")])
  })

  it("the first delta has id, type and name, and the rest arguments alone", () => {
    assert.deepStrictEqual(deltas([{ index: 3, id: "a", name: "f", arguments: "1" }, { index: 3, arguments: "2" }]), [
      { index: 0, id: "a", type: "function", function: { name: "f", arguments: "1" } },
      { index: 0, function: { arguments: "2" } }
    ])
  })

  it("a piece that adds nothing is no delta", () => {
    assert.lengthOf(deltas([{ index: 0, id: "a", name: "f", arguments: "1" }, { index: 0, id: "a", arguments: "" }]), 1)
  })
})
