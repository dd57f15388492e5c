import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import type { CompletionParams, Message, Part } from "../../src/CompletionParams.ts"
import type { Encoded } from "../../src/Dialect.ts"
import type { Endpoint } from "../../src/Endpoint.ts"
import type { JsonObject } from "../../src/internal/json.ts"
import { encode } from "../../src/internal/openAiRequest.ts"
import * as OpenAi from "../../src/providers/OpenAi.ts"

const hello: ReadonlyArray<Message> = [{ role: "user", content: "hello" }]

interface Given extends Partial<CompletionParams> {
  readonly stream?: boolean
  readonly endpoint?: Partial<Endpoint>
}

const result = ({ endpoint, stream = false, ...params }: Given) =>
  encode({ messages: hello, ...params }, { endpoint: { ...OpenAi.endpoint, ...endpoint }, model: "m", stream })

const encoded = (given: Given): Encoded => Either.getOrThrow(result(given))

const refused = (given: Given) => Either.getOrThrow(Either.flip(result(given)))

const wireMessages = (messages: ReadonlyArray<Message>) => encoded({ messages }).body["messages"]

describe("the body", () => {
  it("holds no more than what was said", () => {
    assert.deepStrictEqual(encoded({}), {
      path: "/chat/completions",
      body: { model: "m", messages: [{ role: "user", content: "hello" }] },
      dropped: []
    })
  })

  const schema = { type: "object", properties: { city: { type: "string" } } }
  const rows: ReadonlyArray<readonly [Partial<CompletionParams>, JsonObject]> = [
    [{ temperature: 0 }, { temperature: 0 }],
    [{ topP: 0.5 }, { top_p: 0.5 }],
    [{ maxTokens: 7 }, { max_completion_tokens: 7 }],
    [{ stop: "x" }, { stop: "x" }],
    [{ stop: ["x", "y"] }, { stop: ["x", "y"] }],
    [{ stop: [] }, {}],
    [{ n: 2 }, { n: 2 }],
    [{ seed: 0 }, { seed: 0 }],
    [{ user: "u" }, { user: "u" }],
    [{ metadata: { a: "b" } }, { metadata: { a: "b" } }],
    [{ presencePenalty: -1 }, { presence_penalty: -1 }],
    [{ frequencyPenalty: 1 }, { frequency_penalty: 1 }],
    [{ logitBias: { "50256": -100 } }, { logit_bias: { "50256": -100 } }],
    [{ logprobs: true, topLogprobs: 3 }, { logprobs: true, top_logprobs: 3 }],
    [{ logprobs: false }, { logprobs: false }],
    [{ tools: [] }, {}],
    [{ tools: [{ name: "f" }] }, { tools: [{ type: "function", function: { name: "f" } }] }],
    [{ tools: [{ name: "f", description: "d", parameters: schema, strict: true }] }, {
      tools: [{ type: "function", function: { name: "f", description: "d", parameters: schema, strict: true } }]
    }],
    [{ responseFormat: { type: "text" } }, { response_format: { type: "text" } }],
    [{ responseFormat: { type: "json_object" } }, { response_format: { type: "json_object" } }],
    [{ responseFormat: { type: "json_schema", name: "r", schema } }, {
      response_format: { type: "json_schema", json_schema: { name: "r", schema } }
    }],
    [{ responseFormat: { type: "json_schema", name: "r", description: "d", schema, strict: false } }, {
      response_format: { type: "json_schema", json_schema: { name: "r", description: "d", schema, strict: false } }
    }],
    [{ reasoningEffort: "high" }, { reasoning_effort: "high" }],
    [{ reasoningEffort: "none" }, { reasoning_effort: "none" }],
    [{ reasoningEffort: "brand-new" }, { reasoning_effort: "brand-new" }],
    [{ reasoningEffort: "auto" }, {}],
    [{ serviceTier: "flex" }, { service_tier: "flex" }],
    [{ includeUsage: true }, {}],
    [{ temperature: undefined, stop: undefined, tools: undefined, extra: undefined }, {}]
  ]
  for (const [params, wire] of rows) {
    it(`${JSON.stringify(params)}`, () => {
      const { body, dropped } = encoded(params)
      const { messages: _, model: __, ...rest } = body
      assert.deepStrictEqual(rest, wire)
      assert.deepStrictEqual(dropped, [])
    })
  }

  it("the older name for the limit, where the server wants it", () => {
    const { body } = encoded({ maxTokens: 7, endpoint: { fields: { maxTokens: "max_tokens" } } })
    assert.strictEqual(body["max_tokens"], 7)
    assert.notProperty(body, "max_completion_tokens")
  })

  for (
    const name of [
      "temperature",
      "topP",
      "maxTokens",
      "n",
      "seed",
      "presencePenalty",
      "frequencyPenalty",
      "topLogprobs"
    ] as const
  ) {
    it(`${name} that JSON cannot say is refused`, () => {
      for (const number of [Number.NaN, Number.POSITIVE_INFINITY]) {
        assert.deepStrictEqual(refused({ [name]: number }), { _tag: "InvalidRequest", param: name })
      }
    })
  }

  it("a bias that JSON cannot say is refused", () => {
    assert.deepStrictEqual(refused({ logitBias: { "1": 1, "2": Number.NaN } }), {
      _tag: "InvalidRequest",
      param: "logitBias"
    })
  })
})

