/**
 * One call, from the request to the last chunk: a pump fiber that connects, reads and retries, an outlet that the
 * consumer takes from, and a watchdog, `cancel` and `signal` that can settle it. Before it `Normalise`, after it the
 * user's Stream.
 */
import * as Cause from "effect/Cause"
import * as Channel from "effect/Channel"
import type * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { CallOptions } from "./CallOptions.ts"
import * as ChatCompletion from "./ChatCompletion.ts"
import type { ChatCompletionChunk } from "./ChatCompletionChunk.ts"
import type { CompletionParams } from "./CompletionParams.ts"
import type { Encoded } from "./Dialect.ts"
import type { Endpoint } from "./Endpoint.ts"
import type { Calls } from "./internal/calls.ts"
import { onAbort, onCancel } from "./internal/cancelRequest.ts"
import type { TransportFault } from "./internal/network.ts"
import * as Network from "./internal/network.ts"
import { Run } from "./internal/run.ts"
import { type Expired, type Limits, Watchdog } from "./internal/watchdog.ts"
import { Normaliser } from "./Normalise.ts"
import { type Cancelled, isProviderError, type ProviderError, type Timeout } from "./ProviderError.ts"
import type { Transport } from "./Transport.ts"

export type CallError = ProviderError | Cancelled | Timeout

/** Everything that is settled before the first request. */
export interface Call {
  readonly endpoint: Endpoint
  readonly transport: Transport
  /** With the model resolved. */
  readonly params: CompletionParams
  readonly encoded: Encoded
  /** JSON text of the body: encoded once, sent with each attempt. */
  readonly body: string
  readonly stream: boolean
  readonly limits: Limits
  /** Milliseconds of the whole call. */
  readonly total: number
  readonly options: CallOptions
  /** The calls of the layer, which end with it. */
  readonly calls: Calls
}

/** Characters of one event, or of a whole answer. */
const frameLimit = 16 * 1024 * 1024

/** What a connection is worth: an answer's last bytes are read so that it can be used again. */
const drainBytes = 64 * 1024
const drainTime = Duration.millis(250)

/** The chunks of one call. Cold: each run of the Stream sends its own request. */
export const stream = (call: Call): Stream.Stream<ChatCompletionChunk, CallError> =>
  Stream.suspend(() => streamOf(call, new Run(call)))

/** The whole answer of one call. */
export const completion = (call: Call): Effect.Effect<ChatCompletion.ChatCompletion, CallError> =>
  Effect.suspend(() => {
    const run = new Run(call)
    return Effect.map(
      Stream.run(streamOf(call, run), ChatCompletion.collect),
      (answer) => run.requestId === undefined ? answer : { ...answer, requestId: run.requestId }
    )
  })

const streamOf = (call: Call, run: Run): Stream.Stream<ChatCompletionChunk, CallError> =>
  // `Channel.unwrapScoped` says the same with two more executors, which every open stream would hold.
  Stream.fromChannel(Channel.acquireUseRelease(
    Scope.make(),
    (scope) => Channel.unwrap(Scope.extend(start(call, run), scope)),
    (scope, exit) => Scope.close(scope, exit)
  ))

type Consumer = Channel.Channel<Chunk.Chunk<ChatCompletionChunk>, unknown, CallError>

/** Starts what serves the consumer, in the order that matters: a cancel that is there already comes before the pump. */
const start = (call: Call, run: Run): Effect.Effect<Consumer, CallError, Scope.Scope> =>
  Effect.gen(function*() {
    run.startedAt = yield* Clock.currentTimeMillis
    const parent = yield* span(call, run)
    if (call.calls.closed) return yield* run.cancelled("the layer is closed")
    const { cancel, signal } = call.options
    if (signal?.aborted === true) return yield* Effect.flip(run.aborted(signal))
    if (cancel !== undefined) yield* background(onCancel(cancel, run), Fiber.interruptFork)
    // Waited for: no listener is left when the Stream has ended.
    if (signal !== undefined) yield* background(onAbort(signal, run), Fiber.interrupt)
    if (call.total !== Infinity) {
      yield* background(
        Effect.zipRight(
          Effect.sleep(Duration.millis(call.total)),
          Effect.suspend(() => run.expire(call.total))
        ),
        Fiber.interruptFork
      )
    }
    yield* Effect.acquireRelease(
      Effect.tap(Effect.forkDaemon(Effect.interruptible(Effect.withParentSpan(pump(call, run), parent))), (fiber) =>
        Effect.sync(() => {
          run.pump = fiber
          call.calls.add(run, fiber)
        })),
      // A pump that drains has nothing for the consumer any more, and ends by itself.
      (fiber) =>
        run.draining ? Effect.void : Fiber.interrupt(fiber)
    )
    return consumer(run)
  })

