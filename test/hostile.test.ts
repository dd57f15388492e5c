/**
 * Servers that mean harm, or are badly broken: what they send has no end, no sense or no measure. Memory and time stay
 * bounded, and what comes out is a typed error or the right answer.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as zlib from "node:zlib"
import * as ChatCompletion from "../src/ChatCompletion.ts"
import * as ChatCompletionChunk from "../src/ChatCompletionChunk.ts"
import { Normaliser } from "../src/Normalise.ts"
import * as Provider from "../src/Provider.ts"
import * as AnthropicProvider from "../src/providers/Anthropic.ts"
import * as OpenAiProvider from "../src/providers/OpenAi.ts"
import * as Bytes from "./kit/bytes.ts"
import * as Clients from "./kit/clients.ts"
import { pollution } from "./kit/play.ts"
import * as Server from "./kit/server.ts"
import * as TestHttp from "./kit/testHttp.ts"
import * as Wire from "./loopback/wire.ts"

const limit = 16 * 1024 * 1024

/** Milliseconds that any of this may take on a busy machine; none takes a tenth of it on an idle one. */
const patience = 8_000

/** A body of these pieces, again and again, and how many bytes of it were asked for. */
const endless = (wire: Wire.Wire, init: ResponseInit, first: string, ...again: ReadonlyArray<string>) => {
  let pulled = 0
  const pieces = function*() {
    const all = again.map(Bytes.bytesOf)
    for (const bytes of [Bytes.bytesOf(first)]) {
      pulled += bytes.length
      yield bytes
    }
    while (true) {
      for (const bytes of all) {
        pulled += bytes.length
        yield bytes
      }
    }
  }
  const http = TestHttp.make(() => new Response(TestHttp.body(pieces()), init))
  return { provider: over(wire, http.layer), pulled: () => pulled }
}

const over = (wire: Wire.Wire, client: TestHttp.TestHttp["layer"], baseUrl = "http://127.0.0.1:1") =>
  Effect.map(
    Layer.build(wire.layer({ retry: false, baseUrl }).pipe(Layer.provide(client))),
    (context) => Context.get(context, Provider.Provider)
  )

const eventStream = { status: 200, headers: { "content-type": "text/event-stream" } }
const document = { status: 200, headers: { "content-type": "application/json" } }

const failing = (provider: Provider.Service, timeouts: Parameters<Provider.Service["completionStream"]>[1] = {}) =>
  Effect.flip(Stream.runDrain(provider.completionStream(Wire.params, timeouts)))

const reasonOf = (error: Provider.CallError): string => error._tag === "ProviderError" ? error.reason._tag : error._tag

const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(effect), ([duration, value]) => {
    assert.isBelow(Duration.toMillis(duration), patience, "milliseconds")
    return value
  })

/** Pieces of what has no end, each with what ends it when it comes as fast as it can. */
const kilobytes = "x".repeat(65_536)

