/**
 * Bytes to chunks: the rules that hold for every provider, shown on OpenAI's dialect where the dialect does not matter.
 */
import { assert, describe, it } from "@effect/vitest"
import type { ChatCompletionChunk } from "../src/ChatCompletionChunk.ts"
import type { CompletionParams } from "../src/CompletionParams.ts"
import type { Endpoint } from "../src/Endpoint.ts"
import * as Normalise from "../src/Normalise.ts"
import * as Anthropic from "../src/providers/Anthropic.ts"
import * as OpenAi from "../src/providers/OpenAi.ts"
import * as Answer from "./kit/answer.ts"
import * as Bytes from "./kit/bytes.ts"
import * as Wire from "./loopback/wire.ts"

interface Setting {
  readonly endpoint?: Endpoint
  readonly params?: Partial<CompletionParams>
  readonly stream?: boolean
  readonly raw?: boolean
  readonly limit?: number
  readonly contentType?: string | undefined
}

interface Read {
  readonly chunks: ReadonlyArray<ChatCompletionChunk>
  /** `ok`, or the reason of the failure. */
  readonly outcome: string
  readonly normaliser: Normalise.Normaliser
}

const strict = OpenAi.endpoint
const lenient: Endpoint = { ...OpenAi.endpoint, lenientFinish: true }

/** A whole body. */
const read = (pieces: ReadonlyArray<string | Uint8Array>, setting: Setting = {}): Read => {
  const normaliser = new Normalise.Normaliser({
    endpoint: setting.endpoint ?? strict,
    params: { ...Wire.params, model: "asked", ...setting.params },
    now: 1_234_567,
    id: "made-up",
    stream: setting.stream ?? true,
    raw: setting.raw ?? false,
    limit: setting.limit ?? 1_000_000,
    contentType: "contentType" in setting ? setting.contentType : "text/event-stream"
  })
  const chunks: Array<ChatCompletionChunk> = []
  for (const piece of pieces) {
    normaliser.push(typeof piece === "string" ? Bytes.bytesOf(piece) : piece)
    chunks.push(...normaliser.take())
  }
  normaliser.end()
  chunks.push(...normaliser.take())
  const { outcome } = normaliser
  assert.isDefined(outcome)
  assert.deepStrictEqual(Answer.violations(chunks), [])
  return { chunks, outcome: outcome?._tag === "Failed" ? outcome.fault.reason._tag : "ok", normaliser }
}

/** The fixtures' shorthand. */
const data = (json: object): string => `data: ${JSON.stringify(json)}\n\n`
const choice = (fields: object, index = 0) =>
  data({ id: "c1", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index, ...fields }] })
const C = (content: string, index = 0) => choice({ delta: { content }, finish_reason: null }, index)
const F = (reason: string, index = 0) => choice({ delta: {}, finish_reason: reason }, index)
const T = (...calls: ReadonlyArray<object>) => choice({ delta: { tool_calls: calls }, finish_reason: null })
const D = "data: [DONE]\n\n"
const U = data({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } })

const text = (chunks: ReadonlyArray<ChatCompletionChunk>) => Answer.choice(chunks).text

const heads = (
  chunks: ReadonlyArray<ChatCompletionChunk>
) => [...new Set(chunks.map(({ created, id, model }) => `${id} ${created} ${model}`))]

