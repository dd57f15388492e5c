import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as OpenAi from "../../src/providers/OpenAi.ts"

const { dialect, endpoint } = OpenAi

const decoder = () => dialect.decoder({ now: 0, id: "made-up", params: { messages: [] }, endpoint })

describe("endpoint", () => {
  it("is OpenAI's", () => {
    assert.strictEqual(endpoint.id, "openai")
    assert.strictEqual(endpoint.baseUrl, "https://api.openai.com/v1")
    assert.deepStrictEqual(endpoint.auth, { _tag: "Bearer" })
    assert.deepStrictEqual(endpoint.env, { apiKey: "OPENAI_API_KEY", baseUrl: "OPENAI_BASE_URL" })
    assert.strictEqual(endpoint.dialect, dialect)
  })

  it("asks at the path of chat completions", () => {
    const encoded = dialect.encode({ messages: [{ role: "user", content: "x" }] }, {
      endpoint,
      model: "gpt-5-mini",
      stream: true
    })
    assert.deepStrictEqual(Either.getOrThrow(encoded), {
      path: "/chat/completions",
      body: {
        model: "gpt-5-mini",
        messages: [{ role: "user", content: "x" }],
        stream: true,
        stream_options: { include_usage: true }
      },
      dropped: []
    })
  })
})

describe("decoder", () => {
  it("reads what is odd around the text", () => {
    const { event } = decoder()
    const delta = { role: "", content: "a", tool_calls: null, function_call: null, refusal: null, annotations: [] }
    assert.deepStrictEqual(event({ id: 7, created: null, model: null, choices: [{ index: null, delta, x: {} }] }), [
      { _tag: "Text", choice: 0, text: "a" }
    ])
  })

  it("what is no object is no event", () => {
    const { event } = decoder()
    for (const json of [null, 7, "x", true, []]) assert.deepStrictEqual(event(json), [{ _tag: "Unknown" }])
  })

  it("keeps to one state: the head comes once", () => {
    const { event } = decoder()
    const json = { id: "c1", choices: [{ index: 0, delta: { content: "a" } }] }
    assert.deepStrictEqual(event(json).map((output) => output._tag), ["Head", "Text"])
    assert.deepStrictEqual(event(json).map((output) => output._tag), ["Text"])
    assert.deepStrictEqual(decoder().event(json).map((output) => output._tag), ["Head", "Text"])
  })

  it("a stranger's key in a delta is no field of it", () => {
    const json = JSON.parse(
      "{\"choices\":[{\"index\":0,\"delta\":{\"__proto__\":{\"tool_calls\":[{\"id\":\"x\"}],\"content\":\"x\"}}}]}"
    )
    assert.deepStrictEqual(decoder().event(json), [])
    assert.isUndefined(Reflect.get({}, "tool_calls"))
  })

  it("tells a whole answer as its stream would have", () => {
    const { completion } = decoder()
    assert.deepStrictEqual(
      completion({
        id: "c1",
        object: "chat.completion",
        created: 1,
        model: "m",
        choices: [{
          index: 0,
          message: {
            role: "assistant",
            content: null,
            tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }]
          },
          finish_reason: "tool_calls"
        }],
        usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, cost: 0.1 }
      }),
      [
        { _tag: "Head", id: "c1", model: "m", created: 1 },
        { _tag: "ToolCall", choice: 0, id: "a", index: 0, name: "f", arguments: "{}" },
        { _tag: "Finish", choice: 0, reason: "tool_calls", native: "tool_calls" },
        { _tag: "Usage", usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3, extra: { cost: 0.1 } } }
      ]
    )
  })

  it("what has no choices is no answer", () => {
    const { completion } = decoder()
    for (const json of [null, [], {}, { id: "c1" }, { choices: {} }]) assert.isUndefined(completion(json))
  })
})

describe("failure", () => {
  it("is OpenAI's table", () => {
    assert.deepStrictEqual(dialect.failure({ status: 429, code: "insufficient_quota" }), { _tag: "QuotaExceeded" })
    assert.deepStrictEqual(dialect.failure({ status: 400, param: "model" }), { _tag: "InvalidRequest", param: "model" })
  })
})
