import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as net from "node:net"
import * as Bytes from "./bytes.ts"
import * as Clients from "./clients.ts"
import * as Server from "./server.ts"

const textOf = (pieces: ReadonlyArray<Uint8Array>): string => new TextDecoder().decode(Bytes.concat(pieces))

/** What arrives on a plain socket, one element a read. */
const reads = (server: Server.Server): Effect.Effect<ReadonlyArray<string>> =>
  Effect.async((resume) => {
    const seen: Array<string> = []
    const socket = net.connect(server.port, "127.0.0.1", () => {
      socket.setNoDelay(true)
      socket.write("POST /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi")
    })
    socket.on("data", (piece: Buffer) => seen.push(piece.toString("utf8")))
    socket.on("close", () => resume(Effect.succeed(seen)))
    socket.on("error", (error: NodeJS.ErrnoException) => seen.push(`error ${error.code}`))
  })

/** Everything that was received before the end, and how it ended. */
const receive = (response: HttpClientResponse.HttpClientResponse) =>
  Effect.suspend(() => {
    const pieces: Array<Uint8Array> = []
    return Stream.runForEach(response.stream, (piece) => Effect.sync(() => pieces.push(piece))).pipe(
      Effect.exit,
      Effect.map((exit) => ({ exit, text: textOf(pieces) }))
    )
  })

describe("bytes", () => {
  it("cuts where it is told and loses nothing", () => {
    const bytes = Bytes.bytesOf("abcdef")
    assert.deepStrictEqual(Bytes.cut(bytes, [4, 2, 2, 0, 6, 9]).map((piece) => textOf([piece])), ["ab", "cd", "ef"])
    assert.deepStrictEqual(Bytes.every(bytes, 4).map((piece) => textOf([piece])), ["abcd", "ef"])
    assert.strictEqual(Bytes.byteByByte(bytes).length, 6)
    assert.deepStrictEqual(Bytes.cut(new Uint8Array(), [1]), [])
  })

  it("random cuts depend on the seed only", () => {
    const bytes = Bytes.bytesOf("x".repeat(500))
    const lengths = (seed: number) => Bytes.randomCuts(bytes, seed, 12).map((piece) => piece.length)
    assert.deepStrictEqual(lengths(7), lengths(7))
    assert.notDeepEqual(lengths(7), lengths(8))
    assert.strictEqual(lengths(7).reduce((a, b) => a + b, 0), 500)
    assert.isAbove(lengths(7).length, 5)
  })

  it("rewrites line ends", () => {
    const bytes = Bytes.bytesOf("a\n\nb")
    assert.strictEqual(textOf([Bytes.crlf(bytes)]), "a\r\n\r\nb")
    assert.strictEqual(textOf([Bytes.cr(bytes)]), "a\r\rb")
    assert.strictEqual(textOf([Bytes.rewritten(bytes, (text) => text.toUpperCase())]), "A\n\nB")
  })
})

