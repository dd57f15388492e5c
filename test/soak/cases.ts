/**
 * What one process of the soak test does: one case, whose figures it writes as a line of JSON.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Undici from "@effect/platform-node/Undici"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Channel from "effect/Channel"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { getEventListeners } from "node:events"
import * as net from "node:net"
import { setImmediate, setTimeout } from "node:timers/promises"
import * as v8 from "node:v8"
import type { CallOptions } from "../../src/CallOptions.ts"
import * as ChatCompletionChunk from "../../src/ChatCompletionChunk.ts"
import * as Provider from "../../src/Provider.ts"
import * as Bytes from "../kit/bytes.ts"
import * as Clients from "../kit/clients.ts"
import * as Wire from "../loopback/wire.ts"
import type { Figure } from "./kit.ts"
import type { Address, Phase, Seen } from "./server.ts"

export interface Case {
  readonly name: keyof typeof cases
  readonly client: Clients.Client["name"]
  readonly wire: "openai" | "anthropic"
  /** Streams, answers, or MiB. */
  readonly count: number
  /** Of the streams, those that warm the process up. */
  readonly first: number
  /** KiB of heap that an open stream may need more than a plain undici request, by the way it is consumed. */
  readonly abovePlain: { readonly [way in Way]?: number }
  /** KiB more than a body that Effect's HttpClient reads, consumed in the same way. */
  readonly aboveEffect: number
  /** Milliseconds until a socket is closed, for 99 of 100. */
  readonly percentile: number
  /** Of the streams that are stopped, the part that has to reach the server before: on a busy machine it is small. */
  readonly reach: number
  /** MiB of heap that the process may use. */
  readonly heap?: number | undefined
}

/** How a program takes what a Stream brings: the way of most programs, and the one that holds the least. */
type Way = "Stream.runForEach" | "Stream.toPull"

interface Setting {
  readonly one: Case
  readonly address: Address
  readonly client: Clients.Client
  readonly wire: Wire.Wire
  readonly figure: (what: string, value: number, unit: string, limit?: number) => Figure
}

type Running = Effect.Effect<ReadonlyArray<Figure>, Provider.CallError, Scope.Scope>

const now = (): number => performance.timeOrigin + performance.now()

const ask = (address: Address, path = "/seen"): Effect.Effect<Seen> =>
  // The server is a file of this folder.
  Effect.promise(async () => await (await fetch(address.control + path)).json() as Seen)

/** Asks until something is so, or for 10 seconds: what comes of it is a figure like any other. */
const until = (address: Address, condition: (seen: Seen) => boolean, times = 400): Effect.Effect<Seen> =>
  Effect.flatMap(
    Effect.zipRight(Effect.sleep("20 millis"), ask(address)),
    (seen) => times === 0 || condition(seen) ? Effect.succeed(seen) : until(address, condition, times - 1)
  )

const service = ({ address, client, wire }: Setting, path: string) =>
  serviceOver(client.layer, wire, address.url + path)

const serviceOver = (client: Layer.Layer<HttpClient.HttpClient>, wire: Wire.Wire, baseUrl: string) =>
  Effect.map(
    Layer.build(wire.layer({ baseUrl, retry: false }).pipe(Layer.provide(client))),
    (context) => Context.get(context, Provider.Provider)
  )

const forced = globalThis.gc

/**
 * Bytes of the heap that are in use, when everything that is not has been let go: what a FinalizationRegistry holds
 * needs some rounds, so they go on until two of them changed nothing, or for 30.
 */
const heap: Effect.Effect<number> = Effect.promise(async () => {
  if (forced === undefined) throw new Error("run it with --expose-gc")
  let least = Infinity
  for (let i = 0, idle = 0; i < 30 && (i < 5 || idle < 2); i++) {
    await setTimeout(40)
    forced()
    const used = process.memoryUsage().heapUsed
    idle = used < least - 16 * 1024 ? 0 : idle + 1
    least = Math.min(least, used)
  }
  return least
})

const machineCode = (): number => v8.getHeapCodeStatistics().code_and_metadata_size

const unhandled: Array<unknown> = []
process.on("unhandledRejection", (reason) => unhandled.push(reason))

