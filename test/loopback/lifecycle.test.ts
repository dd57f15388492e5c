/**
 * How calls end before their time, over real sockets on the three HttpClients: what the caller sees, and what the
 * server sees.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { getEventListeners } from "node:events"
import { performance } from "node:perf_hooks"
import type { CallOptions } from "../../src/CallOptions.ts"
import * as ChatCompletionChunk from "../../src/ChatCompletionChunk.ts"
import * as Provider from "../../src/Provider.ts"
import type { Cancelled, Timeout } from "../../src/ProviderError.ts"
import * as Bytes from "../kit/bytes.ts"
import * as Clients from "../kit/clients.ts"
import * as Server from "../kit/server.ts"
import * as Wire from "./wire.ts"

/** Milliseconds from the request to stop until the server sees its socket closed. */
const closeLimit = 100

/** When this process, which is client and server, was not given the processor. */
const stalls: Array<{ readonly from: number; readonly to: number }> = []
const tick = 5
let lastTick = performance.now()
const note = (): void => {
  const now = performance.now()
  if (now - lastTick > 2 * tick) stalls.push({ from: lastTick + tick, to: now })
  lastTick = now
}
const ticking = setInterval(note, tick)

/** Time that passed while the process ran: what another process took of a loaded machine does not count. */
const elapsed = (from: number, to: number): number => {
  // A stall that just ended may have come before the clock's next tick.
  note()
  return stalls.reduce(
    (left, stall) => left - Math.max(0, Math.min(to, stall.to) - Math.max(from, stall.from)),
    to - from
  )
}

const unhandled: Array<unknown> = []
const listener = (reason: unknown): void => {
  unhandled.push(reason)
}

beforeAll(() => {
  process.on("unhandledRejection", listener)
})

afterAll(async () => {
  // A rejection is reported after the turn that made it.
  await new Promise((resolve) => setTimeout(resolve, 50))
  process.removeListener("unhandledRejection", listener)
  clearInterval(ticking)
  assert.deepStrictEqual(unhandled, [])
})

interface Phase {
  readonly name: "before headers" | "between chunks" | "in mid-frame" | "in a flood"
  readonly script: (wire: Wire.Wire) => Server.Script
  /** Chunks that reach the consumer before anything is stopped. */
  readonly chunks: number
  /** Milliseconds from there until the phase is reached: half a frame has to come in, too. */
  readonly settles: number
}

const three = (wire: Wire.Wire) => [
  wire.open,
  ...["a", "b", "c"].flatMap((text) => [wire.text(text), Server.sleep(2)])
]

const phases: ReadonlyArray<Phase> = [
  { name: "before headers", script: () => ({ before: [Server.expectClose()], steps: [] }), chunks: 0, settles: 5 },
  {
    name: "between chunks",
    script: (wire) => Wire.script(wire, ...three(wire), Server.expectClose()),
    chunks: 3,
    settles: 5
  },
  {
    name: "in mid-frame",
    script: (wire) => Wire.script(wire, ...three(wire), wire.half, Server.expectClose()),
    chunks: 3,
    settles: 15
  },
  {
    name: "in a flood",
    script: (wire) => {
      const piece = Server.write(Bytes.bytesOf(wire.text("a flood of text").repeat(100)))
      return Wire.script(wire, wire.open, ...Array.from({ length: 20_000 }, () => piece))
    },
    chunks: 500,
    settles: 5
  }
]

type Outcome = Exit.Exit<unknown, Provider.CallError | "downstream">

interface Running {
  readonly stream: (options?: CallOptions) => Stream.Stream<ChatCompletionChunk.ChatCompletionChunk, Provider.CallError>
  /** Until the phase is reached. */
  readonly reached: Effect.Effect<void>
  readonly closeLayer: Effect.Effect<void>
  readonly phase: Phase
  /** Writes down when somebody asked the call to stop. */
  readonly asked: Effect.Effect<void>
}

