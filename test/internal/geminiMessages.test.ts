/**
 * Conversations as Gemini takes them, and what goes back of its answers.
 */
import { assert, describe, it } from "@effect/vitest"
import * as ChatCompletion from "../../src/ChatCompletion.ts"
import type { AssistantMessage, Json, Message, ToolCall } from "../../src/CompletionParams.ts"
import { endpoint } from "../../src/providers/Gemini.ts"
import * as Read from "../fuzz/read.ts"
import * as Transcript from "../kit/transcript.ts"
import { body, refused } from "./geminiEncode.ts"

const gemini3 = "gemini-3.5-flash"
const unsigned = "skip_thought_signature_validator"

const user = (content: string): Message => ({ role: "user", content })

const contents = (messages: ReadonlyArray<Message>, model?: string): ReadonlyArray<Json> => {
  const { contents } = body({ messages }, model === undefined ? {} : { model })
  return Array.isArray(contents) ? contents : assert.fail("no contents")
}

/** The parts of the turn after the user's first. */
const parts = (message: AssistantMessage, model?: string): Json | undefined => {
  const [, turn] = contents([user("Hi"), message], model)
  return typeof turn === "object" && turn !== null && "parts" in turn ? turn["parts"] : undefined
}

const call = (id: string, name = "weather", args = "{\"city\":\"Paris\"}"): ToolCall => ({
  id,
  type: "function",
  function: { name, arguments: args }
})
const args = { city: "Paris" }
const kept = (...blocks: ReadonlyArray<Json>) => ({ dialect: "gemini", blocks })