describe("streaming", () => {
  const asked = { stream: true, stream_options: { include_usage: true } }
  const rows: ReadonlyArray<readonly [string, Given, JsonObject]> = [
    ["asks for usage", { stream: true }, asked],
    ["not when the caller wants none", { stream: true, includeUsage: false }, { stream: true }],
    ["not when the server does not know it", { stream: true, endpoint: { streamUsage: false } }, { stream: true }],
    ["is not mentioned for a whole answer", {}, {}]
  ]
  for (const [name, given, wire] of rows) {
    it(`${name}`, () => {
      const { messages: _, model: __, ...rest } = encoded(given).body
      assert.deepStrictEqual(rest, wire)
    })
  }
})

describe("tools", () => {
  const tools = [{ name: "f" }]

  it("choices and parallel calls", () => {
    for (const choice of ["auto", "none", "required"] as const) {
      assert.strictEqual(encoded({ tools, toolChoice: choice }).body["tool_choice"], choice)
    }
    assert.deepStrictEqual(encoded({ tools, toolChoice: { name: "f" } }).body["tool_choice"], {
      type: "function",
      function: { name: "f" }
    })
    assert.strictEqual(encoded({ tools, parallelToolCalls: false }).body["parallel_tool_calls"], false)
  })

  it("without tools what is about them is dropped, but not what only tools could fulfil", () => {
    const idle = encoded({ toolChoice: "auto", parallelToolCalls: true })
    assert.notProperty(idle.body, "tool_choice")
    assert.notProperty(idle.body, "parallel_tool_calls")
    assert.deepStrictEqual(idle.dropped.map(({ param }) => param), ["toolChoice", "parallelToolCalls"])
    const required = encoded({ toolChoice: "required" })
    assert.strictEqual(required.body["tool_choice"], "required")
    assert.deepStrictEqual(required.dropped, [])
  })

  it("tools that come in by extra are tools", () => {
    const { body, dropped } = encoded({
      toolChoice: "none",
      parallelToolCalls: false,
      extra: { openai: { tools: [{ type: "custom", custom: { name: "c" } }] } }
    })
    assert.strictEqual(body["tool_choice"], "none")
    assert.strictEqual(body["parallel_tool_calls"], false)
    assert.deepStrictEqual(dropped, [])
  })

  it("extra of a tool", () => {
    const extra = { openai: { function: { strict: true }, cache: 1 }, other: { x: 1 } }
    assert.deepStrictEqual(encoded({ tools: [{ name: "f", extra }] }).body["tools"], [
      { type: "function", function: { name: "f", strict: true }, cache: 1 }
    ])
  })
})

describe("extra", () => {
  it("of the provider that is called is merged in last", () => {
    const { body } = encoded({
      stream: true,
      temperature: 1,
      responseFormat: { type: "json_schema", name: "r", schema: {} },
      extra: {
        openai: {
          temperature: 2,
          store: true,
          stream_options: { include_obfuscation: false },
          response_format: { json_schema: { strict: true } }
        },
        anthropic: { top_k: 3 }
      }
    })
    assert.deepStrictEqual(body, {
      model: "m",
      messages: [{ role: "user", content: "hello" }],
      stream: true,
      temperature: 2,
      store: true,
      stream_options: { include_usage: true, include_obfuscation: false },
      response_format: { type: "json_schema", json_schema: { name: "r", schema: {}, strict: true } }
    })
  })

  it("goes by the id of the endpoint", () => {
    const { body } = encoded({ endpoint: { id: "groq" }, extra: { openai: { a: 1 }, groq: { b: 2 } } })
    assert.notProperty(body, "a")
    assert.strictEqual(body["b"], 2)
  })

  it("does not decide what the call itself does", () => {
    const extra = { openai: { messages: [], stream: true, stream_options: { include_usage: true }, store: true } }
    const whole = encoded({ extra })
    assert.deepStrictEqual(whole.body, { model: "m", messages: [{ role: "user", content: "hello" }], store: true })
    assert.deepStrictEqual(whole.dropped.map(({ param }) => param), [
      "extra.openai.messages",
      "extra.openai.stream",
      "extra.openai.stream_options"
    ])
    const streamed = encoded({ stream: true, extra: { openai: { stream: false, messages: [] } } })
    assert.strictEqual(streamed.body["stream"], true)
    assert.deepStrictEqual(streamed.body["messages"], [{ role: "user", content: "hello" }])
  })
})