describe("one event without an end", () => {
  const bodies: ReadonlyArray<readonly [string, (wire: Wire.Wire) => readonly [string, string]]> = [
    ["a line", () => ["data: ", kilobytes]],
    ["a line in the middle of an answer", (wire) => [wire.open + wire.text("a") + "data: ", kilobytes]],
    ["lines of data without a blank one", () => ["", `data: ${kilobytes}\n`]],
    ["short lines of data", () => ["", "data: {\n".repeat(8_192)]],
    ["lines that end with CR", () => ["", `data: ${kilobytes}\r`]],
    ["a comment", () => [": ", kilobytes]],
    ["the name of an event", () => ["event: ", kilobytes]],
    ["no field at all", () => ["x", kilobytes]],
    ["spaces", () => [" ", " ".repeat(65_536)]],
    ["a document", () => ["{\"a\":\"", kilobytes]]
  ]
  for (const wire of Wire.all) {
    for (const [name, bytes] of bodies) {
      it.scopedLive(`${wire.name}: ${name}`, () =>
        Effect.gen(function*() {
          const { provider, pulled } = endless(wire, eventStream, ...bytes(wire))
          const error = yield* inTime(failing(yield* provider))
          assert.deepInclude(error, { _tag: "ProviderError", isRetryable: false })
          assert.strictEqual(reasonOf(error), "EventTooLarge")
          assert.isBelow(pulled(), limit + 1_000_000)
        }))
    }

    it.scopedLive(`${wire.name}: a document where a whole answer was asked for`, () =>
      Effect.gen(function*() {
        const { provider, pulled } = endless(wire, document, "{\"choices\":[", "{},".repeat(20_000))
        const error = yield* inTime(Effect.flip((yield* provider).completion(Wire.params)))
        assert.strictEqual(reasonOf(error), "EventTooLarge")
        assert.isBelow(pulled(), limit + 1_000_000)
      }))

    it.scopedLive(`${wire.name}: a whole answer that is larger than the limit`, () =>
      Effect.gen(function*() {
        const text = JSON.stringify(wire.whole).replace("abc", "x".repeat(limit))
        const http = TestHttp.make(() => new Response(text, document))
        const error = yield* inTime(Effect.flip((yield* over(wire, http.layer)).completion(Wire.params)))
        assert.strictEqual(reasonOf(error), "EventTooLarge")
      }))

    it.scopedLive(`${wire.name}: the body of an error: 64 KiB are read`, () =>
      Effect.gen(function*() {
        const { provider, pulled } = endless(
          wire,
          { status: 400, headers: { "content-type": "text/plain" } },
          "no ",
          "x".repeat(4_096)
        )
        const error = yield* inTime(failing(yield* provider))
        assert.strictEqual(reasonOf(error), "InvalidRequest")
        assert.isAtMost(pulled(), 65_536 + 2 * 4_096)
        assert.isBelow(JSON.stringify(error).length, 10_000)
      }))
  }
})

/** Events that add to an answer and are no content, so that they wait for some. */
const silent: ReadonlyArray<readonly [string, Wire.Wire, string]> = [
  [
    "logprobs",
    Wire.openAi,
    `data: {"choices":[{"index":0,"delta":{},"logprobs":{"content":[{"token":"a","logprob":-1}]}}]}\n\n`
  ],
  ["annotations", Wire.openAi, `data: {"choices":[{"index":0,"delta":{"annotations":[{"type":"url_citation"}]}}]}\n\n`]
]

describe("events without an end that are no content", () => {
  for (const [name, wire, event] of silent) {
    it.scopedLive(`${wire.name}: ${name}: what is held for later is bounded`, () =>
      Effect.gen(function*() {
        const { provider, pulled } = endless(wire, eventStream, wire.open, event.repeat(500))
        const error = yield* inTime(failing(yield* provider))
        assert.strictEqual(reasonOf(error), "EventTooLarge")
        assert.isBelow(pulled(), 2 * limit)
      }))
  }

  for (const wire of Wire.all) {
    it.scopedLive(`${wire.name}: pings, with the caller's wish for every event`, () =>
      Effect.gen(function*() {
        const ping = `data: {"type":"ping","padding":"${"x".repeat(1_000)}"}\n\n`
        const { provider, pulled } = endless(wire, eventStream, wire.open, ping.repeat(64))
        const error = yield* inTime(failing(yield* provider, { raw: true }))
        assert.strictEqual(reasonOf(error), "EventTooLarge")
        assert.isBelow(pulled(), 2 * limit)
      }))
  }
})

