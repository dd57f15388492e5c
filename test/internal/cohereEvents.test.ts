/**
 * What each event of Cohere's says, and a whole answer.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Output } from "../../src/Dialect.ts"
import { all, delta, each, end, whole } from "./cohereWire.ts"

const text = (text: string): Output => ({ _tag: "Text", choice: 0, text })
const reasoning = (text: string): Output => ({ _tag: "Reasoning", choice: 0, text })
const citation = (fields: object) => delta("citation-start", { citations: fields })

/** The annotations of one citation. */
const cited = (fields: object) =>
  all(citation(fields)).flatMap((output) => output._tag === "Annotations" ? output.annotations : [])

const start = (index: number | undefined, call: object) => delta("tool-call-start", { tool_calls: call }, { index })
const piece = (index: number | undefined, text: string) =>
  delta("tool-call-delta", { tool_calls: { function: { arguments: text } } }, { index })

const argumentsOf = (...events: ReadonlyArray<unknown>) =>
  all(...events).map((output) => output._tag === "ToolCall" ? output.arguments : output._tag)

describe("text and reasoning", () => {
  it("thinking and a plan are both reasoning", () => {
    assert.deepStrictEqual(
      all(
        delta("content-start", { content: { type: "thinking", thinking: "" } }),
        delta("content-delta", { content: { thinking: "Hm." } }),
        delta("tool-plan-delta", { tool_plan: "I will look." }),
        delta("content-delta", { content: { text: "Hello" } })
      ),
      [reasoning("Hm."), reasoning("I will look."), text("Hello")]
    )
  })

  it("a block may begin with all of its text", () => {
    assert.deepStrictEqual(all(delta("content-start", { content: { type: "text", text: "Hello" } })), [text("Hello")])
  })

  it("events that nobody knows are counted", () => {
    assert.deepStrictEqual(each({ type: "tomorrow" }, { type: "debug", prompt: "x" }, 7), [
      [{ _tag: "Unknown" }],
      [],
      [{ _tag: "Unknown" }]
    ])
  })

  it("the answer's id", () => {
    assert.deepStrictEqual(all({ type: "message-start", id: "c1" }), [{ _tag: "Head", id: "c1" }])
  })
})

describe("tool calls", () => {
  it("id and name at the start, then arguments, by the server's index", () => {
    assert.deepStrictEqual(
      all(start(0, { id: "a", function: { name: "f", arguments: "" } }), piece(0, "{\"a\":"), piece(0, "1}")),
      [
        { _tag: "ToolCall", choice: 0, id: "a", index: 0, name: "f", arguments: undefined },
        { _tag: "ToolCall", choice: 0, id: undefined, index: 0, name: undefined, arguments: "{\"a\":" },
        { _tag: "ToolCall", choice: 0, id: undefined, index: 0, name: undefined, arguments: "1}" }
      ]
    )
  })

  it("`null` in place of arguments is none, and within them it is what it is", () => {
    const begin = start(0, { id: "a", function: { name: "f" } })
    assert.deepStrictEqual(argumentsOf(begin, piece(0, "null")), [undefined])
    assert.deepStrictEqual(argumentsOf(begin, piece(0, "{\"a\":"), piece(0, "null"), piece(0, "}")), [
      undefined,
      "{\"a\":",
      "null",
      "}"
    ])
    assert.deepStrictEqual(argumentsOf(begin, piece(0, "{}"), start(0, { id: "b" }), piece(0, "null")), [
      undefined,
      "{}",
      undefined
    ])
    assert.deepStrictEqual(argumentsOf(start(0, { id: "a", function: { name: "f", arguments: "null" } })), [undefined])
  })

  it("without an index it is the latest", () => {
    assert.deepStrictEqual(argumentsOf(start(undefined, { id: "a" }), piece(undefined, "{}")), [undefined, "{}"])
    assert.deepStrictEqual(argumentsOf(start(0, { id: "a" }), piece(0, "{\"a\":"), piece(undefined, "null")), [
      undefined,
      "{\"a\":",
      "null"
    ])
  })
})

describe("citations", () => {
  const range = { start: 3, end: 9, text: "Bern's" }
  const page = { type: "document", id: "d:0", document: { url: "https://example.com/a", title: "A" } }
  const search = { type: "tool", id: "t:0", tool_output: { url: "http://example.com/b" } }

  it("sources with URLs are OpenAI's citations, one each", () => {
    assert.deepStrictEqual(cited({ ...range, sources: [page, search], type: "TEXT_CONTENT" }), [
      {
        type: "url_citation",
        url_citation: { url: "https://example.com/a", title: "A", start_index: 3, end_index: 9 }
      },
      { type: "url_citation", url_citation: { url: "http://example.com/b", start_index: 3, end_index: 9 } }
    ])
  })

  it("any other stays as it is", () => {
    const text = { type: "document", id: "d:1", document: { text: "Bern is a city.", url: "file:///etc/passwd" } }
    for (
      const other of [
        { ...range, sources: [text] },
        { ...range, sources: [page, text] },
        { ...range, sources: [page], type: "THINKING_CONTENT" },
        { ...range, sources: [page], type: "PLAN" },
        { ...range, sources: [] },
        { more: 1 }
      ]
    ) assert.deepStrictEqual(cited(other), [other])
  })

  it("what is none is nothing", () => {
    assert.deepStrictEqual(all(delta("citation-start", { citations: 7 }), delta("citation-start", {})), [])
  })
})

