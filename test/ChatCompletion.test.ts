import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as ChatCompletion from "../src/ChatCompletion.ts"
import type { ChatCompletionChunk, ChunkChoice, Delta, ToolCallDelta } from "../src/ChatCompletionChunk.ts"
import { AssistantMessage } from "../src/CompletionParams.ts"

const chunk = (
  choices: ReadonlyArray<ChunkChoice>,
  fields: Partial<ChatCompletionChunk> = {}
): ChatCompletionChunk => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1_700_000_000,
  model: "m",
  choices,
  ...fields
})

const say = (delta: Delta, index = 0): ChatCompletionChunk => chunk([{ index, delta }])

const text = (content: string, index = 0): ChatCompletionChunk => say({ content }, index)

const finish = (finishReason: string, index = 0): ChatCompletionChunk => chunk([{ index, delta: {}, finishReason }])

const tool = (delta: Partial<ToolCallDelta>): ChatCompletionChunk =>
  say({ toolCalls: [{ index: 0, function: {}, ...delta }] })

const call = (args: ReadonlyArray<string>): ReadonlyArray<ChatCompletionChunk> => [
  tool({ id: "call_1", type: "function", function: { name: "f" } }),
  ...args.map((fragment) => tool({ function: { arguments: fragment } }))
]

const head = { id: "chatcmpl-1", object: "chat.completion", created: 1_700_000_000, model: "m" } as const

const collect = (chunks: ReadonlyArray<ChatCompletionChunk>) =>
  Stream.run(Stream.fromIterable(chunks), ChatCompletion.collect)

const firstCall = (answer: ChatCompletion.ChatCompletion): ChatCompletion.CompletedToolCall | undefined =>
  answer.choices[0]?.message.toolCalls?.[0]