const percentile = (sorted: ReadonlyArray<number>, part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN

/** When a stream was told to stop, and whether its consumer was at work then. */
interface Stop {
  readonly at: number
  readonly busy: boolean
}

/** Streams that are stopped at random moments, in one way after the other. Tells the moments, by id. */
const stopped = (
  provider: Provider.Service,
  options: { readonly from: number; readonly to: number; readonly concurrency: number; readonly signal?: AbortSignal }
) =>
  Effect.gen(function*() {
    const stops = new Map<string, Stop>()
    const random = Bytes.random(options.from + 1)
    const one = (index: number) =>
      Effect.gen(function*() {
        const id = String(index)
        let busy = false
        const stop = Effect.sync(() => {
          stops.set(id, { at: now(), busy })
        })
        const after = Effect.zipRight(Effect.sleep(random() * 28), stop)
        const stream = (call: CallOptions) =>
          provider.completionStream(Wire.params, { signal: options.signal, headers: { "x-soak-id": id }, ...call })
        const interrupted = (running: Effect.Effect<void, Provider.CallError>) =>
          Effect.flatMap(Effect.fork(running), (fiber) => Effect.zipRight(after, Fiber.interrupt(fiber)))
        switch (index % 4) {
          case 0:
            return yield* Effect.exit(Stream.runDrain(stream({ cancel: after })))
          case 1:
            return yield* interrupted(Stream.runDrain(stream({})))
          case 2:
            return yield* interrupted(Stream.runForEach(stream({}), () => {
              busy = true
              return Effect.never
            }))
          default: {
            // One that is shared is not aborted.
            if (options.signal !== undefined) {
              return yield* interrupted(Stream.runForEach(stream({}), () => Effect.void))
            }
            const controller = new AbortController()
            const aborted = Effect.tap(after, () => Effect.sync(() => controller.abort()))
            return yield* Effect.zip(
              Effect.exit(Stream.runDrain(stream({ signal: controller.signal }))),
              aborted,
              { concurrent: true }
            )
          }
        }
      })
    // Node runs every timer that is due before it looks at its sockets. Where the processor is busy, each stream would
    // be stopped and the next one begun without one of them connected; fetch never forgets how many waited at once.
    const turn = Effect.promise(() => setImmediate())
    yield* Effect.forEach(
      Array.from({ length: options.to - options.from }, (_, index) => options.from + index),
      (index) => Effect.zipRight(one(index), turn),
      { concurrency: options.concurrency, discard: true }
    )
    return stops
  })

const signal = (setting: Setting): Running =>
  Effect.gen(function*() {
    const { address, figure, one } = setting
    const { signal } = new AbortController()
    const figures = yield* Effect.scoped(Effect.gen(function*() {
      const provider = yield* service(setting, "/drip")
      const run = (from: number, to: number) =>
        Effect.zipRight(
          stopped(provider, { from, to, concurrency: 6, signal }),
          until(address, ({ busy }) => busy === 0)
        )
      yield* run(0, one.first)
      const [before, codeBefore] = [yield* heap, machineCode()]
      yield* run(one.first, one.count)
      const [after, codeAfter] = [yield* heap, machineCode()]
      const { busy, requests } = yield* ask(address)
      return [
        figure("streams on one signal, stopped at random", one.count, "streams"),
        figure("  of them, reached the server", requests, "requests"),
        figure("  listeners left", getEventListeners(signal, "abort").length, "listeners", 0),
        figure("  sockets left with a request on them", busy, "sockets", 0),
        figure(`  heap at the end less heap after ${one.first}`, (after - before) / 1024, "KiB", 2048),
        // V8 goes on optimising for thousands of streams: that is no stream's.
        figure("    of which V8's machine code", (codeAfter - codeBefore) / 1024, "KiB")
      ]
    }))
    // fetch keeps its connections for the next call, whoever makes it; those of the others end with their layer.
    if (one.client === "fetch") return figures
    const { open } = yield* until(address, ({ open }) => open === 0)
    return [...figures, figure("  sockets left when the layer is closed", open, "sockets", 0)]
  })

const latency = (setting: Setting): Running =>
  Effect.gen(function*() {
    const { address, figure, one } = setting
    const provider = yield* service(setting, "/drip")
    yield* stopped(provider, { from: 0, to: one.first, concurrency: 2 })
    yield* until(address, ({ busy }) => busy === 0)
    yield* ask(address, "/reset")
    const stops = yield* stopped(provider, { from: one.first, to: one.first + one.count, concurrency: 2 })
    const { busy, closed } = yield* until(address, ({ busy }) => busy === 0)
    // Of a request that was not sent in time nobody has to hear.
    const seen = [...stops].flatMap(([id, stop]) => {
      const end = closed[id]
      return end === undefined ? [] : [{ ...stop, phase: end.phase, took: end.at - stop.at }]
    })
    const took = seen.map(({ took }) => took).sort((a, b) => a - b)
    const within = (phase: Phase) => seen.filter((one) => one.phase === phase).length
    const phases = ["before the headers", "between two frames", "within a frame"] as const
    return [
      figure("streams stopped at random, of which the server saw", seen.length, "streams"),
      ...phases.map((phase) => figure(`  ${phase}`, within(phase), "streams")),
      figure("  while the consumer was busy", seen.filter(({ busy }) => busy).length, "streams"),
      figure("  fewer than have to be", Math.max(0, one.count * one.reach - seen.length), "streams", 0),
      figure("  socket closed after: median", percentile(took, 0.5), "ms"),
      figure("  socket closed after: 90th percentile", percentile(took, 0.9), "ms"),
      figure("  socket closed after: 99th percentile", percentile(took, 0.99), "ms", one.percentile),
      figure("  socket closed after: the longest", percentile(took, 1), "ms"),
      figure("  sockets left with a request on them", busy, "sockets", 0)
    ]
  })

interface Held {
  /** KiB of heap for each of the bodies that are open. */
  readonly each: number
  readonly open: number
}

/** Opens as many bodies as the case says, measures when all is read but the end, and lets them end. */
const held = ({ address, one }: Setting, read: () => Promise<unknown>, bodies = 1): Effect.Effect<Held> =>
  Effect.gen(function*() {
    yield* until(address, ({ busy }) => busy === 0)
    const before = yield* heap
    const all = Array.from({ length: one.count }, read)
    const { busy } = yield* until(address, (seen) => seen.held === one.count * bodies)
    const during = yield* heap
    yield* ask(address, "/release")
    yield* Effect.promise(() => Promise.all(all))
    return { each: (during - before) / one.count / 1024, open: busy }
  })

/** The least that a program on undici can do with a body. */
const plainly = ({ address, one, wire }: Setting, agent: Undici.Agent) => async () => {
  let bytes = 0
  const { body } = await Undici.request(`${address.url}/hold${wire.path}`, {
    dispatcher: agent,
    method: "POST",
    body: one.name
  })
  for await (const piece of body) bytes += piece.length
  return bytes
}

/** Ends with the Stream, after it told what came. */
const consumed = <A, E>(stream: Stream.Stream<A, E>, way: Way, each: (element: A) => void): Effect.Effect<void, E> => {
  const told = (element: A) => Effect.sync(() => each(element))
  if (way === "Stream.runForEach") return Stream.runForEach(stream, told)
  return Effect.flatMap(
    Stream.toPull(stream),
    (pull) => Effect.forever(Effect.map(pull, (chunk) => Chunk.forEach(chunk, each)))
  ).pipe(
    Effect.catchAll(Option.match({ onNone: () => Effect.void, onSome: (error) => Effect.fail(error) })),
    Effect.scoped
  )
}

/** The least that a program on Effect can do with a body. */
const withEffect = ({ address, client, one, wire }: Setting) =>
  Effect.map(Layer.build(client.layer), (context) => {
    const http = Context.get(context, HttpClient.HttpClient)
    const request = HttpClientRequest.post(`${address.url}/hold${wire.path}`).pipe(
      HttpClientRequest.bodyText(one.name)
    )
    return (way: Way) => () =>
      Effect.runPromise(
        Effect.flatMap(http.execute(request), (response) => consumed(response.stream, way, () => undefined))
      )
  })

/** KiB that a Stream needs which waits for its first element, without a network and without this library. */
const waiting = (count: number, way: Way): Effect.Effect<number> =>
  Effect.gen(function*() {
    const release: Array<() => void> = []
    const take = Effect.async<void>((resume) => {
      release.push(() => resume(Effect.void))
    })
    const channel = Channel.flatMap(Channel.fromEffect(take), () => Channel.write(Chunk.of(0)))
    const before = yield* heap
    const all = Array.from(
      { length: count },
      () => Effect.runPromise(consumed(Stream.fromChannel(channel), way, () => undefined))
    )
    const during = yield* heap
    for (const end of release) end()
    yield* Effect.promise(() => Promise.all(all))
    return (during - before) / count / 1024
  })

const open = (setting: Setting): Running =>
  Effect.gen(function*() {
    const { figure, one } = setting
    const provider = yield* service(setting, "/hold")
    let characters = 0
    const ours = (way: Way) => () =>
      Effect.runPromise(consumed(provider.completionStream(Wire.params), way, (chunk) => {
        characters += ChatCompletionChunk.text(chunk).length
      }))
    const agent = new Undici.Agent()
    const [plain, effect] = [plainly(setting, agent), yield* withEffect(setting)]
    const ways = (["Stream.runForEach", "Stream.toPull"] as const).filter((way) => one.abovePlain[way] !== undefined)
    // Whatever is made once is there before anything is measured.
    const reads = [plain, ...ways.flatMap((way) => [effect(way), ours(way)])]
    const all = () => Promise.all(reads.map((read) => read()))
    yield* held({ ...setting, one: { ...one, count: one.first } }, all, reads.length)
    for (const way of ways) yield* waiting(one.first, way)
    const base = yield* held(setting, plain)
    const figures: Array<Figure> = [
      figure("streams open at once", base.open, "streams"),
      figure("  heap of each plain undici request", base.each, "KiB")
    ]
    for (const way of ways) {
      const wait = yield* waiting(one.count, way)
      const middle = yield* held(setting, effect(way))
      characters = 0
      const { each, open } = yield* held(setting, ours(way))
      figures.push(
        figure(`  ${way}: heap of each Stream that only waits, no network`, wait, "KiB"),
        figure(`  ${way}: heap of each with Effect's HttpClient`, middle.each, "KiB"),
        figure(`  ${way}: heap of each of ours`, each, "KiB"),
        figure(`  ${way}: more than plain undici`, each - base.each, "KiB", one.abovePlain[way]),
        figure(`  ${way}: more than Effect's HttpClient`, each - middle.each, "KiB", one.aboveEffect),
        figure(`  ${way}: characters that did not arrive`, one.count * 30 * 16 - characters, "characters", 0),
        figure(`  ${way}: fewer open at once than asked for`, one.count - open, "streams", 0)
      )
    }
    yield* Effect.promise(() => agent.close())
    return figures
  })

const refused = (setting: Setting): Running =>
  Effect.gen(function*() {
    const { address, figure, one } = setting
    const provider = yield* service(setting, "/refuse")
    let others = 0
    for (let i = 0; i < one.count; i++) {
      const outcome = yield* Effect.either(Stream.runDrain(provider.completionStream(Wire.params)))
      const error = Either.isLeft(outcome) ? outcome.left : undefined
      if (error?._tag !== "ProviderError" || error.reason._tag !== "RateLimit") others++
    }
    // A plain `fetch` of Node 20 that is aborted leaves three connections as well, which never had a request.
    const spare = one.client === "fetch" ? 3 : 1
    const { busy, open } = yield* until(address, ({ busy, open }) => busy === 0 && open <= spare)
    return [
      figure("answers of 429 with 1 MB bodies", one.count, "answers"),
      figure("  that were not told as RateLimit", others, "answers", 0),
      figure("  sockets left with a request on them", busy, "sockets", 0),
      figure("  sockets left", open, "sockets", spare)
    ]
  })

const reuse = (setting: Setting): Running =>
  Effect.gen(function*() {
    const { address, figure, one } = setting
    const provider = yield* service(setting, "/short")
    for (let i = 0; i < one.count; i++) yield* Stream.runDrain(provider.completionStream(Wire.params))
    const { connections, requests } = yield* ask(address)
    const other = yield* service(setting, "/late")
    for (let i = 0; i < one.count; i++) {
      yield* Stream.runDrain(other.completionStream(Wire.params))
      yield* until(address, ({ busy }) => busy === 0)
    }
    const late = (yield* ask(address)).connections - connections
    return [
      figure("answers one after the other", requests, "answers"),
      figure("  connections", connections, "connections", 2),
      figure("  more connections, where the end of a body comes late", late, "connections", 2)
    ]
  })

/** Between two requests the server closes the connection that it had promised to keep. */
const idle = (setting: Setting): Running =>
  Effect.gen(function*() {
    const { address, figure, one } = setting
    const provider = yield* service(setting, "/closing")
    let failed = 0
    for (let i = 0; i < one.count; i++) {
      yield* Stream.runDrain(provider.completionStream(Wire.params)).pipe(
        Effect.catchAll(() => Effect.sync(() => failed++))
      )
      yield* until(address, ({ open }) => open === 0)
    }
    return [
      figure("answers whose connection the server closed while it was idle", one.count, "answers"),
      figure("  calls that failed", failed, "calls", 0)
    ]
  })

const big = (setting: Setting): Running =>
  Effect.gen(function*() {
    const { figure, one } = setting
    const provider = yield* service(setting, `/big/${one.count}`)
    const from = performance.now()
    let characters = 0
    yield* Stream.runForEach(provider.completionStream(Wire.params), (chunk) =>
      Effect.sync(() => {
        characters += ChatCompletionChunk.text(chunk).length
      }))
    const seconds = (performance.now() - from) / 1000
    // Each piece of text of 1 KiB is one frame.
    const frame = setting.wire.text("x".repeat(1024)).length
    const least = Math.ceil(one.count * 1024 * 1024 / frame / 16) * 16 * 1024
    return [
      figure(
        `a stream of ${one.count} MiB in a heap of ${one.heap ?? "any number of"} MiB`,
        one.count / seconds,
        "MiB/s"
      ),
      figure("  characters that did not arrive", least - characters, "characters", 0)
    ]
  })

/** What the kernel takes of a flood that nobody reads. */
const unread = (address: Address, wire: Wire.Wire) =>
  Effect.acquireUseRelease(
    Effect.promise(() =>
      new Promise<net.Socket>((resolve) => {
        const socket = net.connect(address.path, () => resolve(socket))
      })
    ),
    (socket) =>
      Effect.sync(() => {
        socket.write(`POST /flood${wire.path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n`)
      }).pipe(Effect.zipRight(until(address, ({ blocked }) => blocked.length > 0))),
    (socket) => Effect.sync(() => socket.destroy())
  )

/** Over a Unix socket: the buffers of the loopback device are larger than all that is measured here. */
const slow = ({ address, figure, wire }: Setting): Running =>
  Effect.gen(function*() {
    const before = yield* unread(address, wire)
    const dispatcher = Layer.scoped(
      NodeHttpClient.Dispatcher,
      Effect.acquireRelease(
        Effect.sync(() => new Undici.Agent({ connect: { socketPath: address.path } })),
        (agent) => Effect.promise(() => agent.destroy())
      )
    )
    const client = Layer.provide(NodeHttpClient.layerUndiciWithoutDispatcher, dispatcher)
    const provider = yield* serviceOver(client, wire, "http://localhost/flood")
    const fiber = yield* Effect.fork(
      Stream.runForEach(provider.completionStream(Wire.params), () => Effect.never)
    )
    const { blocked } = yield* until(address, ({ blocked }) => blocked.length > 1)
    yield* Fiber.interrupt(fiber)
    // A server that was never held up has told nothing, and no number is within a limit then.
    const [kernel = Number.NaN, all = Number.NaN] = [before.blocked[0], blocked[1]]
    return [
      figure("a server is held up, by a consumer that stopped, after", all / 1024, "KiB"),
      figure("  by one that reads nothing", kernel / 1024, "KiB"),
      figure("  so that this much waits in the client", (all - kernel) / 1024, "KiB", 512)
    ]
  })

const cases = { signal, latency, open, refused, reuse, idle, big, slow }

// Both are written by `kit.ts`.
const one = JSON.parse(process.argv[2] ?? "") as Case
const address = JSON.parse(process.argv[3] ?? "") as Address
const client = Clients.all.find(({ name }) => name === one.client) ?? Clients.fetch
const wire = Wire.all.find(({ name }) => name === one.wire) ?? Wire.openAi

const figure: Setting["figure"] = (what, value, unit, limit) => ({
  what: what.startsWith(" ") ? what : `${client.name}, ${wire.name}: ${what}`,
  value,
  unit,
  limit
})

await ask(address, "/reset").pipe(
  Effect.zipRight(Effect.scoped(cases[one.name]({ one, address, client, wire, figure }))),
  Effect.map((figures) => [...figures, figure("  unhandled rejections", unhandled.length, "rejections", 0)]),
  Effect.map((figures) => process.stdout.write(`${JSON.stringify(figures)}\n`)),
  Effect.runPromise
)
