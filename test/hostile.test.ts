/**
 * Servers that mean harm, or are badly broken: what they send has no end, no sense or no measure. What is read of it is
 * bounded, and what comes out is a typed error or the right answer. Without a network: `hostile/` has what hangs on the
 * client, and what it costs.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import * as ChatCompletion from "../src/ChatCompletion.ts"
import * as ChatCompletionChunk from "../src/ChatCompletionChunk.ts"
import { document, done, endless, failing, limit, normalise, over, reasonOf, streamOf } from "./hostile/kit.ts"
import * as Timed from "./internal/timed.ts"
import * as Bytes from "./kit/bytes.ts"
import { pollution } from "./kit/play.ts"
import * as TestHttp from "./kit/testHttp.ts"
import * as Wire from "./loopback/wire.ts"

/** What is in flight when the limit is reached. */
const slack = 1_000_000

const kilobytes = "x".repeat(65_536)

describe("one event without an end", () => {
  /** What the body begins with, and what comes again and again. */
  type Endless = (wire: Wire.Wire) => readonly [string, string]
  const bodies: ReadonlyArray<readonly [string, Endless]> = [
    ["a line", (wire) => [wire.begun("{\"a\":\""), kilobytes]],
    ["a line in the middle of an answer", (wire) => [wire.open + wire.text("a") + wire.begun("{\"a\":\""), kilobytes]],
    ["a document", () => ["{\"a\":\"", kilobytes]],
    ["spaces", () => [" ", " ".repeat(65_536)]]
  ]
  const ofEvents: ReadonlyArray<readonly [string, Endless]> = [
    ["a line that is no JSON", () => ["data: ", kilobytes]],
    ["lines of data without a blank one", () => ["", `data: ${kilobytes}\n`]],
    ["a comment", () => [": ", kilobytes]]
  ]
  /** The same for both dialects. */
  const others: ReadonlyArray<readonly [string, Endless]> = [
    ["short lines of data", () => ["", "data: {\n".repeat(8_192)]],
    ["lines that end with CR", () => ["", `data: ${kilobytes}\r`]],
    ["the name of an event", () => ["event: ", kilobytes]],
    ["no field at all", () => ["x", kilobytes]]
  ]
  const ofLines: ReadonlyArray<readonly [string, Endless]> = [
    ["lines that end with CR", () => ["{", `"a":"b"\r`.repeat(8_192)]],
    ["a document on lines", () => ["{\n", `"a":"${kilobytes}",\n`]],
    ["a document on short lines", () => ["\n[\r\n", "[\n".repeat(8_192)]]
  ]
  const own = new Map([
    [Wire.openAi, [...ofEvents, ...others]],
    [Wire.anthropic, ofEvents],
    [Wire.ollama, ofLines]
  ])
  for (const wire of Wire.ofEachFraming) {
    for (const [name, bytes] of [...bodies, ...own.get(wire) ?? []]) {
      it.scopedLive(`${wire.name}: ${name}`, () =>
        Effect.gen(function*() {
          const { provider, pulled } = endless(wire, streamOf(wire), ...bytes(wire))
          const error = yield* failing(yield* provider)
          assert.deepInclude(error, { _tag: "ProviderError", isRetryable: false })
          assert.strictEqual(reasonOf(error), "EventTooLarge")
          assert.isBelow(pulled(), limit + slack)
        }))
    }

    it.scopedLive(`${wire.name}: a document where a whole answer was asked for`, () =>
      Effect.gen(function*() {
        const { provider, pulled } = endless(wire, document, "{\"choices\":[", "{},".repeat(20_000))
        const error = yield* Effect.flip((yield* provider).completion(Wire.params))
        assert.strictEqual(reasonOf(error), "EventTooLarge")
        assert.isBelow(pulled(), limit + slack)
      }))

    it.scopedLive(`${wire.name}: a whole answer that is larger than the limit`, () =>
      Effect.gen(function*() {
        const text = JSON.stringify(wire.whole).replace("abc", "x".repeat(limit))
        const http = TestHttp.make(() => new Response(text, document))
        const error = yield* Effect.flip((yield* over(wire, http.layer)).completion(Wire.params))
        assert.strictEqual(reasonOf(error), "EventTooLarge")
      }))

    it.scopedLive(`${wire.name}: the body of an error: 64 KiB are read`, () =>
      Effect.gen(function*() {
        const refused = { status: 400, headers: { "content-type": "text/plain" } }
        const { provider, pulled } = endless(wire, refused, "no ", "x".repeat(4_096))
        const error = yield* failing(yield* provider)
        assert.strictEqual(reasonOf(error), "InvalidRequest")
        assert.isAtMost(pulled(), 65_536 + 2 * 4_096)
        assert.isBelow(JSON.stringify(error).length, 10_000)
      }))
  }
})

