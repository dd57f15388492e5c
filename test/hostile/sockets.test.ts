/**
 * Hostile servers on real sockets, where it is the client that has to bear them: compression, heads, and floods. A limit
 * is short where it is what is tested; how long anything takes is never.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as zlib from "node:zlib"
import * as Bytes from "../kit/bytes.ts"
import * as Clients from "../kit/clients.ts"
import * as Server from "../kit/server.ts"
import * as Wire from "../loopback/wire.ts"
import { failing, over, reasonOf, textOf } from "./kit.ts"

const mebi = 1024 * 1024

const times = <A>(count: number, value: A): ReadonlyArray<A> => Array.from({ length: count }, () => value)

/** On a busy machine a client that does close may take its time. */
const held = Server.expectClose(15_000)

describe("a stream that goes on without saying anything", () => {
  const flood = times(1_000_000, Server.write(": nothing to say\n".repeat(4_000)))
  for (const client of Clients.all) {
    it.scopedLive(`${client.name}: comments as fast as they can be read: firstContent ends it, and after content idle`, () =>
      Effect.gen(function*() {
        const wire = Wire.openAi
        const server = yield* Server.make((_, index) => ({
          headers: { "content-type": "text/event-stream" },
          steps: [Server.write(index === 0 ? wire.open : wire.open + wire.text("a")), ...flood]
        }))
        const provider = yield* over(wire, client.layer, server.url)
        const first = yield* failing(provider, { timeouts: { firstContent: "250 millis" } })
        assert.deepInclude(first, { _tag: "Timeout", phase: "firstContent", contentEmitted: false })
        const second = yield* failing(provider, { timeouts: { idle: "250 millis" } })
        assert.deepInclude(second, { _tag: "Timeout", phase: "idle", contentEmitted: true })
        for (const index of [0, 1]) assert.strictEqual((yield* server.awaitEnded(index)).outcome, "client")
      }))
  }
})

describe("compressed", () => {
  for (const client of Clients.all) {
    for (const wire of Wire.ofEvery) {
      it.scopedLive(`${client.name}, ${wire.name}: flushed piece by piece, it arrives piece by piece`, () =>
        Effect.gen(function*() {
          const pieces = [wire.open + wire.text("a"), wire.text("b"), wire.text("c") + wire.finish + wire.done]
          // After each piece comes no other: what is held back would never arrive.
          const server = yield* Server.make((_, index) => ({
            ...Wire.script(wire, ...pieces.slice(0, index + 1), held),
            gzip: true
          }))
          const provider = yield* over(wire, client.layer, server.url)
          for (const count of [1, 2, 3]) {
            const chunks = yield* Stream.runCollect(Stream.take(provider.completionStream(Wire.params), count))
            assert.strictEqual(textOf(chunks), "abc".slice(0, count))
            assert.strictEqual((yield* server.awaitEnded(count - 1)).outcome, "client")
          }
        }))
    }
  }
})

/** A gzip body of these bytes, then of 16 MiB of others in some 16 KiB, which can be repeated as often as one likes. */
const bombOf = (head: string, bytes: string) => {
  const deflate = (text: string): Buffer =>
    zlib.deflateRawSync(Buffer.from(text), { finishFlush: zlib.constants.Z_FULL_FLUSH, level: 9 })
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
  const again = deflate(bytes.repeat(Math.ceil(16 * mebi / bytes.length)))
  const script: Server.Script = {
    headers: { "content-type": "text/event-stream", "content-encoding": "gzip" },
    steps: [
      Server.write(Buffer.concat([header, deflate(head)])),
      ...times(Math.ceil(64 * mebi / again.length), Server.write(again)),
      held
    ]
  }
  return script
}

/** Of 64 MiB that are there to be sent, what sockets and clients may take ahead of a reader that stopped. */
const ahead = 24 * mebi

/** What was inflated and what waits for it; all of it would be 64 GiB. */
const memory = 768 * mebi