describe("collect", () => {
  it.effect("puts an answer together", () =>
    Effect.gen(function*() {
      const usage = { promptTokens: 1, completionTokens: 2, totalTokens: 3 }
      const answer = yield* collect([
        say({ role: "assistant", reasoning: { content: "let me " } }),
        say({ reasoning: { content: "see" } }),
        text("Hel"),
        say({ content: "lo", annotations: [{ type: "url_citation", url: "a" }] }),
        say({ annotations: [{ type: "url_citation", url: "b" }] }),
        chunk([{ index: 0, delta: {}, finishReason: "stop", nativeFinishReason: "end_turn" }]),
        chunk([], { usage: { promptTokens: 9, completionTokens: 9, totalTokens: 18 }, systemFingerprint: "fp" }),
        chunk([], { usage, serviceTier: "flex" })
      ])
      assert.deepStrictEqual(answer, {
        ...head,
        choices: [{
          index: 0,
          message: {
            role: "assistant",
            content: "Hello",
            reasoning: { content: "let me see" },
            annotations: [{ type: "url_citation", url: "a" }, { type: "url_citation", url: "b" }]
          },
          finishReason: "stop",
          nativeFinishReason: "end_turn"
        }],
        usage,
        systemFingerprint: "fp",
        serviceTier: "flex"
      })
    }))

  it.effect("sorts choices and tool calls by index", () =>
    Effect.gen(function*() {
      const answer = yield* collect([
        text("b", 1),
        say({ toolCalls: [{ index: 1, id: "two", type: "function", function: { name: "g", arguments: "{}" } }] }),
        say({ toolCalls: [{ index: 0, id: "one", type: "function", function: { name: "f", arguments: "{\"a\":" } }] }),
        text("B", 1),
        say({
          toolCalls: [
            { index: 0, function: { arguments: "1}" } },
            { index: 2, id: "three", type: "function", function: { name: "h", arguments: "[]" } }
          ]
        }),
        finish("tool_calls"),
        finish("length", 1)
      ])
      assert.deepStrictEqual(answer.choices, [
        {
          index: 0,
          message: {
            role: "assistant",
            toolCalls: [
              { id: "one", type: "function", function: { name: "f", arguments: "{\"a\":1}" }, complete: true },
              { id: "two", type: "function", function: { name: "g", arguments: "{}" }, complete: true },
              { id: "three", type: "function", function: { name: "h", arguments: "[]" }, complete: false }
            ]
          },
          finishReason: "tool_calls"
        },
        { index: 1, message: { role: "assistant", content: "bB" }, finishReason: "length" }
      ])
    }))

  it.effect("a call is complete when the answer ended well and its arguments are an object", () =>
    Effect.gen(function*() {
      const cases: ReadonlyArray<readonly [args: string, reason: string | undefined, kept: string, complete: boolean]> =
        [
          ["{\"a\":1}", "tool_calls", "{\"a\":1}", true],
          ["{\"a\":1}", "stop", "{\"a\":1}", true],
          ["{\"a\":1}", "length", "{\"a\":1}", false],
          ["{\"a\":1}", "content_filter", "{\"a\":1}", false],
          ["{\"a\":1}", "eos", "{\"a\":1}", false],
          ["{\"a\":1}", undefined, "{\"a\":1}", false],
          ["{\"a\":", "tool_calls", "{\"a\":", false],
          ["[1]", "tool_calls", "[1]", false],
          ["null", "stop", "null", false],
          ["\"{}\"", "stop", "\"{}\"", false],
          ["", "tool_calls", "{}", true],
          [" \n", "stop", "{}", true],
          ["", "length", "", false],
          ["", undefined, "", false]
        ]
      for (const [args, reason, kept, complete] of cases) {
        const answer = yield* collect([...call([args]), ...(reason === undefined ? [] : [finish(reason)])])
        assert.deepStrictEqual(
          firstCall(answer),
          { id: "call_1", type: "function", function: { name: "f", arguments: kept }, complete },
          `${JSON.stringify(args)} ${reason}`
        )
      }
    }))

  it.effect("a repeated id or name says nothing new", () =>
    Effect.gen(function*() {
      const answer = yield* collect([
        tool({ id: "a", function: { name: "f", arguments: "{" } }),
        tool({ id: "a", function: { name: "f", arguments: "}" } }),
        finish("tool_calls")
      ])
      assert.deepStrictEqual(firstCall(answer), {
        id: "a",
        type: "function",
        function: { name: "f", arguments: "{}" },
        complete: true
      })
    }))

  it.effect("keeps native blocks in order, of the first dialect", () =>
    Effect.gen(function*() {
      const answer = yield* collect([
        say({ native: { dialect: "anthropic", block: { type: "thinking", signature: "s" } } }),
        say({ native: { dialect: "gemini", block: { other: true } } }),
        say({ content: "x", native: { dialect: "anthropic", block: { type: "text", text: "x" } } })
      ])
      assert.deepStrictEqual(answer.choices[0]?.message, {
        role: "assistant",
        content: "x",
        native: { dialect: "anthropic", blocks: [{ type: "thinking", signature: "s" }, { type: "text", text: "x" }] }
      })
    }))

  it.effect("concatenates logprobs and refusals", () =>
    Effect.gen(function*() {
      const token = (token: string) => ({ token, logprob: -1, topLogprobs: [] })
      const answer = yield* collect([
        chunk([{ index: 0, delta: { refusal: "I " }, logprobs: { refusal: [token("I ")] } }]),
        chunk([{ index: 0, delta: { refusal: "won't" }, logprobs: { refusal: [token("won't")], content: [] } }]),
        chunk([{ index: 0, delta: {}, logprobs: { content: [token("a"), token("b")] } }])
      ])
      assert.deepStrictEqual(answer.choices[0], {
        index: 0,
        message: { role: "assistant", refusal: "I won't" },
        logprobs: { content: [token("a"), token("b")], refusal: [token("I "), token("won't")] }
      })
    }))

  it.effect("the first id, model and time are the answer's", () =>
    Effect.gen(function*() {
      const answer = yield* collect([
        chunk([], { id: "", model: "", created: 0 }),
        chunk([], { id: "one", model: "first", created: 5 }),
        chunk([], { id: "two", model: "second", created: 6 })
      ])
      assert.deepStrictEqual(answer, { id: "one", object: "chat.completion", model: "first", created: 5, choices: [] })
    }))

  it.effect("no chunks are an answer that says nothing", () =>
    Effect.gen(function*() {
      const nothing = { id: "", object: "chat.completion", created: 0, model: "", choices: [] } as const
      assert.deepStrictEqual(yield* collect([]), nothing)
      assert.deepStrictEqual(ChatCompletion.fromChunks([]), nothing)
    }))

  it.effect("a Sink has no memory of its last run", () =>
    Effect.gen(function*() {
      const first = yield* collect([text("one")])
      const second = yield* collect([text("two")])
      assert.strictEqual(first.choices[0]?.message.content, "one")
      assert.strictEqual(second.choices[0]?.message.content, "two")
    }))

  it.effect("the failure of the stream is the failure of the run", () =>
    Effect.gen(function*() {
      const stream = Stream.concat(Stream.make(text("a")), Stream.fail("gone"))
      assert.strictEqual(yield* Effect.flip(Stream.run(stream, ChatCompletion.collect)), "gone")
    }))

  it.effect("takes a Chunk of 100,000 elements", () =>
    Effect.gen(function*() {
      const stream = Stream.fromChunk(Chunk.fromIterable(Array.from({ length: 100_000 }, () => text("ab"))))
      const answer = yield* Stream.run(stream, ChatCompletion.collect)
      assert.strictEqual(answer.choices[0]?.message.content?.length, 200_000)
      const { completion } = yield* ChatCompletion.collectExit(stream)
      assert.deepStrictEqual(completion, answer)
      assert.strictEqual(yield* Stream.runCount(ChatCompletion.scan(stream)), 100_000)
    }))

  it.effect("is linear: 1 MiB of arguments in fragments of 20 bytes", () =>
    Effect.gen(function*() {
      const time = (bytes: number) =>
        Effect.sync(() => {
          const inner = "x".repeat(20)
          const chunks = call(["{\"a\":\"", ...Array.from({ length: bytes / 20 }, () => inner), "\"}"])
          const before = performance.now()
          const answer = ChatCompletion.fromChunks([...chunks, finish("tool_calls")])
          assert.isTrue(firstCall(answer)?.complete)
          return performance.now() - before
        })
      yield* time(1 << 18)
      const small = yield* time(1 << 18)
      const large = yield* time(1 << 22)
      // 16 times the bytes: quadratic would be 256 times the time.
      assert.isBelow(large, Math.max(small, 5) * 64)
    }))

  it.effect("indexes and ids of the wire are no keys of objects", () =>
    Effect.gen(function*() {
      // What a server can make of an index once types are gone.
      const index: number = JSON.parse("\"__proto__\"")
      const answer = yield* collect([
        chunk([{
          index,
          delta: { toolCalls: [{ index, id: "__proto__", function: { name: "constructor", arguments: "{}" } }] }
        }]),
        chunk([{ index, delta: { native: { dialect: "__proto__", block: { polluted: true } } } }])
      ])
      assert.isUndefined(Reflect.get({}, "polluted"))
      assert.strictEqual(answer.choices.length, 1)
      assert.strictEqual(firstCall(answer)?.id, "__proto__")
    }))
})

