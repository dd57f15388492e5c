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
const ticking = setInterval(() => {
  const now = performance.now()
  if (now - lastTick > 2 * tick) stalls.push({ from: lastTick + tick, to: now })
  lastTick = now
}, tick)

/** Time that passed while the process ran: what another process took of a loaded machine does not count. */
const elapsed = (from: number, to: number): number =>
  stalls.reduce((left, stall) => left - Math.max(0, Math.min(to, stall.to) - Math.max(from, stall.from)), to - from)

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
}

const three = (wire: Wire.Wire) => [
  wire.open,
  ...["a", "b", "c"].flatMap((text) => [wire.text(text), Server.sleep(2)])
]

const phases: ReadonlyArray<Phase> = [
  { name: "before headers", script: () => ({ before: [Server.expectClose()], steps: [] }), chunks: 0 },
  { name: "between chunks", script: (wire) => Server.sse(...three(wire), Server.expectClose()), chunks: 3 },
  { name: "in mid-frame", script: (wire) => Server.sse(...three(wire), wire.half, Server.expectClose()), chunks: 3 },
  {
    name: "in a flood",
    script: (wire) => {
      const piece = Server.write(Bytes.bytesOf(wire.text("a flood of text").repeat(100)))
      return Server.sse(wire.open, ...Array.from({ length: 20_000 }, () => piece))
    },
    chunks: 500
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
    run: ({ asked, stream }) =>
      stream().pipe(Stream.take(3), Stream.runCollect, Effect.tap(() => asked), Effect.exit),
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
      Effect.flatMap(Deferred.make<void>(), (cancel) =>
        stopped(running, running.stream({ cancel: Deferred.await(cancel) }), () => Deferred.succeed(cancel, undefined))),
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
          Effect.sync(() => controller.abort(new DOMException("time is up", "TimeoutError"))))
      }),
    check: (outcome, phase) => {
      assert.deepInclude(isStopped(outcome, phase), { _tag: "Timeout", phase: "total" })
    }
  },
  {
    name: "closing the layer",
    needsChunks: false,
    run: (running) =>
      stopped(running, running.stream(), () => running.closeLayer),
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
      // The half frame that may follow the chunks has to come in, too.
      reached: Effect.zipRight(phase.chunks === 0 ? server.awaitRequests(1) : Deferred.await(enough), Effect.sleep(15)),
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
    // Until the clock above has ticked.
    yield* Effect.sleep(3 * tick)
    assert.isBelow(elapsed(askedAt, closedAt), closeLimit, "milliseconds until the socket was closed")
    assert.isBelow(elapsed(askedAt, endedAt), closeLimit, "milliseconds until the caller knew")
    assert.strictEqual(server.requests.length, 1)
  })

// One after the other: these measure.
describe.sequential("a call that is stopped", () => {
  for (const client of Clients.all) {
    for (const wire of Wire.all) {
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
