/**
 * What of a request the page about parameters does not show: `docs/parameters.md` has the rest, row by row.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as ChatCompletion from "../../src/ChatCompletion.ts"
import type { CompletionParams, Message } from "../../src/CompletionParams.ts"
import * as Wire from "./ollamaWire.ts"

const hi = { role: "user", content: "Hi" } as const
const weather = { name: "weather" }
const png = { data: new Uint8Array([1, 2, 3]), mediaType: "image/png" }

const messagesOf = (...messages: ReadonlyArray<Message>) => Wire.encoded({ messages }).body.messages

describe("the body", () => {
  it("is no more than what was asked for", () => {
    assert.deepStrictEqual(Wire.encoded({}), {
      path: "/api/chat",
      body: { model: "qwen3:8b", messages: [hi], stream: true },
      dropped: []
    })
    assert.deepStrictEqual(Wire.encoded({}, false).body.stream, false)
  })

  it("has the caller's additions, deep, and not over what the call decides", () => {
    const { body, dropped } = Wire.encoded({
      temperature: 0.5,
      reasoningEffort: "low",
      extra: {
        ollama: {
          keep_alive: "10m",
          think: "max",
          options: { num_ctx: 8192, temperature: 0 },
          stream: false,
          messages: []
        },
        openai: { x: 1 }
      }
    })
    assert.deepStrictEqual(body, {
      model: "qwen3:8b",
      messages: [hi],
      think: "max",
      options: { temperature: 0, num_ctx: 8192 },
      keep_alive: "10m",
      stream: true
    })
    assert.deepStrictEqual(dropped, ["extra.ollama.stream", "extra.ollama.messages"])
  })

  const thinking: ReadonlyArray<readonly [model: string, effort: string | undefined, think: unknown]> = [
    ["qwen3:8b", undefined, undefined],
    ["qwen3:8b", "auto", undefined],
    ["qwen3:8b", "none", false],
    ["qwen3:8b", "minimal", true],
    ["qwen3:8b", "high", true],
    ["qwen3:8b", "extreme", true],
    ["gpt-oss", "low", "low"],
    ["gpt-oss:120b-cloud", "xhigh", "high"],
    ["library/gpt-oss:20b", "medium", "medium"],
    ["hf.co/org/GPT-OSS-20b", "max", "high"],
    ["my-gpt-oss", "low", true]
  ]
  for (const [model, effort, think] of thinking) {
    it(`${model} with the effort ${effort}: think is ${JSON.stringify(think)}`, () => {
      assert.deepStrictEqual(Wire.encoded({ model, reasoningEffort: effort }).body.think, think)
    })
  }

  it("has no tools where none is to be called, though the conversation had calls", () => {
    const { body, dropped } = Wire.encoded({ tools: [weather], toolChoice: "none" })
    assert.isUndefined(body.tools)
    assert.deepStrictEqual(dropped, [])
  })

  it("refuses what it cannot say, by name", () => {
    const refused: ReadonlyArray<readonly [Partial<CompletionParams>, string]> = [
      [{ n: 2 }, "UnsupportedParameter n"],
      [{ tools: [weather], toolChoice: weather }, "UnsupportedParameter toolChoice"],
      [{ tools: [weather], toolChoice: "required" }, "UnsupportedParameter toolChoice"],
      [{ topP: NaN }, "InvalidRequest topP"]
    ]
    for (const [params, expected] of refused) {
      const said = Either.match(Wire.encode(params), {
        onLeft: ({ _tag, param }) => `${_tag} ${param}`,
        onRight: () => "sent"
      })
      assert.strictEqual(said, expected)
    }
  })
})

describe("messages", () => {
  it("have one text, their images beside it, and what was added to their parts", () => {
    assert.deepStrictEqual(
      messagesOf({
        role: "user",
        content: [
          { type: "text", text: "one", extra: { ollama: { x: 1 } } },
          { type: "image", source: png },
          { type: "text", text: "two" },
          {
            type: "image",
            source: { url: "data:image/jpeg;base64,/9j/" },
            extra: { ollama: { y: 2 }, openai: { z: 3 } }
          }
        ],
        extra: { ollama: { x: 7 } }
      }),
      [{ role: "user", content: "one\ntwo", images: ["AQID", "/9j/"], x: 7, y: 2 }]
    )
  })

  it("of tools have the name of the tool that was called by the id", () => {
    const call = (id: string, name: string) => ({ id, function: { name, arguments: "{}" } })
    const answer = (toolCallId: string) => ({ role: "tool", toolCallId, content: "ok" }) as const
    const messages = messagesOf(
      hi,
      { role: "assistant", toolCalls: [call("a", "f"), call("b", "g")] },
      answer("b"),
      answer("a"),
      answer("lost"),
      { role: "assistant", toolCalls: [call("a", "h")] },
      answer("a")
    )
    assert.deepStrictEqual(
      messages.flatMap(({ role, tool_name }: { readonly role: string; readonly tool_name?: string }) =>
        role === "tool" ? [tool_name] : []
      ),
      ["g", "f", undefined, "h"]
    )
  })

  it("an answer goes back as it came: thinking, text and calls, also from JSON, and nothing of another's blocks", () => {
    const completion: ChatCompletion.ChatCompletion = {
      id: "1",
      object: "chat.completion",
      created: 0,
      model: "m",
      choices: [{
        index: 0,
        finishReason: "tool_calls",
        message: {
          role: "assistant",
          content: "Let me look.",
          reasoning: { content: "I need the weather." },
          toolCalls: [{
            id: "call_1",
            type: "function",
            function: { name: "weather", arguments: "{\"city\":\"Paris\"}" },
            complete: true
          }],
          native: { dialect: "anthropic", blocks: [{ type: "thinking" }] }
        }
      }]
    }
    const message = JSON.parse(JSON.stringify(ChatCompletion.toMessage(completion)))
    assert.deepStrictEqual(messagesOf(hi, message)[1], {
      role: "assistant",
      content: "Let me look.",
      thinking: "I need the weather.",
      tool_calls: [{ id: "call_1", function: { name: "weather", arguments: { city: "Paris" } } }]
    })
  })

  it("calls without arguments have an object, and a list is none", () => {
    const calling = (args: string): Message => ({
      role: "assistant",
      toolCalls: [{ id: "a", function: { name: "f", arguments: args } }]
    })
    for (const nothing of ["", " \n", "{}"]) {
      assert.deepStrictEqual(messagesOf(hi, calling(nothing))[1].tool_calls[0].function.arguments, {})
    }
    for (const odd of ["[]", "null", "1", "{"]) {
      assert.isTrue(Either.isLeft(Wire.encode({ messages: [hi, calling(odd)] })))
    }
  })
})
