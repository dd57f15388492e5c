/**
 * Somebody asking for the call to stop: from within Effect or from outside.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { CallOptions } from "../CallOptions.ts"
import type { Cancelled, Timeout } from "../ProviderError.ts"
import type { Run } from "./run.ts"

/** Ends, with what the caller will see, when `cancel` ends or `signal` is aborted; `undefined` when there is neither. */
export const cancelRequest = (
  { cancel, signal }: CallOptions,
  run: Run
): Effect.Effect<Cancelled | Timeout> | undefined => {
  const asked = cancel === undefined ? undefined : Effect.map(ended(cancel), () => run.cancelled())
  const aborted = signal === undefined ? undefined : Effect.zipRight(abortOf(signal), run.aborted(signal))
  if (asked === undefined || aborted === undefined) return asked ?? aborted
  return Effect.raceFirst(asked, aborted)
}

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
