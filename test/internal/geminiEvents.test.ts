/**
 * What Gemini's events say, beyond the transcripts.
 */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as ChatCompletion from "../../src/ChatCompletion.ts"
import * as Arguments from "../../src/internal/geminiArguments.ts"
import { textLimit } from "../../src/internal/geminiKeeper.ts"
import { endpoint } from "../../src/providers/Gemini.ts"
import * as Read from "../fuzz/read.ts"
import * as Answer from "../kit/answer.ts"
import { bytesOf } from "../kit/bytes.ts"

const event = (parts: ReadonlyArray<unknown>, others: object = {}, index = 0) => ({
  candidates: [{ content: { parts, role: "model" }, index, ...others }],
  modelVersion: "m",
  responseId: "r"
})

const framed = (events: ReadonlyArray<unknown>): Uint8Array =>
  bytesOf(events.map((one) => `data: ${JSON.stringify(one)}\n\n`).join(""))

const streamed = (events: ReadonlyArray<unknown>): Read.Read => Read.read(endpoint, [framed(events)])

const whole = (json: unknown, stream = false): Read.Read =>
  Read.read(endpoint, [bytesOf(JSON.stringify(json))], { stream, contentType: "application/json" })

const collected = ({ chunks }: Read.Read) => ChatCompletion.fromChunks(chunks) ?? assert.fail("no answer")

const stop = { finishReason: "STOP" }

describe("a body that is not framed", () => {
  const events = [event([{ text: "a" }]), event([{ text: "b" }], stop)]

  it("all events of the stream in a list", () => {
    assert.deepStrictEqual(collected(whole(events, true)), collected(streamed(events)))
    assert.deepStrictEqual(collected(whole(events)), collected(streamed(events)))
  })

  it("an error in the list is an error, after what came before", () => {
    const error = { error: { code: 503, message: "overloaded", status: "UNAVAILABLE" } }
    const later = whole([event([{ text: "a" }]), error], true)
    assert.deepStrictEqual([later.outcome, Answer.choice(later.chunks).text], ["Overloaded", "a"])
    assert.strictEqual(whole([error], true).outcome, "Overloaded")
  })

  it("what is no answer is none", () => {
    for (const json of [{}, [], { usageMetadata: {} }, { hello: "world" }]) {
      assert.strictEqual(whole(json).outcome, "UnexpectedBody", JSON.stringify(json))
    }
  })
})

describe("several answers", () => {
  it("do not mix, and each ends by itself", () => {
    const read = streamed([
      event([{ text: "A" }]),
      event([{ functionCall: { name: "f", args: { a: 1 } } }], stop, 1),
      event([{ text: "a" }], stop)
    ])
    assert.strictEqual(read.outcome, "ok")
    const [first, second] = collected(read).choices
    assert.deepStrictEqual([first?.message.content, first?.finishReason], ["Aa", "stop"])
    assert.deepStrictEqual(second?.finishReason, "tool_calls")
    assert.deepStrictEqual(second?.message.toolCalls?.map((call) => call.function.arguments), ["{\"a\":1}"])
  })

  it("without an index go by their place", () => {
    const answers = ["A", "B"].map((text) => ({ content: { parts: [{ text }] }, ...stop }))
    const { choices } = collected(streamed([{ candidates: answers }]))
    assert.deepStrictEqual(choices.map(({ index, message }) => [index, message.content]), [[0, "A"], [1, "B"]])
  })
})

describe("what is kept", () => {
  it("is the same whether the answer was streamed or not", () => {
    const long = "é👋x".repeat(textLimit)
    const pieces: Array<string> = []
    for (let from = 0; from < long.length; from += 777) pieces.push(long.slice(from, from + 777))
    const thought = { text: "Hm.", thought: true }
    const one = collected(whole(event([thought, { text: long }], stop)))
    const many = collected(streamed([
      event([{ text: "H", thought: true }]),
      event([{ text: "m.", thought: true }]),
      ...pieces.map((text) => event([{ text }])),
      event([], stop)
    ]))
    assert.deepStrictEqual(many, one)
    const blocks = one.choices[0]?.message.native?.blocks ?? []
    assert.deepStrictEqual(blocks[0], thought)
    assert.isAbove(blocks.length, 4)
    const texts = blocks.slice(1).map((block) =>
      typeof block === "object" && block !== null && "text" in block ? String(block["text"]) : ""
    )
    assert.strictEqual(texts.join(""), long)
    assert.isTrue(texts.every((text) => !/\p{Cs}/u.test(text) && text.length <= textLimit))
  })

  it("is nothing of an answer that is all text and plain calls", () => {
    const read = streamed([event([{ text: "a" }]), event([{ functionCall: { name: "f", args: {} } }], stop)])
    assert.isUndefined(collected(read).choices[0]?.message.native)
  })

  it("is no call that was cut", () => {
    const read = streamed([
      event([{ text: "Hm.", thought: true }]),
      event([{ functionCall: { name: "f", willContinue: true } }]),
      event([{ functionCall: { partialArgs: [{ jsonPath: "$.a", stringValue: "b", willContinue: true }] } }].map(
        ({ functionCall }) => ({ functionCall: { ...functionCall, willContinue: true } })
      )),
      event([], { finishReason: "MAX_TOKENS" })
    ])
    const { message } = collected(read).choices[0] ?? assert.fail("no choice")
    assert.deepStrictEqual(message.native?.blocks, [{ text: "Hm.", thought: true }])
    assert.deepStrictEqual(message.toolCalls?.map((call) => call.function.arguments), ["{\"a\":\"b"])
  })
})

