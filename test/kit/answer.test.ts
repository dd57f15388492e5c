import { assert, describe, it } from "@effect/vitest"
import type { ChatCompletionChunk, Delta } from "../../src/ChatCompletionChunk.ts"
import * as Answer from "./answer.ts"

const chunk = (delta: Delta, more?: Partial<ChatCompletionChunk>): ChatCompletionChunk => ({
  id: "c",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [{ index: 0, delta }],
  ...more
})

const finish: ChatCompletionChunk = {
  ...chunk({}),
  choices: [{ index: 0, delta: {}, finishReason: "stop", nativeFinishReason: "stop" }]
}

const counts = { promptTokens: 1, completionTokens: 2, totalTokens: 3 }

const begin = { index: 0, id: "a", type: "function", function: { name: "f" } } as const

const good: ReadonlyArray<ChatCompletionChunk> = [
  chunk({ role: "assistant", content: "a" }),
  chunk({ toolCalls: [begin] }),
  chunk({ toolCalls: [{ index: 0, function: { arguments: "{}" } }] }),
  finish,
  chunk({}, { choices: [], usage: counts })
]

const bad: ReadonlyArray<readonly [string, ReadonlyArray<ChatCompletionChunk>]> = [
  ["the id changes", [...good.slice(0, 1), chunk({ content: "b" }, { id: "d" })]],
  ["an empty id", [chunk({ role: "assistant", content: "a" }, { id: "" })]],
  ["the model changes", [...good.slice(0, 1), chunk({ content: "b" }, { model: "n" })]],
  ["created changes", [...good.slice(0, 1), chunk({ content: "b" }, { created: 2 })]],
  ["no role", [chunk({ content: "a" })]],
  ["the role again", [...good.slice(0, 1), chunk({ role: "assistant", content: "b" })]],
  ["an empty content", [chunk({ role: "assistant", content: "" })]],
  ["a role alone", [chunk({ role: "assistant" })]],
  ["nothing at all", [chunk({}, { choices: [] })]],
  ["two finish reasons", [chunk({ role: "assistant", content: "a" }), finish, finish]],
  ["content after the finish reason", [chunk({ role: "assistant", content: "a" }), finish, chunk({ content: "b" })]],
  ["usage twice", [...good, chunk({}, { choices: [], usage: counts })]],
  ["usage with a choice", [chunk({ role: "assistant", content: "a" }, { usage: counts })]],
  ["a count that is no number", [chunk({}, { choices: [], usage: { ...counts, cachedTokens: NaN } })]],
  ["a call without id", [chunk({ role: "assistant", toolCalls: [{ index: 0, function: { name: "f" } }] })]],
  ["a call without name", [chunk({ role: "assistant", toolCalls: [{ ...begin, function: {} }] })]],
  ["a call that begins twice", [chunk({ role: "assistant", toolCalls: [begin] }), chunk({ toolCalls: [begin] })]],
  ["a piece of a call that adds nothing", [
    chunk({ role: "assistant", toolCalls: [begin] }),
    chunk({ toolCalls: [{ index: 0, function: { arguments: "" } }] })
  ]],
  ["a gap in the indexes", [chunk({ role: "assistant", toolCalls: [{ ...begin, index: 1 }] })]],
  ["an empty list of calls", [chunk({ role: "assistant", toolCalls: [] })]]
]

describe("answer", () => {
  it("a good stream breaks no rule, and adds up", () => {
    assert.deepStrictEqual(Answer.violations(good), [])
    assert.deepInclude(Answer.choice(good), {
      text: "a",
      toolCalls: [{ index: 0, id: "a", name: "f", arguments: "{}" }],
      finishReason: "stop"
    })
    assert.deepStrictEqual(Answer.usage(good), counts)
  })

  for (const [name, chunks] of bad) {
    it(`${name} is seen`, () => {
      assert.isNotEmpty(Answer.violations(chunks))
    })
  }

  it("a null is seen, except in what the server said", () => {
    const said = chunk({ role: "assistant", content: "a", native: { dialect: "d", block: { x: null } } })
    assert.deepStrictEqual(Answer.violations([said]), [])
    // The type forbids it, a careless decoder does not.
    const careless = { ...said, systemFingerprint: null as unknown as undefined }
    assert.deepStrictEqual(Answer.violations([careless]), ["chunk.systemFingerprint is null"])
  })

  it("choices are kept apart", () => {
    const chunks = [
      chunk({ role: "assistant", content: "a" }),
      chunk({}, { choices: [{ index: 1, delta: { role: "assistant", content: "b" } }] }),
      chunk({ content: "c" })
    ]
    assert.deepStrictEqual(Answer.violations(chunks), [])
    assert.deepStrictEqual(Answer.choices(chunks).map((choice) => choice.text), ["ac", "b"])
  })

  it("what was made up does not count in a comparison", () => {
    const made = (id: string) => [chunk({ role: "assistant", toolCalls: [{ ...begin, id }] }, { id, created: 77 })]
    assert.deepStrictEqual(Answer.comparable(made("x"), "{}"), Answer.comparable(made("y"), "{}"))
    assert.notDeepEqual(Answer.comparable(made("x"), "\"x\""), Answer.comparable(made("y"), "\"x\""))
  })

  it("accidents are words that the server did not send", () => {
    assert.deepStrictEqual(Answer.accidents("a [object Object] undefined", "undefined"), ["[object Object]"])
  })
})