describe("fromChunks", () => {
  it.effect.prop(
    "is collect, whatever the chunking",
    [Schema.Array(Schema.String), Schema.Int.pipe(Schema.between(1, 5))],
    ([texts, size]) =>
      Effect.gen(function*() {
        const chunks = texts.map((content) => text(content))
        const stream = Stream.rechunk(Stream.fromIterable(chunks), size)
        const answer = ChatCompletion.fromChunks(chunks)
        assert.deepStrictEqual(yield* Stream.run(stream, ChatCompletion.collect), answer)
        assert.strictEqual(answer.choices[0]?.message.content ?? "", texts.join(""))
      }),
    { timeout: 60_000 }
  )
})

describe("collectExit", () => {
  it.effect("gives the answer with a success", () =>
    Effect.gen(function*() {
      const { completion, exit } = yield* ChatCompletion.collectExit(Stream.make(text("a"), finish("stop")))
      assert.isTrue(Exit.isSuccess(exit))
      assert.deepStrictEqual(completion, ChatCompletion.fromChunks([text("a"), finish("stop")]))
    }))

  it.effect("gives half an answer with the failure, the defect or the interruption that ended it", () =>
    Effect.gen(function*() {
      const half = ChatCompletion.fromChunks([text("a"), text("b")])
      const after = <E>(end: Stream.Stream<never, E>) =>
        ChatCompletion.collectExit(Stream.concat(Stream.make(text("a"), text("b")), end))

      const failed = yield* after(Stream.fail("gone" as const))
      assert.deepStrictEqual(failed, { completion: half, exit: Exit.fail("gone" as const) })

      const died = yield* after(Stream.die("bug"))
      assert.deepStrictEqual(died, { completion: half, exit: Exit.die("bug") })

      const interrupted = yield* after(Stream.fromEffect(Effect.interrupt))
      assert.deepStrictEqual(interrupted.completion, half)
      assert.isTrue(Exit.isInterrupted(interrupted.exit))
    }))

  it.effect("interrupting it is interruption", () =>
    Effect.gen(function*() {
      const started = yield* Deferred.make<void>()
      const stream = Stream.concat(
        Stream.make(text("a")),
        Stream.fromEffect(Effect.zipRight(Deferred.succeed(started, undefined), Effect.never))
      )
      const fiber = yield* Effect.fork(ChatCompletion.collectExit(stream))
      yield* Deferred.await(started)
      const exit = yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause))
    }))
})