describe("id, model and created", () => {
  it("are the server's", () => {
    assert.deepStrictEqual(heads(read([C("a"), F("stop"), U, D]).chunks), ["c1 1 m"])
  })

  it("are made up where the server has none", () => {
    const { chunks } = read([data({ choices: [{ index: 0, delta: { content: "a" }, finish_reason: "stop" }] }), D])
    assert.deepStrictEqual(heads(chunks), ["made-up 1234 asked"])
  })

  it("are fixed by the first that counts, and stay when the server changes its mind", () => {
    const first = data({ id: "", created: 0, model: "", choices: [], prompt_filter_results: [{}] })
    const other = data({ id: "c2", created: 9, model: "n", choices: [{ index: 0, delta: { content: "b" } }] })
    const { chunks } = read([first, C("a"), other, F("stop"), D])
    assert.deepStrictEqual(heads(chunks), ["c1 1 m"])
    assert.strictEqual(text(chunks), "ab")
  })

  it("that come after the first chunk come too late", () => {
    const { chunks } = read([data({ choices: [{ index: 0, delta: { content: "a" } }] }), C("b"), F("stop"), D])
    assert.deepStrictEqual(heads(chunks), ["made-up 1234 asked"])
  })
})

describe("a chunk", () => {
  it("is plain data, down to its choices and their deltas", () => {
    const { chunks } = read([C("a"), F("stop"), U, D])
    assert.deepStrictEqual(structuredClone(chunks), chunks)
    const made = chunks.flatMap((chunk) => [chunk, ...chunk.choices, ...chunk.choices.map(({ delta }) => delta)])
    assert.strictEqual(made.length, 7)
    for (const each of made) assert.strictEqual(Object.getPrototypeOf(each), Object.prototype)
  })
})

describe("the role", () => {
  it("rides on the first chunk that says something, and nothing goes before", () => {
    const role = choice({ delta: { role: "assistant", content: "" }, finish_reason: null })
    const { chunks } = read([role, ": ping\n\n", role, C("a"), C("b"), F("stop"), D])
    assert.deepStrictEqual(chunks.map((chunk) => chunk.choices[0]?.delta), [
      { role: "assistant", content: "a" },
      { content: "b" },
      {}
    ])
  })

  it("is each choice's own", () => {
    const { chunks } = read([C("a", 0), C("x", 1), C("b", 0), F("stop", 1), F("stop", 0), D])
    assert.deepStrictEqual(Answer.choices(chunks).map((choice) => choice.text), ["ab", "x"])
  })

  it("rides on the finish of an answer that says nothing", () => {
    const { chunks, outcome } = read([F("stop"), D])
    assert.strictEqual(outcome, "ok")
    assert.deepStrictEqual(chunks[0]?.choices[0], {
      index: 0,
      delta: { role: "assistant" },
      finishReason: "stop",
      nativeFinishReason: "stop"
    })
  })
})

describe("the finish", () => {
  const finish = (...body: ReadonlyArray<string>) => {
    const { chunks, outcome } = read([...body, D])
    assert.strictEqual(outcome, "ok")
    const { finishReason, nativeFinishReason } = Answer.choice(chunks)
    return [finishReason, nativeFinishReason]
  }
  const call = T({ index: 0, id: "a", function: { name: "f", arguments: "{}" } })

  it("comes once, after all content, however often the server says it", () => {
    const stop = (content: string) => choice({ delta: { content }, finish_reason: "stop" })
    const { chunks } = read([stop("a"), stop("b"), stop("c"), D])
    assert.strictEqual(text(chunks), "abc")
    assert.deepStrictEqual(chunks.map((chunk) => chunk.choices[0]?.finishReason), [
      undefined,
      undefined,
      undefined,
      "stop"
    ])
  })

  it("is tool_calls when tools were called and the server said stop", () => {
    assert.deepStrictEqual(finish(call, F("stop")), ["tool_calls", "stop"])
    assert.deepStrictEqual(finish(call, F("eos")), ["tool_calls", "eos"])
  })

  it("is tool_calls whichever of the two came first", () => {
    assert.deepStrictEqual(finish(call, F("tool_calls"), F("stop")), ["tool_calls", "tool_calls"])
    assert.deepStrictEqual(finish(call, F("stop"), F("tool_calls")), ["tool_calls", "tool_calls"])
  })

  it("length and content_filter are never overridden", () => {
    for (const reason of ["length", "content_filter"]) {
      assert.deepStrictEqual(finish(call, F(reason)), [reason, reason])
      assert.deepStrictEqual(finish(C("a"), F(reason), F("stop")), [reason, reason])
      assert.deepStrictEqual(finish(C("a"), F("stop"), F(reason)), [reason, reason])
    }
  })

  it("a word that nobody knows goes through", () => {
    assert.deepStrictEqual(finish(C("a"), F("brand_new")), ["brand_new", "brand_new"])
  })

  it("is each choice's own", () => {
    const { chunks } = read([C("a", 0), C("b", 1), F("length", 0), F("stop", 1), D])
    assert.deepStrictEqual(Answer.choices(chunks).map((choice) => choice.finishReason), ["length", "stop"])
  })

  for (const word of ["error", "abort", "network_error", "cancelled"]) {
    it(`${word} is a failure, after what came before it`, () => {
      const { chunks, outcome } = read([C("a") + choice({ delta: { content: "b" }, finish_reason: word }), D])
      assert.strictEqual(outcome, "Server")
      assert.strictEqual(text(chunks), "ab")
      assert.isUndefined(Answer.choice(chunks).finishReason)
    })
  }
})

