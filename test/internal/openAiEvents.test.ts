import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import type { Output } from "../../src/Dialect.ts"
import * as Events from "../../src/internal/openAiEvents.ts"
import * as Reader from "../../src/internal/reader.ts"

const read = Reader.compile(Events.event)

/** What one event of the wire says, to a state that has seen nothing. */
const said = (json: unknown, state = Events.initial()): ReadonlyArray<Output> => {
  const event = read(json)
  return event === undefined ? [] : Events.step(state, event)
}

const text = (text: string, choice = 0): Output => ({ _tag: "Text", choice, text })
const reasoning = (text: string): Output => ({ _tag: "Reasoning", choice: 0, text })
const call = (fields: Partial<Extract<Output, { readonly _tag: "ToolCall" }>>): Output => ({
  _tag: "ToolCall",
  choice: 0,
  id: undefined,
  index: undefined,
  name: undefined,
  arguments: undefined,
  ...fields
})

describe("the head", () => {
  const head = {
    id: "c1",
    model: "m",
    created: 7,
    system_fingerprint: "fp",
    service_tier: "default",
    choices: []
  }

  it("is told once", () => {
    const state = Events.initial()
    assert.deepStrictEqual(said(head, state), [
      { _tag: "Head", id: "c1", model: "m", created: 7, systemFingerprint: "fp", serviceTier: "default" }
    ])
    assert.deepStrictEqual(said({ ...head, id: "c2" }, state), [])
  })

  it("is told in pieces as they come, and empty values are none", () => {
    const state = Events.initial()
    assert.deepStrictEqual(
      said({ id: "", model: "", created: 0, system_fingerprint: "", service_tier: "", choices: [] }, state),
      []
    )
    assert.deepStrictEqual(said({ id: "c1", choices: [] }, state), [{ _tag: "Head", id: "c1" }])
    assert.deepStrictEqual(said({ id: "c1", model: "m", created: null, choices: [] }, state), [
      { _tag: "Head", model: "m" }
    ])
  })

  it("has whole seconds", () => {
    assert.deepStrictEqual(said({ created: 7.9, choices: [] }), [{ _tag: "Head", created: 7 }])
    for (const created of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.deepStrictEqual(said({ created, choices: [] }), [])
    }
  })
})

describe("events that are no chunks", () => {
  for (const json of [{}, { object: "billing.summary", id: "b1", billing: {} }, { choices: null }, { choices: {} }]) {
    it(`unknown: ${JSON.stringify(json)}`, () => {
      assert.deepStrictEqual(said(json), [{ _tag: "Unknown" }])
    })
  }

  it("Azure's first event says nothing and is known", () => {
    const json = { id: "", object: "", created: 0, model: "", prompt_filter_results: [{}], choices: [] }
    assert.deepStrictEqual(said(json), [])
  })
})

describe("choices", () => {
  for (const [index, choice] of [[0, 0], [2, 2], [4294967294, 4294967294]] as const) {
    it(`index ${index}`, () => {
      assert.deepStrictEqual(said({ choices: [{ index, delta: { content: "x" } }] }), [text("x", choice)])
    })
  }

  for (const index of [undefined, null, "1", "__proto__", -1, 0.5, 2 ** 53, Number.NaN]) {
    it(`no index: ${String(index)}`, () => {
      assert.deepStrictEqual(said({ choices: [{ index, delta: { content: "x" } }] }), [text("x")])
    })
  }

  it("a choice without a delta says nothing, and a bad one costs only itself", () => {
    assert.deepStrictEqual(said({ choices: [{ index: 0 }, { index: 1, delta: null }, { delta: [] }] }), [])
    assert.deepStrictEqual(said({ choices: [null, 7, { index: 1, delta: { content: "x" } }] }), [text("x", 1)])
  })

  it("a message is read where there is no delta", () => {
    assert.deepStrictEqual(said({ choices: [{ message: { content: "x" } }] }), [text("x")])
    assert.deepStrictEqual(said({ choices: [{ delta: { content: "" }, message: { content: "so far" } }] }), [])
  })

  it("several choices of one event keep apart", () => {
    assert.deepStrictEqual(
      said({ choices: [{ index: 1, delta: { content: "b" } }, { index: 0, delta: { content: "a" } }] }),
      [text("b", 1), text("a", 0)]
    )
  })
})

describe("a summary of reasoning beside the choices", () => {
  it("is the first choice's reasoning, after what the choices say", () => {
    const summary = { content: "so", status: "partial" }
    assert.deepStrictEqual(said({ choices: [], reasoning_summary: summary }), [reasoning("so")])
    assert.deepStrictEqual(said({ choices: [{ delta: { content: "x" } }], reasoning_summary: summary }), [
      text("x"),
      reasoning("so")
    ])
  })

  for (const summary of [null, {}, { content: null, status: "unavailable" }, { content: "" }, 7, []]) {
    it(`${JSON.stringify(summary)} says nothing`, () => {
      assert.deepStrictEqual(said({ choices: [], reasoning_summary: summary }), [])
    })
  }
})

