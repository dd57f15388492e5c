/**
 * A server on the loopback device that does what a script says, byte for byte, and writes down what it saw.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as http from "node:http"
import type * as net from "node:net"
import { performance } from "node:perf_hooks"
import { setImmediate, setTimeout } from "node:timers/promises"
import * as zlib from "node:zlib"
import { bytesOf } from "./bytes.ts"

export type Step =
  | { readonly _tag: "Write"; readonly bytes: Uint8Array }
  | { readonly _tag: "Sleep"; readonly millis: number }
  /** Closes the connection in the middle of the response. */
  | { readonly _tag: "Destroy" }
  /** The same with a TCP reset. */
  | { readonly _tag: "Reset" }
  /** Ends the response. The end of a script does the same. */
  | { readonly _tag: "End" }
  /** Keeps the response open until the client closes; after `within` milliseconds it is recorded as a failure. */
  | { readonly _tag: "ExpectClose"; readonly within: number }

/** Bytes, one write; text is UTF-8. */
export const write = (bytes: Uint8Array | string): Step => ({
  _tag: "Write",
  bytes: typeof bytes === "string" ? bytesOf(bytes) : bytes
})

/** One write a piece. */
export const writes = (pieces: ReadonlyArray<Uint8Array | string>): ReadonlyArray<Step> => pieces.map(write)

export const sleep = (millis: number): Step => ({ _tag: "Sleep", millis })

export const destroy: Step = { _tag: "Destroy" }

export const reset: Step = { _tag: "Reset" }

export const end: Step = { _tag: "End" }

export const expectClose = (within = 5_000): Step => ({ _tag: "ExpectClose", within })

export interface Script {
  readonly status?: number | undefined
  readonly headers?: { readonly [name: string]: string } | undefined
  /** Done before the headers are sent: `[expectClose()]` is a server that never answers. */
  readonly before?: ReadonlyArray<Step> | undefined
  readonly steps: ReadonlyArray<Step>
  /** Compress the body as it is written, each write flushed on its own. */
  readonly gzip?: boolean | undefined
  /** Write the steps to the socket as they are: the script brings its own status line and headers. */
  readonly raw?: boolean | undefined
}

/** A 200 stream of this type. */
export const stream = (contentType: string, ...steps: ReadonlyArray<Step | Uint8Array | string>): Script => ({
  headers: { "content-type": contentType },
  steps: steps.map((step) => typeof step === "string" || step instanceof Uint8Array ? write(step) : step)
})

/** A 200 event stream. */
export const sse = (...steps: ReadonlyArray<Step | Uint8Array | string>): Script =>
  stream("text/event-stream", ...steps)

/** A whole JSON answer. */
export const json = (body: unknown, options?: Omit<Script, "steps">): Script => ({
  ...options,
  headers: { "content-type": "application/json", ...options?.headers },
  steps: [write(JSON.stringify(body))]
})

/** One request and what became of its response. Times are milliseconds of `performance.now()`. */
export interface Exchange {
  readonly method: string
  readonly url: string
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
  /** Which connection it came on, from 0. */
  readonly connection: number
  readonly receivedAt: number
  /** Bytes of the body handed to the socket, and in how many writes. */
  readonly written: number
  readonly writes: number
  /** How many writes returned false: the client read more slowly than the script wrote. */
  readonly blocked: number
  /** Who ended it: `done` is the script's own end, `destroyed` the script's fault, `client` the other side. */
  readonly outcome: "running" | "done" | "destroyed" | "client" | "not closed"
  readonly endedAt: number | undefined
}

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/** One TCP connection. */
export interface Connection {
  readonly openedAt: number
  readonly closedAt: number | undefined
}

export interface Server {
  readonly url: string
  readonly port: number
  /** In order of arrival. */
  readonly requests: ReadonlyArray<Exchange>
  readonly sockets: ReadonlyArray<Connection>
  /** How many connections were opened so far. */
  readonly connections: () => number
  readonly openSockets: () => number
  /** Until every connection that was opened is closed. */
  readonly awaitClosed: Effect.Effect<void>
  /** Until so many requests came in. */
  readonly awaitRequests: (count: number) => Effect.Effect<void>
  /** Until the response of this request ended, one way or the other. */
  readonly awaitEnded: (index: number) => Effect.Effect<Exchange>
}

