/**
 * A server in a process of its own, so that what it needs is not counted as the client's. The first segment of the
 * path says how it answers, the last one which wire language it speaks. A second port tells what the first one saw.
 */
import { once } from "node:events"
import * as http from "node:http"
import * as net from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Bytes from "../kit/bytes.ts"
import * as Wire from "../loopback/wire.ts"

interface Exchange {
  readonly wire: Wire.Wire
  readonly request: http.IncomingMessage
  readonly response: http.ServerResponse
}

/** How far an answer had come when its socket was closed. */
export type Phase = "before the headers" | "between two frames" | "within a frame"

/** What the second port tells. Times are milliseconds since the epoch, with fractions. */
export interface Seen {
  /** Open connections, and those of them with a request that is not yet answered. */
  readonly open: number
  readonly busy: number
  readonly connections: number
  readonly requests: number
  /** When the socket of a request with this id was closed. */
  readonly closed: { readonly [id: string]: { readonly at: number; readonly phase: Phase } }
  /** How many bytes of a flood were written before `write` returned false. */
  readonly blocked: ReadonlyArray<number>
  /** How many answers wait for their end to be released. */
  readonly held: number
}

/** Where a server listens. */
export interface Address {
  readonly url: string
  readonly control: string
  /** The same server on a Unix socket, whose buffers are small and do not grow. */
  readonly path: string
}

const now = (): number => performance.timeOrigin + performance.now()

let connections = 0
let requests = 0
const open = new Set<net.Socket>()
const busy = new WeakSet<net.Socket>()
const phases = new WeakMap<net.Socket, Phase>()
const closed = new Map<string, Seen["closed"][string]>()
const blocked: Array<number> = []
const held: Array<() => void> = []

const random = Bytes.random(20_260_801)

const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))

const eventStream = { "content-type": "text/event-stream" }

/** Headers, an opening and pieces of text at random moments, half a frame, and then nothing until the client closes. */
const drip = async ({ request, response, wire }: Exchange): Promise<void> => {
  const { socket } = request
  await pause(random() * 8)
  if (socket.destroyed) return
  response.writeHead(200, eventStream)
  response.write(wire.open)
  phases.set(socket, "between two frames")
  for (let i = 0; i < 8; i++) {
    await pause(random() * 4)
    if (socket.destroyed) return
    response.write(wire.text("a piece of text"))
  }
  response.write(wire.half)
  phases.set(socket, "within a frame")
}

/** Thirty pieces of text, the last one by itself, and the end when it is asked for. */
const hold = ({ response, wire }: Exchange): void => {
  response.writeHead(200, eventStream)
  response.write(wire.open)
  let left = 30
  const more = (): void => {
    response.write(wire.text("some of the text"))
    if (--left > 0) setTimeout(more, left === 1 ? 300 : 5)
    else held.push(() => response.end(wire.finish + wire.done))
  }
  more()
}

const page = Buffer.alloc(1_000_000, "x")

const refuse = ({ response }: Exchange): void => {
  response.writeHead(429, { "content-type": "text/plain" })
  response.end(page)
}

const short = ({ response, wire }: Exchange): void => {
  response.writeHead(200, eventStream)
  response.end(Wire.answer(wire, "a", "b"))
}

/** The end of the body comes some time after the last event: who does not wait for it loses the connection. */
const late = ({ response, wire }: Exchange): void => {
  response.writeHead(200, eventStream)
  response.write(Wire.answer(wire, "a", "b"))
  setTimeout(() => response.end(), 10)
}

/** A short answer on a connection that is closed 30 ms after it, by a server that had promised to keep it. */
const closing = ({ request, response, wire }: Exchange): void => {
  response.writeHead(200, { ...eventStream, "keep-alive": "timeout=60" })
  response.end(Wire.answer(wire, "a", "b"), () => setTimeout(() => request.socket.end(), 30))
}

