/**
 * Conversations as the Messages API takes them.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import type { AssistantMessage, Json, Message, Part, Source } from "../../src/CompletionParams.ts"
import { body, encode, refused } from "./anthropicEncode.ts"

const sent = (messages: ReadonlyArray<Message>, model?: string) => {
  const { messages: turns, system } = body({ messages }, { model })
  return { system, turns }
}

const turns = (...messages: ReadonlyArray<Message>) => sent(messages).turns
const text = (text: string) => ({ type: "text", text })
const user = (content: string): Message => ({ role: "user", content })
const hi = { role: "user", content: [text("Hi")] }
const cache_control = { type: "ephemeral" }
const extra = { anthropic: { cache_control }, openai: { other: true } }

describe("system", () => {
  it("system and developer messages are blocks of the system prompt, with their extra", () => {
    assert.deepStrictEqual(
      sent([
        { role: "system", content: "a", extra },
        { role: "developer", content: [{ type: "text", text: "b", extra }, { type: "text", text: "c" }] },
        { role: "system", content: "" },
        user("Hi")
      ]),
      { system: [{ ...text("a"), cache_control }, { ...text("b"), cache_control }, text("c")], turns: [hi] }
    )
    assert.strictEqual(sent([user("Hi")]).system, undefined)
  })

  const later: ReadonlyArray<Message> = [
    { role: "system", content: "a" },
    user("1"),
    { role: "assistant", content: "2" },
    { role: "system", content: "b" },
    user("3"),
    { role: "developer", content: "c" }
  ]

  it("later ones join the prompt", () => {
    assert.deepStrictEqual(sent(later, "claude-sonnet-4-5").system, [text("a"), text("b"), text("c")])
  })

  it("or stay, after the user's turn, where the model takes them there", () => {
    for (const model of ["claude-opus-4-8", "claude-sonnet-5", "claude-haiku-5-5", "claude-fable-5-2"]) {
      assert.deepStrictEqual(sent(later, model), {
        system: [text("a")],
        turns: [
          { role: "user", content: [text("1")] },
          { role: "assistant", content: [text("2")] },
          { role: "user", content: [text("3")] },
          { role: "system", content: [text("b"), text("c")] }
        ]
      })
    }
    const atTheEnd: ReadonlyArray<Message> = [user("Hi"), { role: "assistant", content: "2" }, ...later.slice(0, 1)]
    assert.deepStrictEqual(sent(atTheEnd, "claude-opus-5").system, [text("a")])
  })

  it("alone they are no conversation", () => {
    assert.deepStrictEqual(refused({ messages: later.slice(0, 1) }), { _tag: "InvalidRequest", param: "messages" })
  })
})

describe("user", () => {
  it("several messages are one turn; extra is the last block's of its message", () => {
    assert.deepStrictEqual(
      turns({ role: "user", content: [{ type: "text", text: "a" }, { type: "text", text: "b" }], extra }, user("c")),
      [{ role: "user", content: [text("a"), { ...text("b"), cache_control }, text("c")] }]
    )
  })

  it("names and levels of detail are dropped", () => {
    const encoded = Either.getOrThrow(encode({
      messages: [{
        role: "user",
        name: "Ada",
        content: [
          { type: "image", detail: "low", source: { id: "file_1" } },
          { type: "image", detail: "auto", source: { id: "file_1" } }
        ]
      }]
    }))
    assert.deepStrictEqual(encoded.dropped.map((dropped) => dropped.param), [
      "messages[0].name",
      "messages[0].content[0].detail"
    ])
  })

  const part = (part: Part) => turns({ role: "user", content: [part] })
  const bytes = new Uint8Array([72, 105])
  const block = (block: Json): Json => [{ role: "user", content: [block] }]

  for (
    const [source, expected] of [
      [{ data: bytes, mediaType: "image/png" }, { type: "base64", media_type: "image/png", data: "SGk=" }],
      [{ url: "data:image/png;base64,SGk=" }, { type: "base64", media_type: "image/png", data: "SGk=" }],
      [{ url: "https://e.com/a.png" }, { type: "url", url: "https://e.com/a.png" }],
      [{ id: "file_1" }, { type: "file", file_id: "file_1" }]
    ] satisfies ReadonlyArray<readonly [Source, Json]>
  ) {
    it(`an image from ${Object.keys(source)}`, () => {
      assert.deepStrictEqual(
        part({ type: "image", source, extra }),
        block({ type: "image", source: expected, cache_control })
      )
    })
  }

  const plain = { type: "text", media_type: "text/plain", data: "Hi" }
  const pdf = { type: "base64", media_type: "application/pdf", data: "SGk=" }

  for (
    const [source, expected] of [
      [{ data: bytes, mediaType: "application/pdf" }, pdf],
      [{ url: "data:application/pdf;base64,SGk=" }, pdf],
      [{ data: bytes, mediaType: "text/markdown; charset=utf-8" }, plain],
      [{ data: bytes, mediaType: "application/json" }, plain],
      [{ url: "data:text/csv;charset=utf-8;base64,SGk=" }, plain],
      [{ url: "https://e.com/a.pdf" }, { type: "url", url: "https://e.com/a.pdf" }],
      [{ id: "file_1" }, { type: "file", file_id: "file_1" }]
    ] satisfies ReadonlyArray<readonly [Source, Json]>
  ) {
    it(`a file from ${JSON.stringify(source)}`, () => {
      assert.deepStrictEqual(
        part({ type: "file", source, filename: "a.pdf" }),
        block({ type: "document", source: expected, title: "a.pdf" })
      )
    })
  }

  it("a file that is an image is one", () => {
    assert.deepStrictEqual(
      part({ type: "file", source: { data: bytes, mediaType: "image/webp" }, filename: "a" }),
      block({ type: "image", source: { type: "base64", media_type: "image/webp", data: "SGk=" } })
    )
  })

  it("other files and sounds are refused", () => {
    const of = (part: Part) => refused({ messages: [user("x"), { role: "user", content: [part] }] })
    assert.deepStrictEqual(of({ type: "file", source: { data: bytes, mediaType: "application/zip" } }), {
      _tag: "UnsupportedParameter",
      param: "messages[1].content[0].source.mediaType"
    })
    assert.deepStrictEqual(of({ type: "audio", source: { data: bytes, mediaType: "audio/wav" } }), {
      _tag: "UnsupportedParameter",
      param: "messages[1].content[0].audio"
    })
  })
})

describe("results of tools", () => {
  it("are one turn with what the user says, and come first in it", () => {
    assert.deepStrictEqual(
      turns(
        user("before"),
        { role: "tool", toolCallId: "a", content: "1" },
        { role: "tool", toolCallId: "b", content: [{ type: "text", text: "2" }], isError: true, extra },
        user("after")
      ),
      [{
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "a", content: "1" },
          { type: "tool_result", tool_use_id: "b", content: [text("2")], is_error: true, cache_control },
          text("before"),
          text("after")
        ]
      }]
    )
  })

  it("may hold images and nothing at all", () => {
    assert.deepStrictEqual(
      turns(
        { role: "tool", toolCallId: "a", content: [{ type: "image", source: { id: "f" } }] },
        { role: "tool", toolCallId: "b", content: "", isError: false }
      ),
      [{
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "a",
            content: [{ type: "image", source: { type: "file", file_id: "f" } }]
          },
          { type: "tool_result", tool_use_id: "b" }
        ]
      }]
    )
  })
})

describe("assistant", () => {
  const assistant = (message: Omit<AssistantMessage, "role">) => {
    const [first, ...rest] = [...(turns(user("Hi"), { role: "assistant", ...message }) as ReadonlyArray<unknown>)]
    assert.deepStrictEqual(first, hi)
    return rest
  }
  const turn = (...content: ReadonlyArray<unknown>) => [{ role: "assistant", content }]
  const call = (args: string) => ({ id: "t", function: { name: "f", arguments: args } })
  const use = (input: Json) => ({ type: "tool_use", id: "t", name: "f", input })

  it("text, then calls", () => {
    assert.deepStrictEqual(
      assistant({ content: "a", toolCalls: [call("{\"a\":1}"), call(""), call(" ")], extra }),
      turn(text("a"), use({ a: 1 }), use({}), { ...use({}), cache_control })
    )
    assert.deepStrictEqual(
      assistant({ content: [{ type: "text", text: "a" }, { type: "text", text: "", extra }] }),
      turn(text("a"))
    )
    assert.deepStrictEqual(assistant({ toolCalls: [call("{}")] }), turn(use({})))
  })

  it("arguments that are no object are refused", () => {
    for (const args of ["{\"a\":", "[]", "1", "null"]) {
      const message: Message = { role: "assistant", toolCalls: [call("{}"), call(args)] }
      assert.deepStrictEqual(refused({ messages: [user("Hi"), message] }), {
        _tag: "InvalidRequest",
        param: "messages[1].toolCalls[1].function.arguments"
      })
    }
  })

  it("a refusal stands for text; reasoning without its blocks is not sent", () => {
    assert.deepStrictEqual(assistant({ refusal: "No." }), turn(text("No.")))
    assert.deepStrictEqual(assistant({ content: "a", refusal: "No." }), turn(text("a")))
    assert.deepStrictEqual(assistant({ content: "a", reasoning: { content: "r" } }), turn(text("a")))
  })

  it("one that says nothing is left out", () => {
    assert.deepStrictEqual(turns(user("a"), { role: "assistant", content: "" }, user("b")), [
      { role: "user", content: [text("a"), text("b")] }
    ])
  })

  const thinking = { type: "thinking", thinking: "t", signature: "s" }
  const blocks = [thinking, text("a"), { ...use({}), caller: { type: "direct" } }]

  it("its own blocks go back verbatim, in place of what could be rebuilt", () => {
    const native = { dialect: "anthropic", blocks }
    assert.deepStrictEqual(assistant({ content: "a", toolCalls: [call("no JSON")], native }), turn(...blocks))
    assert.deepStrictEqual(
      assistant({ content: "a", native, extra }),
      turn(...blocks.slice(0, 2), { ...blocks[2], cache_control })
    )
  })

  it("a call that has no block there gets one, for its result; one that is no JSON, none", () => {
    const native = { dialect: "anthropic", blocks: [thinking, text("a")] }
    assert.deepStrictEqual(
      assistant({ content: "a", toolCalls: [call("{\"INVALID_JSON\":\"{\"}")], native }),
      turn(thinking, text("a"), use({ INVALID_JSON: "{" }))
    )
    assert.deepStrictEqual(assistant({ content: "a", toolCalls: [call("{")], native }), turn(thinking, text("a")))
  })

  it("others' blocks are ignored", () => {
    assert.deepStrictEqual(assistant({ content: "a", native: { dialect: "openai", blocks } }), turn(text("a")))
    assert.deepStrictEqual(
      assistant({ content: "a", native: { dialect: "anthropic", blocks: [] } }),
      turn(text("a"))
    )
  })

  it("of an answer that was cut, unsigned thinking is left out and text that has no block follows", () => {
    assert.deepStrictEqual(
      assistant({
        content: "ab",
        native: { dialect: "anthropic", blocks: [thinking, text("a"), { type: "thinking", thinking: "cut" }] }
      }),
      turn(thinking, text("a"), text("b"))
    )
  })
})