/** One script a request, in order, or a function that chooses. */
export type Scripts = ReadonlyArray<Script> | ((request: Exchange, index: number) => Script)

/** Not retried by anyone, and easily recognised. */
const noScript = (index: number): Script => ({
  status: 418,
  headers: { "content-type": "text/plain" },
  steps: [write(`the test has no script for request ${index}`)]
})

const readBody = async (request: http.IncomingMessage): Promise<string> => {
  const pieces: Array<Buffer> = []
  for await (const piece of request) pieces.push(piece)
  return Buffer.concat(pieces).toString("utf8")
}

const closing = new WeakMap<net.Socket, Promise<void>>()

/** Settles when the socket is closed, whoever closed it. One listener a socket, however often it is asked. */
const closed = (socket: net.Socket): Promise<void> => {
  const known = closing.get(socket)
  if (known !== undefined) return known
  const fresh = new Promise<void>((resolve) => socket.destroyed ? resolve() : socket.once("close", () => resolve()))
  closing.set(socket, fresh)
  return fresh
}

/** A timer that keeps no process alive. */
const after = <A>(millis: number, value: A): Promise<A> => setTimeout(millis, value, { ref: false })

/** Compresses piece by piece. */
const gzipper = () => {
  const gzip = zlib.createGzip()
  let out: Array<Buffer> = []
  gzip.on("data", (piece: Buffer) => out.push(piece))
  const take = (): Uint8Array => {
    const taken = Buffer.concat(out)
    out = []
    return taken
  }
  return {
    piece: (bytes: Uint8Array) =>
      new Promise<Uint8Array>((resolve) => {
        gzip.write(bytes)
        gzip.flush(zlib.constants.Z_SYNC_FLUSH, () => resolve(take()))
      }),
    rest: () =>
      new Promise<Uint8Array>((resolve) => {
        gzip.once("end", () => resolve(take()))
        gzip.end()
      })
  }
}

interface Run {
  readonly script: Script
  readonly exchange: Mutable<Exchange>
  readonly socket: net.Socket
  readonly response: http.ServerResponse
}

const settle = (exchange: Mutable<Exchange>, outcome: Exchange["outcome"]): void => {
  if (exchange.outcome !== "running") return
  exchange.outcome = outcome
  exchange.endedAt = performance.now()
}

/** One write, flushed: the next one waits until this one was handed to the kernel, and for a turn of the loop. */
const put = async ({ exchange, response, script, socket }: Run, bytes: Uint8Array): Promise<void> => {
  if (socket.destroyed || bytes.length === 0) return
  const out = script.raw === true ? socket : response
  const flushed = new Promise<void>((resolve) => {
    if (!out.write(bytes, () => resolve())) exchange.blocked += 1
  })
  exchange.written += bytes.length
  exchange.writes += 1
  await Promise.race([flushed, closed(socket)])
  await setImmediate()
}

const perform = async (run: Run, steps: ReadonlyArray<Step>, gzip: ReturnType<typeof gzipper> | undefined) => {
  const { exchange, response, socket } = run
  for (const step of steps) {
    if (exchange.outcome !== "running") return
    switch (step._tag) {
      case "Write":
        await put(run, gzip === undefined ? step.bytes : await gzip.piece(step.bytes))
        break
      case "Sleep":
        await Promise.race([after(step.millis, undefined), closed(socket)])
        break
      case "Destroy":
        settle(exchange, "destroyed")
        socket.destroy()
        return
      case "Reset":
        settle(exchange, "destroyed")
        socket.resetAndDestroy()
        return
      case "End":
        if (gzip !== undefined) await put(run, await gzip.rest())
        await new Promise<void>((resolve) => (run.script.raw === true ? socket : response).end(() => resolve()))
        settle(exchange, "done")
        return
      case "ExpectClose": {
        if (await Promise.race([after(step.within, "late"), closed(socket)]) === "late") {
          settle(exchange, "not closed")
          socket.destroy()
        }
        return
      }
    }
  }
}