describe("events without an end that are no content", () => {
  const long = "a".repeat(1_000)
  const delta = (fields: object) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, ...fields }] })}\n\n`
  /** They add to an answer, and so wait for some. */
  const silent: ReadonlyArray<readonly [string, string]> = [
    ["logprobs", delta({ logprobs: { content: [{ token: long, logprob: -1 }] } })],
    ["annotations", delta({ delta: { annotations: [{ type: "url_citation", url: long }] } })]
  ]
  for (const [name, event] of silent) {
    it.scopedLive(`openai: ${name}: what is held for later is bounded`, () =>
      Effect.gen(function*() {
        const { provider, pulled } = endless(Wire.openAi, streamOf(Wire.openAi), Wire.openAi.open, event.repeat(64))
        const error = yield* failing(yield* provider)
        assert.strictEqual(reasonOf(error), "EventTooLarge")
        assert.isBelow(pulled(), 2 * limit)
      }))
  }

  for (const wire of Wire.ofEachFraming) {
    it.scopedLive(`${wire.name}: pings, with the caller's wish for every event`, () =>
      Effect.gen(function*() {
        const ping = wire.frame(JSON.stringify({ type: "ping", padding: long }))
        const { provider, pulled } = endless(wire, streamOf(wire), wire.open, ping.repeat(64))
        const error = yield* failing(yield* provider, { raw: true })
        assert.strictEqual(reasonOf(error), "EventTooLarge")
        assert.isBelow(pulled(), 2 * limit)
      }))
  }
})

/** A piece a second. */
const everySecond = (pieces: ReadonlyArray<Timed.Piece>): ReadonlyArray<Timed.Piece> =>
  pieces.flatMap((piece) => [1_000, piece])

const times = <A>(count: number, value: A): ReadonlyArray<A> => Array.from({ length: count }, () => value)