describe("messages", () => {
  const calls = [{ id: "a", function: { name: "f", arguments: "{ }" } }]
  const wireCalls = [{ id: "a", type: "function", function: { name: "f", arguments: "{ }" } }]
  const rows: ReadonlyArray<readonly [Message, JsonObject]> = [
    [{ role: "system", content: "s", name: "n" }, { role: "system", content: "s", name: "n" }],
    [{ role: "developer", content: [{ type: "text", text: "d" }] }, {
      role: "developer",
      content: [{ type: "text", text: "d" }]
    }],
    [{ role: "user", content: "", name: "n" }, { role: "user", content: "", name: "n" }],
    [{ role: "user", content: "x", extra: { openai: { content: "y", z: 1 }, other: { w: 1 } } }, {
      role: "user",
      content: "y",
      z: 1
    }],
    [{ role: "assistant", content: "x", name: "n" }, { role: "assistant", content: "x", name: "n" }],
    [{ role: "assistant", content: [{ type: "text", text: "x" }], refusal: "no" }, {
      role: "assistant",
      content: [{ type: "text", text: "x" }],
      refusal: "no"
    }],
    [{ role: "assistant", toolCalls: calls }, { role: "assistant", tool_calls: wireCalls }],
    [{ role: "assistant", content: "", toolCalls: calls }, { role: "assistant", tool_calls: wireCalls }],
    [{ role: "assistant", content: "x", toolCalls: calls }, {
      role: "assistant",
      content: "x",
      tool_calls: wireCalls
    }],
    [{ role: "assistant", content: "x", toolCalls: [] }, { role: "assistant", content: "x" }],
    [{ role: "assistant", refusal: "no" }, { role: "assistant", refusal: "no" }],
    [{ role: "assistant" }, { role: "assistant", content: "" }],
    // What the API has no field for, and what other dialects have kept for themselves.
    [{
      role: "assistant",
      content: "x",
      reasoning: { content: "r" },
      native: { dialect: "anthropic", blocks: [{ type: "thinking", thinking: "r", signature: "s" }] }
    }, { role: "assistant", content: "x" }],
    [{ role: "assistant", content: "x", native: { dialect: "openai", blocks: [{ type: "brand_new" }] } }, {
      role: "assistant",
      content: "x"
    }],
    [{ role: "assistant", content: "x", extra: { openai: { audio: { id: "audio_1" } } } }, {
      role: "assistant",
      content: "x",
      audio: { id: "audio_1" }
    }],
    [{ role: "tool", toolCallId: "a", content: "r" }, { role: "tool", tool_call_id: "a", content: "r" }],
    [{ role: "tool", toolCallId: "a", content: [{ type: "text", text: "r" }], isError: false }, {
      role: "tool",
      tool_call_id: "a",
      content: [{ type: "text", text: "r" }]
    }]
  ]
  for (const [message, wire] of rows) {
    it(`${JSON.stringify(message)}`, () => assert.deepStrictEqual(wireMessages([message]), [wire]))
  }

  it("keep their order", () => {
    const messages: ReadonlyArray<Message> = [
      { role: "system", content: "s" },
      { role: "user", content: "u" },
      { role: "assistant", toolCalls: calls },
      { role: "tool", toolCallId: "a", content: "r" }
    ]
    assert.deepStrictEqual(wireMessages(messages), [
      { role: "system", content: "s" },
      { role: "user", content: "u" },
      { role: "assistant", tool_calls: wireCalls },
      { role: "tool", tool_call_id: "a", content: "r" }
    ])
  })

  it("a tool's failure has no mark of its own", () => {
    const failed: Message = { role: "tool", toolCallId: "a", content: "boom", isError: true }
    const { body, dropped } = encoded({ messages: [...hello, failed] })
    assert.deepStrictEqual(body["messages"], [
      { role: "user", content: "hello" },
      { role: "tool", tool_call_id: "a", content: "boom" }
    ])
    assert.deepStrictEqual(dropped.map(({ param }) => param), ["messages[1].isError"])
    assert.deepStrictEqual(encoded({ messages: [{ ...failed, isError: false }] }).dropped, [])
  })
})