interface Way {
  readonly name: string
  readonly needsChunks: boolean
  readonly run: (running: Running) => Effect.Effect<Outcome>
  readonly check: (outcome: Outcome, phase: Phase) => void
}

/** The same call, stopped from outside while it is run. */
const stopped = (
  { asked, reached }: Running,
  stream: Stream.Stream<unknown, Provider.CallError>,
  stop: (fiber: Fiber.RuntimeFiber<void, Provider.CallError>) => Effect.Effect<unknown>
): Effect.Effect<Outcome> =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(Stream.runDrain(stream))
    yield* Effect.raceFirst(reached, Fiber.await(fiber))
    yield* asked
    yield* stop(fiber)
    return yield* Fiber.await(fiber)
  })

const failureOf = (outcome: Outcome): Provider.CallError | "downstream" | undefined =>
  Exit.isFailure(outcome) ? Option.getOrUndefined(Cause.failureOption(outcome.cause)) : undefined

const isStopped = (outcome: Outcome, phase: Phase): Cancelled | Timeout => {
  const error = failureOf(outcome)
  if (error === undefined || error === "downstream" || error._tag === "ProviderError") {
    assert.fail(`expected Cancelled or Timeout, got ${String(outcome)}`)
  }
  assert.deepInclude(error, { attempts: 1, contentEmitted: phase.chunks > 0, model: "m" })
  return error
}

const isCancelled = (outcome: Outcome, phase: Phase): void => {
  assert.strictEqual(isStopped(outcome, phase)._tag, "Cancelled")
}

const ways: ReadonlyArray<Way> = [
  {
    name: "interrupting the fiber",
    needsChunks: false,
    run: (running) => stopped(running, running.stream(), (fiber) => Fiber.interruptFork(fiber)),
    check: (outcome) => {
      assert.isTrue(Exit.isFailure(outcome) && Cause.isInterruptedOnly(outcome.cause))
    }
  },
  {
    name: "taking three",
    needsChunks: true,
    run: ({ asked, stream }) => stream().pipe(Stream.take(3), Stream.runCollect, Effect.tap(() => asked), Effect.exit),
    check: (outcome) => {
      assert.isTrue(Exit.isSuccess(outcome))
    }
  },
  {
    name: "failing downstream",
    needsChunks: true,
    run: ({ asked, phase, stream }) =>
      stream().pipe(
        Stream.zipWithIndex,
        Stream.runForEach(([, index]) =>
          index === phase.chunks - 1 ? Effect.zipRight(asked, Effect.fail("downstream" as const)) : Effect.void
        ),
        Effect.exit
      ),
    check: (outcome) => {
      assert.strictEqual(failureOf(outcome), "downstream")
    }
  },
  {
    name: "cancel",
    needsChunks: false,
    run: (running) =>
      Effect.flatMap(
        Deferred.make<void>(),
        (cancel) =>
          stopped(
            running,
            running.stream({ cancel: Deferred.await(cancel) }),
            () => Deferred.succeed(cancel, undefined)
          )
      ),
    check: isCancelled
  },
  {
    name: "signal",
    needsChunks: false,
    run: (running) =>
      Effect.suspend(() => {
        const controller = new AbortController()
        const { signal } = controller
        return Effect.tap(
          stopped(running, running.stream({ signal }), () => Effect.sync(() => controller.abort())),
          () => Effect.sync(() => assert.strictEqual(getEventListeners(signal, "abort").length, 0))
        )
      }),
    check: isCancelled
  },
  {
    name: "signal with a TimeoutError",
    needsChunks: false,
    run: (running) =>
      Effect.suspend(() => {
        const controller = new AbortController()
        return stopped(running, running.stream({ signal: controller.signal }), () =>
          Effect.sync(() =>
            controller.abort(new DOMException("time is up", "TimeoutError"))
          ))
      }),
    check: (outcome, phase) => {
      assert.deepInclude(isStopped(outcome, phase), { _tag: "Timeout", phase: "total" })
    }
  },
  {
    name: "closing the layer",
    needsChunks: false,
    run: (running) => stopped(running, running.stream(), () => running.closeLayer),
    check: isCancelled
  }
]

