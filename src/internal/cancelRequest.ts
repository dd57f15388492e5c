/**
 * Somebody asking for the call to stop: from within Effect or from outside.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Run } from "./run.ts"

/**
 * Until somebody asks, and then the end of the call. A fiber for each: a `cancel` that has ended already has to be seen
 * before anything is sent, and a race of the two would take a turn too many.
 */
export const onCancel = (cancel: Effect.Effect<unknown>, run: Pick<Run, "cancelled" | "stop">): Effect.Effect<void> =>
  Effect.zipRight(ended(cancel), Effect.suspend(() => run.stop(run.cancelled())))

export const onAbort = (signal: AbortSignal, run: Pick<Run, "aborted" | "stop">): Effect.Effect<void> =>
  Effect.zipRight(abortOf(signal), Effect.flatMap(run.aborted(signal), (error) => run.stop(error)))

/** An interruption of `cancel` is no request. */
const ended = (cancel: Effect.Effect<unknown>): Effect.Effect<void> =>
  Effect.matchCauseEffect(cancel, {
    onFailure: (cause) => Cause.isInterruptedOnly(cause) ? Effect.never : Effect.void,
    onSuccess: () => Effect.void
  })

/** The calls that one signal can stop, and their one listener on it. */
interface Waiting {
  readonly calls: Set<() => void>
  readonly listener: () => void
}

/** One listener, however many calls: Node takes more than ten on a signal for a leak, and says so on the console. */
const waitingFor = new WeakMap<AbortSignal, Waiting>()

const listen = (signal: AbortSignal): Waiting => {
  const calls = new Set<() => void>()
  const listener = () => {
    for (const stop of calls) stop()
  }
  const waiting = { calls, listener }
  waitingFor.set(signal, waiting)
  signal.addEventListener("abort", listener, { once: true })
  return waiting
}

const abortOf = (signal: AbortSignal): Effect.Effect<void> =>
  Effect.async((resume) => {
    const stop = () => resume(Effect.void)
    if (signal.aborted) return stop()
    const { calls, listener } = waitingFor.get(signal) ?? listen(signal)
    calls.add(stop)
    return Effect.sync(() => {
      calls.delete(stop)
      if (calls.size > 0) return
      signal.removeEventListener("abort", listener)
      waitingFor.delete(signal)
    })
  })
