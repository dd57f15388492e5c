/**
 * What is sent to Cohere's chat API: messages, tools, thinking. The parameters one by one are in `docs/parameters.md`.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import type { ToolDefinition } from "../../src/CompletionParams.ts"
import { body, encode, left, messages, refused } from "./cohereWire.ts"

const tool: ToolDefinition = { name: "f", parameters: { type: "object", properties: {} } }
const call = { id: "a", function: { name: "f", arguments: "{\"a\":1}" } }
const wireCall = { id: "a", type: "function", function: { name: "f", arguments: "{\"a\":1}" } }

describe("every request", () => {
  it("names the model, the messages, and whether it is a stream", () => {
    assert.deepStrictEqual(Either.getOrThrow(encode({}, { model: "m" })), {
      path: "/v2/chat",
      body: { model: "m", messages: [{ role: "user", content: "Hi" }], stream: true },
      dropped: []
    })
    assert.strictEqual(body({}, { stream: false })["stream"], false)
  })

  it("what the caller adds goes in last", () => {
    const cohere = { safety_mode: "OFF", documents: [{ data: { text: "A." } }], thinking: { token_budget: 7 } }
    assert.deepInclude(body({ extra: { cohere }, reasoningEffort: "low" }), {
      safety_mode: "OFF",
      documents: [{ data: { text: "A." } }],
      thinking: { type: "enabled", token_budget: 7 }
    })
  })
})

describe("an assistant's turn", () => {
  it("with calls: what it thought is its plan", () => {
    assert.deepStrictEqual(messages({ role: "assistant", reasoning: { content: "I will." }, toolCalls: [call] }), [
      { role: "assistant", tool_plan: "I will.", tool_calls: [wireCall] }
    ])
  })

  it("with calls: the API takes no text beside them, so it joins the plan", () => {
    assert.deepStrictEqual(messages({ role: "assistant", content: "Wait.", toolCalls: [call] }), [
      { role: "assistant", tool_plan: "Wait.", tool_calls: [wireCall] }
    ])
    const content = [{ type: "text", text: "Wa" }, { type: "text", text: "it." }] as const
    assert.deepStrictEqual(messages({ role: "assistant", content, reasoning: { content: "Hm." }, toolCalls: [call] }), [
      { role: "assistant", tool_plan: "Hm.\n\nWait.", tool_calls: [wireCall] }
    ])
  })

  it("with calls: arguments that are none are an empty object", () => {
    const empty = { id: "b", function: { name: "f", arguments: " " } }
    assert.deepStrictEqual(messages({ role: "assistant", toolCalls: [empty] }), [{
      role: "assistant",
      tool_calls: [{ id: "b", type: "function", function: { name: "f", arguments: "{}" } }]
    }])
  })

  it("without calls: its text, and no thinking", () => {
    assert.deepStrictEqual(messages({ role: "assistant", content: "Four.", reasoning: { content: "Hm." } }), [
      { role: "assistant", content: "Four." }
    ])
  })

  it("that says nothing is left out: the API refuses it", () => {
    const user = { role: "user", content: "Hi" } as const
    for (const content of [undefined, "", [], [{ type: "text", text: "" } as const]]) {
      assert.deepStrictEqual(messages(user, { role: "assistant", content }), [user])
    }
    assert.deepStrictEqual(refused({ messages: [{ role: "assistant", content: "" }] }), {
      _tag: "InvalidRequest",
      param: "messages"
    })
  })

  it("of another dialect is rebuilt from what it said", () => {
    const native = { dialect: "anthropic", blocks: [{ type: "thinking", thinking: "Hm.", signature: "x" }] }
    assert.deepStrictEqual(messages({ role: "assistant", content: "Four.", native }), [
      { role: "assistant", content: "Four." }
    ])
  })
})

describe("parts", () => {
  it("that say nothing are left out", () => {
    const empty = { type: "text", text: "" } as const
    assert.deepStrictEqual(messages({ role: "user", content: [empty, { type: "text", text: "a" }] }), [
      { role: "user", content: [{ type: "text", text: "a" }] }
    ])
    assert.deepStrictEqual(messages({ role: "user", content: [empty] }), [{ role: "user", content: "" }])
  })

  it("a document of a tool's goes as an addition", () => {
    const document = { type: "document", document: { data: { text: "A." } } }
    assert.deepStrictEqual(
      messages({ role: "tool", toolCallId: "a", content: "", extra: { cohere: { content: [document] } } }),
      [{ role: "tool", tool_call_id: "a", content: [document] }]
    )
  })
})

describe("tools", () => {
  it("are all strict, or none is", () => {
    const strict = { ...tool, strict: true }
    assert.strictEqual(body({ tools: [strict, strict] })["strict_tools"], true)
    assert.isUndefined(body({ tools: [tool, { ...tool, strict: false }] })["strict_tools"])
    assert.isUndefined(body({ tools: [strict, tool] })["strict_tools"])
    assert.deepStrictEqual(left({ tools: [strict, tool] }), ["tools.strict"])
    assert.deepStrictEqual(left({ tools: [strict] }), [])
  })

  it("of the caller's additions count as tools", () => {
    const extra = { cohere: { tools: [{ type: "function", function: { name: "f", parameters: {} } }] } }
    assert.strictEqual(body({ extra, toolChoice: "required" })["tool_choice"], "REQUIRED")
  })
})

describe("thinking", () => {
  for (
    const model of [
      "command",
      "command-light",
      "command-r-plus-08-2024",
      "command-r7b-12-2024",
      "command-a-03-2025",
      "command-a-vision-07-2025",
      "command-a-translate-08-2025",
      "c4ai-aya-expanse-32b"
    ]
  ) {
    it(`${model} does none`, () => {
      assert.deepStrictEqual(left({ reasoningEffort: "high" }, { model }), ["reasoningEffort"])
      assert.deepStrictEqual(left({ reasoningEffort: "none" }, { model }), [])
      assert.isUndefined(body({ reasoningEffort: "none" }, { model })["thinking"])
    })
  }

  for (const model of ["command-a-reasoning-08-2025", "command-a-plus-05-2026", "my-finetune", "north-mini-1"]) {
    it(`${model} can be asked for it`, () => {
      assert.deepStrictEqual(body({ reasoningEffort: "none" }, { model })["thinking"], { type: "disabled" })
      assert.deepStrictEqual(left({ reasoningEffort: "max" }, { model }), [])
    })
  }

  it("leaves the caller's limit to the answer", () => {
    assert.strictEqual(body({ maxTokens: 10, reasoningEffort: "minimal" })["max_tokens"], 1034)
    assert.strictEqual(body({ maxTokens: 10, reasoningEffort: "none" })["max_tokens"], 10)
    assert.isUndefined(body({ reasoningEffort: "high" })["max_tokens"])
  })
})
