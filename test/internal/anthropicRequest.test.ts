/**
 * What is sent to the Messages API for what parameters, apart from the messages.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import type { CompletionParams, ToolDefinition } from "../../src/CompletionParams.ts"
import { body, encode, refused } from "./anthropicEncode.ts"

const tool: ToolDefinition = { name: "f", parameters: { type: "object", properties: {} } }

const without = (params: Partial<CompletionParams>, model?: string): ReadonlyArray<string> =>
  Either.getOrThrow(encode(params, { model })).dropped.map((dropped) => dropped.param)

describe("every request", () => {
  it("names the model, a limit and the messages", () => {
    assert.deepStrictEqual(Either.getOrThrow(encode({}, { model: "claude-sonnet-4-5", stream: true })), {
      path: "/v1/messages",
      body: {
        model: "claude-sonnet-4-5",
        max_tokens: 64_000,
        messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
        stream: true
      },
      dropped: []
    })
    assert.strictEqual(body({}, { stream: false })["stream"], false)
  })

  for (
    const [model, maxTokens] of [
      ["claude-3-haiku-20240307", 4096],
      ["claude-3-5-haiku-latest", 8192],
      ["claude-3-7-sonnet-20250219", 64_000],
      ["claude-opus-4-20250514", 32_000],
      ["claude-opus-4-0", 32_000],
      ["claude-opus-4-1-20250805", 32_000],
      ["claude-sonnet-4@20250514", 64_000],
      ["us.anthropic.claude-haiku-4-5-20251001-v1:0", 64_000],
      ["anthropic/claude-sonnet-4-6", 128_000],
      ["claude-opus-5-5", 128_000],
      ["claude-opus-9", 64_000],
      ["claude-brand-new", 64_000],
      ["deepseek-chat", 8192]
    ] as const
  ) {
    it(`${model}: at most ${maxTokens} tokens unless the caller says`, () => {
      assert.strictEqual(body({}, { model })["max_tokens"], maxTokens)
      assert.strictEqual(body({ maxTokens: 7 }, { model })["max_tokens"], 7)
    })
  }

  it("stop, user and tier", () => {
    assert.deepStrictEqual(body({ stop: "a" })["stop_sequences"], ["a"])
    assert.deepStrictEqual(body({ stop: ["a", "b"] })["stop_sequences"], ["a", "b"])
    assert.deepStrictEqual(body({ user: "u" })["metadata"], { user_id: "u" })
    assert.deepStrictEqual(body({ metadata: { user_id: "u" } })["metadata"], { user_id: "u" })
    assert.strictEqual(body({ serviceTier: "standard_only" })["service_tier"], "standard_only")
  })

  it("what the API cannot be told is dropped, and said", () => {
    const params = {
      seed: 1,
      presencePenalty: 0,
      frequencyPenalty: 0,
      logitBias: {},
      logprobs: true,
      topLogprobs: 2,
      metadata: { a: "b" }
    }
    assert.deepStrictEqual([...without(params)].sort(), Object.keys(params).sort())
    assert.deepStrictEqual(Object.keys(body(params)), Object.keys(body({})))
    assert.deepStrictEqual(without({ logprobs: false, n: 1, metadata: { user_id: "u" } }), [])
  })

  it("several choices and JSON without a schema are refused", () => {
    assert.deepStrictEqual(refused({ n: 2 }), { _tag: "UnsupportedParameter", param: "n" })
    assert.deepStrictEqual(refused({ responseFormat: { type: "json_object" } }), {
      _tag: "UnsupportedParameter",
      param: "responseFormat"
    })
  })
})

describe("extra", () => {
  it("is merged last; others' is not sent", () => {
    const extra = {
      anthropic: { top_k: 5, output_config: { effort: "low" }, metadata: { user_id: "v" } },
      openai: { store: true }
    }
    const sent = body({
      user: "u",
      responseFormat: { type: "json_schema", name: "n", schema: { type: "object" } },
      extra
    })
    assert.strictEqual(sent["top_k"], 5)
    assert.deepStrictEqual(sent["output_config"], {
      format: { type: "json_schema", schema: { type: "object" } },
      effort: "low"
    })
    assert.deepStrictEqual(sent["metadata"], { user_id: "v" })
    assert.notProperty(sent, "store")
  })

  it("cannot override what the engine relies on", () => {
    const plain = body({})
    assert.deepStrictEqual(body({ extra: { anthropic: { stream: false, messages: [] } } }), plain)
  })

  it("is found by the endpoint's id", () => {
    const extra = { anthropic: { top_k: 5 }, vertexaianthropic: { top_k: 6 } }
    assert.strictEqual(body({ extra }, { provider: "vertexaianthropic" })["top_k"], 6)
  })
})

describe("tools", () => {
  it("keep their schema, whole", () => {
    const parameters = { type: "object", properties: { a: { $ref: "#/$defs/A" } }, $defs: { A: { type: "string" } } }
    assert.deepStrictEqual(
      body({ tools: [{ name: "f", description: "d", parameters, strict: true }, { name: "g" }] })["tools"],
      [
        { name: "f", description: "d", input_schema: parameters, strict: true },
        { name: "g", input_schema: { type: "object" } }
      ]
    )
  })

  it("take extra, and are the provider's own when it names a type", () => {
    const cache_control = { type: "ephemeral" }
    assert.deepStrictEqual(
      body({
        tools: [
          { ...tool, extra: { anthropic: { cache_control, input_schema: { required: ["a"] } } } },
          { name: "web_search", description: "d", extra: { anthropic: { type: "web_search_20250305", max_uses: 1 } } },
          { name: "g", extra: { anthropic: { type: "custom" } } }
        ]
      })["tools"],
      [
        { name: "f", input_schema: { type: "object", properties: {}, required: ["a"] }, cache_control },
        { name: "web_search", type: "web_search_20250305", max_uses: 1 },
        { name: "g", input_schema: { type: "object" }, type: "custom" }
      ]
    )
  })

  for (
    const [params, choice] of [
      [{}, undefined],
      [{ toolChoice: "auto" }, { type: "auto" }],
      [{ toolChoice: "none" }, { type: "none" }],
      [{ toolChoice: "required" }, { type: "any" }],
      [{ toolChoice: { name: "f" } }, { type: "tool", name: "f" }],
      [{ parallelToolCalls: true }, undefined],
      [{ parallelToolCalls: false }, { type: "auto", disable_parallel_tool_use: true }],
      [{ parallelToolCalls: false, toolChoice: "required" }, { type: "any", disable_parallel_tool_use: true }],
      [{ parallelToolCalls: false, toolChoice: "none" }, { type: "none" }]
    ] as const
  ) {
    it(`choice ${JSON.stringify(params)}`, () => {
      assert.deepStrictEqual(body({ tools: [tool], ...params })["tool_choice"], choice)
    })
  }

  it("without tools there is no choice to send, and none can be forced", () => {
    for (const params of [{ toolChoice: "auto" }, { toolChoice: "none" }, { parallelToolCalls: false }] as const) {
      assert.deepStrictEqual(body({ tools: [], ...params }), body({}))
    }
    assert.deepStrictEqual(refused({ toolChoice: "required" }), { _tag: "InvalidRequest", param: "toolChoice" })
    const extra = { anthropic: { tools: [{ type: "web_search_20250305", name: "web_search" }] } }
    assert.deepStrictEqual(body({ toolChoice: "required", extra })["tool_choice"], { type: "any" })
  })

  it("models that cannot be forced say so", () => {
    for (const model of ["claude-opus-5-5", "claude-sonnet-5-5", "claude-fable-5-2"]) {
      assert.deepStrictEqual(refused({ tools: [tool], toolChoice: { name: "f" } }, { model }), {
        _tag: "UnsupportedParameter",
        param: "toolChoice"
      })
    }
  })
})

describe("thinking", () => {
  const of = (params: Partial<CompletionParams>, model: string) => {
    const { max_tokens, output_config, thinking } = body(params, { model })
    return { max_tokens, output_config, thinking }
  }

  it("is not spoken of where no effort is named", () => {
    for (const model of ["claude-3-5-haiku-latest", "claude-sonnet-4-5", "claude-opus-4-6", "claude-opus-5"]) {
      for (const reasoningEffort of [undefined, "auto"]) {
        assert.deepStrictEqual(body({ reasoningEffort }, { model }), body({}, { model }))
      }
    }
  })

  for (
    const [effort, sent] of [
      ["minimal", "low"],
      ["low", "low"],
      ["medium", "medium"],
      ["high", "high"],
      ["xhigh", "high"],
      ["max", "max"],
      ["brand-new", "brand-new"]
    ] as const
  ) {
    it(`from 4.6 on ${effort} is the effort ${sent}`, () => {
      assert.deepStrictEqual(of({ reasoningEffort: effort }, "claude-sonnet-4-6"), {
        max_tokens: 128_000,
        thinking: { type: "adaptive" },
        output_config: { effort: sent }
      })
    })
  }

  it("later models know xhigh, and tell what they think only when asked", () => {
    for (const model of ["claude-opus-4-7", "claude-sonnet-5", "claude-opus-5-5", "claude-fable-5", "claude-opus-9"]) {
      assert.deepStrictEqual(of({ reasoningEffort: "xhigh", maxTokens: 50 }, model), {
        max_tokens: 50,
        thinking: { type: "adaptive", display: "summarized" },
        output_config: { effort: "xhigh" }
      })
    }
  })

  for (
    const [effort, budget_tokens] of [
      ["minimal", 1024],
      ["low", 2048],
      ["medium", 8192],
      ["high", 24_576],
      ["xhigh", 32_768],
      ["max", 32_768]
    ] as const
  ) {
    it(`up to 4.5 ${effort} is a budget of ${budget_tokens}, on top of the answer's`, () => {
      for (const model of ["claude-3-7-sonnet-latest", "claude-sonnet-4-0", "claude-opus-4-5", "claude-haiku-4-5"]) {
        assert.deepStrictEqual(of({ reasoningEffort: effort, maxTokens: 100 }, model), {
          max_tokens: budget_tokens + 100,
          thinking: { type: "enabled", budget_tokens },
          output_config: undefined
        })
      }
    })
  }

  it("the limit stays within the model's, and the budget below the limit", () => {
    assert.strictEqual(of({ reasoningEffort: "low" }, "claude-sonnet-4-5").max_tokens, 64_000)
    assert.strictEqual(of({ reasoningEffort: "high", maxTokens: 60_000 }, "claude-sonnet-4-5").max_tokens, 64_000)
    assert.deepStrictEqual(of({ reasoningEffort: "xhigh" }, "claude-opus-4-1"), {
      max_tokens: 32_000,
      thinking: { type: "enabled", budget_tokens: 30_976 },
      output_config: undefined
    })
    assert.deepStrictEqual(of({ reasoningEffort: "high" }, "glm-5"), {
      max_tokens: 8192 + 24_576,
      thinking: { type: "enabled", budget_tokens: 24_576 },
      output_config: undefined
    })
  })

  it("an effort without a budget, or a model that does not think, is dropped", () => {
    assert.deepStrictEqual(without({ reasoningEffort: "brand-new" }, "claude-sonnet-4-5"), ["reasoningEffort"])
    assert.deepStrictEqual(without({ reasoningEffort: "high" }, "claude-3-5-haiku-latest"), ["reasoningEffort"])
    assert.deepStrictEqual(
      body({ reasoningEffort: "high" }, { model: "claude-3-5-haiku-latest" }),
      body({}, { model: "claude-3-5-haiku-latest" })
    )
  })

  it("none switches it off, where it can be", () => {
    const off = (model: string) => {
      const { output_config, thinking } = of({ reasoningEffort: "none" }, model)
      return [thinking, output_config, without({ reasoningEffort: "none" }, model)]
    }
    for (const model of ["claude-3-7-sonnet-latest", "claude-opus-4-6", "claude-sonnet-5", "claude-haiku-5-5"]) {
      assert.deepStrictEqual(off(model), [{ type: "disabled" }, undefined, []])
    }
    assert.deepStrictEqual(off("claude-sonnet-5-5"), [{ type: "between_tools" }, undefined, []])
    for (const model of ["claude-opus-5-5", "claude-fable-5", "claude-mythos-5-1", "claude-opus-9"]) {
      assert.deepStrictEqual(off(model), [undefined, { effort: "low" }, ["reasoningEffort"]])
    }
    assert.deepStrictEqual(off("claude-3-haiku-20240307"), [undefined, undefined, []])
  })

  it("yields to a tool that is forced", () => {
    const forced = { tools: [tool], toolChoice: "required" } as const
    const high = { ...forced, reasoningEffort: "max" }
    assert.deepStrictEqual(of(high, "claude-sonnet-4-5").thinking, undefined)
    assert.deepStrictEqual(without(high, "claude-sonnet-4-5"), ["reasoningEffort"])
    assert.deepStrictEqual(of(high, "claude-opus-4-6"), {
      max_tokens: 128_000,
      thinking: undefined,
      output_config: { effort: "max" }
    })
    assert.deepStrictEqual(of(high, "claude-opus-5"), {
      max_tokens: 128_000,
      thinking: { type: "disabled" },
      output_config: { effort: "high" }
    })
    assert.deepStrictEqual(of(forced, "claude-opus-5").thinking, { type: "disabled" })
    assert.deepStrictEqual(of(forced, "claude-opus-4-6").thinking, undefined)
    assert.deepStrictEqual(of(high, "claude-fable-5").thinking, { type: "adaptive", display: "summarized" })
  })

  it("goes together with a format", () => {
    const schema = { type: "object" }
    const params: Partial<CompletionParams> = {
      reasoningEffort: "low",
      responseFormat: { type: "json_schema", name: "n", schema, strict: true }
    }
    assert.deepStrictEqual(of(params, "claude-sonnet-4-6").output_config, {
      effort: "low",
      format: { type: "json_schema", schema }
    })
    assert.strictEqual(of({ responseFormat: { type: "text" } }, "claude-sonnet-4-6").output_config, undefined)
  })
})

describe("sampling", () => {
  const of = (params: Partial<CompletionParams>, model: string) => {
    const { temperature, top_p } = body(params, { model })
    return [temperature, top_p, without(params, model)]
  }

  it("is the caller's, where the model takes it", () => {
    assert.deepStrictEqual(of({ temperature: 0, topP: 0.1 }, "claude-sonnet-4-0"), [0, 0.1, []])
    assert.deepStrictEqual(of({ topP: 0.1 }, "claude-sonnet-4-5"), [undefined, 0.1, []])
    assert.deepStrictEqual(of({ temperature: 2 }, "claude-sonnet-4-5"), [2, undefined, []])
  })

  it("from 4.1 on one of two", () => {
    assert.deepStrictEqual(of({ temperature: 1, topP: 0.1 }, "claude-opus-4-1"), [1, undefined, ["topP"]])
  })

  it("while thinking only a high topP", () => {
    const thinks = { temperature: 0.5, reasoningEffort: "low" }
    for (const model of ["claude-sonnet-4-5", "claude-opus-4-6"]) {
      assert.deepStrictEqual(of({ ...thinks, topP: 0.95 }, model), [undefined, 0.95, ["temperature"]])
      assert.deepStrictEqual(of({ ...thinks, topP: 0.9 }, model), [undefined, undefined, ["temperature", "topP"]])
      assert.deepStrictEqual(of({ ...thinks, reasoningEffort: "none" }, model), [0.5, undefined, []])
    }
  })

  it("from Opus 4.7 on nothing", () => {
    for (const model of ["claude-opus-4-7", "claude-sonnet-5", "claude-haiku-5-5", "claude-opus-9"]) {
      assert.deepStrictEqual(of({ temperature: 0.5, topP: 1 }, model), [undefined, undefined, ["temperature", "topP"]])
    }
  })
})