// One after the other, since what is measured is the memory of them all.
describe.sequential("64 MiB that inflate to 64 GiB", () => {
  const wire = Wire.openAi
  const bombs = [
    { name: "a line", script: bombOf("data: ", "x"), expected: "EventTooLarge", timeouts: {} },
    { name: "a document", script: bombOf("{\"a\":\"", "x"), expected: "EventTooLarge", timeouts: {} },
    {
      name: "comments",
      script: bombOf("", ": nothing at all\n"),
      expected: "Timeout",
      timeouts: { firstContent: "250 millis" }
    }
  ] as const
  const text = bombOf(wire.open, wire.text("x".repeat(1_000)))

  for (const client of Clients.all) {
    for (const { expected, name, script, timeouts } of bombs) {
      it.scopedLive(`${client.name}: of ${name}: ${expected}, and little memory`, () =>
        Effect.gen(function*() {
          const server = yield* Server.make([script])
          const provider = yield* over(wire, client.layer, server.url)
          const before = process.memoryUsage().rss
          const error = yield* failing(provider, { timeouts })
          assert.strictEqual(reasonOf(error), expected)
          const { outcome, written } = yield* server.awaitEnded(0)
          assert.strictEqual(outcome, "client")
          assert.isBelow(written, ahead)
          assert.isBelow(process.memoryUsage().rss - before, memory)
        }))
    }

    it.scopedLive(`${client.name}: of text for a consumer that waits: little memory`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make([text])
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
        let written = -1
        // Until it writes no more.
        yield* Effect.sync(() => {
          const now = server.requests[0]?.written ?? 0
          const isStill = now === written
          written = now
          return isStill
        }).pipe(Effect.repeat(Schedule.spaced("100 millis").pipe(Schedule.untilInput((isStill: boolean) => isStill))))
        assert.isBelow(written, ahead)
        assert.isBelow(process.memoryUsage().rss - before, memory)
        yield* Fiber.interrupt(fiber)
        assert.strictEqual((yield* server.awaitEnded(0)).outcome, "client")
      }))
  }
})

describe("slow and large heads", () => {
  const headOf = ({ contentType }: Wire.Wire) =>
    `HTTP/1.1 200 OK\r\ncontent-type: ${contentType}\r\nconnection: close\r\n`
  const head = headOf(Wire.openAi)
  for (const client of Clients.all) {
    for (const wire of Wire.ofEvery) {
      it.scopedLive(`${client.name}, ${wire.name}: headers and body byte by byte: the right answer`, () =>
        Effect.gen(function*() {
          const bytes = Bytes.bytesOf(`${headOf(wire)}\r\n${Wire.answer(wire, "é", "b")}`)
          const server = yield* Server.make([{ raw: true, steps: Server.writes(Bytes.byteByByte(bytes)) }])
          const provider = yield* over(wire, client.layer, server.url)
          const chunks = yield* Stream.runCollect(provider.completionStream(Wire.params))
          assert.strictEqual(textOf(chunks), "éb")
        }))
    }

    it.scopedLive(`${client.name}: headers a byte a second: the time limit for them`, () =>
      Effect.gen(function*() {
        const slowly = Bytes.byteByByte(Bytes.bytesOf(head)).flatMap((
          byte
        ) => [Server.write(byte), Server.sleep(1_000)])
        const server = yield* Server.make([{ raw: true, steps: slowly }])
        const provider = yield* over(Wire.openAi, client.layer, server.url)
        const error = yield* failing(provider, { timeouts: { headers: "1200 millis" } })
        assert.deepInclude(error, { _tag: "Timeout", phase: "headers", contentEmitted: false })
        const { outcome, written } = yield* server.awaitEnded(0)
        assert.strictEqual(outcome, "client")
        assert.isBelow(written, head.length)
      }))

    it.scopedLive(`${client.name}: headers of megabytes: no memory is lost to them`, () =>
      Effect.gen(function*() {
        const many = Server.write(`x-a: ${"x".repeat(10_000)}\r\n`)
        const server = yield* Server.make([{ raw: true, steps: [Server.write(head), ...times(10_000, many), held] }])
        const provider = yield* over(Wire.openAi, client.layer, server.url)
        const error = yield* failing(provider)
        assert.strictEqual(reasonOf(error), "Network")
        assert.isBelow(JSON.stringify(error).length, 10_000)
        const { outcome, written } = yield* server.awaitEnded(0)
        assert.strictEqual(outcome, "client")
        assert.isBelow(written, ahead)
      }))
  }
})