/** Serves the call until its Stream ends. */
const background = (
  effect: Effect.Effect<void>,
  end: (fiber: Fiber.RuntimeFiber<void>) => Effect.Effect<unknown>
) => Effect.acquireRelease(Effect.forkDaemon(Effect.interruptible(effect)), end)

const consumer = (run: Run): Consumer =>
  Channel.flatMap(
    Channel.fromEffect(run.outlet.take),
    (chunks) => chunks === undefined ? Channel.void : Channel.flatMap(Channel.write(chunks), () => consumer(run))
  )

/** Attempts until one brings content or the policy gives up; then settles the outlet, whatever happens. */
const pump = (call: Call, run: Run): Effect.Effect<void> =>
  Effect.suspend(() => run.outlet.settled ? Effect.void : retried(call, run)).pipe(
    Effect.onExit((exit) =>
      Effect.sync(() => {
        if (exit._tag === "Success") return
        if (Cause.isInterruptedOnly(exit.cause)) {
          // Nobody who is still there asked for it: the consumer's own interruption takes the consumer away.
          if (!run.outlet.settled) run.outlet.abort(Exit.fail(run.cancelled("the call was interrupted from within")))
        } else {
          run.outlet.settle(Exit.failCause(exit.cause))
        }
      })
    ),
    Effect.catchAllCause(() => Effect.void)
  )

/** The attempt is what is retried; nothing of one that failed was emitted, so nothing comes twice. */
const retried = (call: Call, run: Run): Effect.Effect<void, CallError> => {
  const policy = call.options.retry
  const once = attempt(call, run)
  if (policy === false) return once
  const longest = policy?.maxRetryAfter ?? "1 minute"
  const schedule = (policy?.schedule ?? Schedule.jittered(Schedule.exponential("500 millis"))).pipe(
    Schedule.intersect(Schedule.recurs(policy?.times ?? 2)),
    Schedule.intersect(Schedule.addDelay(Schedule.identity<ProviderError | Timeout>(), (error) => retryAfter(error)))
  )
  return once.pipe(
    Effect.catchTag("Cancelled", (cancelled) => Effect.succeed(cancelled)),
    Effect.retry({
      schedule,
      while: (error) =>
        error.isRetryable && !error.contentEmitted && Duration.lessThanOrEqualTo(retryAfter(error), longest)
    }),
    Effect.flatMap((cancelled) => cancelled === undefined ? Effect.void : cancelled)
  )
}

const retryAfter = (error: ProviderError | Timeout): Duration.Duration =>
  isProviderError(error) && "retryAfter" in error.reason && error.reason.retryAfter !== undefined
    ? error.reason.retryAfter
    : Duration.zero

/** One request and its answer, under the clocks of the attempt. */
const attempt = (call: Call, run: Run): Effect.Effect<void, CallError> =>
  Effect.flatMap(Effect.all([Effect.clock, Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER)]), ([clock, random]) => {
    const watchdog = new Watchdog(clock, call.limits)
    run.begin()
    const exchanged = detached(exchange(call, run, watchdog, `chatcmpl-${random.toString(36)}`)).pipe(
      Effect.mapError((error): CallError => isProviderError(error) ? error : run.fault(error, watchdog.elapsed()))
    )
    return Effect.acquireUseRelease(
      Effect.forkDaemon(Effect.interruptible(exchanged)),
      (exchanging) => {
        exchanging.addObserver(() => watchdog.release())
        return Effect.flatMap(
          watchdog.expired,
          (expired) => expired.phase === "released" ? Fiber.join(exchanging) : expire(run, expired.phase, expired.after)
        )
      },
      // A transport that is slow to let go must not hold a time limit back.
      Fiber.interruptFork
    )
  })

/** Closes the scope without waiting for it: a body that is slow to let go must not hold the outcome back. */
const detached = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Effect.Effect<A, E> =>
  Effect.acquireUseRelease(
    Scope.make(),
    (scope) => Scope.extend(effect, scope),
    (scope, exit) => Effect.forkDaemon(Scope.close(scope, exit))
  )

const expire = (
  run: Run,
  phase: Exclude<Expired["phase"], "released">,
  after: number
): Effect.Effect<void, CallError> => {
  if (phase !== "silence") return run.timeout(phase, after)
  return Effect.sync(() => {
    run.normaliser?.end()
    run.deliver()
    run.outlet.settle(Exit.void)
  })
}

