import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as JSONSchema from "effect/JSONSchema"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as ChatCompletionChunk from "../src/ChatCompletionChunk.ts"

const decode = Schema.decodeUnknown(ChatCompletionChunk.ChatCompletionChunk)
const encode = Schema.encode(ChatCompletionChunk.ChatCompletionChunk)

/** Through JSON text, as a wire does it. */
const overTheWire = <A, I>(schema: Schema.Schema<A, I>, value: A) =>
  Schema.encode(schema)(value).pipe(
    Effect.map((encoded): unknown => JSON.parse(JSON.stringify(encoded))),
    Effect.flatMap(Schema.decodeUnknown(schema))
  )

const chunk = (fields: object): object => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1_700_000_000,
  model: "gpt-5-mini",
  ...fields
})

const delta = (fields: object): object => chunk({ choices: [{ index: 0, delta: fields, finish_reason: null }] })

const decodeDelta = (fields: object) => Effect.map(decode(delta(fields)), (decoded) => decoded.choices[0]?.delta)

const hello: ChatCompletionChunk.ChatCompletionChunk = {
  id: "c",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [{ index: 0, delta: { role: "assistant", content: "Hello\r\n\n\u2028data: \ud83d" } }]
}

const finish: ChatCompletionChunk.ChatCompletionChunk = {
  ...hello,
  choices: [{ index: 0, delta: {}, finishReason: "stop" }]
}

const other: ChatCompletionChunk.ChatCompletionChunk = { ...hello, choices: [] }

