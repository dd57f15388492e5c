/**
 * Somebody asking for the call to stop: from within Effect or from outside.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { CallOptions } from "../CallOptions.ts"
import type { Cancelled, Timeout } from "../ProviderError.ts"
import type { Run } from "./run.ts"

/**
 * Each ends, with what the caller will see, when somebody asks. One fiber for each: a `cancel` that has ended already
 * has to be seen before anything is sent, and a race of the two would take a turn too many.
 */
export const cancelRequests = (
  { cancel, signal }: CallOptions,
  run: Run
): ReadonlyArray<Effect.Effect<Cancelled | Timeout>> => [
  ...(cancel === undefined ? [] : [Effect.map(ended(cancel), () => run.cancelled())]),
  ...(signal === undefined ? [] : [Effect.zipRight(abortOf(signal), run.aborted(signal))])
]

/** An interruption of `cancel` is no request. */
const ended = (cancel: Effect.Effect<unknown>): Effect.Effect<void> =>
  Effect.matchCauseEffect(cancel, {
    onFailure: (cause) => Cause.isInterruptedOnly(cause) ? Effect.never : Effect.void,
    onSuccess: () => Effect.void
  })

const abortOf = (signal: AbortSignal): Effect.Effect<void> =>
  Effect.async((resume) => {
    const listener = () => resume(Effect.void)
    if (signal.aborted) return listener()
    signal.addEventListener("abort", listener, { once: true })
    return Effect.sync(() => signal.removeEventListener("abort", listener))
  })
