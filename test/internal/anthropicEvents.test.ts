/**
 * What each event of the Messages stream says, before the engine gives it its shape.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Output } from "../../src/Dialect.ts"
import * as Events from "../../src/internal/anthropicEvents.ts"
import { dialect } from "../../src/providers/Anthropic.ts"
import { all, delta, each, end, inputDelta, native, seed, start, stop, text, textDelta } from "./anthropicWire.ts"

describe("message_start", () => {
  it("gives id, model, tier and the first counts", () => {
    assert.deepStrictEqual(
      all({
        type: "message_start",
        message: {
          id: "msg_1",
          model: "claude-x",
          content: [],
          usage: { input_tokens: 3, output_tokens: 1, service_tier: "standard" }
        }
      }),
      [
        { _tag: "Head", id: "msg_1", model: "claude-x" },
        { _tag: "Head", serviceTier: "standard" },
        {
          _tag: "Usage",
          usage: { promptTokens: 3, completionTokens: 1, totalTokens: 4, extra: { service_tier: "standard" } }
        }
      ]
    )
  })

  it("counts once", () => {
    assert.deepStrictEqual(
      each({ type: "message_start", message: { id: "a" } }, { type: "message_start", message: { id: "b" } })[1],
      []
    )
  })

  it("an empty id and model are none", () => {
    assert.deepStrictEqual(all({ type: "message_start", message: { id: "", model: "" } }), [
      { _tag: "Head", id: undefined, model: undefined }
    ])
  })

  it("may bring a call that is whole, and is told at once", () => {
    const block = { type: "tool_use", id: "t", name: "f", input: { a: 1 } }
    assert.lengthOf(all({ type: "message_start", message: { content: [block] } }), 3)
    assert.deepStrictEqual(all({ type: "message_start", message: { content: [block] } }, end("tool_use")).slice(1), [
      { _tag: "ToolCall", choice: 0, id: "t", index: 0, name: "f" },
      { _tag: "ToolCall", choice: 0, id: "t", index: 0, arguments: "{\"a\":1}" },
      { _tag: "Finish", choice: 0, reason: "tool_calls", native: "tool_use" }
    ])
  })
})

describe("content blocks", () => {
  it("text, also what a block begins with", () => {
    assert.deepStrictEqual(all(start({ type: "text", text: "" }), textDelta("a"), textDelta(""), stop()), [text("a")])
    assert.deepStrictEqual(all(start({ type: "text", text: "a" }), textDelta("b")), [text("a"), text("b")])
  })

  it("thinking, also what a block begins with", () => {
    const reasoning = (text: string): Output => ({ _tag: "Reasoning", choice: 0, text })
    assert.deepStrictEqual(
      all(start({ type: "thinking", thinking: "a" }), delta({ type: "thinking_delta", thinking: "b" })),
      [reasoning("a"), reasoning("b")]
    )
    assert.deepStrictEqual(all(delta({ type: "thinking_delta", thinking: "" })), [])
  })

  it("a call of the caller's tool: id and name, then what is not empty of its arguments", () => {
    const call = { _tag: "ToolCall", choice: 0, id: "t", index: 4 } as const
    assert.deepStrictEqual(
      all(
        start({ type: "tool_use", id: "t", name: "f", input: {} }, 4),
        inputDelta("", 4),
        inputDelta("{\"a\":", 4),
        inputDelta("1}", 4),
        stop(4)
      ),
      [{ ...call, name: "f" }, { ...call, arguments: "{\"a\":" }, { ...call, arguments: "1}" }]
    )
  })

  it("pieces of an input stand in place of one that was there from the start", () => {
    const outputs = all(start({ type: "tool_use", id: "t", name: "f", input: { a: 0 } }), inputDelta("{}"), stop())
    assert.deepStrictEqual(outputs.map((output) => output._tag === "ToolCall" ? output.arguments : output), [
      undefined,
      "{}"
    ])
  })

  for (
    const block of [
      { type: "server_tool_use", id: "s", name: "web_search", input: {} },
      { type: "mcp_tool_use", id: "s", name: "f", server_name: "m", input: { a: 1 } },
      { type: "web_search_tool_result", tool_use_id: "s", content: [{ type: "web_search_result", title: "t" }] },
      { type: "redacted_thinking", data: "x" },
      { type: "fallback", from: {}, to: {} },
      { type: "compaction", content: null },
      { type: "hologram", text: "x" }
    ]
  ) {
    it(`${block.type} is neither text nor a call, nor are its deltas`, () => {
      assert.deepStrictEqual(
        all(
          start(block),
          inputDelta("{\"q\":1}"),
          textDelta("x"),
          delta({ type: "thinking_delta", thinking: "x" }),
          delta({ type: "other_delta", data: "x" })
        ),
        []
      )
    })
  }

  it("what is no block says nothing", () => {
    assert.deepStrictEqual(all(start("text"), start(null), start([]), stop(), stop(9)), [])
  })

  it("a delta without its block", () => {
    assert.deepStrictEqual(all(textDelta("a", 3), textDelta("b", 3)), [text("a"), text("b")])
    assert.deepStrictEqual(all(inputDelta("{}", 3)), [])
  })

  it("a text delta where a block of another kind is open is text all the same", () => {
    assert.deepStrictEqual(all(start({ type: "thinking", thinking: "" }), textDelta("a")), [text("a")])
  })

  it("without an index the latest block is meant", () => {
    const call = { _tag: "ToolCall", choice: 0, id: "t" } as const
    assert.deepStrictEqual(
      all(
        { type: "content_block_start", content_block: { type: "text", text: "a" } },
        { type: "content_block_stop" },
        { type: "content_block_start", content_block: { type: "tool_use", id: "t", name: "f" } },
        { type: "content_block_delta", delta: { type: "input_json_delta", partial_json: "{}" } }
      ),
      [text("a"), { ...call, index: 1, name: "f" }, { ...call, index: 1, arguments: "{}" }]
    )
  })

  it("a block that does not say what it is: its deltas do", () => {
    const thinking = delta({ type: "thinking_delta", thinking: "Hm" }, 1)
    assert.deepStrictEqual(all(start({ text: "" }), textDelta("a"), start({ type: null }, 1), thinking), [
      text("a"),
      { _tag: "Reasoning", choice: 0, text: "Hm" }
    ])
  })

  const call = { _tag: "ToolCall", choice: 0, id: "t", index: 1 } as const
  const textAndCall = [start({ type: "text", text: "" }), start({ type: "tool_use", id: "t", name: "f" }, 1)]
  const input = { type: "input_json_delta", partial_json: "{}" }

  it("without an index, of several open blocks the one that fits is meant", () => {
    const noIndex = (delta: unknown) => ({ type: "content_block_delta", delta })
    assert.deepStrictEqual(
      all(...textAndCall, noIndex({ type: "text_delta", text: "a" }), inputDelta("{", 1), noIndex(input)),
      [{ ...call, name: "f" }, text("a"), { ...call, arguments: "{" }, { ...call, arguments: "{}" }]
    )
  })

  it("an end without an index does not end one of several, and input that comes late is told", () => {
    const ended = { type: "content_block_stop" }
    assert.deepStrictEqual(all(...textAndCall, ended, delta(input, 1), stop(1), delta(input, 1)), [
      { ...call, name: "f" },
      { ...call, arguments: "{}" },
      { ...call, arguments: "{}" }
    ])
  })

  it("input where something else took the place of its call is told", () => {
    assert.deepStrictEqual(all(...textAndCall, textDelta("a", 1), delta(input, 1)), [
      { ...call, name: "f" },
      text("a"),
      { ...call, arguments: "{}" }
    ])
  })

  it("a beginning without an index comes after the highest so far", () => {
    const begun = { type: "content_block_start", content_block: { type: "tool_use", id: "t", name: "f" } }
    assert.deepStrictEqual(all(textDelta("a", 1), begun, textDelta("b", 1), delta(input, 2)), [
      text("a"),
      { ...call, index: 2, name: "f" },
      text("b"),
      { ...call, index: 2, arguments: "{}" }
    ])
  })

  it("an input that is too deep to be written is none", () => {
    const deep: unknown = JSON.parse(`{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`)
    assert.deepStrictEqual(all(start({ type: "tool_use", id: "t", name: "f", input: deep }, 1), stop(1)), [
      { ...call, name: "f" }
    ])
  })

  it("unknown deltas and events are counted", () => {
    const unknown: ReadonlyArray<Output> = [{ _tag: "Unknown" }]
    assert.deepStrictEqual(each(delta({ type: "glitter_delta" }), delta(undefined), { type: "brand_new" }, 7), [
      unknown,
      unknown,
      unknown,
      unknown
    ])
    assert.deepStrictEqual(all({ type: "ping" }), [])
  })
})

describe("citations", () => {
  it("a search result is a url_citation", () => {
    const citation = {
      type: "web_search_result_location",
      url: "https://e.com",
      title: "T",
      cited_text: "c",
      encrypted_index: "x"
    }
    assert.deepStrictEqual(all(delta({ type: "citations_delta", citation })), [{
      _tag: "Annotations",
      choice: 0,
      annotations: [{ type: "url_citation", url_citation: { url: "https://e.com", title: "T", cited_text: "c" } }]
    }])
  })

  it("a place in a document stays as it is", () => {
    const citation = { type: "char_location", document_index: 0, start_char_index: 1, end_char_index: 2 }
    assert.deepStrictEqual(all(delta({ type: "citations_delta", citation })), [
      { _tag: "Annotations", choice: 0, annotations: [citation] }
    ])
    assert.deepStrictEqual(all(delta({ type: "citations_delta", citation: "x" })), [])
  })
})

describe("message_delta", () => {
  for (
    const [native, reason] of [
      ["end_turn", "stop"],
      ["stop_sequence", "stop"],
      ["pause_turn", "stop"],
      ["compaction", "stop"],
      ["max_tokens", "length"],
      ["model_context_window_exceeded", "length"],
      ["tool_use", "tool_calls"],
      ["refusal", "content_filter"],
      ["brand_new", "brand_new"],
      ["constructor", "constructor"]
    ] as const
  ) {
    it(`${native} is ${reason}`, () => {
      assert.deepStrictEqual(all(end(native)), [{ _tag: "Finish", choice: 0, reason, native }])
    })
  }

  it("without a reason there is no finish", () => {
    assert.deepStrictEqual(all({ type: "message_delta", delta: { stop_reason: null } }, end("")), [])
  })

  it("why the model refused is a note", () => {
    const stop_details = { type: "refusal", category: "cyber", explanation: "Why." }
    assert.deepStrictEqual(all({ type: "message_delta", delta: { stop_reason: "refusal", stop_details } }), [
      { _tag: "Annotations", choice: 0, annotations: [stop_details] },
      { _tag: "Finish", choice: 0, reason: "content_filter", native: "refusal" }
    ])
  })

  it("message_stop is the end", () => {
    assert.deepStrictEqual(all({ type: "message_stop" }), [{ _tag: "End" }])
  })
})

describe("usage", () => {
  const last = (...usages: ReadonlyArray<unknown>) =>
    all({ type: "message_start", message: { usage: usages[0] } }, ...usages.slice(1).map((usage) => end("x", usage)))
      .flatMap((output) => output._tag === "Usage" ? [output.usage] : []).at(-1)

  it("the prompt includes cache reads and writes, and nothing is summed over events", () => {
    assert.deepStrictEqual(
      last(
        { input_tokens: 10, cache_creation_input_tokens: 1733, cache_read_input_tokens: 512, output_tokens: 1 },
        { output_tokens: 5, cache_read_input_tokens: 512 }
      ),
      { promptTokens: 2255, completionTokens: 5, totalTokens: 2260, cachedTokens: 512, cacheWriteTokens: 1733 }
    )
  })

  it("the last value that is not null counts", () => {
    assert.deepStrictEqual(last({ input_tokens: 43, output_tokens: 1 }, { input_tokens: 61, output_tokens: null }), {
      promptTokens: 61,
      completionTokens: 1,
      totalTokens: 62
    })
  })

  it("iterations are kept and not summed; what is not modelled is extra", () => {
    const iterations = [{ input_tokens: 1000, output_tokens: 1000 }]
    assert.deepStrictEqual(
      last({ input_tokens: 1, inference_geo: "us" }, {
        output_tokens: 9,
        output_tokens_details: { thinking_tokens: 7 },
        server_tool_use: { web_search_requests: 1 },
        iterations
      }),
      {
        promptTokens: 1,
        completionTokens: 9,
        totalTokens: 10,
        reasoningTokens: 7,
        extra: { inference_geo: "us", server_tool_use: { web_search_requests: 1 }, iterations }
      }
    )
  })

  it("what is no number counts nothing", () => {
    assert.deepStrictEqual(last({ input_tokens: "3", output_tokens: Infinity }), {})
    assert.deepStrictEqual(last({ input_tokens: -1, output_tokens: 1e308 }), {})
    assert.deepStrictEqual(last([1], 3), undefined)
  })
})

describe("step", () => {
  const blocks = Schema.Union(
    Schema.Struct({ type: Schema.Literal("text", "thinking", "tool_use", "other"), text: Schema.Unknown }),
    Schema.Unknown
  )
  const deltas = Schema.Struct({
    type: Schema.Literal("text_delta", "thinking_delta", "signature_delta", "input_json_delta", "citations_delta", "x"),
    text: Schema.optional(Schema.JsonNumber),
    citation: Schema.Unknown,
    partial_json: Schema.optional(Schema.String)
  })
  const event = Schema.Union(
    Events.Event,
    Schema.Struct({
      type: Schema.Literal("content_block_start"),
      index: Schema.Literal(0, 1),
      content_block: blocks
    }),
    Schema.Struct({ type: Schema.Literal("content_block_delta"), index: Schema.Literal(0, 1), delta: deltas })
  )

  it.effect.prop("is total", [Arbitrary.make(Schema.Array(event))], ([events]) =>
    Effect.sync(() => {
      const decoder = dialect.decoder(seed)
      for (const one of events) assert.isArray(decoder.event(one))
    }), { fastCheck: { numRuns: 50 } })

  it("does not touch prototypes", () => {
    const polluted = JSON.parse("{\"__proto__\":{\"polluted\":true},\"type\":\"hologram\"}")
    const outputs = all(
      start(polluted),
      delta(JSON.parse("{\"type\":\"x\",\"__proto__\":{\"polluted\":true}}")),
      stop(),
      end("end_turn", polluted)
    )
    assert.strictEqual("polluted" in {}, false)
    const [block] = native(outputs)
    assert.strictEqual(JSON.stringify(block), "{\"__proto__\":{\"polluted\":true},\"type\":\"hologram\"}")
    assert.strictEqual(Object.getPrototypeOf(block), Object.prototype)
  })
})