/** A provider over this client, and its end. */
const provided = (client: Clients.Client, wire: Wire.Wire, options: Partial<Provider.LayerOptions>) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
    const context = yield* Layer.buildWithScope(wire.layer(options).pipe(Layer.provide(client.layer)), scope)
    return { service: Context.get(context, Provider.Provider), close: Scope.close(scope, Exit.void) }
  })

const scenario = (client: Clients.Client, wire: Wire.Wire, phase: Phase, way: Way) =>
  Effect.gen(function*() {
    const server = yield* Server.make([phase.script(wire)])
    const { close, service } = yield* provided(client, wire, { baseUrl: server.url, retry: false })
    const enough = yield* Deferred.make<void>()
    let seen = 0
    let askedAt = Infinity
    const count = Effect.suspend(() => ++seen === phase.chunks ? Deferred.succeed(enough, undefined) : Effect.void)
    const outcome = yield* way.run({
      phase,
      stream: (options) => Stream.tap(service.completionStream(Wire.params, options), () => count),
      reached: Effect.zipRight(
        phase.chunks === 0 ? server.awaitRequests(1) : Deferred.await(enough),
        Effect.sleep(phase.settles)
      ),
      closeLayer: close,
      asked: Effect.sync(() => {
        askedAt = performance.now()
      })
    })
    const endedAt = performance.now()
    way.check(outcome, phase)
    const exchange = yield* server.awaitEnded(0)
    assert.strictEqual(exchange.outcome, "client")
    yield* server.awaitClosed
    const closedAt = server.sockets[exchange.connection]?.closedAt ?? Infinity
    assert.isBelow(elapsed(askedAt, closedAt), closeLimit, "milliseconds until the socket was closed")
    assert.isBelow(elapsed(askedAt, endedAt), closeLimit, "milliseconds until the caller knew")
    assert.strictEqual(server.requests.length, 1)
  })

// One after the other: these measure.
describe.sequential("a call that is stopped", () => {
  for (const client of Clients.all) {
    for (const wire of Wire.ofEvery) {
      for (const phase of phases) {
        for (const way of ways) {
          if (way.needsChunks && phase.chunks === 0) continue
          it.scopedLive(`${client.name}, ${wire.name}, ${phase.name}: ${way.name}`, () =>
            scenario(client, wire, phase, way))
        }
      }
    }
  }
})

// Before the others: these wait long, and leave room beside them.
describe("an error", () => {
  for (const client of Clients.all) {
    it.scopedLive(`${client.name}: one whose body has no end is told all the same`, () =>
      Effect.gen(function*() {
        const piece = Server.write("x".repeat(16_000))
        const server = yield* Server.make([
          { status: 400, steps: Array.from({ length: 20_000 }, () => piece) },
          { status: 400, steps: [Server.write("{\"error\":{\"message\":\"no\"}}"), Server.expectClose(20_000)] }
        ])
        const { service } = yield* provided(client, Wire.openAi, { baseUrl: server.url, retry: false })
        const run = Effect.flip(Stream.runDrain(service.completionStream(Wire.params)))
        const from = performance.now()
        assert.deepInclude(yield* run, { status: 400 })
        assert.isBelow(elapsed(from, performance.now()), 1_000)
        assert.strictEqual((yield* server.awaitEnded(0)).outcome, "client")
        assert.isBelow(server.requests[0]?.written ?? Infinity, 8_000_000)
        // What came of one that goes silent counts, after a while.
        assert.deepInclude(yield* run, { status: 400, detail: "no" })
        assert.strictEqual((yield* server.awaitEnded(1)).outcome, "client")
      }))
  }
})

