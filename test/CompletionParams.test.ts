import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as JSONSchema from "effect/JSONSchema"
import * as Schema from "effect/Schema"
import * as CompletionParams from "../src/CompletionParams.ts"

const decode = Schema.decodeUnknown(CompletionParams.CompletionParams)
const encode = Schema.encode(CompletionParams.CompletionParams)
const decodeMessage = Schema.decodeUnknown(CompletionParams.Message)
const encodeMessage = Schema.encode(CompletionParams.Message)
const decodePart = Schema.decodeUnknown(CompletionParams.Part)
const encodePart = Schema.encode(CompletionParams.Part)

const messages = [{ role: "user", content: "Hello!" }] as const
const bytes = new Uint8Array([1, 2, 3, 250])
const base64 = "AQID+g=="

/** What is decoded, and that encoding it gives the body back. */
const roundTrip = (body: object) =>
  Effect.gen(function*() {
    const params = yield* decode(body)
    assert.deepStrictEqual<unknown>(yield* encode(params), body)
    return params
  })

describe("the bodies of OpenAI's reference", () => {
  it.effect("default", () =>
    Effect.gen(function*() {
      const body = {
        model: "gpt-5",
        messages: [{ role: "developer", content: "Be kind." }, { role: "user", content: "Hello!" }]
      }
      assert.deepStrictEqual<unknown>(yield* roundTrip(body), body)
    }))

  it.effect("image input", () =>
    Effect.gen(function*() {
      const params = yield* roundTrip({
        model: "gpt-5",
        messages: [{
          role: "user",
          content: [
            { type: "text", text: "What is in this image?" },
            { type: "image_url", image_url: { url: "https://example.com/boardwalk.jpg" } }
          ]
        }],
        max_completion_tokens: 300
      })
      assert.deepStrictEqual(params, {
        model: "gpt-5",
        messages: [{
          role: "user",
          content: [
            { type: "text", text: "What is in this image?" },
            { type: "image", source: { url: "https://example.com/boardwalk.jpg" } }
          ]
        }],
        maxTokens: 300
      })
    }))

  it.effect("streaming", () =>
    Effect.gen(function*() {
      const params = yield* decode({ model: "gpt-5", messages, stream: true, stream_options: { include_usage: true } })
      assert.deepStrictEqual(params, { model: "gpt-5", messages, includeUsage: true })
    }))

  it.effect("functions", () =>
    Effect.gen(function*() {
      const parameters = { type: "object", properties: { location: { type: "string" } }, required: ["location"] }
      const params = yield* roundTrip({
        model: "gpt-5",
        messages,
        tools: [{
          type: "function",
          function: { name: "get_current_weather", description: "Current weather", parameters, strict: true }
        }],
        tool_choice: "auto",
        parallel_tool_calls: false
      })
      assert.deepStrictEqual(params, {
        model: "gpt-5",
        messages,
        tools: [{ name: "get_current_weather", description: "Current weather", parameters, strict: true }],
        toolChoice: "auto",
        parallelToolCalls: false
      })
      const named = yield* roundTrip({ messages, tool_choice: { type: "function", function: { name: "f" } } })
      assert.deepStrictEqual(named.toolChoice, { name: "f" })
    }))

  it.effect("the turn after a tool call", () =>
    Effect.gen(function*() {
      const params = yield* decode({
        messages: [
          {
            role: "assistant",
            content: null,
            refusal: null,
            tool_calls: [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }]
          },
          { role: "tool", tool_call_id: "call_1", content: "sunny" },
          { role: "tool", tool_call_id: "call_2", content: [{ type: "text", text: "down" }], is_error: true }
        ]
      })
      assert.deepStrictEqual(params.messages, [
        {
          role: "assistant",
          toolCalls: [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }]
        },
        { role: "tool", toolCallId: "call_1", content: "sunny" },
        { role: "tool", toolCallId: "call_2", content: [{ type: "text", text: "down" }], isError: true }
      ])
    }))

  it.effect("logprobs", () =>
    Effect.gen(function*() {
      const params = yield* roundTrip({ model: "gpt-5", messages, logprobs: true, top_logprobs: 2 })
      assert.deepStrictEqual(params, { model: "gpt-5", messages, logprobs: true, topLogprobs: 2 })
    }))

  it.effect("structured output", () =>
    Effect.gen(function*() {
      const schema = { type: "object", properties: { n: { type: "number" } }, additionalProperties: false }
      const params = yield* roundTrip({
        messages,
        response_format: {
          type: "json_schema",
          json_schema: { name: "answer", description: "d", schema, strict: true }
        }
      })
      assert.deepStrictEqual(params.responseFormat, {
        type: "json_schema",
        name: "answer",
        description: "d",
        schema,
        strict: true
      })
      const open = yield* decode({ messages, response_format: { type: "json_schema", json_schema: { name: "a" } } })
      assert.deepStrictEqual(open.responseFormat, { type: "json_schema", name: "a", schema: {} })
      const object = yield* roundTrip({ messages, response_format: { type: "json_object" } })
      assert.deepStrictEqual(object.responseFormat, { type: "json_object" })
    }))

  it.effect("audio input", () =>
    Effect.gen(function*() {
      const params = yield* roundTrip({
        model: "gpt-audio",
        modalities: ["text", "audio"],
        audio: { voice: "alloy", format: "wav" },
        messages: [{
          role: "user",
          content: [
            { type: "text", text: "What is said here?" },
            { type: "input_audio", input_audio: { data: base64, format: "wav" } }
          ]
        }]
      })
      assert.deepStrictEqual(params, {
        model: "gpt-audio",
        messages: [{
          role: "user",
          content: [
            { type: "text", text: "What is said here?" },
            { type: "audio", source: { data: bytes, mediaType: "audio/wav" } }
          ]
        }],
        extra: { openai: { modalities: ["text", "audio"], audio: { voice: "alloy", format: "wav" } } }
      })
    }))

  it.effect("file input", () =>
    Effect.gen(function*() {
      const params = yield* roundTrip({
        messages: [{
          role: "user",
          content: [
            { type: "file", file: { file_data: `data:application/pdf;base64,${base64}`, filename: "dragons.pdf" } },
            { type: "file", file: { file_id: "file-6F2ksmvXxt4VdoqmHRw6kL" } }
          ]
        }]
      })
      assert.deepStrictEqual(params.messages[0]?.content, [
        { type: "file", source: { data: bytes, mediaType: "application/pdf" }, filename: "dragons.pdf" },
        { type: "file", source: { id: "file-6F2ksmvXxt4VdoqmHRw6kL" } }
      ])
    }))

  it.effect("every parameter", () =>
    Effect.gen(function*() {
      const params = yield* roundTrip({
        model: "m",
        messages,
        temperature: 0.5,
        top_p: 0.9,
        max_completion_tokens: 10,
        stop: ["a", "b"],
        n: 2,
        seed: 7,
        user: "u",
        metadata: { k: "v" },
        presence_penalty: 0.1,
        frequency_penalty: -0.1,
        logit_bias: { "50256": -100 },
        reasoning_effort: "minimal",
        service_tier: "flex",
        stream_options: { include_usage: false }
      })
      assert.deepStrictEqual(params, {
        model: "m",
        messages,
        temperature: 0.5,
        topP: 0.9,
        maxTokens: 10,
        stop: ["a", "b"],
        n: 2,
        seed: 7,
        user: "u",
        metadata: { k: "v" },
        presencePenalty: 0.1,
        frequencyPenalty: -0.1,
        logitBias: { "50256": -100 },
        reasoningEffort: "minimal",
        serviceTier: "flex",
        includeUsage: false
      })
    }))
})