describe("calls", () => {
  it("the same id again is another call", () => {
    const same = { functionCall: { name: "f", id: "x", args: { a: 1 } } }
    const { toolCalls = [] } = collected(streamed([event([same, same], stop)])).choices[0]?.message ?? {}
    assert.deepStrictEqual(toolCalls.map((call) => call.function.arguments), ["{\"a\":1}", "{\"a\":1}"])
    assert.notStrictEqual(toolCalls[0]?.id, toolCalls[1]?.id)
  })

  it("arguments that come in one piece after the name are that call's", () => {
    const { toolCalls = [] } = collected(streamed([
      event([{ functionCall: { name: "f", args: {}, willContinue: true } }]),
      event([{ functionCall: { args: { a: 1 } } }], stop)
    ])).choices[0]?.message ?? {}
    assert.deepStrictEqual(toolCalls.map((call) => [call.function.name, call.function.arguments]), [["f", "{\"a\":1}"]])
  })
})

describe("arguments, value by value", () => {
  type Value = string | number | boolean | null | ReadonlyArray<Value> | { readonly [key: string]: Value }

  const quoted = (key: string): string => `['${key.replaceAll(/['\\]/g, "\\$&")}']`

  /** What a server sends of a value, in order. Empty objects and lists have no value to tell of. */
  const told = (value: Value, path: string): ReadonlyArray<object> => {
    if (typeof value === "string") {
      const middle = Math.floor(value.length / 2)
      return [
        { jsonPath: path, stringValue: value.slice(0, middle), willContinue: true },
        { jsonPath: path, stringValue: value.slice(middle) }
      ]
    }
    if (typeof value === "number") return [{ jsonPath: path, numberValue: value }]
    if (typeof value === "boolean") return [{ jsonPath: path, boolValue: value }]
    if (value === null) return [{ jsonPath: path, nullValue: null }]
    return Array.isArray(value)
      ? value.flatMap((item: Value, index) => told(item, `${path}[${index}]`))
      : Object.entries(value).flatMap(([key, item]) => told(item, `${path}${quoted(key)}`))
  }

  const leaf = FastCheck.oneof(
    FastCheck.string({ unit: "grapheme" }),
    FastCheck.integer(),
    FastCheck.boolean(),
    FastCheck.constant(null)
  )
  const key = FastCheck.string({ minLength: 1 }).filter((text) => !/[\r\n\u2028\u2029]/.test(text))
  const { object } = FastCheck.letrec<{ object: { readonly [key: string]: Value }; value: Value }>((tie) => ({
    object: FastCheck.dictionary(key, tie("value"), { minKeys: 1, maxKeys: 3 }),
    value: FastCheck.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      FastCheck.array(tie("value"), { minLength: 1, maxLength: 3 }),
      tie("object")
    )
  }))

  it("come to the text of the whole", () => {
    FastCheck.assert(FastCheck.property(object, (value) => {
      const writer = Arguments.make()
      let text = ""
      for (const one of told(value, "$")) text += Arguments.write(writer, one)
      assert.deepStrictEqual(JSON.parse(text + Arguments.close(writer)), JSON.parse(JSON.stringify(value)))
    }))
  })

  it("whatever comes, what is written is finite and no prototype changes", () => {
    const odd = [
      null,
      7,
      {},
      { jsonPath: "" },
      { jsonPath: "$", stringValue: "x" },
      { jsonPath: "$.a" },
      { jsonPath: "$.a[999999999].b", stringValue: "x" },
      { jsonPath: "$.__proto__.polluted", boolValue: true },
      { jsonPath: "$.a", numberValue: 1 }
    ]
    const writer = Arguments.make()
    const text = odd.map((one) => Arguments.write(writer, one)).join("") + Arguments.close(writer)
    assert.isBelow(text.length, 200)
    assert.isTrue(typeof JSON.parse(text) === "object")
    assert.notProperty({}, "polluted")
  })
})

it("log probabilities", () => {
  const logprobsResult = {
    chosenCandidates: [{ token: "a", logProbability: -0.1 }, { token: "b", logProbability: -0.2 }],
    topCandidates: [{ candidates: [{ token: "a", logProbability: -0.1 }, { token: "x", logProbability: -3 }] }]
  }
  const { choices } = collected(streamed([event([{ text: "ab" }], { ...stop, logprobsResult })]))
  assert.deepStrictEqual(choices[0]?.logprobs, {
    content: [
      { token: "a", logprob: -0.1, topLogprobs: [{ token: "a", logprob: -0.1 }, { token: "x", logprob: -3 }] },
      { token: "b", logprob: -0.2, topLogprobs: [] }
    ]
  })
})

it("sources are cited once, and the grounding is there as it was sent", () => {
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: "https://a.test", title: "A" } }, { maps: { uri: "https://m.test" } }]
  }
  const { choices } = collected(streamed([
    event([{ text: "a" }], { groundingMetadata: {} }),
    event([{ text: "b" }], { groundingMetadata }),
    event([], { ...stop, groundingMetadata, citationMetadata: { citationSources: [{ uri: "https://c.test" }, {}] } })
  ]))
  assert.deepStrictEqual(choices[0]?.message.annotations, [
    { type: "url_citation", url_citation: { url: "https://a.test", title: "A" } },
    { type: "url_citation", url_citation: { url: "https://m.test" } },
    { type: "grounding_metadata", grounding_metadata: groundingMetadata },
    { type: "grounding_metadata", grounding_metadata: groundingMetadata },
    { type: "url_citation", url_citation: { url: "https://c.test" } }
  ])
})