describe("a stream that goes on without saying anything", () => {
  const nothing: ReadonlyArray<readonly [string, string]> = [
    ["comments", ": nothing to say\n".repeat(4_000)],
    ["blank lines", "\n".repeat(65_536)],
    ["names of events", "event: x\nid: 7\n".repeat(4_000)]
  ]
  for (const client of Clients.all) {
    for (const wire of Wire.all) {
      for (const [name, bytes] of nothing) {
        it.scopedLive(`${client.name}, ${wire.name}: ${name}: firstContent ends it, and after content idle`, () =>
          Effect.gen(function*() {
            const piece = Server.write(bytes)
            const flood = Array.from({ length: 4_000 }, () => [piece, Server.sleep(1)]).flat()
            const server = yield* Server.make((_, index) =>
              Server.sse(index === 0 ? wire.open : wire.open + wire.text("a"), ...flood)
            )
            const provider = yield* over(wire, client.layer, server.url)
            const timeouts = { firstContent: "250 millis", idle: "250 millis" } as const
            const first = yield* inTime(failing(provider, { timeouts }))
            assert.deepInclude(first, { _tag: "Timeout", phase: "firstContent", contentEmitted: false })
            const second = yield* inTime(failing(provider, { timeouts }))
            assert.deepInclude(second, { _tag: "Timeout", phase: "idle", contentEmitted: true })
            assert.strictEqual((yield* server.awaitEnded(1)).outcome, "client")
          }))
      }
    }

    it.scopedLive(`${client.name}: a body that trickles white space`, () =>
      Effect.gen(function*() {
        const blanks = Array.from({ length: 400 }, () => [Server.write(" \r\n"), Server.sleep(5)]).flat()
        const server = yield* Server.make((_, index) =>
          index === 0
            ? { headers: document.headers, steps: blanks }
            : {
              headers: document.headers,
              steps: [...blanks.slice(0, 40), Server.write(JSON.stringify(Wire.openAi.whole))]
            }
        )
        const provider = yield* over(Wire.openAi, client.layer, server.url)
        const timeouts = { firstContent: "300 millis" } as const
        const error = yield* Effect.flip(provider.completion(Wire.params, { timeouts }))
        assert.deepInclude(error, { _tag: "Timeout", phase: "firstContent" })
        // Servers do this to keep a connection open.
        const answer = yield* provider.completion(Wire.params)
        assert.strictEqual(answer.choices[0]?.message.content, "abc")
      }))
  }
})

const textOf = (chunks: Iterable<ChatCompletionChunk.ChatCompletionChunk>): string =>
  [...chunks].map((chunk) => ChatCompletionChunk.text(chunk)).join("")

/** The chunks of a body that comes at once, and how many milliseconds it took to make them. */
const normalise = (wire: Wire.Wire, pieces: ReadonlyArray<Uint8Array>) => {
  const endpoint = wire.name === "openai" ? OpenAiProvider.endpoint : AnthropicProvider.endpoint
  const normaliser = new Normaliser({
    endpoint,
    params: Wire.params,
    now: 0,
    id: "made-up",
    stream: true,
    raw: false,
    limit,
    contentType: "text/event-stream"
  })
  const from = process.cpuUsage()
  const chunks: Array<ChatCompletionChunk.ChatCompletionChunk> = []
  for (const piece of pieces) {
    normaliser.push(piece)
    for (const chunk of normaliser.take()) chunks.push(chunk)
  }
  normaliser.end()
  for (const chunk of normaliser.take()) chunks.push(chunk)
  const { system, user } = process.cpuUsage(from)
  if (process.env["TIMES"]) {
    console.log(new Error().stack?.split("\n")[2]?.slice(-30), pieces.length, (user + system) / 1000)
  }
  return { chunks, outcome: normaliser.outcome, millis: (user + system) / 1000 }
}

const done = { _tag: "Done" } as const