describe("parts", () => {
  const data = new Uint8Array([1, 2, 3])
  const rows: ReadonlyArray<readonly [string, Part, JsonObject]> = [
    ["text with extra", { type: "text", text: "x", extra: { openai: { cache_control: { type: "ephemeral" } } } }, {
      type: "text",
      text: "x",
      cache_control: { type: "ephemeral" }
    }],
    ["an image's URL", { type: "image", source: { url: "https://example.com/i.png" } }, {
      type: "image_url",
      image_url: { url: "https://example.com/i.png" }
    }],
    ["an image's bytes", { type: "image", source: { data, mediaType: "image/png" }, detail: "low" }, {
      type: "image_url",
      image_url: { url: "data:image/png;base64,AQID", detail: "low" }
    }],
    ["an image with extra", {
      type: "image",
      source: { url: "u" },
      extra: { openai: { image_url: { detail: "high" } }, other: { x: 1 } }
    }, { type: "image_url", image_url: { url: "u", detail: "high" } }],
    ["a file's bytes", { type: "file", source: { data, mediaType: "application/pdf" }, filename: "a.pdf" }, {
      type: "file",
      file: { file_data: "data:application/pdf;base64,AQID", filename: "a.pdf" }
    }],
    ["a file without a name", { type: "file", source: { data, mediaType: "application/pdf" } }, {
      type: "file",
      file: { file_data: "data:application/pdf;base64,AQID", filename: "file.pdf" }
    }],
    ["a file without a telling type", { type: "file", source: { data, mediaType: "application/x-a.b+c" } }, {
      type: "file",
      file: { file_data: "data:application/x-a.b+c;base64,AQID", filename: "file.bin" }
    }],
    ["an uploaded file", { type: "file", source: { id: "file-1" } }, { type: "file", file: { file_id: "file-1" } }],
    ...["audio/wav", "audio/wave", "audio/x-wav", "audio/vnd.wave", "Audio/WAV; codecs=1"].map((mediaType) =>
      [mediaType, { type: "audio", source: { data, mediaType } }, {
        type: "input_audio",
        input_audio: { data: "AQID", format: "wav" }
      }] as const
    ),
    ...["audio/mp3", "audio/mpeg"].map((mediaType) =>
      [mediaType, { type: "audio", source: { data, mediaType } }, {
        type: "input_audio",
        input_audio: { data: "AQID", format: "mp3" }
      }] as const
    )
  ]
  for (const [name, part, wire] of rows) {
    it(
      `${name}`,
      () =>
        assert.deepStrictEqual(wireMessages([{ role: "user", content: [part] }]), [{ role: "user", content: [wire] }])
    )
  }

  const unsayable: ReadonlyArray<readonly [string, Part, string]> = [
    ["an uploaded image", { type: "image", source: { id: "file-1" } }, "source.id"],
    ["a file's URL", { type: "file", source: { url: "https://example.com/a.pdf" } }, "source.url"],
    ["a sound's URL", { type: "audio", source: { url: "https://example.com/a.wav" } }, "source.url"],
    ["an uploaded sound", { type: "audio", source: { id: "file-1" } }, "source.id"],
    ["a sound in another format", { type: "audio", source: { data, mediaType: "audio/ogg" } }, "source.mediaType"],
    ["a sound of no type", { type: "audio", source: { data, mediaType: "" } }, "source.mediaType"]
  ]
  for (const [name, part, path] of unsayable) {
    it(`${name} is refused`, () => {
      const messages: ReadonlyArray<Message> = [...hello, {
        role: "user",
        content: [{ type: "text", text: "x" }, part]
      }]
      assert.deepStrictEqual(refused({ messages }), {
        _tag: "UnsupportedParameter",
        param: `messages[1].content[1].${path}`
      })
    })
  }

  it("a tool's answer is text", () => {
    const image: Part = { type: "image", source: { url: "u" } }
    const messages: ReadonlyArray<Message> = [{ role: "tool", toolCallId: "a", content: [image] }]
    assert.deepStrictEqual(refused({ messages }), { _tag: "UnsupportedParameter", param: "messages[0].content[0]" })
  })
})
