import { assert, describe, it } from "@effect/vitest"
import type { Output } from "../../src/Dialect.ts"
import * as Events from "../../src/internal/openAiEvents.ts"
import * as Reader from "../../src/internal/reader.ts"

const read = Reader.compile(Events.event)

/** What one event of the wire says, to a state that has seen nothing. */
const said = (json: unknown): ReadonlyArray<Output> => {
  const event = read(json)
  return event === undefined ? [] : Events.step(Events.initial(), event)
}

const ofDelta = (delta: unknown): ReadonlyArray<Output> => said({ choices: [{ index: 0, delta }] })

const text = (text: string, choice = 0): Output => ({ _tag: "Text", choice, text })
const reasoning = (text: string): Output => ({ _tag: "Reasoning", choice: 0, text })
const call = (fields: Partial<Extract<Output, { readonly _tag: "ToolCall" }>>): Output => ({
  _tag: "ToolCall",
  choice: 0,
  id: undefined,
  index: undefined,
  name: undefined,
  arguments: undefined,
  ...fields
})

describe("content", () => {
  const rows: ReadonlyArray<readonly [string, unknown, ReadonlyArray<Output>]> = [
    ["a string", "x", [text("x")]],
    ["an empty string", "", []],
    ["null", null, []],
    ["a number", 7, []],
    ["a list of strings", ["x", "y"], [text("x"), text("y")]],
    ["one part", { type: "text", text: "x" }, [text("x")]],
    ["Mistral's parts", [
      {
        type: "thinking",
        thinking: [{ type: "text", text: "r" }, { type: "reference", reference_ids: [1] }, {
          type: "text",
          text: "s"
        }]
      },
      { type: "text", text: "a" },
      { type: "reference", reference_ids: [1] },
      { type: "brand_new", text: "no" }
    ], [reasoning("rs"), text("a")]],
    ["thinking as a string", [{ type: "thinking", thinking: "r" }], [reasoning("r")]],
    ["Databricks' parts", [
      { type: "reasoning", summary: [{ type: "summary_text", text: "r", signature: "s" }] },
      { type: "text", text: "a" }
    ], [reasoning("r"), text("a")]],
    ["a refusal among parts", [{ type: "refusal", refusal: "no" }], [{ _tag: "Refusal", choice: 0, text: "no" }]],
    ["odd parts", [null, 7, [], {}, { type: "text" }, { type: "text", text: "" }, { type: "text", text: 1 }], []]
  ]
  for (const [name, content, outputs] of rows) {
    it(`${name}`, () => assert.deepStrictEqual(ofDelta({ content }), outputs))
  }

  it("a refusal", () => {
    assert.deepStrictEqual(ofDelta({ content: null, refusal: "no" }), [{ _tag: "Refusal", choice: 0, text: "no" }])
    assert.deepStrictEqual(ofDelta({ refusal: "" }), [])
  })

  it("a text that is nested without end is none", () => {
    let deep: unknown = "x"
    for (let i = 0; i < 100_000; i++) deep = [deep]
    assert.deepStrictEqual(ofDelta({ content: deep, reasoning: deep }), [])
  })
})

describe("reasoning", () => {
  const details = [
    { type: "reasoning.text", text: "a", signature: "s" },
    { type: "reasoning.summary", summary: "b" },
    { type: "reasoning.encrypted", data: "c2lnbmVk" }
  ]
  const rows: ReadonlyArray<readonly [string, unknown, ReadonlyArray<Output>]> = [
    ["reasoning_content", { reasoning_content: "r" }, [reasoning("r")]],
    ["reasoning", { reasoning: "r" }, [reasoning("r")]],
    ["reasoning { content }", { reasoning: { content: "r" } }, [reasoning("r")]],
    ["reasoning { text }", { reasoning: { text: "r" } }, [reasoning("r")]],
    ["reasoning_details", { reasoning_details: details }, [reasoning("ab")]],
    ["thinking", { thinking: "r" }, [reasoning("r")]],
    ["content_blocks of a delta", { content_blocks: [{ index: 0, delta: { thinking: "r" } }] }, [reasoning("r")]],
    ["content_blocks of a message", {
      content_blocks: [{ type: "thinking", thinking: "r", signature: "s" }, { type: "text", text: "a" }],
      content: "a"
    }, [reasoning("r"), text("a")]],
    ["the same in two fields", { reasoning: "r", reasoning_content: "r" }, [reasoning("r")]],
    ["different in two fields", { reasoning: "r", reasoning_content: "c" }, [reasoning("c")]],
    ["text and details", { reasoning: "ab", reasoning_details: details }, [reasoning("ab")]],
    ["an empty field before one with text", { reasoning_content: "", reasoning: "r" }, [reasoning("r")]],
    ["empty", { reasoning_content: "", reasoning: null, reasoning_details: [], thinking: 7 }, []],
    ["before the text of the same delta", { content: "a", reasoning: "r" }, [reasoning("r"), text("a")]],
    ["in a field and in the parts", { reasoning_content: "r", content: [{ type: "thinking", thinking: "r" }, "a"] }, [
      reasoning("r"),
      text("a")
    ]]
  ]
  for (const [name, delta, outputs] of rows) {
    it(`${name}`, () => assert.deepStrictEqual(ofDelta(delta), outputs))
  }
})