/** A call that must send nothing, and what it ends with. */
const unsent = (client: Clients.Client, wire: Wire.Wire, options: CallOptions) =>
  Effect.gen(function*() {
    const server = yield* Server.make(() => Server.sse(Wire.answer(wire, "a")))
    const { service } = yield* provided(client, wire, { baseUrl: server.url })
    const error = yield* Effect.flip(Stream.runDrain(service.completionStream(Wire.params, options)))
    const whole = yield* Effect.flip(service.completion(Wire.params, options))
    yield* Effect.sleep(30)
    assert.strictEqual(server.requests.length, 0)
    assert.strictEqual(server.connections(), 0)
    assert.deepInclude(error, { attempts: 0, contentEmitted: false })
    assert.strictEqual(whole._tag, error._tag)
    return error
  })

const timeoutError = () => AbortSignal.abort(new DOMException("time is up", "TimeoutError"))

describe("what is there at the start", () => {
  const asked: ReadonlyArray<readonly [string, CallOptions, "Cancelled" | "Timeout"]> = [
    ["cancel has ended", { cancel: Effect.void }, "Cancelled"],
    ["cancel has died", { cancel: Effect.die("no") }, "Cancelled"],
    ["cancel has ended, and a signal is not aborted", {
      cancel: Effect.void,
      signal: new AbortController().signal
    }, "Cancelled"],
    ["the signal is aborted", { signal: AbortSignal.abort() }, "Cancelled"],
    ["the signal is aborted, and cancel never ends", {
      signal: AbortSignal.abort(),
      cancel: Effect.never
    }, "Cancelled"],
    ["the signal is aborted by a time limit", { signal: timeoutError() }, "Timeout"],
    ["the signal is aborted with a reason of any kind", { signal: AbortSignal.abort(null) }, "Cancelled"]
  ]
  for (const client of Clients.all) {
    for (const [name, options, tag] of asked) {
      it.scopedLive(`${client.name}: ${name}: nothing is sent`, () =>
        Effect.gen(function*() {
          for (const wire of Wire.all) {
            assert.strictEqual((yield* unsent(client, wire, options))._tag, tag)
          }
        }))
    }
  }

  it.scopedLive("the layer is closed: nothing is sent", () =>
    Effect.gen(function*() {
      const server = yield* Server.make([])
      const { close, service } = yield* provided(Clients.fetch, Wire.openAi, { baseUrl: server.url })
      yield* close
      const error = yield* Effect.flip(Stream.runDrain(service.completionStream(Wire.params)))
      assert.deepInclude(error, { _tag: "Cancelled", attempts: 0 })
      assert.strictEqual(server.connections(), 0)
    }))

  it.scopedLive("an interruption of cancel is no request to stop", () =>
    Effect.gen(function*() {
      const server = yield* Server.make(() => Server.sse(Wire.answer(Wire.openAi, "a")))
      const { service } = yield* provided(Clients.fetch, Wire.openAi, { baseUrl: server.url })
      const chunks = yield* Stream.runCollect(service.completionStream(Wire.params, { cancel: Effect.interrupt }))
      assert.strictEqual([...chunks].map((chunk) => ChatCompletionChunk.text(chunk)).join(""), "a")
    }))
})

