/**
 * One call, from the request to the last chunk: a pump fiber that connects, reads and retries, an outlet that the
 * consumer takes from, and a watchdog, `cancel` and `signal` that can settle it. Before it `Normalise`, after it the
 * user's Stream.
 */
import * as Cause from "effect/Cause"
import * as Channel from "effect/Channel"
import type * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import type { CallOptions } from "./CallOptions.ts"
import * as ChatCompletion from "./ChatCompletion.ts"
import type { ChatCompletionChunk } from "./ChatCompletionChunk.ts"
import type { CompletionParams } from "./CompletionParams.ts"
import type { Encoded } from "./Dialect.ts"
import type { Endpoint } from "./Endpoint.ts"
import type { Calls } from "./internal/calls.ts"
import { onAbort, onCancel } from "./internal/cancelRequest.ts"
import { letGo } from "./internal/letGo.ts"
import type { TransportFault } from "./internal/network.ts"
import * as Network from "./internal/network.ts"
import { Run } from "./internal/run.ts"
import * as Span from "./internal/span.ts"
import { type Deadline, type Limits, Watchdog } from "./internal/watchdog.ts"
import { Normaliser } from "./Normalise.ts"
import { type CallError, isProviderError, type ProviderError } from "./ProviderError.ts"
import type { Incoming, Transport } from "./Transport.ts"

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
  serve(call, run, described(call, run), Effect.suspend(() => attempt(call, run)))

/** What everything that is served has in common, chunks of an answer or whole answers. */
export type Served = Pick<Call, "calls" | "total"> & { readonly options: Pick<CallOptions, "cancel" | "signal"> }

/**
 * Serves one consumer with what `work` puts into the outlet of `run`, until that ends, or somebody asks for the end.
 * One channel with one finalizer: a Scope, and what unwraps a channel, would be held by each open stream.
 *
 * @internal
 */
export const serve = <A>(
  call: Served,
  run: Run<A>,
  span: Span.Described,
  work: Effect.Effect<void, CallError>
): Stream.Stream<A, CallError> =>
  Stream.fromChannel(Channel.ensuringWith(
    Channel.flatMap(Channel.fromEffect(Effect.uninterruptible(start(call, run, span, work))), () => consumer(run)),
    (exit) => finish(run, span, exit)
  ))

/** Starts what serves the consumer, in the order that matters: a cancel that is there already comes before the pump. */
const start = <A>(
  call: Served,
  run: Run<A>,
  span: Span.Described,
  work: Effect.Effect<void, CallError>
): Effect.Effect<void, CallError> =>
  Effect.gen(function*() {
    run.startedAt = yield* Clock.currentTimeMillis
    const parent = yield* Span.open(span)
    run.span = parent
    if (call.calls.closed) return yield* run.failure(run.cancelled("the layer is closed"))
    const { cancel, signal } = call.options
    if (signal?.aborted === true) return yield* Effect.flatMap(run.aborted(signal), (error) => run.failure(error))
    if (cancel !== undefined) yield* listen(run, onCancel(cancel, run), Fiber.interruptFork)
    // Waited for: no listener is left when the Stream has ended.
    if (signal !== undefined) yield* listen(run, onAbort(signal, run), Fiber.interrupt)
    if (call.total !== Infinity) {
      yield* listen(
        run,
        Effect.zipRight(
          Effect.sleep(Duration.millis(call.total)),
          Effect.suspend(() => run.expire(call.total))
        ),
        Fiber.interruptFork
      )
    }
    const begin = Effect.suspend(() => run.outlet.settled ? Effect.void : work)
    yield* lead(call, run, Effect.zipRight(within(parent), begin))
  })

/** From here on a fiber of ours works on behalf of the span: unlike `Effect.withParentSpan`, nothing has to be restored. */
const within = (span: Tracer.Span): Effect.Effect<void> =>
  FiberRef.update(FiberRef.currentContext, Context.add(Tracer.ParentSpan, span))

/** Waits, until the Stream ends, for somebody to ask for that. */
const listen = (
  { listeners }: Pick<Run, "listeners">,
  effect: Effect.Effect<void>,
  end: (fiber: Fiber.RuntimeFiber<void>) => Effect.Effect<unknown>
) =>
  Effect.map(Effect.forkDaemon(Effect.interruptible(effect)), (fiber) => {
    listeners.push(end(fiber))
  })

/** The Stream has ended: nothing that served it is left. */
const finish = <A>(run: Run<A>, span: Span.Described, exit: Exit.Exit<unknown, CallError>): Effect.Effect<void> =>
  Effect.gen(function*() {
    for (const end of run.listeners) yield* end
    yield* run.abandon()
    if (run.span !== undefined) yield* Span.close(span, run.span, exit)
  })