describe("a stream that goes on without saying anything", () => {
  const ofEvents: ReadonlyArray<readonly [string, string]> = [
    ["comments", ": nothing to say\n".repeat(400)],
    ["blank lines", "\n".repeat(4_096)],
    ["names of events", "event: x\nid: 7\n\n".repeat(400)],
    ["empty events", "data:\n\n".repeat(400)]
  ]
  const ofLines: ReadonlyArray<readonly [string, string]> = [
    ["blank lines", "\n".repeat(4_096)],
    ["lines of spaces", "  \r\n".repeat(400)],
    ["empty texts", Wire.ollama.ping.repeat(100)]
  ]
  const timeouts = { firstContent: "9 seconds", idle: "5 seconds" } as const
  const patience = { firstContent: "1 hour", idle: "1 hour" } as const

  for (const wire of Wire.ofEachFraming) {
    for (const [name, bytes] of wire === Wire.ollama ? ofLines : ofEvents) {
      it.effect(`${wire.name}: ${name}: firstContent ends it, and after content idle`, () =>
        Effect.gen(function*() {
          const flood = everySecond(times(20, bytes))
          const mute = Timed.server(Timed.stream(wire, [wire.open, ...flood]))
          const first = yield* Timed.run(mute, { wire, call: { timeouts, retry: false } }, "10 seconds")
          assert.deepInclude(first.error(), { _tag: "Timeout", phase: "firstContent", contentEmitted: false })
          assert.strictEqual(first.ended()?.at, 9_000)

          const once = Timed.server(Timed.stream(wire, [wire.open + wire.text("a"), ...flood]))
          const second = yield* Timed.run(once, { wire, call: { timeouts } }, "10 seconds")
          assert.deepInclude(second.error(), { _tag: "Timeout", phase: "idle", contentEmitted: true })
          assert.strictEqual(second.ended()?.at, 15_000)
        }))
    }

    it.live(`${wire.name}: nothing, and all of it there already: firstContent ends it, though no read waits`, () =>
      Effect.gen(function*() {
        const { provider, pulled } = endless(
          wire,
          streamOf(wire),
          wire.open,
          wire.nothing.repeat(65_536 / wire.nothing.length)
        )
        const error = yield* Effect.scoped(
          Effect.flatMap(provider, (service) => failing(service, { timeouts: { firstContent: "50 millis" } }))
        )
        assert.deepInclude(error, { _tag: "Timeout", phase: "firstContent" })
        assert.isBelow(pulled(), 4 * limit)
      }))

    it.effect(`${wire.name}: a body a byte a second: firstContent ends it, or the right answer comes`, () =>
      Effect.gen(function*() {
        const bytes = Bytes.byteByByte(Bytes.bytesOf(Wire.answer(wire, "é")))
        // Minutes of it show nothing that seconds do not.
        const slowly = [...everySecond(bytes.slice(0, 30)), ...bytes.slice(30)]
        const impatient = Timed.server(Timed.stream(wire, slowly))
        const first = yield* Timed.run(impatient, { wire, call: { timeouts, retry: false } }, "10 seconds")
        assert.deepInclude(first.error(), { _tag: "Timeout", phase: "firstContent", contentEmitted: false })
        assert.strictEqual(first.ended()?.at, 9_000)

        const patient = yield* Timed.play(Timed.server(Timed.stream(wire, slowly)), {
          wire,
          call: { timeouts: patience }
        })
        yield* Timed.settle
        yield* TestClock.adjust("30 seconds")
        assert.isTrue(Exit.isSuccess(yield* Fiber.await(patient.fiber)))
        assert.strictEqual(patient.text(), "é")
      }))

    it.scoped(`${wire.name}: a whole answer after white space: firstContent ends it, or the right answer comes`, () =>
      Effect.gen(function*() {
        // Servers do this to keep a connection open.
        const pieces = everySecond([...times(15, " \r\n"), JSON.stringify(wire.whole)])
        const answer = Effect.map(Timed.body(pieces), (body) => new Response(body, document))
        const provider = yield* over(wire, Timed.server(answer).layer)
        const impatient = yield* Effect.fork(Effect.flip(provider.completion(Wire.params, { timeouts })))
        const patient = yield* Effect.fork(provider.completion(Wire.params))
        yield* Timed.settle
        yield* TestClock.adjust("20 seconds")
        assert.deepInclude(yield* Fiber.join(impatient), { _tag: "Timeout", phase: "firstContent" })
        assert.strictEqual((yield* Fiber.join(patient)).choices[0]?.message.content, "abc")
      }))
  }
})