describe("while a call runs", () => {
  for (const client of Clients.all) {
    it.scopedLive(`${client.name}: AbortSignal.timeout is Timeout total, at its time`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make([Server.sse(...three(Wire.openAi), Server.expectClose())])
        const { service } = yield* provided(client, Wire.openAi, { baseUrl: server.url })
        const from = performance.now()
        const signal = AbortSignal.timeout(800)
        const error = yield* Effect.flip(Stream.runDrain(service.completionStream(Wire.params, { signal })))
        assert.deepInclude(error, { _tag: "Timeout", phase: "total", contentEmitted: true, attempts: 1 })
        assert.isAtLeast(performance.now() - from, 795)
        assert.strictEqual((yield* server.awaitEnded(0)).outcome, "client")
      }))

    it.scopedLive(`${client.name}: cancel drops what is queued`, () =>
      Effect.gen(function*() {
        const wire = Wire.openAi
        const server = yield* Server.make([
          Server.sse(
            wire.open,
            ...["a", "b", "c", "d", "e"].flatMap((text) => [wire.text(text), Server.sleep(2)]),
            Server.expectClose()
          )
        ])
        const { service } = yield* provided(client, wire, { baseUrl: server.url })
        const cancel = yield* Deferred.make<void>()
        const first = yield* Deferred.make<void>()
        const goOn = yield* Deferred.make<void>()
        const seen: Array<string> = []
        const fiber = yield* service.completionStream(Wire.params, { cancel: Deferred.await(cancel) }).pipe(
          Stream.runForEach((chunk) =>
            Effect.suspend(() => {
              seen.push(ChatCompletionChunk.text(chunk))
              return Effect.zipRight(Deferred.succeed(first, undefined), Deferred.await(goOn))
            })
          ),
          Effect.flip,
          Effect.fork
        )
        yield* Deferred.await(first)
        yield* Effect.sleep(60)
        yield* Deferred.succeed(cancel, undefined)
        assert.strictEqual((yield* server.awaitEnded(0)).outcome, "client")
        yield* Deferred.succeed(goOn, undefined)
        assert.strictEqual((yield* Fiber.join(fiber))._tag, "Cancelled")
        assert.deepStrictEqual(seen, ["a"])
      }))

    for (const wire of Wire.ofEvery) {
      it.scopedLive(`${client.name}, ${wire.name}: a completion is stopped before its headers and in its body`, () =>
        Effect.gen(function*() {
          const body = JSON.stringify(wire.whole)
          const server = yield* Server.make([
            { before: [Server.expectClose()], steps: [] },
            {
              headers: { "content-type": "application/json" },
              steps: [Server.write(body.slice(0, 40)), Server.expectClose()]
            },
            { before: [Server.expectClose()], steps: [] }
          ])
          const { close, service } = yield* provided(client, wire, { baseUrl: server.url, retry: false })
          const cancel = yield* Deferred.make<void>()
          const waiting = yield* Effect.fork(service.completion(Wire.params, { cancel: Deferred.await(cancel) }))
          yield* server.awaitRequests(1)
          yield* Deferred.succeed(cancel, undefined)
          assert.strictEqual((yield* Effect.flip(Fiber.join(waiting)))._tag, "Cancelled")
          const reading = yield* Effect.fork(service.completion(Wire.params))
          yield* server.awaitRequests(2)
          yield* Effect.sleep(20)
          const interrupted = yield* Fiber.interrupt(reading)
          assert.isTrue(Exit.isFailure(interrupted) && Cause.isInterruptedOnly(interrupted.cause))
          const last = yield* Effect.fork(service.completion(Wire.params))
          yield* server.awaitRequests(3)
          yield* close
          assert.strictEqual((yield* Effect.flip(Fiber.join(last)))._tag, "Cancelled")
          for (const index of [0, 1, 2]) assert.strictEqual((yield* server.awaitEnded(index)).outcome, "client")
          yield* server.awaitClosed
        }))
    }

    it.scopedLive(`${client.name}: stopped while a retry waits, it sends nothing more`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => ({ ...Server.json({ error: { message: "busy" } }), status: 503 }))
        const cancel = yield* Deferred.make<void>()
        const { close, service } = yield* provided(client, Wire.openAi, {
          baseUrl: server.url,
          retry: { schedule: Schedule.spaced("10 seconds") }
        })
        const run = (options?: CallOptions) =>
          Effect.fork(Stream.runDrain(service.completionStream(Wire.params, options)))
        const fibers = [yield* run(), yield* run({ cancel: Deferred.await(cancel) }), yield* run()] as const
        yield* server.awaitRequests(3)
        yield* Effect.sleep(40)
        const from = performance.now()
        const interrupted = yield* Fiber.interrupt(fibers[0])
        assert.isTrue(Exit.isFailure(interrupted) && Cause.isInterruptedOnly(interrupted.cause))
        yield* Deferred.succeed(cancel, undefined)
        assert.deepInclude(yield* Effect.flip(Fiber.join(fibers[1])), { _tag: "Cancelled", attempts: 1 })
        yield* close
        assert.deepInclude(yield* Effect.flip(Fiber.join(fibers[2])), { _tag: "Cancelled", attempts: 1 })
        assert.isBelow(performance.now() - from, 2_000)
        assert.strictEqual(server.requests.length, 3)
      }))

    it.scopedLive(`${client.name}: cancelling a ReadableStream made of it closes the socket`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make([Server.sse(...three(Wire.openAi), Server.expectClose())])
        const { service } = yield* provided(client, Wire.openAi, { baseUrl: server.url })
        const reader = Stream.toReadableStream(service.completionStream(Wire.params)).getReader()
        const first = yield* Effect.promise(() => reader.read())
        assert.strictEqual(first.done, false)
        yield* Effect.promise(() => reader.cancel())
        assert.strictEqual((yield* server.awaitEnded(0)).outcome, "client")
      }))
  }
})