describe("server", () => {
  it.scopedLive("each write is a read of its own", () =>
    Effect.gen(function*() {
      const pieces = ["one", "two", "three"]
      const server = yield* Server.make([{
        raw: true,
        steps: ["HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", ...pieces].flatMap((piece) => [
          Server.write(piece),
          Server.sleep(40)
        ])
      }])
      assert.deepStrictEqual((yield* reads(server)).slice(1), pieces)
      assert.deepInclude(server.requests[0], { method: "POST", url: "/x", body: "hi", writes: 4, outcome: "done" })
      yield* server.awaitClosed
      assert.strictEqual(server.connections(), 1)
    }))

  it.scopedLive("one script a request, in order, and a request without a script says so", () =>
    Effect.gen(function*() {
      const server = yield* Server.make([Server.sse("a"), Server.json({ b: 1 }, { status: 429 })])
      const client = yield* HttpClient.HttpClient
      const answers = yield* Effect.forEach([0, 1, 2], (n) =>
        client.get(`${server.url}/${n}`).pipe(
          Effect.flatMap((response) => Effect.zip(Effect.succeed(response.status), response.text))
        ))
      assert.deepStrictEqual(answers, [[200, "a"], [429, "{\"b\":1}"], [418, "the test has no script for request 2"]])
      assert.deepStrictEqual(server.requests.map((request) => request.url), ["/0", "/1", "/2"])
    }).pipe(Effect.provide(Clients.fetch.layer)))

  it.scopedLive("a function chooses the script", () =>
    Effect.gen(function*() {
      const server = yield* Server.make((request, index) =>
        Server.sse(`${index}${request.url}${request.headers["x-a"]}`)
      )
      const client = yield* HttpClient.HttpClient
      const text = yield* client.get(`${server.url}/p`, { headers: { "x-a": "h" } }).pipe(
        Effect.flatMap((response) => response.text)
      )
      assert.strictEqual(text, "0/ph")
    }).pipe(Effect.provide(Clients.undici.layer)))

  for (const client of Clients.all) {
    it.scopedLive(`${client.name}: bytes survive any cut`, () =>
      Effect.gen(function*() {
        const bytes = Bytes.bytesOf("data: zażółć 👩‍👩‍👧\n\n".repeat(20))
        const server = yield* Server.make([
          Server.sse(...Bytes.byteByByte(bytes)),
          Server.sse(...Bytes.randomCuts(bytes, 1, 40))
        ])
        const http = yield* HttpClient.HttpClient
        for (const index of [0, 1]) {
          const response = yield* http.get(server.url)
          assert.strictEqual((yield* receive(response)).text, textOf([bytes]))
          const exchange = yield* server.awaitEnded(index)
          assert.strictEqual(exchange.written, bytes.length)
          assert.strictEqual(exchange.outcome, "done")
        }
        assert.strictEqual(server.requests[0]?.writes, bytes.length)
      }).pipe(Effect.provide(client.layer)))

    for (const [name, fault] of [["destroy", Server.destroy], ["reset", Server.reset]] as const) {
      it.scopedLive(`${client.name}: ${name} breaks the response after what was written`, () =>
        Effect.gen(function*() {
          const server = yield* Server.make([Server.sse("abc", Server.sleep(50), fault, "never")])
          const http = yield* HttpClient.HttpClient
          const { exit, text } = yield* receive(yield* http.get(server.url))
          assert.isTrue(Exit.isFailure(exit))
          assert.strictEqual(text, "abc")
          const exchange = yield* server.awaitEnded(0)
          assert.deepInclude(exchange, { outcome: "destroyed", written: 3 })
          yield* server.awaitClosed
        }).pipe(Effect.provide(client.layer)))
    }

    it.scopedLive(`${client.name}: the client's closing is recorded, and when`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make([Server.sse("abc", Server.expectClose())])
        const http = yield* HttpClient.HttpClient
        const response = yield* http.get(server.url)
        yield* Effect.scoped(Stream.runForEach(Stream.take(response.stream, 1), () => Effect.void))
        const exchange = yield* server.awaitEnded(0)
        assert.strictEqual(exchange.outcome, "client")
        yield* server.awaitClosed
        const socket = server.sockets[exchange.connection]
        assert.isAtLeast(socket?.closedAt ?? 0, socket?.openedAt ?? Infinity)
        assert.strictEqual(server.openSockets(), 0)
      }).pipe(Effect.provide(client.layer)))

    it.scopedLive(`${client.name}: no headers until the client gives up`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make([{ before: [Server.expectClose()], steps: [] }])
        const http = yield* HttpClient.HttpClient
        const waiting = yield* Effect.fork(http.get(server.url))
        yield* server.awaitRequests(1)
        assert.strictEqual(yield* Fiber.poll(waiting).pipe(Effect.map((exit) => exit._tag)), "None")
        yield* Fiber.interrupt(waiting)
        assert.deepInclude(yield* server.awaitEnded(0), { outcome: "client", written: 0 })
      }).pipe(Effect.provide(client.layer)))
  }

  it.scopedLive("a client that does not close in time is recorded", () =>
    Effect.gen(function*() {
      const server = yield* Server.make([Server.sse("abc", Server.expectClose(30))])
      const http = yield* HttpClient.HttpClient
      const { exit, text } = yield* receive(yield* http.get(server.url))
      assert.isTrue(Exit.isFailure(exit))
      assert.strictEqual(text, "abc")
      assert.strictEqual((yield* server.awaitEnded(0)).outcome, "not closed")
    }).pipe(Effect.provide(Clients.node.layer)))

  it.scopedLive("a slow reader shows as blocked writes", () =>
    Effect.gen(function*() {
      const piece = new Uint8Array(256 * 1024)
      const server = yield* Server.make([Server.sse(...Array.from({ length: 64 }, () => piece))])
      const http = yield* HttpClient.HttpClient
      const response = yield* http.get(server.url)
      const first = yield* Stream.runHead(Stream.tap(response.stream, () => Effect.sleep("100 millis")))
      assert.strictEqual(first._tag, "Some")
      const exchange = yield* server.awaitEnded(0)
      assert.isAbove(exchange.blocked, 0)
      assert.isBelow(exchange.written, 64 * piece.length)
    }).pipe(Effect.provide(Clients.undici.layer)))

  it.scopedLive("gzip is flushed write by write", () =>
    Effect.gen(function*() {
      const server = yield* Server.make([{ ...Server.sse("first", Server.expectClose()), gzip: true }])
      const http = yield* HttpClient.HttpClient
      const response = yield* http.get(server.url)
      assert.strictEqual(response.headers["content-encoding"], "gzip")
      // Fetch inflates, so the first write is readable although the response goes on.
      const first = yield* Stream.runHead(response.stream)
      assert.strictEqual(first._tag === "Some" ? textOf([first.value]) : "", "first")
    }).pipe(Effect.provide(Clients.fetch.layer)))

  it.scopedLive("a gzipped body is whole", () =>
    Effect.gen(function*() {
      const server = yield* Server.make([{ ...Server.sse("one ", "two ", "three"), gzip: true }])
      const http = yield* HttpClient.HttpClient
      const response = yield* http.get(server.url)
      assert.strictEqual((yield* receive(response)).text, "one two three")
    }).pipe(Effect.provide(Clients.fetch.layer)))

  it.scopedLive("connections are counted and numbered", () =>
    Effect.gen(function*() {
      const server = yield* Server.make(() => Server.sse("a"))
      const http = yield* HttpClient.HttpClient
      for (const _ of [1, 2]) yield* Effect.flatMap(http.get(server.url), (response) => response.text)
      // Two requests on one connection, as a client with keep-alive sends them.
      const socket = net.connect(server.port, "127.0.0.1", () => {
        socket.resume().write("GET /a HTTP/1.1\r\nhost: a\r\n\r\n")
      })
      yield* server.awaitRequests(3)
      yield* server.awaitEnded(2)
      socket.end("GET /b HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
      yield* server.awaitRequests(4)
      yield* server.awaitClosed
      assert.strictEqual(server.connections(), 3)
      assert.deepStrictEqual(server.requests.map((request) => request.connection), [0, 1, 2, 2])
    }).pipe(Effect.provide(Clients.node.layer)))

  it.live("the end of the scope closes what is open", () =>
    Effect.gen(function*() {
      const server = yield* Effect.scoped(Effect.gen(function*() {
        const server = yield* Server.make([Server.sse("a", Server.expectClose())])
        const http = yield* HttpClient.HttpClient
        yield* http.get(server.url)
        return server
      }))
      yield* server.awaitClosed
      assert.strictEqual(server.openSockets(), 0)
    }).pipe(Effect.provide(Clients.fetch.layer)))
})