type Consumer<A> = Channel.Channel<Chunk.Chunk<A>, unknown, CallError>

const consumer = <A>(run: Run<A>): Consumer<A> =>
  Channel.flatMap(
    Channel.fromEffect(run.outlet.take),
    (chunks) => chunks === undefined ? Channel.void : Channel.flatMap(Channel.write(chunks), () => consumer(run))
  )

/**
 * Puts a fiber in charge of the call. Only what it waits for can be interrupted, so that it always gets to say how the
 * call ends. What waits here, in `attempt` and in `receive` is held by each open stream: it is as few frames as will do.
 */
const lead = <A>(call: Served, run: Run<A>, work: Effect.Effect<void, CallError>): Effect.Effect<void> =>
  Effect.uninterruptible(Effect.map(Effect.forkDaemon(Effect.exit(work)), (pump) => {
    run.pump = pump
    call.calls.add(pump, run)
    // One that was left behind has no say.
    pump.addObserver((exit) => run.pump === pump ? run.end(Exit.flatten(exit)) : undefined)
  }))

/** After an attempt that failed: the next one, if that can help. Nothing of it was handed over, so nothing comes twice. */
const again = (call: Call, run: Run, error: CallError): Effect.Effect<void, CallError> =>
  Effect.zipRight(
    error.contentEmitted ? Effect.fail(error) : Effect.interruptible(run.retries.next(error)),
    Effect.suspend(() => attempt(call, run))
  )

/** One request and its answer, under clocks of its own; and then what follows if it fails. */
const attempt = (call: Call, run: Run): Effect.Effect<void, CallError> =>
  Effect.flatMap(
    Effect.all([Effect.clock, Random.nextIntBetween(0, Number.MAX_SAFE_INTEGER), Scope.make()]),
    ([clock, random, scope]) => {
      const watchdog = new Watchdog(clock, call.limits)
      const id = `chatcmpl-${random.toString(36)}`
      run.begin()
      const ended = (
        exit: Exit.Exit<void, TransportFault | ProviderError>,
        then: Effect.Effect<void, CallError>
      ) =>
        // Not waited for: a body that is slow to let go must not hold the outcome back.
        letGo(watchdog.sleeper).pipe(
          Effect.zipRight(Effect.forkDaemon(Scope.close(scope, exit))),
          Effect.zipRight(watchdog.isOver ? Effect.void : then)
        )
      return Effect.zipRight(
        watch(call, run, watchdog),
        Effect.matchCauseEffect(
          Effect.interruptible(Effect.suspend(() => exchange(call, run, { watchdog, scope, id }))),
          {
            onSuccess: () => ended(Exit.void, Effect.void),
            onFailure: (cause) =>
              ended(
                Exit.failCause(cause),
                Either.match(Cause.failureOrCause(cause), {
                  onLeft: (error) =>
                    again(call, run, isProviderError(error) ? error : run.fault(error, watchdog.elapsed())),
                  onRight: Effect.failCause
                })
              )
          }
        )
      )
    }
  )

/** Sleeps towards the deadlines of an attempt, in place of a fiber that would sleep too long. */
const watch = (call: Call, run: Run, watchdog: Watchdog): Effect.Effect<void> => {
  const expired = Effect.flatMap(
    watchdog.reached(),
    (deadline) => deadline === undefined ? Effect.void : expire(call, run, watchdog, deadline)
  )
  return Effect.flatMap(Effect.interruptible(Effect.forkDaemon(expired)), (sleeper) => {
    const before = watchdog.sleeper
    watchdog.sleeper = sleeper
    return letGo(before)
  })
}

/** The attempt is over its time: it is left behind, and another fiber goes on from there. */
const expire = (call: Call, run: Run, watchdog: Watchdog, { after, phase }: Deadline): Effect.Effect<void> =>
  Effect.suspend(() => {
    const late = run.pump
    if (run.outlet.settled) return Effect.void
    watchdog.isOver = true
    if (phase !== "silence") {
      run.normaliser?.leave()
      run.deliver(0)
      return Effect.zipRight(lead(call, run, again(call, run, run.timeout(phase, after))), letGo(late))
    }
    run.normaliser?.end()
    run.deliver(0)
    run.outlet.settle(Effect.void)
    return letGo(late)
  })

/** What one attempt has of its own. */
interface Attempt {
  readonly watchdog: Watchdog
  /** Of the response, and of the connection behind it. */
  readonly scope: Scope.CloseableScope
  /** For what the server gives no id. */
  readonly id: string
}