/** A stream that goes on for ever, 10 kB a write. */
const flood = (wire: Wire.Wire): Server.Script => {
  const piece = Server.write(wire.text("x".repeat(10_000)))
  return Wire.script(wire, wire.open, ...Array.from({ length: 20_000 }, () => piece))
}

describe("a consumer that is slow", () => {
  for (const client of Clients.all) {
    it.scopedLive(
      `${client.name}: it holds the server up, and no clock blames the server`,
      () =>
        Effect.gen(function*() {
          const server = yield* Server.make([flood(Wire.openAi)])
          const { service } = yield* provided(client, Wire.openAi, { baseUrl: server.url })
          const timeouts = { headers: "5 seconds", firstContent: "700 millis", idle: "700 millis" } as const
          const resume = yield* Deferred.make<void>()
          const fiber = yield* service.completionStream(Wire.params, { timeouts }).pipe(
            Stream.chunks,
            Stream.zipWithIndex,
            Stream.tap(([, index]) =>
              index === 0 ? Deferred.await(resume) : index < 3 ? Effect.sleep("900 millis") : Effect.void
            ),
            // What waited during the pause, in the client and in the sockets, and what came after it.
            Stream.take(200),
            Stream.runCollect,
            Effect.fork
          )
          const written = () => server.requests[0]?.written ?? 0
          const pause = yield* Effect.suspend(() => {
            const before = written()
            return Effect.map(Effect.sleep("400 millis"), () => before > 0 && before === written())
          }).pipe(Effect.repeat({ until: (isStill) => isStill, times: 20 }))
          assert.isTrue(pause, "the server waits until its bytes are read")
          // Sockets have buffers of their own, of a few MB on loopback; the whole would be 200 MB.
          assert.isBelow(written(), 50_000_000)
          const held = written()
          yield* Deferred.succeed(resume, undefined)
          assert.strictEqual((yield* Fiber.join(fiber)).length, 200)
          assert.strictEqual((yield* server.awaitEnded(0)).outcome, "client")
          assert.isAbove(written(), held)
        }),
      20_000
    )
  }
})