describe("CompletionParams", () => {
  it.effect("null is absent", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* decode({ model: null, messages, temperature: null, tools: null, stream_options: null, stop: null }),
        { messages }
      )
    }))

  it.effect("knows both names of the token limit, and writes the new one", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* decode({ messages, max_tokens: 5 }), { messages, maxTokens: 5 })
      assert.deepStrictEqual(
        yield* decode({ messages, max_tokens: 5, max_completion_tokens: 9 }),
        { messages, maxTokens: 9 }
      )
      assert.deepStrictEqual(
        yield* decode({ messages, max_tokens: 5, max_completion_tokens: null }),
        { messages, maxTokens: 5 }
      )
      assert.deepStrictEqual<unknown>(yield* encode({ messages, maxTokens: 5 }), { messages, max_completion_tokens: 5 })
    }))

  it.effect("stream_options without include_usage say nothing about usage", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* decode({ messages, stream: true, stream_options: {} }), { messages })
      assert.deepStrictEqual(yield* decode({ messages, stream_options: { include_usage: null } }), { messages })
    }))

  it.effect("unknown keys go to extra.openai, at every level, and back", () =>
    Effect.gen(function*() {
      const params = yield* roundTrip({
        store: true,
        prediction: null,
        stream_options: { include_usage: true, include_obfuscation: false },
        response_format: { type: "json_schema", json_schema: { name: "n", schema: {}, vendor: 1 } },
        messages: [
          { role: "system", content: [{ type: "text", text: "a", cache_control: { type: "ephemeral" } }] },
          {
            role: "user",
            content: [{ type: "image_url", image_url: { url: "https://x/y.png", min_pixels: 4 } }],
            weight: 1
          },
          { role: "assistant", content: "b", audio: { id: "audio_1" } }
        ],
        tools: [{ type: "function", function: { name: "f", returns: "text" }, cache: true }]
      })
      assert.deepStrictEqual(params, {
        messages: [
          {
            role: "system",
            content: [{ type: "text", text: "a", extra: { openai: { cache_control: { type: "ephemeral" } } } }]
          },
          {
            role: "user",
            content: [{
              type: "image",
              source: { url: "https://x/y.png" },
              extra: { openai: { image_url: { min_pixels: 4 } } }
            }],
            extra: { openai: { weight: 1 } }
          },
          { role: "assistant", content: "b", extra: { openai: { audio: { id: "audio_1" } } } }
        ],
        tools: [{ name: "f", extra: { openai: { cache: true, function: { returns: "text" } } } }],
        responseFormat: { type: "json_schema", name: "n", schema: {} },
        includeUsage: true,
        extra: {
          openai: {
            store: true,
            prediction: null,
            stream_options: { include_obfuscation: false },
            response_format: { json_schema: { vendor: 1 } }
          }
        }
      })
    }))

  it.effect("entries of other providers ride under `extra`", () =>
    Effect.gen(function*() {
      const params: CompletionParams.CompletionParams = {
        messages: [CompletionParams.user("hi", { extra: { anthropic: { cache_control: { type: "ephemeral" } } } })],
        extra: { gemini: { safetySettings: [] }, openai: { store: true } }
      }
      const encoded = yield* encode(params)
      assert.deepStrictEqual<unknown>(encoded, {
        messages: [{ role: "user", content: "hi", extra: { anthropic: { cache_control: { type: "ephemeral" } } } }],
        store: true,
        extra: { gemini: { safetySettings: [] } }
      })
      assert.deepStrictEqual(yield* decode(encoded), params)
    }))

  it.effect("what a known field would hide stays under `extra.openai`", () =>
    Effect.gen(function*() {
      const params: CompletionParams.CompletionParams = {
        messages,
        temperature: 1,
        extra: {
          openai: { temperature: 2, stream: true, messages: [], extra: { x: 1 }, stream_options: {}, store: true }
        }
      }
      const encoded = yield* encode(params)
      assert.deepStrictEqual<unknown>(encoded, {
        messages,
        temperature: 1,
        store: true,
        extra: { openai: { temperature: 2, stream: true, messages: [], extra: { x: 1 }, stream_options: {} } }
      })
      assert.deepStrictEqual(yield* decode(encoded), params)
      for (const extra of [{}, { openai: {} }, { anthropic: {} }]) {
        const kept: CompletionParams.CompletionParams = { messages, extra }
        assert.deepStrictEqual(yield* Effect.flatMap(encode(kept), decode), kept)
      }
    }))

  it.effect("does not mind a caller who forbids excess properties", () =>
    Effect.gen(function*() {
      const params = yield* decode({ messages, store: true, stream: true, max_tokens: 1 }, {
        onExcessProperty: "error"
      })
      assert.deepStrictEqual(params, { messages, maxTokens: 1, extra: { openai: { store: true } } })
    }))

  it.effect("a `__proto__` of the wire touches nothing", () =>
    Effect.gen(function*() {
      const body: unknown = JSON.parse(
        `{"messages":[{"role":"user","content":"x"}],"__proto__":{"polluted":1},"extra":{"__proto__":{"polluted":1}},` +
          `"store":{"__proto__":{"polluted":1}},"metadata":{"__proto__":"x"}}`
      )
      const params = yield* decode(body)
      assert.isUndefined(Reflect.get({}, "polluted"))
      assert.isUndefined(Reflect.get(params.extra ?? {}, "polluted"))
      assert.strictEqual(JSON.stringify(params.extra?.["openai"]), "{\"store\":{\"__proto__\":{\"polluted\":1}}}")
    }))

  it.effect("names the place of what it cannot read", () =>
    Effect.gen(function*() {
      const bad: ReadonlyArray<readonly [body: object, expected: string]> = [
        [{ messages: [{ role: "usr", content: "x" }] }, "[\"role\"]"],
        [{ messages: [{ role: "user", content: null }] }, "[\"content\"]"],
        [{ messages: [{ role: "tool", content: "x" }] }, "[\"tool_call_id\"]"],
        [{ messages: [{ role: "user", content: [{ type: "video_url", video_url: {} }] }] }, "\"video_url\""],
        [{ messages, tools: [{ type: "custom", custom: { name: "f" } }] }, "[\"type\"]"],
        [{ messages, tool_choice: "sometimes" }, "[\"tool_choice\"]"],
        [{ messages, response_format: { type: "json_schema" } }, "Expected json_schema"],
        [{ model: "m" }, "[\"messages\"]"]
      ]
      for (const [body, expected] of bad) {
        const error = yield* Effect.flip(decode(body))
        assert.include(error.message, expected)
      }
    }))

  it.effect.prop(
    "loses nothing on the wire",
    [Arbitrary.make(Schema.typeSchema(CompletionParams.CompletionParams))],
    ([params]) =>
      Effect.gen(function*() {
        const wire: unknown = JSON.parse(JSON.stringify(yield* encode(params)))
        assert.deepStrictEqual(yield* decode(wire), params)
      }),
    { timeout: 60_000 }
  )

  it("has a JSON Schema, for those who serve requests", () => {
    const schema = JSON.stringify(JSONSchema.make(CompletionParams.CompletionParams))
    assert.include(schema, "max_completion_tokens")
    assert.include(schema, "input_audio")
  })
})

