/**
 * The blocks that go back in the next turn, and whole messages.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Json } from "../../src/CompletionParams.ts"
import * as Events from "../../src/internal/anthropicEvents.ts"
import { heldLimit } from "../../src/internal/replay.ts"
import { dialect } from "../../src/providers/Anthropic.ts"
import {
  all,
  delta,
  each,
  end,
  inputDelta,
  native,
  seed,
  start,
  stop,
  textBlock,
  textDelta,
  thinkingBlock
} from "./anthropicWire.ts"

describe("blocks for the next turn", () => {
  it("an answer of plain text and calls needs none", () => {
    const outputs = all(
      ...textBlock("a", 0),
      start({ type: "tool_use", id: "t", name: "f", input: {}, caller: { type: "direct" } }, 1),
      inputDelta("{}", 1),
      stop(1),
      start({ type: "text", text: "", citations: null }, 2),
      stop(2),
      end("tool_use"),
      { type: "message_stop" }
    )
    assert.deepStrictEqual(native(outputs), [])
  })

  it("thinking brings all blocks with it, each when it is whole", () => {
    const outputs = each(...thinkingBlock, ...textBlock("a", 1), end("end_turn"))
    assert.deepStrictEqual(outputs.map(native), [
      [],
      [],
      [],
      [{ type: "thinking", thinking: "Hm", signature: "sig" }],
      [],
      [],
      [{ type: "text", text: "a" }],
      []
    ])
  })

  it("what came before the first such block is not lost", () => {
    const search = { type: "server_tool_use", id: "s", name: "web_search", input: {} }
    const outputs = all(...textBlock("a", 0), start(search, 1), inputDelta("{\"q\":", 1), inputDelta("1}", 1), stop(1))
    assert.deepStrictEqual(native(outputs), [{ type: "text", text: "a" }, { ...search, input: { q: 1 } }])
  })

  it("in the order in which they began, also when they end in another", () => {
    const outputs = each(
      start({ type: "redacted_thinking", data: "x" }, 0),
      start({ type: "text", text: "" }, 1),
      textDelta("a", 1),
      stop(1),
      stop(0)
    )
    assert.deepStrictEqual(outputs.map(native), [
      [],
      [],
      [],
      [],
      [{ type: "redacted_thinking", data: "x" }, { type: "text", text: "a" }]
    ])
  })

  it("citations bring all blocks with them", () => {
    const citation = { type: "char_location", document_index: 0 }
    const outputs = all(
      ...textBlock("a", 0),
      start({ type: "text", text: "", citations: [] }, 1),
      textDelta("b", 1),
      delta({ type: "citations_delta", citation }, 1),
      delta({ type: "citations_delta", citation }, 1),
      stop(1)
    )
    assert.deepStrictEqual(native(outputs), [
      { type: "text", text: "a" },
      { type: "text", text: "b", citations: [citation, citation] }
    ])
  })

  it("a call that code made, and not the model, cannot be rebuilt", () => {
    const call = { type: "tool_use", id: "t", name: "f", input: { a: 1 }, caller: { type: "code_execution_20250825" } }
    assert.deepStrictEqual(native(all(start(call), stop())), [call])
  })

  it("deltas nobody knows are put together as well as can be", () => {
    const outputs = all(
      start({ type: "hologram", data: "x", parts: [1], n: 1 }),
      delta({ type: "hologram_delta", data: "y", parts: [2], n: 2, more: {} }),
      stop()
    )
    assert.deepStrictEqual(native(outputs), [{ type: "hologram", data: "xy", parts: [1, 2], n: 2, more: {} }])
  })

  it("the one delta of a compaction brings its final value", () => {
    const outputs = all(
      start({ type: "compaction", content: "partial" }),
      delta({ type: "compaction_delta", content: "whole", encrypted_content: "e" }),
      stop()
    )
    assert.deepStrictEqual(native(outputs), [{ type: "compaction", content: "whole", encrypted_content: "e" }])
  })

  it("neither a cut call nor an empty text goes back", () => {
    const outputs = all(
      ...thinkingBlock,
      start({ type: "text", text: "" }, 1),
      stop(1),
      start({ type: "tool_use", id: "t", name: "f", input: {} }, 2),
      inputDelta("{\"a\":", 2),
      stop(2),
      end("max_tokens")
    )
    assert.deepStrictEqual(native(outputs), [{ type: "thinking", thinking: "Hm", signature: "sig" }])
  })

  it("blocks that were never said to be whole are so at the end", () => {
    const outputs = all(...thinkingBlock.slice(0, 3), start({ type: "text", text: "a" }, 1), end("end_turn"))
    assert.deepStrictEqual(native(outputs), [
      { type: "thinking", thinking: "Hm", signature: "sig" },
      { type: "text", text: "a" }
    ])
  })

  it("a long prefix is let go, and all blocks with it", () => {
    const long = "x".repeat(heldLimit + 1)
    assert.deepStrictEqual(native(all(...textBlock(long, 0), ...thinkingBlock, end("end_turn"))), [])
    const fits = "x".repeat(heldLimit)
    assert.deepStrictEqual(native(all(...textBlock(fits, 1), ...thinkingBlock)).length, 2)
  })

  it("a plain answer of any length is not kept", () => {
    const state = Events.initial()
    for (let i = 0; i < 1000; i++) {
      Events.step(state, {
        type: "content_block_delta",
        index: 0,
        delta: { type: "text_delta", text: "x".repeat(1000) }
      })
    }
    assert.strictEqual(state.store.order.length, 0)
    assert.deepStrictEqual([...state.blocks.values()].map((block) => block.kept.text), [""])
  })

  it("blocks that were told are not kept", () => {
    const state = Events.initial()
    for (const event of [...thinkingBlock, ...textBlock("a", 1)]) Events.step(state, event as Events.Event)
    assert.strictEqual(state.store.order.length, 0)
    assert.strictEqual(state.blocks.size, 0)
  })
})

describe("a whole message", () => {
  const whole = (json: unknown) => dialect.decoder(seed).completion(json)

  it("says what its stream would", () => {
    const content: ReadonlyArray<Json> = [
      { type: "thinking", thinking: "Hm", signature: "sig" },
      { type: "text", text: "a", citations: [{ type: "char_location", document_index: 0 }] },
      { type: "tool_use", id: "t", name: "f", input: { a: 1 } },
      { type: "tool_use", id: "u", name: "g", input: {} }
    ]
    const usage = { input_tokens: 1, output_tokens: 2 }
    assert.deepStrictEqual(
      whole({ type: "message", id: "m", model: "c", content, stop_reason: "tool_use", usage }),
      [
        { _tag: "Head", id: "m", model: "c" },
        { _tag: "Reasoning", choice: 0, text: "Hm" },
        { _tag: "Native", choice: 0, block: content[0] ?? null },
        { _tag: "Text", choice: 0, text: "a" },
        { _tag: "Annotations", choice: 0, annotations: [{ type: "char_location", document_index: 0 }] },
        { _tag: "Native", choice: 0, block: content[1] ?? null },
        { _tag: "ToolCall", choice: 0, id: "t", index: 2, name: "f" },
        { _tag: "ToolCall", choice: 0, id: "t", index: 2, arguments: "{\"a\":1}" },
        { _tag: "Native", choice: 0, block: content[2] ?? null },
        { _tag: "ToolCall", choice: 0, id: "u", index: 3, name: "g" },
        { _tag: "Native", choice: 0, block: content[3] ?? null },
        { _tag: "Finish", choice: 0, reason: "tool_calls", native: "tool_use" },
        { _tag: "Usage", usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 } },
        { _tag: "End" }
      ]
    )
  })

  it("anything else is none", () => {
    assert.strictEqual(whole({ type: "completion", content: [] }), undefined)
    assert.strictEqual(whole({ type: "message", content: "x" }), undefined)
    assert.strictEqual(whole({ content: [] }), undefined)
    assert.strictEqual(whole([]), undefined)
  })
})