describe("many", () => {
  for (const wire of Wire.all) {
    it(`${wire.name}: a million empty events`, () => {
      for (const nothing of ["data:\n\n", "\n\n", ":\n\n"]) {
        const bytes = Bytes.bytesOf(wire.open + nothing.repeat(1_000_000) + Wire.answer(wire, "a"))
        const { chunks, millis, outcome } = normalise(wire, Bytes.every(bytes, 65_536))
        assert.deepStrictEqual(outcome, done)
        assert.strictEqual(textOf(chunks), "a")
        assert.isBelow(millis, patience)
      }
    })

    it(`${wire.name}: lines that end with CR`, () => {
      const bytes = Bytes.bytesOf(wire.open + "\r".repeat(1_000_000) + Wire.answer(wire, "a"))
      const { chunks, millis, outcome } = normalise(wire, Bytes.every(bytes, 65_536))
      assert.deepStrictEqual(outcome, done)
      assert.strictEqual(textOf(chunks), "a")
      assert.isBelow(millis, patience)
    })

    it(`${wire.name}: an event in pieces of 16 bytes costs as much for each byte however long it is`, () => {
      const took = (size: number): number => {
        const text = "x".repeat(size)
        const { chunks, millis, outcome } = normalise(wire, Bytes.every(Bytes.bytesOf(Wire.answer(wire, text)), 16))
        assert.deepStrictEqual(outcome, done)
        assert.strictEqual(textOf(chunks).length, size)
        return millis
      }
      const least = (size: number): number => Math.min(...Array.from({ length: 3 }, () => took(size)))
      took(65_536)
      const [one, four] = [least(1_048_576), least(4_194_304)]
      assert.isBelow(one, 1_000)
      assert.isBelow(four, 10 * one)
    })
  }

  const call = (id: number) => ({ id: `call_${id}`, type: "function", function: { name: "f", arguments: "{}" } })
  const count = 100_000
  const calls = Array.from({ length: count }, (_, index) => call(index))
  const event = (delta: unknown) => `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`
  const begun = (index: number, content: unknown) =>
    `data: ${JSON.stringify({ type: "content_block_start", index, content_block: content })}\n\n`
  const block = (index: number, content: unknown) =>
    begun(index, content) +
    `data: ${JSON.stringify({ type: "content_block_stop", index })}\n\n`
  const bodies: ReadonlyArray<readonly [string, Wire.Wire, () => string]> = [
    ["in one event", Wire.openAi, () => event({ tool_calls: calls })],
    ["in as many events", Wire.openAi, () => calls.map((one) => event({ tool_calls: [one] })).join("")],
    [
      "of one index",
      Wire.openAi,
      () => calls.map((one) => event({ tool_calls: [{ ...one, index: 0 }] })).join("")
    ],
    [
      "in as many blocks",
      Wire.anthropic,
      () => calls.map(({ id }, index) => block(index, { type: "tool_use", id, name: "f", input: { index } })).join("")
    ],
    [
      "in as many blocks that are never said to be whole, after a thought",
      Wire.anthropic,
      () =>
        block(0, { type: "thinking", thinking: "hm", signature: "s" }) +
        calls.map(({ id }, index) => begun(index + 1, { type: "tool_use", id, name: "f", input: { index } })).join("")
    ]
  ]
  for (const [name, wire, body] of bodies) {
    it(`${wire.name}: 100,000 tool calls ${name}`, () => {
      const open = wire.name === "openai" ? wire.open : wire.open.slice(0, wire.open.indexOf("event: content_block"))
      const bytes = Bytes.bytesOf(open + body() + wire.finish + wire.done)
      const { chunks, millis, outcome } = normalise(wire, Bytes.every(bytes, 65_536))
      assert.deepStrictEqual(outcome, done)
      assert.isBelow(millis, patience)
      const from = performance.now()
      const answer = ChatCompletion.fromChunks(chunks)
      assert.isBelow(performance.now() - from, patience)
      const told = answer.choices[0]?.message.toolCalls ?? []
      assert.strictEqual(told.length, count)
      assert.strictEqual(told.filter(({ complete }) => complete).length, count)
    })
  }

  it("openai: 100,000 annotations in one event and choices that all ended", () => {
    const annotations = Array.from({ length: count }, () => ({ type: "url_citation" }))
    const choices = Array.from(
      { length: 10_000 },
      (_, index) =>
        `data: ${JSON.stringify({ choices: [{ index, delta: { content: "a" }, finish_reason: "stop" }] })}\n\n`
    )
    const bytes = Bytes.bytesOf(event({ content: "a", annotations }) + choices.join("") + "data: [DONE]\n\n")
    const { chunks, millis, outcome } = normalise(Wire.openAi, Bytes.every(bytes, 256))
    assert.deepStrictEqual(outcome, done)
    assert.isBelow(millis, patience)
    const answer = ChatCompletion.fromChunks(chunks)
    assert.strictEqual(answer.choices.length, 10_000)
    assert.strictEqual(answer.choices[0]?.message.annotations?.length, count)
  })

  it("anthropic: 100,000 citations of one block", () => {
    const cite = `data: ${
      JSON.stringify({
        type: "content_block_delta",
        index: 0,
        delta: { type: "citations_delta", citation: { type: "char_location", cited_text: "a" } }
      })
    }\n\n`
    const wire = Wire.anthropic
    const bytes = Bytes.bytesOf(wire.open + wire.text("a") + cite.repeat(count) + wire.finish + wire.done)
    const { chunks, millis, outcome } = normalise(wire, Bytes.every(bytes, 65_536))
    assert.deepStrictEqual(outcome, done)
    assert.isBelow(millis, patience)
    assert.strictEqual(ChatCompletion.fromChunks(chunks).choices[0]?.message.annotations?.length, count)
  })
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

  const encode = Schema.encodeSync(ChatCompletionChunk.ChatCompletionChunk)

  for (const [wire, body] of [[Wire.openAi, openAi], [Wire.anthropic, anthropic]] as const) {
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
    for (const wire of Wire.all) {
      for (
        const error of ["{\"__proto__\":{\"message\":\"no\"},\"constructor\":1}", "[[]]", "{\"code\":{},\"type\":[]}"]
      ) {
        const { outcome } = normalise(wire, [Bytes.bytesOf(`data: {"type":"error","error":${error}}\n\n`)])
        assert.strictEqual(outcome?._tag, "Failed")
      }
    }
    assert.deepStrictEqual(pollution(), [])
  })
})

