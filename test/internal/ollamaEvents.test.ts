import { assert, describe, it } from "@effect/vitest"
import type { ErrorFacts, Output } from "../../src/Dialect.ts"
import { dialect } from "../../src/providers/Ollama.ts"
import * as Wire from "./ollamaWire.ts"

const unknown: ReadonlyArray<Output> = [{ _tag: "Unknown" }]

const heads = (...lines: ReadonlyArray<unknown>) => Wire.all(...lines).filter(({ _tag }) => _tag === "Head")

describe("a line", () => {
  it("says model and time once, as far as it knows them", () => {
    const line = { model: "m", created_at: "2025-07-07T20:22:19.184789Z", message: { content: "a" } }
    assert.deepStrictEqual(heads(line, { ...line, model: "other" }), [
      { _tag: "Head", model: "m", created: 1_751_919_739 }
    ])
    assert.deepStrictEqual(heads({ message: {} }, { model: "m", created_at: "soon", message: {} }), [
      { _tag: "Head", model: "m", created: undefined }
    ])
    assert.deepStrictEqual(heads({ ...line, created_at: "2025-07-07T13:22:19.184789123-07:00" }), [
      { _tag: "Head", model: "m", created: 1_751_919_739 }
    ])
  })

  it("of thinking, text and calls is told in this order", () => {
    const line = {
      message: {
        tool_calls: [{ function: { name: "f", arguments: { b: [1, { c: "é" }] } } }],
        content: "a",
        thinking: "r"
      }
    }
    assert.deepStrictEqual(Wire.all(line), [
      { _tag: "Reasoning", choice: 0, text: "r" },
      { _tag: "Text", choice: 0, text: "a" },
      {
        _tag: "ToolCall",
        choice: 0,
        id: undefined,
        index: 0,
        name: "f",
        arguments: "{\"b\":[1,{\"c\":\"é\"}]}"
      }
    ])
  })

  it("of log probabilities", () => {
    const token = { token: "a", logprob: -0.5, bytes: [97] }
    const line = {
      message: { content: "a" },
      logprobs: [{ ...token, top_logprobs: [token, { token: "b" }] }, { token: "c" }]
    }
    assert.deepStrictEqual(Wire.all(line).at(-1), {
      _tag: "Logprobs",
      choice: 0,
      logprobs: { content: [{ ...token, topLogprobs: [token] }] }
    })
  })

  it("that says nothing says nothing, and one that nobody knows is counted", () => {
    assert.deepStrictEqual(Wire.all({ message: { role: "assistant", content: "" }, done: false }), [])
    for (const line of [{}, { status: "success" }, { model: "m" }, null, 5, [], "a", { message: 5 }]) {
      assert.deepStrictEqual(Wire.all(line), unknown, JSON.stringify(line))
    }
  })

  it("of calls: each is one of its own, whatever its index", () => {
    const call = (id?: string) => ({ id, function: { index: 0, name: "f", arguments: {} } })
    const calls = Wire.all({ message: { tool_calls: [call("a"), call("a")] } }, {
      message: { tool_calls: [call(), call("b")] }
    })
    assert.deepStrictEqual(
      calls.map((output) => output._tag === "ToolCall" ? [output.index, output.id, output.arguments] : output),
      [[0, "a", "{}"], [1, undefined, "{}"], [2, undefined, "{}"], [3, "b", "{}"]]
    )
  })

  it("with arguments too deep to be written tells the call without them", () => {
    let deep: unknown = {}
    for (let i = 0; i < 100_000; i++) deep = { a: deep }
    const [call] = Wire.all({ message: { tool_calls: [{ function: { name: "f", arguments: deep } }] } })
    assert.deepInclude(call, { _tag: "ToolCall", name: "f", arguments: undefined })
  })
})