const answer = async (run: Run): Promise<void> => {
  const { exchange, response, script, socket } = run
  socket.setNoDelay(true)
  await perform(run, script.before ?? [], undefined)
  if (exchange.outcome !== "running" || socket.destroyed) return
  if (script.raw !== true) {
    response.writeHead(script.status ?? 200, {
      ...script.headers,
      ...(script.gzip === true ? { "content-encoding": "gzip" } : undefined)
    })
    response.flushHeaders()
  }
  await perform(run, [...script.steps, end], script.gzip === true ? gzipper() : undefined)
}

/** What one server has seen, and those who wait for more of it. */
class Log {
  readonly requests: Array<Mutable<Exchange>> = []
  readonly sockets: Array<Mutable<Connection>> = []
  private readonly numbers = new WeakMap<net.Socket, number>()
  private watchers: Array<() => void> = []

  changed(): void {
    const woken = this.watchers
    this.watchers = []
    for (const wake of woken) wake()
  }

  until(condition: () => boolean): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      const look = (): void => {
        if (condition()) resume(Effect.void)
        else this.watchers.push(look)
      }
      look()
    })
  }

  openSockets(): number {
    return this.sockets.filter((connection) => connection.closedAt === undefined).length
  }

  connected(socket: net.Socket): void {
    const connection: Mutable<Connection> = { openedAt: performance.now(), closedAt: undefined }
    this.numbers.set(socket, this.sockets.push(connection) - 1)
    // A reset by the client is an event like any other here.
    socket.on("error", () => undefined)
    socket.on("close", () => {
      connection.closedAt = performance.now()
      // After the listeners that write down who closed it.
      process.nextTick(() => this.changed())
    })
  }

  async received(request: http.IncomingMessage): Promise<Mutable<Exchange>> {
    const receivedAt = performance.now()
    return {
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      body: await readBody(request).catch(() => ""),
      connection: this.numbers.get(request.socket) ?? -1,
      receivedAt,
      written: 0,
      writes: 0,
      blocked: 0,
      outcome: "running",
      endedAt: undefined
    }
  }
}

const handler = (scripts: Scripts, log: Log): http.RequestListener => async (request, response) => {
  const { socket } = request
  const exchange = await log.received(request)
  const index = log.requests.push(exchange) - 1
  log.changed()
  const byClient = () => settle(exchange, "client")
  socket.once("close", byClient)
  const script = typeof scripts === "function" ? scripts(exchange, index) : scripts[index] ?? noScript(index)
  await answer({ script, exchange, socket, response })
  if (exchange.outcome !== "running") socket.removeListener("close", byClient)
  log.changed()
}

const handleOf = (log: Log, port: number): Server => ({
  url: `http://127.0.0.1:${port}`,
  port,
  requests: log.requests,
  sockets: log.sockets,
  connections: () => log.sockets.length,
  openSockets: () => log.openSockets(),
  awaitClosed: log.until(() => log.openSockets() === 0),
  awaitRequests: (count) => log.until(() => log.requests.length >= count),
  awaitEnded: (index) =>
    Effect.flatMap(
      log.until(() => (log.requests[index]?.outcome ?? "running") !== "running"),
      () => Effect.fromNullable(log.requests[index]).pipe(Effect.orDie)
    )
})

const start = (scripts: Scripts) => {
  const log = new Log()
  const server = http.createServer(handler(scripts, log))
  server.on("connection", (socket) => log.connected(socket))
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done())
      server.closeAllConnections()
    })
  return new Promise<{ readonly handle: Server; readonly close: () => Promise<void> }>((resolve, reject) => {
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resolve({ handle: handleOf(log, port), close })
    })
  })
}

/** A server for the life of the scope. */
export const make = (scripts: Scripts): Effect.Effect<Server, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => start(scripts)),
    ({ close }) => Effect.promise(close)
  ).pipe(Effect.map(({ handle }) => handle))