describe("the end", () => {
  const reasons: ReadonlyArray<readonly [string, string]> = [
    ["stop", "stop"],
    ["eos", "stop"],
    ["eos_token", "stop"],
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["pause_turn", "stop"],
    ["COMPLETE", "stop"],
    ["STOP", "stop"],
    ["length", "length"],
    ["max_tokens", "length"],
    ["MAX_TOKENS", "length"],
    ["model_length", "length"],
    ["model_context_window_exceeded", "length"],
    ["tool_calls", "tool_calls"],
    ["tool_call", "tool_calls"],
    ["tool_use", "tool_calls"],
    ["function_call", "tool_calls"],
    ["content_filter", "content_filter"],
    ["content_filtered", "content_filter"],
    ["refusal", "content_filter"],
    ["sensitive", "content_filter"],
    ["SAFETY", "content_filter"],
    ["RECITATION", "content_filter"],
    ["BLOCKLIST", "content_filter"],
    ["PROHIBITED_CONTENT", "content_filter"],
    ["SPII", "content_filter"],
    ["guardrail_intervened", "content_filter"],
    // Words that nobody here knows pass through.
    ["cache_threshold", "cache_threshold"],
    ["MALFORMED_FUNCTION_CALL", "MALFORMED_FUNCTION_CALL"],
    ["UNEXPECTED_TOOL_CALL", "UNEXPECTED_TOOL_CALL"],
    ["constructor", "constructor"],
    ["__proto__", "__proto__"],
    ["Xq-7", "Xq-7"]
  ]
  for (const [native, reason] of reasons) {
    it(`${native} is ${reason}`, () => {
      assert.deepStrictEqual(said({ choices: [{ index: 2, delta: {}, finish_reason: native }] }), [
        { _tag: "Finish", choice: 2, reason, native }
      ])
    })
  }

  for (const word of ["error", "abort", "aborted", "network_error", "cancelled", "canceled", "ERROR"]) {
    it(`${word} is a failure, after what the event says`, () => {
      const usage = { prompt_tokens: 1 }
      assert.deepStrictEqual(said({ choices: [{ delta: { content: "x" }, finish_reason: word }], usage }), [
        text("x"),
        { _tag: "Usage", usage: { promptTokens: 1 } },
        { _tag: "Failure", fault: { reason: { _tag: "Server" }, code: word } }
      ])
    })
  }

  it("insufficient_system_resource is an overload", () => {
    assert.deepStrictEqual(said({ choices: [{ delta: {}, finish_reason: "insufficient_system_resource" }] }), [
      { _tag: "Failure", fault: { reason: { _tag: "Overloaded" }, code: "insufficient_system_resource" } }
    ])
  })

  for (const none of [undefined, null, "", 0, false, {}]) {
    it(`${JSON.stringify(none)} is no end`, () => {
      assert.deepStrictEqual(said({ choices: [{ delta: {}, finish_reason: none }] }), [])
    })
  }

  it("Gemini's spelling", () => {
    assert.deepStrictEqual(said({ choices: [{ delta: {}, finishReason: "stop" }] }), [
      { _tag: "Finish", choice: 0, reason: "stop", native: "stop" }
    ])
  })

  it("comes after the content of its event", () => {
    const json = { choices: [{ delta: { content: "x", tool_calls: [{ id: "a" }] }, finish_reason: "stop" }] }
    assert.deepStrictEqual(said(json).map((output) => output._tag), ["Text", "ToolCall", "Finish"])
  })

  it("an error inside a choice says what happened", () => {
    const error = { code: 429, message: "slow down", metadata: { provider_name: "x" } }
    const outputs = said({
      choices: [
        { index: 0, delta: { content: "x" }, finish_reason: "error", error },
        { index: 1, delta: { content: "y" } }
      ]
    })
    assert.deepStrictEqual(outputs.slice(0, -1), [text("x"), text("y", 1)])
    const failure = outputs.at(-1)
    assert.isTrue(failure?._tag === "Failure")
    if (failure?._tag !== "Failure") return
    assert.deepStrictEqual(failure.fault.reason, { _tag: "RateLimit" })
    assert.strictEqual(failure.fault.status, 429)
    assert.strictEqual(failure.fault.detail, "slow down")
    for (const none of [null, "", false, []]) {
      assert.deepStrictEqual(said({ choices: [{ delta: { content: "x" }, error: none }] }), [text("x")])
    }
  })
})