describe("Message", () => {
  it.effect("an assistant's reasoning and native blocks are ours", () =>
    Effect.gen(function*() {
      const message = {
        role: "assistant",
        content: "c",
        reasoning: { content: "r" },
        native: { dialect: "anthropic", blocks: [{ type: "thinking", signature: "s" }] },
        name: "n"
      } as const
      assert.deepStrictEqual<unknown>(yield* encodeMessage(message), message)
      assert.deepStrictEqual(yield* decodeMessage(message), message)
      assert.deepStrictEqual(
        yield* decodeMessage({ role: "assistant", content: "c", reasoning_content: "r" }),
        { role: "assistant", content: "c", reasoning: { content: "r" } }
      )
    }))

  it.effect("a refusal among the parts is the message's refusal", () =>
    Effect.gen(function*() {
      const content = [{ type: "text", text: "a" }, { type: "refusal", refusal: "no, " }, {
        type: "refusal",
        refusal: "no"
      }]
      assert.deepStrictEqual(yield* decodeMessage({ role: "assistant", content }), {
        role: "assistant",
        content: [{ type: "text", text: "a" }],
        refusal: "no, no"
      })
      assert.deepStrictEqual(yield* decodeMessage({ role: "assistant", content, refusal: "never" }), {
        role: "assistant",
        content: [{ type: "text", text: "a" }],
        refusal: "never"
      })
    }))

  it.effect("the type of a tool call is always written", () =>
    Effect.gen(function*() {
      const encoded = yield* encodeMessage({
        role: "assistant",
        toolCalls: [{ id: "a", function: { name: "f", arguments: "{}" } }]
      })
      assert.deepStrictEqual<unknown>(encoded, {
        role: "assistant",
        tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }]
      })
    }))
})