/** A gzip body of 16 KiB that inflates to 16 MiB of these bytes, and can be repeated as often as one likes. */
const bombOf = (head: string, bytes: string) => {
  const piece = Buffer.from(bytes.repeat(Math.ceil(16 * 1024 * 1024 / bytes.length)))
  const deflate = (text: Buffer): Buffer =>
    zlib.deflateRawSync(text, { finishFlush: zlib.constants.Z_FULL_FLUSH, level: 9 })
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
  return { first: Buffer.concat([header, deflate(Buffer.from(head))]), again: deflate(piece) }
}

describe("compressed", () => {
  for (const client of Clients.all) {
    for (const wire of Wire.all) {
      it.scopedLive(`${client.name}, ${wire.name}: flushed piece by piece, it arrives piece by piece`, () =>
        Effect.gen(function*() {
          const server = yield* Server.make([{
            ...Server.sse(
              wire.open + wire.text("a"),
              Server.sleep(300),
              wire.text("b"),
              Server.sleep(300),
              wire.text("c") + wire.finish + wire.done
            ),
            gzip: true
          }])
          const provider = yield* over(wire, client.layer, server.url)
          const written: Array<number> = []
          const chunks = yield* Stream.runCollect(
            Stream.tap(provider.completionStream(Wire.params), () =>
              Effect.sync(() => {
                written.push(server.requests[0]?.writes ?? 0)
              }))
          )
          assert.strictEqual(textOf(chunks), "abc")
          // Each came while the server had written no more.
          assert.deepStrictEqual(written.slice(0, 2), [1, 2])
        }))
    }

    const bombs: ReadonlyArray<readonly [string, string, string, string, Duration.DurationInput]> = [
      ["a line", "data: ", "x", "EventTooLarge", "10 seconds"],
      ["a document", "{\"a\":\"", "x", "EventTooLarge", "10 seconds"],
      ["comments", "", ": nothing at all\n", "Timeout", "400 millis"]
    ]
    for (const [name, head, bytes, expected, firstContent] of bombs) {
      it.scopedLive(`${client.name}: 4 MiB that inflate to 4 GiB of ${name}`, () =>
        Effect.gen(function*() {
          const { again, first } = bombOf(head, bytes)
          const bodies = Math.ceil(4 * 1024 * 1024 / again.length)
          const server = yield* Server.make([{
            headers: { "content-type": "text/event-stream", "content-encoding": "gzip" },
            steps: [
              Server.write(first),
              ...Array.from({ length: bodies }, () => Server.write(again)),
              Server.expectClose()
            ]
          }])
          const provider = yield* over(Wire.openAi, client.layer, server.url)
          const before = process.memoryUsage().rss
          const error = yield* inTime(failing(provider, { timeouts: { firstContent } }))
          assert.strictEqual(reasonOf(error), expected)
          assert.isBelow(process.memoryUsage().rss - before, 768 * 1024 * 1024)
          assert.strictEqual((yield* server.awaitEnded(0)).outcome, "client")
        }))
    }

    it.scopedLive(`${client.name}: 4 GiB of text for a consumer that waits`, () =>
      Effect.gen(function*() {
        const wire = Wire.openAi
        const { again, first } = bombOf(wire.open, wire.text("x".repeat(1_000)))
        const bodies = Math.ceil(8 * 1024 * 1024 / again.length)
        const server = yield* Server.make([{
          headers: { "content-type": "text/event-stream", "content-encoding": "gzip" },
          steps: [
            Server.write(first),
            ...Array.from({ length: bodies }, () => Server.write(again)),
            Server.expectClose()
          ]
        }])
        const provider = yield* over(wire, client.layer, server.url)
        const before = process.memoryUsage().rss
        const begun = yield* Deferred.make<void>()
        const fiber = yield* Effect.fork(Stream.runForEach(
          Stream.chunks(provider.completionStream(Wire.params)),
          (chunk) => {
            assert.isAtMost(Chunk.size(chunk), 1_024)
            return Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never)
          }
        ))
        yield* Deferred.await(begun)
        yield* Effect.sleep("300 millis")
        assert.isBelow(process.memoryUsage().rss - before, 768 * 1024 * 1024)
        yield* Fiber.interrupt(fiber)
        assert.strictEqual((yield* server.awaitEnded(0)).outcome, "client")
      }))
  }
})