describe("usage", () => {
  const usageOf = (body: ReadonlyArray<string>, setting?: Setting) => Answer.usage(read(body, setting).chunks)

  it("comes once, last, with no choice, and the last value of a field counts", () => {
    const early = data({
      choices: [{ index: 0, delta: { content: "a" } }],
      usage: { prompt_tokens: 10, completion_tokens: 1 }
    })
    const late = choice({ delta: {}, finish_reason: "stop" }).replace(
      "\"choices\"",
      "\"usage\":{\"completion_tokens\":7},\"choices\""
    )
    const { chunks } = read([early, late, D])
    assert.deepStrictEqual(chunks.at(-1), {
      ...(chunks[0] ?? assert.fail("no chunk")),
      choices: [],
      usage: { promptTokens: 10, completionTokens: 7, totalTokens: 17 }
    })
    assert.lengthOf(chunks.filter((chunk) => chunk.usage !== undefined), 1)
  })

  it("keeps what we do not model", () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 15,
      prompt_tokens_details: { cached_tokens: 8 },
      cost: 0.1
    }
    assert.deepInclude(usageOf([C("a"), F("stop"), data({ choices: [], usage }), D]), {
      cachedTokens: 8,
      totalTokens: 15,
      extra: { cost: 0.1 }
    })
  })

  it("is left out where it is not wanted", () => {
    assert.isUndefined(usageOf([C("a"), F("stop"), U, D], { params: { includeUsage: false } }))
  })

  it("is known of an answer that failed", () => {
    const { normaliser, outcome } = read([C("a"), U, "data: {\"error\":{\"message\":\"x\"}}\n\n"])
    assert.strictEqual(outcome, "Server")
    assert.deepInclude(normaliser.usage, { totalTokens: 15 })
  })
})

