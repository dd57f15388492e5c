/**
 * A server in a process of its own, so that what it needs is not counted as a client's. All bytes are made before they
 * are asked for. The first segments of the path say how it answers, the end of it in which wire language.
 */
import { once } from "node:events"
import * as http from "node:http"
import * as Answer from "./answer.ts"
import * as Wire from "./wire.ts"

interface Exchange {
  readonly language: Wire.Language
  /** The numbers in the path. */
  readonly amount: number
  readonly group: number
  readonly response: http.ServerResponse
}

const made = new Map<string, Buffer>()

const prepared = ({ amount, language }: Exchange, what: string, make: () => string | Buffer): Buffer => {
  const key = `${what} ${amount} ${language.path}`
  const known = made.get(key)
  if (known !== undefined) return known
  const bytes = Buffer.from(make())
  made.set(key, bytes)
  return bytes
}

const head = (response: http.ServerResponse, headers: http.OutgoingHttpHeaders = {}): void => {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", ...headers })
}

const reads = 64 * 1024

/** As fast as the socket takes it, and no faster. */
const pour = async (response: http.ServerResponse, bytes: Buffer): Promise<void> => {
  const gone = new AbortController()
  response.once("close", () => gone.abort())
  for (let at = 0; at < bytes.length && !response.destroyed; at += reads) {
    if (!response.write(bytes.subarray(at, at + reads))) {
      await once(response, "drain", { signal: gone.signal }).catch(() => undefined)
    }
  }
}

const burst = async (exchange: Exchange): Promise<void> => {
  const bytes = prepared(exchange, "burst", () => Wire.answer(exchange.language, exchange.amount))
  head(exchange.response)
  await pour(exchange.response, bytes)
  exchange.response.end()
}

const tool = async (exchange: Exchange): Promise<void> => {
  const bytes = prepared(exchange, "tool", () => Wire.toolAnswer(exchange.language, exchange.amount))
  head(exchange.response)
  await pour(exchange.response, bytes)
  exchange.response.end()
}

/** A short answer, at once and in one write. */
const answer = (exchange: Exchange): void => {
  const bytes = prepared(exchange, "answer", () => Wire.answer(exchange.language, exchange.amount))
  head(exchange.response)
  exchange.response.end(bytes)
}

/** What is written bit by bit, and by whom: each stream has a turn in every period, not all of them at one moment. */
class Turns {
  private readonly phases: ReadonlyArray<Set<() => void>>
  private next = 0
  private last = 0

  constructor(tick: number, phases: number) {
    this.phases = Array.from({ length: phases }, () => new Set<() => void>())
    setInterval(() => {
      this.last = (this.last + 1) % phases
      for (const turn of this.phases[this.last] ?? []) turn()
    }, tick)
  }

  /** `turn` returns false when it was the last one. */
  add(turn: () => boolean): void {
    const phase = this.phases[this.next++ % this.phases.length]
    const one = (): void => {
      if (!turn()) phase?.delete(one)
    }
    phase?.add(one)
  }
}

const frames = (exchange: Exchange): ReadonlyArray<Buffer> =>
  Array.from({ length: exchange.amount }, (_, i) => framed(exchange.language, i))

const known = new Map<string, Buffer>()

/** The text repeats itself, so there are few frames. */
const framed = (language: Wire.Language, i: number): Buffer => {
  const text = Answer.piece(i)
  const key = language.path + text
  const old = known.get(key)
  if (old !== undefined) return old
  const bytes = Buffer.from(language.text(text))
  known.set(key, bytes)
  return bytes
}

const often = new Turns(1, 10)

const waiting: Array<() => void> = []

/** A piece of text each 10 ms, each in a write of its own, from when as many streams are open as the path says. */
const trickle = (exchange: Exchange): void => {
  const { group, response } = exchange
  head(response)
  response.write(exchange.language.open)
  waiting.push(() => drip(exchange))
  if (waiting.length === group) { for (const begin of waiting.splice(0)) begin() }
}

const drip = (exchange: Exchange): void => {
  const { amount, language, response } = exchange
  const pieces = frames(exchange)
  let i = 0
  often.add(() => {
    if (response.destroyed) return false
    if (i < amount) {
      response.write(pieces[i++])
      return true
    }
    response.end(language.close(Answer.text(amount)))
    return false
  })
}

const seldom = new Turns(5, 80)
const held = new Map<number, Array<() => void>>()

/** A piece of text each 400 ms, until half of them are sent; the others, and the end, when who asked asks for that. */
const hold = (exchange: Exchange): void => {
  const { amount, language, response, group } = exchange
  const mine = held.get(group) ?? []
  held.set(group, mine)
  const pieces = frames(exchange)
  const half = Math.ceil(amount / 2)
  head(response, { connection: "close" })
  response.write(language.open)
  let i = 0
  seldom.add(() => {
    if (response.destroyed) return false
    response.write(pieces[i++])
    if (i < half) return true
    mine.push(() => {
      response.end(Buffer.concat([...pieces.slice(half), Buffer.from(language.close(Answer.text(amount)))]))
    })
    return false
  })
}

const ways = new Map<string, (exchange: Exchange) => void | Promise<void>>([
  ["burst", burst],
  ["tool", tool],
  ["answer", answer],
  ["trickle", trickle],
  ["hold", hold]
])

const server = http.createServer((request, response) => {
  const { socket, url = "" } = request
  socket.setNoDelay(true)
  request.resume().once("end", () => {
    const [, way = "", amount, group] = url.split("/")
    if (way === "release") {
      for (const end of held.get(Number(amount))?.splice(0) ?? []) end()
      response.end()
      return
    }
    const language = Wire.languageOf(url)
    const run = ways.get(way)
    if (run === undefined || language === undefined) response.writeHead(404).end(`nothing at ${url}`)
    else void run({ language, amount: Number(amount), group: Number(group), response })
  })
})
server.keepAliveTimeout = 600_000
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  const address = server.address()
  process.send?.(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`)
})
process.once("disconnect", () => process.exit())