describe("names and numbers that mean something to JavaScript", () => {
  const evil =
    `"__proto__":{"polluted":1,"text":"no","content":"no","type":"text"},"constructor":{"prototype":{"polluted":1}},"toString":1`
  const indexes = ["4294967294", "4294967295", "9007199254740993", "1e400", "-1", "0.5", "\"__proto__\"", "\"0\"", "[]"]
  const poisoned = (body: string): string => body.replaceAll("{\"", `{${evil},"`)

  const openAi = (index: string): string =>
    [
      `{"id":"c1","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"abc"}}]}`,
      `{"choices":[{"index":0,"delta":{"tool_calls":[{"index":${index},"id":"call_a","function":{"name":"f","arguments":"{\\"a\\""}}]}}]}`,
      `{"choices":[{"index":0,"delta":{"tool_calls":[{"index":${index},"function":{"arguments":":1}"}}]}}]}`,
      `{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}`,
      `{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":1}}}`
    ].map((json) => `data: ${json}\n\n`).join("") + Wire.openAi.done

  const anthropic = (index: string): string =>
    [
      `{"type":"message_start","message":{"id":"m1","model":"m","usage":{"input_tokens":3}}}`,
      `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`,
      `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"abc"}}`,
      `{"type":"content_block_stop","index":0}`,
      `{"type":"content_block_start","index":${index},"content_block":{"type":"tool_use","id":"call_a","name":"f","input":{}}}`,
      `{"type":"content_block_delta","index":${index},"delta":{"type":"input_json_delta","partial_json":"{\\"a\\""}}`,
      `{"type":"content_block_delta","index":${index},"delta":{"type":"input_json_delta","partial_json":":1}"}}`,
      `{"type":"content_block_stop","index":${index}}`,
      `{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":5}}`,
      `{"type":"message_stop"}`
    ].map((json) => `data: ${json}\n\n`).join("")

  const ollama = (index: string): string =>
    [
      `{"model":"m","created_at":"2026-11-20T09:15:01Z","message":{"role":"assistant","content":"abc"},"done":false}`,
      `{"message":{"content":"","tool_calls":[{"id":"call_a","function":{"index":${index},"name":"f","arguments":"{\\"a\\":1}"}}]},"done":false}`,
      `{"message":{"content":""},"done":true,"done_reason":"stop","prompt_eval_count":3,"eval_count":5}`
    ].map(Wire.ollama.frame).join("")

  const encode = Schema.encodeSync(ChatCompletionChunk.ChatCompletionChunk)

  for (const [wire, body] of [[Wire.openAi, openAi], [Wire.anthropic, anthropic], [Wire.ollama, ollama]] as const) {
    for (const index of indexes) {
      for (const [name, change] of [["", (text: string) => text], [", evil keys everywhere", poisoned]] as const) {
        it(`${wire.name}: an index of ${index}${name}`, () => {
          const { chunks, outcome } = normalise(wire, [Bytes.bytesOf(change(body(index)))])
          assert.deepStrictEqual(outcome, done)
          const answer = ChatCompletion.fromChunks(chunks)
          assert.strictEqual(answer.choices.length, 1)
          const [choice] = answer.choices
          assert.strictEqual(choice?.message.content, "abc")
          assert.deepStrictEqual(choice?.message.toolCalls, [
            { id: "call_a", type: "function", function: { name: "f", arguments: "{\"a\":1}" }, complete: true }
          ])
          assert.deepInclude(answer.usage, { promptTokens: 3, completionTokens: 5 })
          for (const chunk of chunks) encode(chunk)
          assert.deepStrictEqual(pollution(), [])
          assert.isFalse("polluted" in {} || "polluted" in answer || "polluted" in (answer.usage ?? {}))
          for (const value of [choice?.message, choice, ...chunks, ...chunks.flatMap(({ choices }) => choices)]) {
            assert.strictEqual(Object.getPrototypeOf(value), Object.prototype)
          }
        })
      }
    }
  }

  for (const index of indexes) {
    it(`openai: a choice of index ${index}`, () => {
      const bytes = Bytes.bytesOf(
        `data: {"choices":[{"index":${index},"delta":{"content":"abc"},"finish_reason":"stop"}]}\n\n${Wire.openAi.done}`
      )
      const { chunks, outcome } = normalise(Wire.openAi, [bytes])
      assert.deepStrictEqual(outcome, done)
      const answer = ChatCompletion.fromChunks(chunks)
      assert.strictEqual(answer.choices.length, 1)
      assert.strictEqual(answer.choices[0]?.message.content, "abc")
      assert.strictEqual(answer.choices[0]?.finishReason, "stop")
      assert.deepStrictEqual(pollution(), [])
    })
  }

  it("an error that is made of them", () => {
    for (const wire of Wire.ofEachFraming) {
      for (
        const error of ["{\"__proto__\":{\"message\":\"no\"},\"constructor\":1}", "[[]]", "{\"code\":{},\"type\":[]}"]
      ) {
        const { outcome } = normalise(wire, [Bytes.bytesOf(wire.frame(`{"type":"error","error":${error}}`))])
        assert.strictEqual(outcome?._tag, "Failed")
      }
    }
    assert.deepStrictEqual(pollution(), [])
  })
})