describe("usage in an event", () => {
  const wire = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }
  const told: Output = { _tag: "Usage", usage: { promptTokens: 3, completionTokens: 4, totalTokens: 7 } }
  const rows: ReadonlyArray<readonly [string, unknown]> = [
    ["beside no choices", { choices: [], usage: wire }],
    ["without choices", { usage: wire }],
    ["x_groq", { choices: [], x_groq: { id: "r", usage: wire } }],
    ["both", { choices: [], usage: wire, x_groq: { usage: wire } }],
    ["in a choice", { choices: [{ index: 0, delta: {}, usage: wire }] }]
  ]
  for (const [name, json] of rows) {
    it(`${name}`, () => assert.deepStrictEqual(said(json), [told]))
  }

  it("on a chunk with content", () => {
    assert.deepStrictEqual(said({ choices: [{ delta: { content: "x" }, finish_reason: "stop" }], usage: wire }), [
      text("x"),
      { _tag: "Finish", choice: 0, reason: "stop", native: "stop" },
      told
    ])
  })

  for (const usage of [null, {}, [], 7, "x"]) {
    it(`none: ${JSON.stringify(usage)}`, () => assert.deepStrictEqual(said({ choices: [], usage }), []))
  }
})

describe("a whole answer", () => {
  const whole = (json: unknown): ReadonlyArray<Output> | undefined => {
    const body = read(json)
    const events = body === undefined ? undefined : Events.events(body)
    const state = Events.initial()
    return events?.flatMap((event) => Events.step(state, event))
  }

  it("has its summary of reasoning", () => {
    const body = { choices: [{ message: { content: "x" } }], reasoning_summary: { content: "so", status: "complete" } }
    assert.deepStrictEqual(whole(body), [text("x"), reasoning("so")])
  })

  it("says what its stream would have said", () => {
    assert.deepStrictEqual(
      whole({
        id: "c1",
        object: "chat.completion",
        choices: [{
          index: 0,
          message: { role: "assistant", content: "hi", refusal: null, reasoning_content: "r", annotations: [] },
          finish_reason: "stop",
          logprobs: null
        }],
        usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }
      }),
      [
        { _tag: "Head", id: "c1" },
        reasoning("r"),
        text("hi"),
        { _tag: "Finish", choice: 0, reason: "stop", native: "stop" },
        { _tag: "Usage", usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 } }
      ]
    )
  })

  it("tells its calls apart by place, and a repeated id is no id", () => {
    const f = { name: "f", arguments: "{}" }
    const calls = (entries: ReadonlyArray<unknown>) => whole({ choices: [{ message: { tool_calls: entries } }] })
    assert.deepStrictEqual(calls([{ id: "a", function: f }, { id: "b", function: f }]), [
      call({ id: "a", index: 0, name: "f", arguments: "{}" }),
      call({ id: "b", index: 1, name: "f", arguments: "{}" })
    ])
    assert.deepStrictEqual(
      calls([{ function: f }, { index: 0, function: f }, { id: "a", function: f }, {
        id: "a",
        function: f
      }]),
      [
        call({ index: 0, name: "f", arguments: "{}" }),
        call({ index: 1, name: "f", arguments: "{}" }),
        call({ id: "a", index: 2, name: "f", arguments: "{}" }),
        call({ index: 3, name: "f", arguments: "{}" })
      ]
    )
  })

  it("tells its choices apart by place where they have no index", () => {
    assert.deepStrictEqual(whole({ choices: [{ message: { content: "a" } }, { message: { content: "b" } }] }), [
      text("a", 0),
      text("b", 1)
    ])
  })

  it("prefers the message", () => {
    assert.deepStrictEqual(whole({ choices: [{ delta: {}, message: { content: "a" } }] }), [text("a")])
    assert.deepStrictEqual(whole({ choices: [{ delta: { content: "a" } }] }), [text("a")])
  })

  it("without choices there is none", () => {
    for (const json of [{}, { choices: null }, { choices: "x" }, { id: "c1", usage: {} }]) {
      assert.isUndefined(whole(json))
    }
    assert.deepStrictEqual(whole({ choices: [] }), [])
  })
})

describe("step", () => {
  const { event } = Events
  it.prop("is total, and says nothing empty", [Arbitrary.make(Schema.typeSchema(event))], ([event]) => {
    for (const output of Events.step(Events.initial(), event)) {
      if (output._tag === "Text" || output._tag === "Reasoning" || output._tag === "Refusal") {
        assert.notStrictEqual(output.text, "")
      }
      if ("choice" in output) assert.isTrue(Number.isSafeInteger(output.choice) && output.choice >= 0)
    }
  })

  it.prop("takes any whole answer", [Arbitrary.make(Schema.typeSchema(event))], ([body]) => {
    const state = Events.initial()
    for (const event of Events.events(body) ?? []) assert.isArray(Events.step(state, event))
  })
})