describe("the end", () => {
  const words: ReadonlyArray<readonly [string, string]> = [
    ["COMPLETE", "stop"],
    ["STOP_SEQUENCE", "stop"],
    ["MAX_TOKENS", "length"],
    ["ERROR_LIMIT", "length"],
    ["TOOL_CALL", "tool_calls"],
    ["ERROR_TOXIC", "content_filter"],
    ["TOMORROW", "TOMORROW"]
  ]

  for (const [word, reason] of words) {
    it(`${word} is ${reason}`, () => {
      assert.deepStrictEqual(all(end(word)), [
        { _tag: "Finish", choice: 0, reason, native: word },
        { _tag: "End" }
      ])
    })
  }

  for (const word of ["ERROR", "TIMEOUT", "USER_CANCEL"]) {
    it(`${word} is a failure`, () => {
      assert.deepStrictEqual(all(end(word)), [{ _tag: "Failure", fault: { reason: { _tag: "Server" }, code: word } }])
    })
  }

  it("what the server says of its failure counts for more than the word", () => {
    const error = "too many tokens: size limit exceeded by 8 tokens."
    assert.deepStrictEqual(all(end("ERROR", { error })), [
      { _tag: "Failure", fault: { reason: { _tag: "ContextLength" }, code: "ERROR", detail: error } }
    ])
  })

  it("an end without a word is an end", () => assert.deepStrictEqual(all(end(undefined)), [{ _tag: "End" }]))

  it("tokens are counted, and what is billed is told beside them", () => {
    const billed_units = { input_tokens: 4, output_tokens: 6 }
    const tokens = { input_tokens: 501, output_tokens: 9, reasoning_tokens: 3, image_tokens: 1 }
    assert.deepStrictEqual(all(end("COMPLETE", { usage: { billed_units, tokens, cached_tokens: 448 } }))[0], {
      _tag: "Usage",
      usage: {
        promptTokens: 501,
        completionTokens: 9,
        totalTokens: 510,
        cachedTokens: 448,
        reasoningTokens: 3,
        extra: { billed_units, tokens: { image_tokens: 1 } }
      }
    })
  })

  it("what cannot be a count is none", () => {
    const counted = (usage: unknown) => all(end(undefined, { usage })).map(({ _tag }) => _tag)
    assert.deepStrictEqual(counted({ tokens: { input_tokens: -1, output_tokens: "9" } }), ["End"])
    assert.deepStrictEqual(counted({ tokens: { input_tokens: 0 } }), ["Usage", "End"])
    assert.deepStrictEqual(counted("many"), ["End"])
  })
})

describe("log probabilities", () => {
  const item = (text: string, ...logprobs: ReadonlyArray<number>) => ({ text, token_ids: [1], logprobs })
  const told = (...events: ReadonlyArray<unknown>) =>
    all(...events).flatMap((output) => output._tag === "Logprobs" ? output.logprobs.content ?? [] : [])

  it("a text of several tokens is as likely as all of them", () => {
    const events = [{ type: "content-delta", logprobs: item("Hi", -0.5) }, {
      type: "content-delta",
      logprobs: item(" there", -0.25, -0.5)
    }]
    assert.deepStrictEqual(told(...events), [
      { token: "Hi", logprob: -0.5, topLogprobs: [] },
      { token: " there", logprob: -0.75, topLogprobs: [] }
    ])
    assert.deepStrictEqual(told({ type: "content-delta", logprobs: { token_ids: [1] } }), [])
  })
})

describe("a whole answer", () => {
  it("is told as a stream would tell it", () => {
    const call = { id: "a", type: "function", function: { name: "f", arguments: "null" } }
    const note = { start: 0, end: 1, text: "F", sources: [{ type: "document", id: "d:0" }] }
    assert.deepStrictEqual(
      whole({
        id: "c1",
        finish_reason: "TOOL_CALL",
        message: {
          role: "assistant",
          tool_plan: "I will.",
          content: [{ type: "thinking", thinking: "Hm." }, { type: "text", text: "Four" }, 7, { type: "new" }],
          tool_calls: [call],
          citations: [note]
        },
        usage: { tokens: { input_tokens: 1, output_tokens: 2 } },
        logprobs: [{ text: "Four", logprobs: [-0.5] }]
      }),
      [
        { _tag: "Head", id: "c1" },
        reasoning("I will."),
        reasoning("Hm."),
        text("Four"),
        { _tag: "Logprobs", choice: 0, logprobs: { content: [{ token: "Four", logprob: -0.5, topLogprobs: [] }] } },
        { _tag: "ToolCall", choice: 0, id: "a", index: 0, name: "f", arguments: undefined },
        { _tag: "Annotations", choice: 0, annotations: [note] },
        { _tag: "Usage", usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 } },
        { _tag: "Finish", choice: 0, reason: "tool_calls", native: "TOOL_CALL" },
        { _tag: "End" }
      ]
    )
  })

  it("has a message, or is none", () => {
    assert.isUndefined(whole({ id: "c1", message: "internal server error" }))
    assert.isUndefined(whole([]))
  })

  it("fails with the words of a failure", () => {
    assert.deepInclude(whole({ finish_reason: "ERROR", message: { content: [] } })?.at(-1), { _tag: "Failure" })
  })
})