describe("tool calls", () => {
  const fixtures: ReadonlyArray<readonly [string, ReadonlyArray<string>, ReadonlyArray<object>, string]> = [
    [
      "two ids at one index",
      [
        T({ index: 0, id: "a", function: { name: "f", arguments: "{\"x\":1}" } }),
        T({ index: 0, id: "b", function: { name: "g", arguments: "{}" } }),
        F("stop")
      ],
      [{ index: 0, id: "a", name: "f", arguments: "{\"x\":1}" }, { index: 1, id: "b", name: "g", arguments: "{}" }],
      "tool_calls"
    ],
    [
      "no index",
      [
        T({ id: "a", function: { name: "f", arguments: "{" } }),
        T({ function: { arguments: "}" } }),
        F("tool_calls")
      ],
      [{ index: 0, id: "a", name: "f", arguments: "{}" }],
      "tool_calls"
    ],
    [
      "an index that starts at 7, ids that are none",
      [
        T({ index: 7, id: "a", function: { name: "f", arguments: "" } }),
        T({ index: 7, id: "", function: { name: "", arguments: "{\"q\":" } }),
        T({ index: 7, id: null, function: { name: null, arguments: "1}" } }),
        F("tool_calls")
      ],
      [{ index: 0, id: "a", name: "f", arguments: "{\"q\":1}" }],
      "tool_calls"
    ],
    [
      "one chunk with two calls of one index",
      [
        T(
          { index: 0, id: "a", function: { name: "f", arguments: "{}" } },
          { index: 0, id: "b", function: { name: "g", arguments: "{}" } }
        ),
        F("tool_calls")
      ],
      [{ index: 0, id: "a", name: "f", arguments: "{}" }, { index: 1, id: "b", name: "g", arguments: "{}" }],
      "tool_calls"
    ],
    ["no arguments", [T({ index: 0, id: "a", function: { name: "f", arguments: "" } }), F("tool_calls")], [
      { index: 0, id: "a", name: "f", arguments: "{}" }
    ], "tool_calls"],
    [
      "a call that length cut",
      [
        T({ index: 0, id: "a", function: { name: "w", arguments: "{\"p\":\"/etc\",\"c\":\"li" } }),
        F("length")
      ],
      [{ index: 0, id: "a", name: "w", arguments: "{\"p\":\"/etc\",\"c\":\"li" }],
      "length"
    ],
    ["a call without arguments that length cut", [T({ index: 0, id: "a", function: { name: "w" } }), F("length")], [
      { index: 0, id: "a", name: "w", arguments: "" }
    ], "length"],
    [
      "an index that no array could have",
      [
        T({ index: 4_294_967_294, id: "a", function: { name: "f", arguments: "{}" } }),
        F("stop")
      ],
      [{ index: 0, id: "a", name: "f", arguments: "{}" }],
      "tool_calls"
    ],
    ["arguments that are an object", [
      T({ index: 0, id: "a", function: { name: "f", arguments: { x: 1 } } }),
      F("stop")
    ], [
      { index: 0, id: "a", name: "f", arguments: "{\"x\":1}" }
    ], "tool_calls"],
    [
      "in one chunk with the finish",
      [
        choice({ delta: { tool_calls: [{ index: 0, id: "a", function: { name: "f" } }] }, finish_reason: "tool_calls" })
      ],
      [{ index: 0, id: "a", name: "f", arguments: "{}" }],
      "tool_calls"
    ]
  ]
  for (const [name, body, calls, reason] of fixtures) {
    it(name, () => {
      const { chunks, outcome } = read([...body, D])
      assert.strictEqual(outcome, "ok")
      const answer = Answer.choice(chunks)
      assert.deepStrictEqual<unknown>(answer.toolCalls, calls)
      assert.strictEqual(answer.finishReason, reason)
    })
  }

  it("an id that the server never sends is made up once, and differs by call and choice", () => {
    const call = (index: number) =>
      choice({ delta: { tool_calls: [{ index: 0, function: { name: "f", arguments: "{}" } }] } }, index)
    const { chunks } = read([call(0), call(1), F("stop", 0), F("stop", 1), D])
    const ids = Answer.choices(chunks).map((choice) => choice.toolCalls[0]?.id)
    assert.strictEqual(new Set(ids).size, 2)
    assert.isTrue(ids.every((id) => id !== undefined && id !== ""))
  })

  it("a cut answer keeps what came and makes up nothing", () => {
    const { chunks, outcome } = read([T({ index: 0, id: "a", function: { name: "f", arguments: "" } })])
    assert.strictEqual(outcome, "TruncatedStream")
    assert.strictEqual(Answer.choice(chunks).toolCalls[0]?.arguments, "")
  })

  it("keys of the wire pollute nothing", () => {
    const forged = `data: {"choices":[{"index":"__proto__","delta":{"__proto__":{"tool_calls":[{"id":"x","function":` +
      `{"name":"rm","arguments":"{}"}}]},"content":"a","tool_calls":[{"index":"__proto__","id":"y","function":` +
      `{"name":"f","__proto__":{"arguments":"{}"}}}]},"finish_reason":"tool_calls"}]}\n\n`
    const { chunks } = read([forged, D])
    assert.deepStrictEqual(Answer.choice(chunks).toolCalls.map((call) => call.name), ["f"])
    assert.isUndefined(({} as { readonly tool_calls?: unknown }).tool_calls)
  })
})