describe("slow and large heads", () => {
  const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n"
  for (const client of Clients.all) {
    for (const wire of Wire.all) {
      it.scopedLive(`${client.name}, ${wire.name}: headers and body byte by byte`, () =>
        Effect.gen(function*() {
          const bytes = Bytes.bytesOf(`${head}\r\n${Wire.answer(wire, "é", "b")}`)
          const pieces = Bytes.byteByByte(bytes).flatMap((byte, index) =>
            index % 20 === 0 ? [Server.sleep(1), Server.write(byte)] : [Server.write(byte)]
          )
          const server = yield* Server.make([{ raw: true, steps: pieces }])
          const provider = yield* over(wire, client.layer, server.url)
          const chunks = yield* inTime(Stream.runCollect(provider.completionStream(Wire.params)))
          assert.strictEqual(textOf(chunks), "éb")
        }))
    }

    it.scopedLive(`${client.name}: headers that come too slowly, or never end`, () =>
      Effect.gen(function*() {
        const slowly = Bytes.byteByByte(Bytes.bytesOf(head)).flatMap((byte) => [Server.sleep(20), Server.write(byte)])
        const server = yield* Server.make([{ raw: true, steps: slowly }])
        const provider = yield* over(Wire.openAi, client.layer, server.url)
        const error = yield* inTime(failing(provider, { timeouts: { headers: "300 millis" } }))
        assert.deepInclude(error, { _tag: "Timeout", phase: "headers", contentEmitted: false })
        assert.strictEqual((yield* server.awaitEnded(0)).outcome, "client")
      }))

    it.scopedLive(`${client.name}: headers of megabytes`, () =>
      Effect.gen(function*() {
        const many = Array.from({ length: 100 }, (_, index) => `x-${index}: ${"x".repeat(10_000)}\r\n`)
        const server = yield* Server.make([
          { raw: true, steps: [Server.write(head), ...Server.writes(many), Server.write("\r\n"), Server.expectClose()] }
        ])
        const provider = yield* over(Wire.openAi, client.layer, server.url)
        const error = yield* inTime(failing(provider, { timeouts: { headers: "2 seconds" } }))
        assert.strictEqual(reasonOf(error), "Network")
        assert.isBelow(JSON.stringify(error).length, 10_000)
      }))
  }
})