const exchange = (
  call: Call,
  run: Run,
  { id, scope, watchdog }: Attempt
): Effect.Effect<void, TransportFault | ProviderError> =>
  Effect.flatMap(Scope.extend(connect(call, run, watchdog), scope), ({ contentType, pull }) => {
    const { endpoint, options, params, stream: streamed } = call
    run.normaliser = new Normaliser({
      endpoint,
      params,
      now: watchdog.sent,
      id,
      stream: streamed,
      raw: options.raw ?? false,
      limit: frameLimit,
      contentType
    })
    return receive(call, run, watchdog, run.normaliser, pull)
  })

const connect = (call: Call, run: Run, watchdog: Watchdog) =>
  call.transport.connect({
    path: call.encoded.path,
    body: call.body,
    accept: call.stream ? call.endpoint.dialect.framing.accept : "application/json",
    headers: { ...call.encoded.headers, ...call.options.headers },
    apiKey: call.options.apiKey,
    secrets: run.secrets
  }, (head) => {
    watchdog.headers()
    run.requestId = head.requestId
    // A fiber of its own: reading has to start at once, or received data is lost under the node client.
    return call.options.onResponse === undefined
      ? Effect.void
      : Effect.asVoid(Effect.forkDaemon(call.options.onResponse({ ...head, attempt: run.attempts })))
  })

/** Reads until the outcome is known. */
const receive = (
  call: Call,
  run: Run,
  watchdog: Watchdog,
  normaliser: Normaliser,
  pull: Incoming["pull"]
): Effect.Effect<void, TransportFault> => {
  let last: TransportFault | "eof" | undefined
  const read = Effect.matchCauseEffect(pull, {
    onSuccess: (chunk) => {
      let size = 0
      for (const bytes of chunk) {
        normaliser.push(bytes)
        size += bytes.length
      }
      return delivered(call, run, watchdog, size)
    },
    onFailure: (cause) => {
      last = endOf(cause)
      normaliser.end(last === "eof" ? undefined : placeholder)
      return delivered(call, run, watchdog, 0)
    }
  })
  return Effect.flatMap(
    Effect.whileLoop({ while: () => normaliser.outcome === undefined, body: () => read, step: () => {} }),
    () => {
      watchdog.off()
      const outcome = normaliser.outcome
      if (outcome?._tag === "Failed") {
        return Effect.fail(
          outcome.fault === placeholder && last !== undefined && last !== "eof" ? last : Network.fault(outcome.fault)
        )
      }
      run.draining = true
      run.outlet.settle(Effect.void)
      return last === undefined ? drain(pull) : Effect.void
    }
  )
}

/** Stands for a fault of the transport while the normaliser decides whether it matters. */
const placeholder = { reason: { _tag: "Network" } } as const

/**
 * How a body ended that brings no more.
 *
 * @internal
 */
export const endOf = (cause: Cause.Cause<Option.Option<TransportFault>>): TransportFault | "eof" =>
  Option.match(Cause.failureOption(cause), {
    // A client's finalizer that fails is the connection's fault as well; so is an interruption that nobody here asked for.
    onNone: () => Cause.isInterrupted(cause) ? Network.interrupted : Network.fromCode(undefined, "the client gave up"),
    onSome: (end) => Option.getOrElse(end, () => "eof" as const)
  })

/** Hands over what one read, of so many bytes, brought, and waits while the consumer is behind. */
const delivered = (call: Call, run: Run, watchdog: Watchdog, bytes: number): Effect.Effect<void> => {
  const news = run.deliver(bytes)
  if (news === "content") watchdog.content()
  if (run.normaliser?.evidence === true) watchdog.whole(news === "content")
  if (!run.outlet.full) return watched(call, run, watchdog)
  return Effect.suspend(() => {
    watchdog.hold()
    return Effect.flatMap(run.outlet.room, () => {
      watchdog.resume()
      return watched(call, run, watchdog)
    })
  })
}

const watched = (call: Call, run: Run, watchdog: Watchdog): Effect.Effect<void> =>
  // An answer that has ended has no deadline any more, though the last read moved it.
  run.normaliser?.outcome === undefined && watchdog.isLate ? watch(call, run, watchdog) : Effect.void

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

const described = (call: Call, run: Run): Span.Described => ({
  name: `chat ${call.params.model ?? ""}`,
  attributes: {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": call.endpoint.id,
    "gen_ai.request.model": call.params.model,
    "effect_any_llm.stream": call.stream
  },
  annotate: (span) => {
    run.annotate(span)
    const unknown = run.normaliser?.unknownEvents ?? 0
    // A server that has learned new events: nothing is lost by not knowing them, and somebody should know.
    return unknown === 0 ? Effect.void : Effect.logDebug(`${call.endpoint.id}: skipped ${unknown} unknown events`)
  }
})