describe("connections", () => {
  const calls = 20
  for (const client of Clients.all.filter((client) => client.keepsAlive)) {
    for (const wire of Wire.ofEvery) {
      it.scopedLive(`${client.name}, ${wire.name}: ${calls} calls use at most two`, () =>
        Effect.gen(function*() {
          const server = yield* Server.make((_, index) =>
            index % 2 === 0
              // The last bytes come after the consumer's stream has ended.
              ? Wire.script(wire, Wire.answer(wire, "a", "b"), wire.nothing)
              : Server.json(wire.whole)
          )
          const { service } = yield* provided(client, wire, { baseUrl: server.url })
          for (let i = 0; i < calls; i++) {
            if (i % 2 === 0) yield* Stream.runDrain(service.completionStream(Wire.params))
            else yield* service.completion(Wire.params)
          }
          assert.strictEqual(server.requests.length, calls)
          assert.isAtMost(server.connections(), 2)
        }))
    }

    it.scopedLive(`${client.name}: errors with large bodies leave at most one open`, () =>
      Effect.gen(function*() {
        const page = "x".repeat(1_000_000)
        const server = yield* Server.make((_, index) =>
          index < 8 ? { status: 400, steps: [Server.write(page)] } : Server.sse(Wire.answer(Wire.openAi, "a"))
        )
        const { service } = yield* provided(client, Wire.openAi, { baseUrl: server.url, retry: false })
        for (let i = 0; i < 8; i++) {
          const error = yield* Effect.flip(Stream.runDrain(service.completionStream(Wire.params)))
          assert.deepInclude(error, { _tag: "ProviderError", status: 400 })
        }
        yield* Stream.runDrain(service.completionStream(Wire.params))
        yield* Effect.sleep(50)
        assert.isAtMost(server.openSockets(), 1)
      }))
  }

  for (const client of Clients.all) {
    it.scopedLive(`${client.name}: a server that goes on after the end is let go`, () =>
      Effect.gen(function*() {
        const wire = Wire.openAi
        const trickle = Array.from({ length: 500 }, () => [Server.write(": more\n\n"), Server.sleep(20)]).flat()
        const server = yield* Server.make([
          Server.sse(Wire.answer(wire, "a"), ...trickle),
          Server.sse(
            Wire.answer(wire, "a"),
            ...Array.from({ length: 1_000 }, () => Server.write(": x\n".repeat(4_000)))
          ),
          Server.sse(Wire.answer(wire, "a"), Server.expectClose())
        ])
        const { service } = yield* provided(client, wire, { baseUrl: server.url })
        for (const index of [0, 1, 2]) {
          const from = performance.now()
          yield* Stream.runDrain(service.completionStream(Wire.params))
          const endedAt = performance.now()
          const exchange = yield* server.awaitEnded(index)
          assert.strictEqual(exchange.outcome, "client")
          // The consumer did not wait for the connection.
          assert.isBelow(elapsed(from, endedAt), 200)
          assert.isBelow(elapsed(endedAt, exchange.endedAt ?? Infinity), 400)
        }
        assert.isBelow(server.requests[1]?.written ?? Infinity, 8_000_000)
      }))
  }
})

describe("stopping at any moment", () => {
  for (const client of Clients.all) {
    for (const wire of Wire.ofEvery) {
      it.scopedLive(`${client.name}, ${wire.name}: 30 calls, stopped at random, leave nothing behind`, () =>
        Effect.gen(function*() {
          const server = yield* Server.make(() =>
            Wire.script(wire, ...three(wire), wire.half, Server.sleep(5), Server.expectClose())
          )
          const { close, service } = yield* provided(client, wire, { baseUrl: server.url })
          const controller = new AbortController()
          const { signal } = controller
          const random = Bytes.random(7)
          const outcomes = yield* Effect.forEach(
            Array.from({ length: 30 }, (_, index) => index),
            (index) =>
              Effect.gen(function*() {
                const after = Effect.sleep(random() * 40)
                const run = Stream.runDrain(service.completionStream(Wire.params, {
                  signal,
                  ...(index % 2 === 0 ? { cancel: after } : undefined)
                }))
                if (index % 2 === 0) return yield* Effect.exit(run)
                const fiber = yield* Effect.fork(run)
                yield* after
                return yield* Fiber.interrupt(fiber)
              }),
            { concurrency: 6 }
          )
          for (const [index, outcome] of outcomes.entries()) {
            if (index % 2 === 0) assert.deepInclude(failureOf(outcome), { _tag: "Cancelled" })
            else assert.isTrue(Exit.isFailure(outcome) && Cause.isInterruptedOnly(outcome.cause))
          }
          assert.strictEqual(getEventListeners(signal, "abort").length, 0)
          yield* close
          yield* server.awaitClosed
          assert.strictEqual(server.openSockets(), 0)
        }))
    }
  }
})