describe("ChatCompletionChunk", () => {
  it.effect("reads what OpenAI sends: nulls are absent, unknown keys are ignored", () =>
    Effect.gen(function*() {
      const decoded = yield* decode(chunk({
        service_tier: null,
        system_fingerprint: "fp_1",
        usage: null,
        obfuscation: "aZ09",
        choices: [{
          index: 0,
          delta: { role: "assistant", content: "", refusal: null, function_call: null },
          logprobs: null,
          finish_reason: null
        }]
      }))
      assert.deepStrictEqual(decoded, {
        id: "chatcmpl-1",
        object: "chat.completion.chunk",
        created: 1_700_000_000,
        model: "gpt-5-mini",
        systemFingerprint: "fp_1",
        choices: [{ index: 0, delta: { role: "assistant", content: "" } }]
      })
    }))

  it.effect("reads a tool call in pieces", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* decodeDelta({
          tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "f", arguments: "" } }]
        }),
        { toolCalls: [{ index: 0, id: "call_1", type: "function", function: { name: "f", arguments: "" } }] }
      )
      assert.deepStrictEqual(
        yield* decodeDelta({ tool_calls: [{ index: 0, id: null, type: null, function: { arguments: "{\"a\"" } }] }),
        { toolCalls: [{ index: 0, function: { arguments: "{\"a\"" } }] }
      )
      assert.deepStrictEqual(
        yield* decodeDelta({ tool_calls: [{ index: 1, type: "custom", custom: { name: "g" } }] }),
        { toolCalls: [{ index: 1, function: {} }] }
      )
    }))

  it.effect("reads usage with its details, and the chunk of Azure's content filter", () =>
    Effect.gen(function*() {
      const last = yield* decode(chunk({
        choices: [],
        usage: {
          prompt_tokens: 19,
          completion_tokens: 10,
          total_tokens: 29,
          prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 },
          completion_tokens_details: { reasoning_tokens: 7, accepted_prediction_tokens: 0 }
        }
      }))
      assert.deepStrictEqual(last.usage, {
        promptTokens: 19,
        completionTokens: 10,
        totalTokens: 29,
        cachedTokens: 4,
        reasoningTokens: 7
      })
      const azure = yield* decode({
        id: "",
        object: "",
        created: 0,
        model: "",
        choices: [],
        prompt_filter_results: [{ prompt_index: 0 }]
      })
      assert.deepStrictEqual(azure, { id: "", object: "chat.completion.chunk", created: 0, model: "", choices: [] })
    }))

  it.effect("adds up a total that was not sent", () =>
    Effect.gen(function*() {
      const usage = yield* Schema.decodeUnknown(ChatCompletionChunk.Usage)({ prompt_tokens: 3, completion_tokens: 4 })
      assert.deepStrictEqual(usage, { promptTokens: 3, completionTokens: 4, totalTokens: 7 })
    }))

  it.effect("reads reasoning wherever it is, and `reasoning` first", () =>
    Effect.gen(function*() {
      const expected = { reasoning: { content: "hm" } }
      assert.deepStrictEqual(yield* decodeDelta({ reasoning: { content: "hm" } }), expected)
      assert.deepStrictEqual(yield* decodeDelta({ reasoning: "hm" }), expected)
      assert.deepStrictEqual(yield* decodeDelta({ reasoning_content: "hm" }), expected)
      assert.deepStrictEqual(yield* decodeDelta({ reasoning: null, reasoning_content: "hm" }), expected)
      assert.deepStrictEqual(yield* decodeDelta({ reasoning: "hm", reasoning_content: "other" }), expected)
      assert.deepStrictEqual(yield* decodeDelta({ reasoning: null, reasoning_content: null }), {})
    }))

  it.effect("lets unknown finish reasons pass, and a role that is none be absent", () =>
    Effect.gen(function*() {
      const decoded = yield* decode(chunk({ choices: [{ index: 2, delta: { role: "" }, finish_reason: "eos" }] }))
      assert.deepStrictEqual(decoded.choices, [{ index: 2, delta: {}, finishReason: "eos" }])
      assert.strictEqual(ChatCompletionChunk.finishReason(decoded, { choice: 2 }), "eos")
    }))

  it.effect("reads logprobs", () =>
    Effect.gen(function*() {
      const decoded = yield* decode(chunk({
        choices: [{
          index: 0,
          delta: { content: "Hi" },
          finish_reason: null,
          logprobs: {
            content: [{
              token: "Hi",
              logprob: -0.25,
              bytes: [72, 105],
              top_logprobs: [{ token: "Hi", logprob: -0.25, bytes: null }]
            }],
            refusal: null
          }
        }]
      }))
      assert.deepStrictEqual(decoded.choices[0]?.logprobs, {
        content: [{
          token: "Hi",
          logprob: -0.25,
          bytes: [72, 105],
          topLogprobs: [{ token: "Hi", logprob: -0.25 }]
        }]
      })
    }))

  it.effect("refuses what is no chunk", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(decode({ error: { message: "no" } })))._tag, "ParseError")
      assert.strictEqual(
        (yield* Effect.flip(decode(chunk({ object: "chat.completion", choices: [] }))))._tag,
        "ParseError"
      )
    }))

  it.effect("writes OpenAI's wire with our additions", () =>
    Effect.gen(function*() {
      const value: ChatCompletionChunk.ChatCompletionChunk = {
        id: "c",
        object: "chat.completion.chunk",
        created: 1,
        model: "m",
        serviceTier: "flex",
        systemFingerprint: undefined,
        choices: [{
          index: 0,
          delta: {
            role: "assistant",
            content: "x",
            reasoning: { content: "r" },
            toolCalls: [{ index: 0, id: "a", type: "function", function: { name: "f" } }],
            annotations: [{ type: "url_citation" }],
            native: { dialect: "anthropic", block: { type: "thinking", signature: "s" } }
          },
          finishReason: "tool_calls",
          nativeFinishReason: "tool_use"
        }, { index: 1, delta: {} }],
        usage: {
          promptTokens: 5,
          completionTokens: 2,
          totalTokens: 7,
          cachedTokens: 1,
          cacheWriteTokens: 3,
          reasoningTokens: 1,
          extra: { searches: 2 }
        },
        raw: [{ secret: true }]
      }
      const encoded = yield* encode(value)
      assert.deepStrictEqual(ChatCompletionChunk.encode(value), encoded)
      assert.deepStrictEqual(encoded, {
        id: "c",
        object: "chat.completion.chunk",
        created: 1,
        model: "m",
        service_tier: "flex",
        choices: [{
          index: 0,
          delta: {
            role: "assistant",
            content: "x",
            reasoning: { content: "r" },
            tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "f" } }],
            annotations: [{ type: "url_citation" }],
            native: { dialect: "anthropic", block: { type: "thinking", signature: "s" } }
          },
          finish_reason: "tool_calls",
          native_finish_reason: "tool_use"
        }, { index: 1, delta: {}, finish_reason: null }],
        usage: {
          prompt_tokens: 5,
          completion_tokens: 2,
          total_tokens: 7,
          prompt_tokens_details: { cached_tokens: 1, cache_write_tokens: 3 },
          completion_tokens_details: { reasoning_tokens: 1 },
          extra: { searches: 2 }
        }
      })
    }))

  it.effect.prop(
    "loses nothing on the wire",
    [Arbitrary.make(Schema.typeSchema(ChatCompletionChunk.ChatCompletionChunk))],
    ([value]) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* overTheWire(ChatCompletionChunk.ChatCompletionChunk, value), value)
      }),
    { timeout: 60_000, fastCheck: { numRuns: 50 } }
  )

  it.effect.prop(
    "`encode` writes what the Schema writes, to the byte",
    [Arbitrary.make(Schema.typeSchema(ChatCompletionChunk.ChatCompletionChunk))],
    ([value]) =>
      Effect.gen(function*() {
        const expected = yield* encode(value)
        const encoded = ChatCompletionChunk.encode(value)
        assert.deepStrictEqual(encoded, expected)
        assert.strictEqual(JSON.stringify(encoded), JSON.stringify(expected))
      }),
    { timeout: 60_000, fastCheck: { numRuns: 200 } }
  )

  it.effect("`encode` writes what it knows, and nothing that is `undefined`", () =>
    Effect.gen(function*() {
      // With keys of somebody else's, as a wrapper may have added, and with those that a spread leaves behind.
      const value = {
        ...hello,
        mine: 1,
        usage: undefined,
        serviceTier: undefined,
        choices: [{
          index: 1,
          mine: 2,
          delta: {
            mine: 3,
            role: undefined,
            content: undefined,
            reasoning: { content: "", mine: 4 },
            toolCalls: [{ index: 0, id: undefined, mine: 5, function: { name: undefined, arguments: "", mine: 6 } }],
            native: { dialect: "d", block: null, mine: 7 }
          },
          finishReason: undefined,
          logprobs: {
            content: [{ token: "", logprob: 0, bytes: undefined, mine: 8, topLogprobs: [] }],
            refusal: undefined
          }
        }]
      }
      const encoded = ChatCompletionChunk.encode(value)
      assert.deepStrictEqual(encoded, yield* encode(value))
      assert.deepStrictEqual(encoded.choices, [{
        index: 1,
        delta: {
          reasoning: { content: "" },
          tool_calls: [{ index: 0, function: { arguments: "" } }],
          native: { dialect: "d", block: null }
        },
        finish_reason: null,
        logprobs: { content: [{ token: "", logprob: 0, bytes: null, top_logprobs: [] }], refusal: null }
      }])
    }))

  it.effect("a `__proto__` of the wire stays data", () =>
    Effect.gen(function*() {
      const wire: unknown = JSON.parse(
        JSON.stringify(delta({})).replace(
          "\"delta\":{}",
          "\"delta\":{\"__proto__\":{\"content\":\"x\"},\"native\":{\"dialect\":\"d\",\"block\":{\"__proto__\":{\"polluted\":1}}}}"
        )
      )
      const decoded = yield* decode(wire)
      assert.isUndefined(Reflect.get({}, "polluted"))
      assert.strictEqual(JSON.stringify(decoded.choices[0]?.delta.native?.block), "{\"__proto__\":{\"polluted\":1}}")
    }))

  it.effect("opaque JSON is JSON: cycles and functions are refused", () =>
    Effect.gen(function*() {
      const cycle: Array<unknown> = []
      cycle.push(cycle)
      for (const block of [cycle, () => 1, { a: undefined }, 1n]) {
        const error = yield* Effect.flip(decode(delta({ native: { dialect: "d", block } })))
        assert.strictEqual(error._tag, "ParseError")
      }
    }))

  it("has a JSON Schema, for those who serve chunks", () => {
    const schema = JSON.stringify(JSONSchema.make(ChatCompletionChunk.ChatCompletionChunk))
    assert.include(schema, "finish_reason")
  })

  it.effect("readers", () =>
    Effect.gen(function*() {
      const value = yield* decode(chunk({
        choices: [
          { index: 1, delta: { content: "one", reasoning: "why" }, finish_reason: "stop" },
          { index: 0, delta: {}, finish_reason: null }
        ]
      }))
      assert.strictEqual(ChatCompletionChunk.text(value), "")
      assert.strictEqual(ChatCompletionChunk.text(value, { choice: 1 }), "one")
      assert.strictEqual(ChatCompletionChunk.text(value, { choice: 2 }), "")
      assert.strictEqual(ChatCompletionChunk.reasoning(value), "")
      assert.strictEqual(ChatCompletionChunk.reasoning(value, { choice: 1 }), "why")
      assert.isUndefined(ChatCompletionChunk.finishReason(value))
      assert.strictEqual(ChatCompletionChunk.finishReason(value, { choice: 1 }), "stop")
    }))
})