describe("scan", () => {
  it.effect("gives each chunk with the answer so far, which later chunks do not change", () =>
    Effect.gen(function*() {
      const chunks = [
        text("a"),
        say({ annotations: [{ n: 1 }], native: { dialect: "d", block: 1 } }),
        chunk([{ index: 0, delta: {}, logprobs: { content: [{ token: "t", logprob: 0, topLogprobs: [] }] } }]),
        say({ annotations: [{ n: 2 }], native: { dialect: "d", block: 2 } }),
        chunk([{ index: 0, delta: {}, logprobs: { content: [{ token: "u", logprob: 0, topLogprobs: [] }] } }]),
        ...call(["{", "}"]),
        text("b", 1),
        finish("tool_calls"),
        chunk([], { usage: { promptTokens: 1, completionTokens: 1, totalTokens: 2 } })
      ]
      const scanned = yield* Stream.runCollect(ChatCompletion.scan(Stream.fromIterable(chunks)))
      assert.deepStrictEqual(
        Chunk.toReadonlyArray(scanned),
        chunks.map((chunk, i) => ({ chunk, completion: ChatCompletion.fromChunks(chunks.slice(0, i + 1)) }))
      )
    }))

  it.effect("starts anew with each run", () =>
    Effect.gen(function*() {
      const stream = ChatCompletion.scan(Stream.make(text("a")))
      const first = yield* Stream.runLast(stream)
      assert.deepStrictEqual(yield* Stream.runLast(stream), first)
      assert.strictEqual(Option.getOrThrow(first).completion.choices[0]?.message.content, "a")
    }))

  it.effect("the untouched choice is the same value", () =>
    Effect.gen(function*() {
      const scanned = yield* Stream.runCollect(ChatCompletion.scan(Stream.make(text("a"), text("b", 1), text("c", 1))))
      const [, second, third] = Chunk.toReadonlyArray(scanned)
      assert.strictEqual(second?.completion.choices[0], third?.completion.choices[0])
      assert.notStrictEqual(second?.completion.choices[1], third?.completion.choices[1])
    }))
})