describe("tool calls", () => {
  const rows: ReadonlyArray<readonly [string, unknown, ReadonlyArray<Output>]> = [
    [
      "the first piece",
      { index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } },
      [call({ id: "a", index: 0, name: "f", arguments: "" })]
    ],
    ["a fragment", { index: 3, function: { arguments: "{\"" } }, [call({ index: 3, arguments: "{\"" })]],
    ["no index", { id: "a", function: { name: "f" } }, [call({ id: "a", name: "f" })]],
    ["an index that is none", { index: "__proto__", id: "a" }, [call({ id: "a" })]],
    ["a negative index", { index: -1, id: "a" }, [call({ id: "a" })]],
    ["no id", { index: 0, id: null, function: { name: null, arguments: "1" } }, [call({ index: 0, arguments: "1" })]],
    ["no function", { index: 0, id: "a", function: null }, [call({ id: "a", index: 0 })]],
    ["an object for arguments", { id: "a", function: { name: "f", arguments: { x: [1] } } }, [
      call({ id: "a", name: "f", arguments: "{\"x\":[1]}" })
    ]],
    // What comes after may be text.
    ["an empty object for arguments", { id: "a", function: { name: "f", arguments: {} } }, [
      call({ id: "a", name: "f" })
    ]],
    ["a list for arguments", { id: "a", function: { name: "f", arguments: [1] } }, [call({ id: "a", name: "f" })]],
    ["a number for arguments", { id: "a", function: { name: "f", arguments: 7 } }, [call({ id: "a", name: "f" })]],
    ["nothing new", { index: 0, id: "", function: { name: "", arguments: "" } }, []],
    ["nothing at all", {}, []],
    ["what is no call", null, []]
  ]
  for (const [name, entry, outputs] of rows) {
    it(`${name}`, () => assert.deepStrictEqual(ofDelta({ tool_calls: [entry] }), outputs))
  }

  it("several in one delta, after its text", () => {
    const entries = [{ index: 0, id: "a", function: { name: "f" } }, { index: 1, id: "b", function: { name: "g" } }]
    assert.deepStrictEqual(ofDelta({ content: "x", tool_calls: entries }), [
      text("x"),
      call({ index: 0, id: "a", name: "f" }),
      call({ index: 1, id: "b", name: "g" })
    ])
  })

  it("the older function_call is a call at index 0, unless calls say it too", () => {
    const old = { name: "f", arguments: "{}" }
    assert.deepStrictEqual(ofDelta({ function_call: old }), [call({ index: 0, name: "f", arguments: "{}" })])
    assert.deepStrictEqual(ofDelta({ tool_calls: [], function_call: { arguments: "}" } }), [
      call({ index: 0, arguments: "}" })
    ])
    assert.deepStrictEqual(ofDelta({ tool_calls: [{ index: 0, id: "a", function: old }], function_call: old }), [
      call({ index: 0, id: "a", name: "f", arguments: "{}" })
    ])
  })

  it("arguments nested too deep to be written are none", () => {
    let deep: unknown = {}
    for (let i = 0; i < 100_000; i++) deep = [deep]
    assert.deepStrictEqual(ofDelta({ tool_calls: [{ id: "a", function: { name: "f", arguments: deep } }] }), [
      call({ id: "a", name: "f" })
    ])
  })
})

describe("annotations and logprobs", () => {
  it("annotations that are objects", () => {
    const citation = { type: "url_citation", url_citation: { url: "https://example.com" } }
    assert.deepStrictEqual(ofDelta({ annotations: [citation, null, "x"] }), [
      { _tag: "Annotations", choice: 0, annotations: [citation] }
    ])
    for (const annotations of [[], {}, "x", null, [null]]) assert.deepStrictEqual(ofDelta({ annotations }), [])
  })

  it("logprobs in our words", () => {
    const wire = { token: "a", logprob: -0.5, bytes: [97], top_logprobs: [{ token: "b", logprob: -1, bytes: null }] }
    const told = { token: "a", logprob: -0.5, bytes: [97], topLogprobs: [{ token: "b", logprob: -1 }] }
    const choice = (logprobs: unknown) => said({ choices: [{ index: 1, delta: { content: "a" }, logprobs }] })
    assert.deepStrictEqual(choice({ content: [wire], refusal: null }), [
      text("a", 1),
      { _tag: "Logprobs", choice: 1, logprobs: { content: [told] } }
    ])
    assert.deepStrictEqual(choice({ content: [], refusal: [{ ...wire, top_logprobs: null }] }), [
      text("a", 1),
      { _tag: "Logprobs", choice: 1, logprobs: { refusal: [{ ...told, topLogprobs: [] }] } }
    ])
    for (const none of [null, {}, { content: [] }, { content: [{ token: "a" }, { logprob: 1 }, null] }, 7]) {
      assert.deepStrictEqual(choice(none), [text("a", 1)])
    }
  })
})