describe("toSse", () => {
  const line = (value: ChatCompletionChunk.ChatCompletionChunk): string =>
    `data: ${JSON.stringify(ChatCompletionChunk.encode(value))}\n\n`

  const pieces = <E>(chunks: Stream.Stream<ChatCompletionChunk.ChatCompletionChunk, E>) => {
    const written: Array<string> = []
    return ChatCompletionChunk.toSse(chunks).pipe(
      Stream.runForEach((bytes) => Effect.sync(() => written.push(new TextDecoder().decode(bytes)))),
      Effect.exit,
      Effect.map(({ _tag }) => ({ end: _tag, written }))
    )
  }

  it.effect("writes what came at once in one piece, and `[DONE]` at the end", () =>
    Effect.gen(function*() {
      const chunks = Stream.fromChunks(Chunk.make(hello, hello), Chunk.make(other), Chunk.make(finish)).pipe(
        // Leaves an empty Chunk.
        Stream.filter((each) => each !== other)
      )
      assert.deepStrictEqual(yield* pieces(chunks), {
        end: "Success",
        written: [line(hello) + line(hello), line(finish), "data: [DONE]\n\n"]
      })
    }))

  it.effect("is read as it was written, whatever the text", () =>
    Effect.gen(function*() {
      const { written } = yield* pieces(Stream.make(hello, finish))
      const datas = written.join("").split("\n\n").filter((event) => event !== "")
      assert.deepStrictEqual(
        yield* Effect.forEach(datas.slice(0, -1), (event) => decode(JSON.parse(event.slice("data: ".length)))),
        [hello, finish]
      )
    }))

  it.effect("an answer that fails delivers what came, and says nothing of an end", () =>
    Effect.gen(function*() {
      const chunks = Stream.concat(Stream.make(hello), Stream.fail("cut"))
      assert.deepStrictEqual(yield* pieces(chunks), { end: "Failure", written: [line(hello)] })
    }))
})