/** As many MiB as the path says, of pieces of text of 1 KiB. */
const big = async ({ request, response, wire }: Exchange): Promise<void> => {
  const size = Number(request.url?.split("/")[2]) * 1024 * 1024
  const piece = Buffer.from(wire.text("x".repeat(1024)).repeat(16))
  const gone = new AbortController()
  request.socket.once("close", () => gone.abort())
  response.writeHead(200, eventStream)
  response.write(wire.open)
  for (let written = 0; written < size && !request.socket.destroyed; written += piece.length) {
    if (!response.write(piece)) await once(response, "drain", { signal: gone.signal }).catch(() => undefined)
  }
  response.end(wire.finish + wire.done)
}

/** Writes until `write` returns false for the first time and is not asked for more within a while. */
const flood = async ({ request, response, wire }: Exchange): Promise<void> => {
  const piece = Buffer.from(wire.text("x".repeat(900)))
  response.writeHead(200, eventStream)
  response.write(wire.open)
  let written = 0
  while (!request.socket.destroyed) {
    written += piece.length
    if (!response.write(piece)) {
      const drained = new Promise<string>((resolve) => response.once("drain", () => resolve("drained")))
      if (await Promise.race([drained, pause(400)]) !== "drained") break
    }
  }
  blocked.push(written)
}

const ways = new Map<string, (exchange: Exchange) => void | Promise<void>>([
  ["drip", drip],
  ["hold", hold],
  ["refuse", refuse],
  ["short", short],
  ["late", late],
  ["closing", closing],
  ["big", big],
  ["flood", flood]
])

const server = http.createServer((request, response) => {
  const { headers, socket, url = "" } = request
  requests++
  socket.setNoDelay(true)
  busy.add(socket)
  phases.set(socket, "before the headers")
  response.once("finish", () => busy.delete(socket))
  const id = headers["x-soak-id"]
  if (typeof id === "string") {
    socket.once("close", () => closed.set(id, { at: now(), phase: phases.get(socket) ?? "before the headers" }))
  }
  const wire = url.endsWith("/messages") ? Wire.anthropic : Wire.openAi
  // The answer may come before the whole request did.
  request.resume().once("end", () => void ways.get(url.split("/")[1] ?? "")?.({ wire, request, response }))
})
server.keepAliveTimeout = 60_000

server.on("connection", (socket) => {
  connections++
  open.add(socket)
  socket.on("error", () => undefined)
  socket.once("close", () => open.delete(socket))
})

/** `/seen` tells and `/reset` forgets; `/release` ends what is held. */
const control = http.createServer((request, response) => {
  if (request.url === "/reset") {
    connections = 0
    requests = 0
    blocked.length = 0
    closed.clear()
  }
  if (request.url === "/release") { for (const end of held.splice(0)) end() }
  const seen: Seen = {
    open: open.size,
    busy: [...open].filter((socket) => busy.has(socket)).length,
    connections,
    requests,
    closed: Object.fromEntries(closed),
    blocked,
    held: held.length
  }
  response.end(JSON.stringify(seen))
})

const listen = (one: net.Server, ...where: [port: number, host: string] | [path: string]): Promise<number> =>
  new Promise((resolve) => {
    const done = (): void => {
      const address = one.address()
      resolve(typeof address === "object" && address !== null ? address.port : 0)
    }
    if (where.length === 1) one.listen(where[0], done)
    else one.listen({ port: where[0], host: where[1], backlog: 4096 }, done)
  })

// One more way in, into the same server.
const path = join(tmpdir(), `soak-${process.pid}.sock`)
const door = net.createServer((socket) => server.emit("connection", socket))

const address: Address = {
  url: `http://127.0.0.1:${await listen(server, 0, "127.0.0.1")}`,
  control: `http://127.0.0.1:${await listen(control, 0, "127.0.0.1")}`,
  path
}
await listen(door, path)
process.stdout.write(`${JSON.stringify(address)}\n`)
// The program that started this one has ended.
process.stdin.resume().once("end", () => {
  door.close(() => process.exit())
  setTimeout(() => process.exit(), 500)
})