describe("toMessage", () => {
  it.effect("is the assistant's message for the next turn", () =>
    Effect.gen(function*() {
      const answer = ChatCompletion.fromChunks([
        say({ role: "assistant", reasoning: { content: "r" }, content: "c" }),
        say({ annotations: [{ a: 1 }], native: { dialect: "d", block: { b: 1 } } }),
        ...call(["{}"]),
        finish("tool_calls"),
        say({ refusal: "no" }, 1)
      ])
      const message = ChatCompletion.toMessage(answer)
      assert.deepStrictEqual(message, {
        role: "assistant",
        content: "c",
        reasoning: { content: "r" },
        toolCalls: [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }],
        native: { dialect: "d", blocks: [{ b: 1 }] }
      })
      assert.deepStrictEqual(ChatCompletion.toMessage(answer, { choice: 1 }), { role: "assistant", refusal: "no" })
      assert.deepStrictEqual(ChatCompletion.toMessage(answer, { choice: 7 }), { role: "assistant" })

      const stored = JSON.stringify(yield* Schema.encode(AssistantMessage)(message))
      assert.deepStrictEqual(yield* Schema.decodeUnknown(AssistantMessage)(JSON.parse(stored)), message)
    }))
})

describe("ChatCompletion", () => {
  const decode = Schema.decodeUnknown(ChatCompletion.ChatCompletion)
  const encode = Schema.encode(ChatCompletion.ChatCompletion)

  it.effect("reads what OpenAI sends", () =>
    Effect.gen(function*() {
      const answer = yield* decode({
        ...head,
        choices: [{
          index: 0,
          message: {
            role: "assistant",
            content: null,
            refusal: null,
            annotations: [],
            audio: null,
            reasoning_content: "hm",
            tool_calls: [
              { id: "call_1", type: "function", function: { name: "f", arguments: "{\"city\":\"Paris\"}" } },
              { id: "call_2", type: "function", function: { name: "g", arguments: "" } }
            ]
          },
          logprobs: null,
          finish_reason: "tool_calls"
        }],
        usage: { prompt_tokens: 8, completion_tokens: 2, total_tokens: 10 },
        service_tier: "default",
        system_fingerprint: null
      })
      assert.deepStrictEqual(answer, {
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 1_700_000_000,
        model: "m",
        choices: [{
          index: 0,
          message: {
            role: "assistant",
            reasoning: { content: "hm" },
            annotations: [],
            toolCalls: [
              {
                id: "call_1",
                type: "function",
                function: { name: "f", arguments: "{\"city\":\"Paris\"}" },
                complete: true
              },
              { id: "call_2", type: "function", function: { name: "g", arguments: "{}" }, complete: true }
            ]
          },
          finishReason: "tool_calls"
        }],
        usage: { promptTokens: 8, completionTokens: 2, totalTokens: 10 },
        serviceTier: "default"
      })
    }))

  it.effect("writes OpenAI's wire with our additions, and not what is derived", () =>
    Effect.gen(function*() {
      const encoded = yield* encode({
        id: "c",
        object: "chat.completion",
        created: 1,
        model: "m",
        requestId: "req_1",
        choices: [{
          index: 0,
          message: {
            role: "assistant",
            content: undefined,
            reasoning: { content: "r" },
            toolCalls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" }, complete: true }],
            native: { dialect: "d", blocks: [1, { a: null }] }
          },
          finishReason: "tool_calls",
          nativeFinishReason: "tool_use"
        }]
      })
      assert.deepStrictEqual(encoded, {
        id: "c",
        object: "chat.completion",
        created: 1,
        model: "m",
        request_id: "req_1",
        choices: [{
          index: 0,
          message: {
            role: "assistant",
            content: null,
            refusal: null,
            reasoning: { content: "r" },
            tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }],
            native: { dialect: "d", blocks: [1, { a: null }] }
          },
          finish_reason: "tool_calls",
          native_finish_reason: "tool_use",
          logprobs: null
        }]
      })
    }))

  it.effect("refuses what is no answer", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(decode({ error: { message: "no" } })))._tag, "ParseError")
      const error = yield* Effect.flip(decode({ ...head, object: "chat.completion.chunk", choices: [] }))
      assert.strictEqual(error._tag, "ParseError")
    }))

  it.effect.prop(
    "loses nothing on the wire",
    [Arbitrary.make(Schema.typeSchema(ChatCompletion.ChatCompletion))],
    ([answer]) =>
      Effect.gen(function*() {
        const wire: unknown = JSON.parse(JSON.stringify(yield* encode(answer)))
        assert.deepStrictEqual(yield* decode(wire), answer)
      }),
    { timeout: 60_000, fastCheck: { numRuns: 50 } }
  )
})