describe("the last line", () => {
  const end = (fields: object) => Wire.all({ done: true, ...fields })

  it("says why, how much, and that it is the last", () => {
    assert.deepStrictEqual(
      end({ done_reason: "stop", prompt_eval_count: 3, eval_count: 5, total_duration: 9, load_duration: 1, other: 2 }),
      [
        {
          _tag: "Usage",
          usage: { promptTokens: 3, completionTokens: 5, extra: { total_duration: 9, load_duration: 1 } }
        },
        { _tag: "Finish", choice: 0, reason: "stop", native: "stop" },
        { _tag: "End" }
      ]
    )
  })

  for (const reason of [undefined, "", null, 5]) {
    it(`with the reason ${JSON.stringify(reason)} is the end all the same`, () => {
      assert.deepStrictEqual(end({ done_reason: reason }), [{ _tag: "End" }])
    })
  }

  for (const [count, expected] of [[0, 0], [-1, undefined], [1e300, undefined], ["5", undefined]] as const) {
    it(`counts ${JSON.stringify(count)} as ${expected ?? "nothing"}`, () => {
      const usage = end({ eval_count: count }).flatMap((output) => output._tag === "Usage" ? [output.usage] : [])
      assert.deepStrictEqual(usage, expected === undefined ? [] : [{ completionTokens: expected }])
    })
  }
})

describe("a whole answer", () => {
  it("is the line that says it all", () => {
    const answer = {
      model: "m",
      message: { role: "assistant", content: "a", thinking: "r" },
      done: true,
      done_reason: "stop"
    }
    assert.deepStrictEqual(Wire.whole(answer), Wire.all(answer))
    assert.deepStrictEqual(Wire.whole({ ...answer, done: undefined }), Wire.all(answer))
  })

  it("has a message", () => {
    for (const json of [{}, { done: true }, { embeddings: [] }, [], 5]) assert.isUndefined(Wire.whole(json))
  })
})

describe("failure", () => {
  const cases: ReadonlyArray<readonly [ErrorFacts, ReturnType<typeof dialect.failure>]> = [
    [{ status: 404, message: "model \"llama3.2\" not found, try pulling it first" }, {
      _tag: "ModelNotFound",
      remedy: "ollama pull llama3.2"
    }],
    [{ status: 404, message: "model 'hf.co/org/some-model:Q4_K_M' not found" }, {
      _tag: "ModelNotFound",
      remedy: "ollama pull hf.co/org/some-model:Q4_K_M"
    }],
    // Nothing that a shell would do something with.
    [{ status: 404, message: "model 'x; rm -rf ~' not found" }, { _tag: "ModelNotFound" }],
    [{ status: 404, message: "model '$(id)' not found" }, { _tag: "ModelNotFound" }],
    [{ message: "model 'x' not found" }, { _tag: "ModelNotFound", remedy: "ollama pull x" }],
    [{ status: 404, message: "404 page not found" }, { _tag: "InvalidRequest" }],
    [{ status: 400, message: "\"llama3.2\" does not support tools" }, { _tag: "InvalidRequest" }],
    [{ status: 400, message: "the input length exceeds the context length" }, { _tag: "ContextLength" }],
    [{ status: 400, message: "prompt too long; exceeded max context length by 12 tokens" }, { _tag: "ContextLength" }],
    [{ status: 401, message: "unauthorized" }, { _tag: "Authentication" }],
    [{ status: 402, message: "payment required" }, { _tag: "QuotaExceeded" }],
    [{ status: 429, message: "too many requests" }, { _tag: "RateLimit" }],
    [{ status: 429, message: "you've reached your hourly usage limit, please wait or upgrade to continue" }, {
      _tag: "QuotaExceeded"
    }],
    [{ status: 429, message: "you (ann) have reached your session usage limit, upgrade for higher limits" }, {
      _tag: "QuotaExceeded"
    }],
    [{ status: 503, message: "server busy, please try again.  maximum pending requests exceeded" }, {
      _tag: "Overloaded"
    }],
    [{ status: 502, message: "bad gateway" }, { _tag: "Server" }],
    [{ message: "an error was encountered while running the model" }, { _tag: "Server" }]
  ]
  for (const [facts, expected] of cases) {
    it(JSON.stringify(facts), () => assert.deepStrictEqual(dialect.failure(facts), expected))
  }
})