describe("replay", () => {
  for (
    const name of [
      "signed-calls",
      "signature-at-the-end",
      "signed-text",
      "streamed-arguments",
      "code-execution",
      "reasoning"
    ]
  ) {
    it(`what came goes back: ${name}`, () => {
      const transcript = Transcript.ofProvider("gemini").find((one) => one.name === name) ?? assert.fail(name)
      const { chunks } = Read.read(endpoint, [transcript.bytes])
      const message = ChatCompletion.toMessage(ChatCompletion.fromChunks(chunks) ?? assert.fail("no answer"))
      // Stored, and read back.
      const stored = JSON.parse(JSON.stringify(message)) as AssistantMessage
      const sent = new TextDecoder().decode(transcript.bytes).split("\n\n").filter((line) => line !== "")
        .map((
          line
        ): { readonly candidates: ReadonlyArray<{ readonly content?: { readonly parts: ReadonlyArray<Json> } }> } =>
          JSON.parse(line.slice("data: ".length))
        )
        .flatMap(({ candidates }) => candidates.flatMap(({ content }) => content?.parts ?? []))
      const signatures = (all: ReadonlyArray<Json>) =>
        all.flatMap((part) => JSON.stringify(part).match(/"thoughtSignature":"[^"]*"/g) ?? [])
      const said = (all: ReadonlyArray<Json>) =>
        all.map((part) => typeof part === "object" && part !== null && "text" in part ? part["text"] : "").join("")
      const back = parts(stored)
      if (!Array.isArray(back)) return assert.fail("no parts")
      assert.deepStrictEqual(signatures(back), signatures(sent))
      assert.strictEqual(said(back), said(sent))
      const functionCalls = back.filter((part) => JSON.stringify(part).includes("functionCall"))
      assert.strictEqual(functionCalls.length, message.toolCalls?.length ?? 0)
    })
  }

  it("text before the parts that were kept stands before them", () => {
    const native = kept({ text: "", thoughtSignature: "ZW5k" })
    assert.deepStrictEqual(parts({ role: "assistant", content: "Three.", native }), [
      { text: "Three." },
      { text: "", thoughtSignature: "ZW5k" }
    ])
  })

  it("text of an answer that was cut stands after them", () => {
    const native = kept({ text: "Hm.", thought: true }, { text: "One, ", thoughtSignature: "YQ==" })
    assert.deepStrictEqual(parts({ role: "assistant", content: "One, two", native }), [
      { text: "Hm.", thought: true },
      { text: "One, ", thoughtSignature: "YQ==" },
      { text: "two" }
    ])
    assert.deepStrictEqual(parts({ role: "assistant", content: "On", native: kept({ text: "Hm.", thought: true }) }), [
      { text: "Hm.", thought: true },
      { text: "On" }
    ])
  })

  it("pieces of one text are one, and none with a signature", () => {
    const native = kept({ text: "a" }, { text: "b" }, { text: "c", thoughtSignature: "Yw==" }, { text: "d" })
    assert.deepStrictEqual(parts({ role: "assistant", content: "abcd", native }), [
      { text: "ab" },
      { text: "c", thoughtSignature: "Yw==" },
      { text: "d" }
    ])
  })

  it("plain calls before the parts that were kept are there, too", () => {
    const native = kept({ functionCall: { name: "time" }, thoughtSignature: "dA==" })
    const message = {
      role: "assistant",
      content: "",
      toolCalls: [call("made-up_0"), call("made-up_1", "time")],
      native
    }
    assert.deepStrictEqual(parts(message as AssistantMessage), [
      { functionCall: { id: "made-up_0", name: "weather", args } },
      { functionCall: { name: "time" }, thoughtSignature: "dA==" }
    ])
  })

  it("what another dialect kept is not sent", () => {
    const message: AssistantMessage = {
      role: "assistant",
      content: "Hello",
      toolCalls: [call("toolu_1")],
      native: { dialect: "anthropic", blocks: [{ type: "thinking", thinking: "Hm.", signature: "c2ln" }] }
    }
    assert.deepStrictEqual(parts(message), [
      { text: "Hello" },
      { functionCall: { id: "toolu_1", name: "weather", args } }
    ])
  })

  it("where calls must be signed, one of another model says that it is not, once a turn", () => {
    const message: AssistantMessage = { role: "assistant", content: "", toolCalls: [call("a"), call("b")] }
    assert.deepStrictEqual(parts(message, gemini3), [
      { functionCall: { id: "a", name: "weather", args }, thoughtSignature: unsigned },
      { functionCall: { id: "b", name: "weather", args } }
    ])
    const signed = { functionCall: { id: "a", name: "weather", args }, thoughtSignature: "cw==" }
    assert.deepStrictEqual(parts({ ...message, toolCalls: [call("a")], native: kept(signed) }, gemini3), [signed])
  })
})

describe("what tools answered", () => {
  const tool = (toolCallId: string, content: string): Message => ({ role: "tool", toolCallId, content })

  it("goes by the name of the function, and by the id that the server gave", () => {
    const native = kept(
      { functionCall: { name: "weather", id: "server_1", args }, thoughtSignature: "cw==" },
      { functionCall: { name: "time" } }
    )
    const [, , results] = contents([
      user("Hi"),
      { role: "assistant", toolCalls: [call("server_1"), call("made-up_1", "time", "{}")], native },
      tool("server_1", "18 C"),
      tool("made-up_1", "{\"hour\":9}")
    ])
    assert.deepStrictEqual(results, {
      role: "user",
      parts: [
        { functionResponse: { id: "server_1", name: "weather", response: { output: "18 C" } } },
        { functionResponse: { name: "time", response: { hour: 9 } } }
      ]
    })
  })

  it("of a call that is not there is refused: only the call knows the name", () => {
    assert.deepStrictEqual(refused({ messages: [user("Hi"), tool("call_9", "18 C")] }), {
      _tag: "InvalidRequest",
      param: "messages[1].toolCallId"
    })
  })

  it("holds pictures from Gemini 3 on", () => {
    const png = { data: new Uint8Array([1, 2, 3]), mediaType: "image/png" }
    const messages: ReadonlyArray<Message> = [
      user("Hi"),
      { role: "assistant", toolCalls: [call("a")] },
      { role: "tool", toolCallId: "a", content: [{ type: "text", text: "a map" }, { type: "image", source: png }] }
    ]
    const response = { id: "a", name: "weather", response: { output: "a map" } }
    const picture = { inlineData: { mimeType: "image/png", data: "AQID" } }
    assert.deepStrictEqual(contents(messages, gemini3)[2], {
      role: "user",
      parts: [{ functionResponse: { ...response, parts: [picture] } }]
    })
    assert.deepStrictEqual(contents(messages)[2], { role: "user", parts: [{ functionResponse: response }, picture] })
  })
})