describe("Part", () => {
  const image = (url: string) =>
    Effect.map(decodePart({ type: "image_url", image_url: { url } }), (part) => "source" in part ? part.source : part)

  it.effect("a data URL is inline bytes", () =>
    Effect.gen(function*() {
      const png = { data: bytes, mediaType: "image/png" }
      assert.deepStrictEqual(yield* image(`data:image/png;base64,${base64}`), png)
      assert.deepStrictEqual(yield* image(`DATA:image/png;BASE64,${base64}`), png)
      assert.deepStrictEqual(yield* image("data:image/png;base64,AQID+g"), png)
      assert.deepStrictEqual(
        yield* image(`data:text/plain;charset=utf-8;base64,${base64}`),
        { data: bytes, mediaType: "text/plain;charset=utf-8" }
      )
      assert.deepStrictEqual(
        yield* image("data:,a%20b"),
        { data: new TextEncoder().encode("a b"), mediaType: "text/plain;charset=US-ASCII" }
      )
    }))

  it.effect("one that cannot be read stays a URL", () =>
    Effect.gen(function*() {
      for (const url of ["data:image/png;base64,!!!", "data:,%zz", "data:nonsense", "https://x/y.png", "gs://b/o"]) {
        assert.deepStrictEqual(yield* image(url), { url })
      }
    }))

  it.effect("sources of images, files and sounds, there and back", () =>
    Effect.gen(function*() {
      const inline = { data: bytes, mediaType: "application/pdf" }
      const cases: ReadonlyArray<readonly [part: CompletionParams.Part, wire: object]> = [
        [
          { type: "image", source: { data: bytes, mediaType: "image/png" }, detail: "low" },
          { type: "image_url", image_url: { url: `data:image/png;base64,${base64}`, detail: "low" } }
        ],
        [{ type: "image", source: { id: "f" } }, { type: "image_url", image_url: { file_id: "f" } }],
        [
          { type: "file", source: inline, filename: "a.pdf" },
          { type: "file", file: { file_data: `data:application/pdf;base64,${base64}`, filename: "a.pdf" } }
        ],
        [{ type: "file", source: { url: "https://x/a.pdf" } }, { type: "file", file: { file_url: "https://x/a.pdf" } }],
        [
          { type: "audio", source: { data: bytes, mediaType: "audio/mpeg" } },
          { type: "input_audio", input_audio: { data: base64, format: "mp3" } }
        ],
        [
          { type: "audio", source: { data: bytes, mediaType: "audio/flac" } },
          { type: "input_audio", input_audio: { data: base64, format: "flac" } }
        ],
        [
          { type: "audio", source: { data: bytes, mediaType: "video/mp4" } },
          { type: "input_audio", input_audio: { data: base64, format: "video/mp4" } }
        ],
        [
          { type: "audio", source: { url: "https://x/a.wav" } },
          { type: "input_audio", input_audio: { url: "https://x/a.wav" } }
        ],
        [{ type: "audio", source: { id: "f" } }, { type: "input_audio", input_audio: { file_id: "f" } }]
      ]
      for (const [part, wire] of cases) {
        assert.deepStrictEqual<unknown>(yield* encodePart(part), wire)
        assert.deepStrictEqual(yield* decodePart(wire), part)
      }
    }))

  it.effect("reads bare base64, URLs in place of data, and other names of wav", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* decodePart({ type: "file", file: { file_data: base64 } }), {
        type: "file",
        source: { data: bytes, mediaType: "application/octet-stream" }
      })
      assert.deepStrictEqual(yield* decodePart({ type: "file", file: { file_data: "https://x/a.pdf" } }), {
        type: "file",
        source: { url: "https://x/a.pdf" }
      })
      assert.deepStrictEqual<unknown>(
        yield* encodePart({ type: "audio", source: { data: bytes, mediaType: "audio/x-wav" } }),
        { type: "input_audio", input_audio: { data: base64, format: "wav" } }
      )
    }))

  it.effect("a part without a source is none", () =>
    Effect.gen(function*() {
      const bad = [
        { type: "image_url", image_url: {} },
        { type: "file", file: { filename: "a" } },
        { type: "file", file: { file_data: "not base64!" } },
        { type: "input_audio", input_audio: { format: "wav" } }
      ]
      for (const part of bad) assert.strictEqual((yield* Effect.flip(decodePart(part)))._tag, "ParseError")
    }))

  it.effect("Source alone", () =>
    Effect.gen(function*() {
      const source = { data: bytes, mediaType: "image/png" }
      const encoded = yield* Schema.encode(CompletionParams.Source)(source)
      assert.deepStrictEqual(encoded, { url: `data:image/png;base64,${base64}` })
      assert.deepStrictEqual(yield* Schema.decode(CompletionParams.Source)(encoded), source)
      assert.deepStrictEqual(yield* Schema.decode(CompletionParams.Source)({ file_id: "f" }), { id: "f" })
    }))
})

describe("constructors", () => {
  it("build what the interfaces say", () => {
    assert.deepStrictEqual(
      CompletionParams.make([
        CompletionParams.system("s"),
        CompletionParams.developer("d"),
        CompletionParams.user([{ type: "text", text: "u" }], { name: "n" }),
        CompletionParams.assistant("a", { reasoning: { content: "r" } }),
        CompletionParams.tool("call_1", "t", { isError: true })
      ], { model: "m", maxTokens: 5 }),
      {
        model: "m",
        maxTokens: 5,
        messages: [
          { role: "system", content: "s" },
          { role: "developer", content: "d" },
          { role: "user", content: [{ type: "text", text: "u" }], name: "n" },
          { role: "assistant", content: "a", reasoning: { content: "r" } },
          { role: "tool", toolCallId: "call_1", content: "t", isError: true }
        ]
      }
    )
    assert.deepStrictEqual(CompletionParams.make("hi"), { messages: [{ role: "user", content: "hi" }] })
  })
})