const exchange = (
  call: Call,
  run: Run,
  watchdog: Watchdog,
  id: string
): Effect.Effect<void, TransportFault | ProviderError, Scope.Scope> =>
  Effect.gen(function*() {
    const { apiKey, headers = {}, raw = false } = call.options
    const now = yield* Clock.currentTimeMillis
    const incoming = yield* call.transport.connect({
      path: call.encoded.path,
      body: call.body,
      accept: call.stream ? call.endpoint.dialect.framing.accept : "application/json",
      headers: { ...call.encoded.headers, ...headers },
      apiKey,
      secrets: run.secrets
    }, (head) => {
      watchdog.headers()
      run.requestId = head.requestId
      // A fiber of its own: reading has to start at once, or received data is lost under the node client.
      return call.options.onResponse === undefined
        ? Effect.void
        : Effect.asVoid(Effect.forkDaemon(call.options.onResponse({ ...head, attempt: run.attempts })))
    })
    const { contentType, pull } = incoming
    const { endpoint, params, stream: streamed } = call
    const normaliser = new Normaliser({
      endpoint,
      params,
      now,
      id,
      stream: streamed,
      raw,
      limit: frameLimit,
      contentType
    })
    run.normaliser = normaliser
    let last: TransportFault | "eof" | undefined
    const read = Effect.matchCauseEffect(pull, {
      onSuccess: (chunk) => {
        for (const bytes of chunk) normaliser.push(bytes)
        return delivered(run, watchdog)
      },
      onFailure: (cause) => {
        last = endOf(cause)
        normaliser.end(last === "eof" ? undefined : placeholder)
        return delivered(run, watchdog)
      }
    })
    yield* Effect.whileLoop({ while: () => normaliser.outcome === undefined, body: () => read, step: () => {} })
    watchdog.off()
    const outcome = normaliser.outcome
    if (outcome?._tag === "Failed") {
      return yield* Effect.fail(
        outcome.fault === placeholder && last !== undefined && last !== "eof" ? last : Network.fault(outcome.fault)
      )
    }
    run.draining = true
    run.outlet.settle(Exit.void)
    if (last === undefined) yield* drain(pull)
  })

/** Stands for a fault of the transport while the normaliser decides whether it matters. */
const placeholder = { reason: { _tag: "Network" } } as const

const endOf = (cause: Cause.Cause<Option.Option<TransportFault>>): TransportFault | "eof" =>
  Option.match(Cause.failureOption(cause), {
    // A client's finalizer that fails is the connection's fault as well; so is an interruption that nobody here asked for.
    onNone: () => Cause.isInterrupted(cause) ? Network.interrupted : Network.fromCode(undefined, "the client gave up"),
    onSome: (end) => Option.getOrElse(end, () => "eof" as const)
  })

/** Hands over what one read brought, and waits while the consumer is behind. */
const delivered = (run: Run, watchdog: Watchdog): Effect.Effect<void> => {
  const news = run.deliver()
  if (news === "content") watchdog.content()
  if (run.normaliser?.evidence === true) watchdog.whole(news === "content")
  if (!run.outlet.full) return Effect.void
  return Effect.suspend(() => {
    watchdog.hold()
    return Effect.tap(run.outlet.room, () => {
      watchdog.resume()
    })
  })
}

/** Reads what is left, within bounds, so that the connection can be used again. */
const drain = (pull: Effect.Effect<Chunk.Chunk<Uint8Array>, unknown>): Effect.Effect<void> =>
  Effect.suspend(() => {
    let read = 0
    const more: Effect.Effect<void, unknown> = Effect.flatMap(pull, (chunk) => {
      for (const bytes of chunk) read += bytes.length
      return read >= drainBytes ? Effect.void : more
    })
    return more.pipe(
      Effect.timeoutOption(drainTime),
      Effect.catchAllCause(() => Effect.void),
      Effect.asVoid
    )
  })

/** A server that has learned new events: nothing is lost by not knowing them, and somebody should know. */
const logUnknown = (call: Call, run: Run): Effect.Effect<void> => {
  const unknown = run.normaliser?.unknownEvents ?? 0
  return unknown === 0
    ? Effect.void
    : Effect.logDebug(`${call.endpoint.id}: skipped ${unknown} unknown events`)
}

/** From here to the end of the Stream, however it ends; never text. */
const span = (call: Call, run: Run) =>
  Effect.gen(function*() {
    const { endpoint, params } = call
    const current = yield* Effect.makeSpanScoped(`chat ${params.model ?? ""}`, {
      kind: "client",
      captureStackTrace: false,
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": endpoint.id,
        "gen_ai.request.model": params.model,
        "effect_any_llm.stream": call.stream
      }
    })
    yield* Effect.addFinalizer(() => Effect.zipRight(Effect.sync(() => run.annotate(current)), logUnknown(call, run)))
    return current
  })