describe("evidence", () => {
  const ends: ReadonlyArray<readonly [string, string]> = [["EOF", ""], ["[DONE]", D], ["usage and [DONE]", U + D]]
  for (const [name, end] of ends) {
    it(`${name} without a finish`, () => {
      const cut = read([C("a"), end])
      assert.strictEqual(cut.outcome, "TruncatedStream")
      assert.strictEqual(text(cut.chunks), "a")
      assert.isUndefined(Answer.choice(cut.chunks).finishReason)
      const { chunks, outcome } = read([C("a"), end], { endpoint: lenient })
      assert.strictEqual(outcome, "ok")
      assert.deepInclude(Answer.choice(chunks), { text: "a", finishReason: "stop", nativeFinishReason: undefined })
      assert.strictEqual(Answer.usage(chunks)?.totalTokens, end.startsWith(U) ? 15 : undefined)
    })

    it(`${name} after a finish`, () => {
      for (const endpoint of [strict, lenient]) {
        const { chunks, outcome } = read([C("a"), F("stop"), end], { endpoint })
        assert.strictEqual(outcome, "ok")
        assert.deepInclude(Answer.choice(chunks), { finishReason: "stop", nativeFinishReason: "stop" })
      }
    })

    it(`${name} after a call, without a finish`, () => {
      const call = T({ index: 0, id: "a", function: { name: "f", arguments: "{}" } })
      const { chunks } = read([call, end], { endpoint: lenient })
      assert.deepInclude(Answer.choice(chunks), { finishReason: "tool_calls", nativeFinishReason: undefined })
    })

    it(`${name} with one of two choices finished`, () => {
      assert.strictEqual(read([C("a", 0), C("b", 1), F("stop", 0), end]).outcome, "TruncatedStream")
    })

    it(`${name} and nothing else`, () => {
      for (const endpoint of [strict, lenient]) {
        assert.strictEqual(read([end], { endpoint }).outcome, "TruncatedStream")
      }
    })
  }

  it("an end in the middle of a frame is no end, for the lenient neither", () => {
    for (const endpoint of [strict, lenient]) {
      const { chunks, outcome } = read([C("a"), "data: {\"choices\":[{\"index\":0,\"delta\":{\"cont"], { endpoint })
      assert.strictEqual(outcome, "TruncatedStream")
      assert.strictEqual(text(chunks), "a")
    }
  })

  it("Anthropic's own end needs no finish", () => {
    const { done, open, text: say } = Wire.anthropic
    const { chunks, outcome } = read([open, say("a"), done], { endpoint: Anthropic.endpoint })
    assert.strictEqual(outcome, "ok")
    assert.deepInclude(Answer.choice(chunks), { text: "a", finishReason: "stop", nativeFinishReason: undefined })
    assert.strictEqual(read([open, say("a")], { endpoint: Anthropic.endpoint }).outcome, "TruncatedStream")
  })
})

describe("what could be a tag, and was held until the next piece would tell", () => {
  const tagged: Endpoint = { ...strict, thinkTags: "tagged" }
  const forgiving: Endpoint = { ...lenient, thinkTags: "tagged" }
  const told = (endpoint: Endpoint, ...body: ReadonlyArray<string>) => {
    const { chunks, outcome } = read(body, { endpoint })
    const { reasoning, text } = Answer.choice(chunks)
    return { outcome, reasoning, text }
  }
  const thought = { reasoning: "x</thi", text: "" }

  for (const [name, end] of [["EOF", ""], ["[DONE]", D], ["usage and [DONE]", U + D]] as const) {
    it(`${name} without a finish, where that is an end`, () => {
      assert.deepStrictEqual(told(forgiving, C("<think>x"), C("</thi"), end), { outcome: "ok", ...thought })
      assert.deepStrictEqual(told(forgiving, C("<thi"), end), { outcome: "ok", reasoning: "", text: "<thi" })
    })

    it(`${name} without a finish, where that is none`, () => {
      assert.deepStrictEqual(told(tagged, C("<think>x"), C("</thi"), end), { outcome: "TruncatedStream", ...thought })
      // Nothing was given out: the attempt can be repeated.
      assert.deepStrictEqual(read([C("<thi"), end], { endpoint: tagged }).chunks, [])
    })

    it(`${name} after a finish: once`, () => {
      for (const endpoint of [tagged, forgiving]) {
        assert.deepStrictEqual(told(endpoint, C("<think>x</thi"), F("stop"), end), { outcome: "ok", ...thought })
      }
    })
  }

  it("before an error", () => {
    for (
      const [broken, outcome] of [
        [Wire.openAi.overloaded, "Overloaded"],
        [F("error"), "Server"],
        ["data: {\n\n", "MalformedChunk"],
        ["data: {\"choices\":[{\"index\":0,\"delta\":{\"cont", "TruncatedStream"]
      ] as const
    ) {
      for (const endpoint of [tagged, forgiving]) {
        assert.deepStrictEqual(told(endpoint, C("<think>x</thi"), broken), { outcome, ...thought })
      }
    }
  })

  it("of each choice", () => {
    const { chunks } = read([C("<think>a</thi", 0), C("<", 1)], { endpoint: forgiving })
    assert.deepStrictEqual(Answer.choices(chunks).map(({ reasoning, text }) => reasoning + text), ["a</thi", "<"])
  })

  it("a block of reasoning that was cut is none", () => {
    const endpoint: Endpoint = { ...lenient, replay: "reasoning_details" }
    const detail = choice({ delta: { content: "a", reasoning_details: [{ type: "reasoning.text", text: "b" }] } })
    assert.lengthOf(Answer.choice(read([detail], { endpoint }).chunks).native, 1)
    assert.lengthOf(Answer.choice(read([detail, Wire.openAi.overloaded], { endpoint }).chunks).native, 0)
  })
})

describe("odd bytes", () => {
  const whole: ReadonlyArray<readonly [string, ReadonlyArray<string | Uint8Array>, string]> = [
    ["no blank line at the end", [C("a"), F("stop").trimEnd()], "a"],
    ["no line break after [DONE]", [C("a"), F("stop"), "data: [DONE]"], "a"],
    ["retry fields", ["retry: 50\n\n", C("a"), "retry: 50\n\n", C("b") + F("stop") + D], "ab"],
    ["CRLF cut in two, in an event of two lines", [
      "data: {\"id\":\"c1\",\r",
      "\ndata: \"choices\":[{\"index\":0,\"delta\":{\"content\":\"X\"},\"finish_reason\":\"stop\"}]}\r",
      "\n\r",
      "\n",
      D
    ], "X"],
    ["a BOM", [Uint8Array.of(0xEF), Uint8Array.of(0xBB, 0xBF), C("a") + F("stop") + D], "a"],
    ["no space", [C("a").replace(": ", ":") + F("stop") + D.replace(": ", ":")], "a"],
    ["comments", [": OPENROUTER PROCESSING\n\n" + C("a") + ": x\n" + C("b") + F("stop") + D], "ab"],
    ["data: null", ["data: null\n\n", C("a"), F("stop"), D], "a"],
    ["an empty data", ["data:\n\n", C("a"), "data: \n\n", F("stop"), D], "a"],
    ["values that are no objects", ["data: 1\n\ndata: \"x\"\n\ndata: []\n\n", C("a"), F("stop"), D], "a"],
    ["Azure's filters", [
      data({ id: "", object: "", created: 0, model: "", prompt_filter_results: [{}], choices: [] }),
      C("a"),
      data({ id: "", choices: [{ index: 0, finish_reason: null, content_filter_results: {} }] }),
      F("stop"),
      D
    ], "a"],
    ["nulls and empty lists", [
      data({
        created: null,
        model: null,
        choices: [{
          index: 0,
          delta: { role: "", content: "a", tool_calls: null, function_call: null, refusal: null, annotations: [] }
        }]
      }),
      F("stop"),
      D
    ], "a"],
    ["fields that nobody knows", [choice({ delta: { content: "a", x: 1 }, y: [] }), F("stop"), D], "a"],
    ["no delta, no finish_reason", [choice({}), C("a"), data({ choices: [{ index: 0 }] }), F("stop"), D], "a"],
    ["a finish that is empty", [C("a"), choice({ delta: {}, finish_reason: "" }), F("stop"), D], "a"],
    ["an answer that was not streamed", [JSON.stringify(Wire.openAi.whole)], "abc"]
  ]
  for (const [name, pieces, expected] of whole) {
    it(name, () => {
      const { chunks, outcome } = read(pieces)
      assert.strictEqual(outcome, "ok")
      assert.strictEqual(text(chunks), expected)
    })

    it(`${name}, byte by byte`, () => {
      const bytes = Bytes.concat(pieces.map((piece) => typeof piece === "string" ? Bytes.bytesOf(piece) : piece))
      assert.strictEqual(text(read(Bytes.byteByByte(bytes)).chunks), expected)
    })
  }

  it("a list of parts in place of the text", () => {
    const content = [
      { type: "thinking", thinking: [{ type: "text", text: "r" }] },
      { type: "text", text: "a" },
      { type: "brand_new" }
    ]
    const { chunks } = read([choice({ delta: { content } }), F("stop"), D])
    assert.deepInclude(Answer.choice(chunks), { text: "a", reasoning: "r" })
  })

  it("reasoning under two names is one", () => {
    const { chunks } = read([choice({ delta: { reasoning: "r", reasoning_content: "r" } }), F("stop"), D])
    assert.strictEqual(Answer.choice(chunks).reasoning, "r")
  })

  it("events that nobody knows are counted", () => {
    const billing = data({ object: "billing.summary", billing: {} })
    const { normaliser } = read([billing, C("a"), billing, F("stop"), D])
    assert.strictEqual(normaliser.unknownEvents, 2)
  })

  it("a character that is cut anywhere is whole", () => {
    const bytes = Bytes.bytesOf(
      C("👩‍👩‍👧 é") + T({ index: 0, id: "a", function: { name: "f", arguments: "{\"x\":\"👍\"}" } }) + F("stop") + D
    )
    for (let at = 1; at < bytes.length; at++) {
      const answer = Answer.choice(read(Bytes.cut(bytes, [at])).chunks)
      assert.strictEqual(answer.text, "👩‍👩‍👧 é")
      assert.strictEqual(answer.toolCalls[0]?.arguments, "{\"x\":\"👍\"}")
    }
  })
})

describe("failures", () => {
  const rows: ReadonlyArray<readonly [string, ReadonlyArray<string>, string, Setting?]> = [
    ["a frame that is not JSON", ["data: {bad json\n\n", C("a"), F("stop"), D], "MalformedChunk"],
    ["an error with a status for its code", [
      data({ error: { message: "Rate limit", code: 429, metadata: { provider_name: "x" } } }),
      D
    ], "RateLimit"],
    ["vLLM's error", [data({ object: "error", message: "boom", type: "InternalServerError", code: 500 }), D], "Server"],
    ["an error beside choices", [
      data({
        id: "c1",
        choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }],
        error: { code: "server_error", message: "Provider disconnected" }
      }),
      D
    ], "Server"],
    [
      "an error without words",
      [data({ error: { code: "", message: "", type: "server_error" }, request_id: "" })],
      "Server"
    ],
    ["Anthropic's error", [Wire.anthropic.overloaded], "Overloaded"],
    ["an unframed error", [
      "{\"error\":{\"code\":400,\"message\":\"exceeds the available context size\"," +
      "\"type\":\"exceed_context_size_error\"}}"
    ], "ContextLength"],
    ["an unframed error in the middle", [C("a"), "{\"error\":{\"message\":\"x\",\"code\":503}}\n"], "Overloaded"],
    ["a JSON error, announced as such", ["{\"error\":{\"message\":\"no credits\",\"code\":402}}"], "QuotaExceeded", {
      contentType: "application/json"
    }],
    [
      "a JSON error without a content type",
      ["{\"error\":{\"message\":\"no credits\",\"code\":402}}"],
      "QuotaExceeded",
      {
        contentType: undefined
      }
    ],
    ["a page", ["<!doctype html><html>"], "UnexpectedBody", { contentType: "text/html" }],
    ["a page that says it is a stream", ["<html>"], "UnexpectedBody"],
    ["a text", ["upstream timed out"], "UnexpectedBody", { contentType: "text/plain" }],
    ["a JSON document that is no answer", ["{\"hello\":1}"], "UnexpectedBody", { contentType: "application/json" }],
    ["a JSON document that is cut", ["{\"choices\":[{\"mess"], "TruncatedStream", { contentType: "application/json" }],
    ["a stream that begins with white space and ends", ["\n\n"], "TruncatedStream"],
    ["a frame above the limit", [C("x".repeat(2_000))], "EventTooLarge", { limit: 1_000 }],
    ["an answer above the limit", [`{"choices":[{"message":{"content":"${"x".repeat(2_000)}"}}]}`], "EventTooLarge", {
      limit: 1_000
    }]
  ]
  for (const [name, pieces, reason, setting] of rows) {
    it(name, () => {
      assert.strictEqual(read(pieces, setting).outcome, reason)
    })
  }

  it("nothing comes after a failure", () => {
    const { chunks, outcome } = read([C("a") + Wire.openAi.overloaded + C("b"), C("c") + F("stop") + D])
    assert.strictEqual(outcome, "Overloaded")
    assert.strictEqual(text(chunks), "a")
  })

  it("nothing comes after the end", () => {
    const { chunks, outcome } = read([C("a") + F("stop") + D + C("b") + Wire.openAi.overloaded, C("c")])
    assert.strictEqual(outcome, "ok")
    assert.strictEqual(text(chunks), "a")
  })

  it("the frame that is not JSON is shown, bounded", () => {
    const { normaliser } = read([`data: {bad ${"x".repeat(5_000)}\n\n`])
    const { outcome } = normaliser
    const reason = outcome?._tag === "Failed" ? outcome.fault.reason : undefined
    assert.isTrue(reason?._tag === "MalformedChunk" && reason.excerpt.startsWith("{bad x"))
    assert.isAtMost(reason?._tag === "MalformedChunk" ? reason.excerpt.length : Infinity, 2_048)
  })
})

describe("raw", () => {
  it("each chunk has the events that made it", () => {
    const { chunks } = read([C("a"), F("stop"), D], { raw: true })
    assert.deepStrictEqual(chunks[0]?.raw, [JSON.parse(C("a").slice("data: ".length))])
    assert.deepStrictEqual(chunks.flatMap((chunk) => chunk.raw ?? []).length, 2)
  })

  it("is not there unless it is asked for", () => {
    for (const chunk of read([C("a"), F("stop"), D]).chunks) assert.notProperty(chunk, "raw")
  })
})
