/**
 * Which attempts are repeated, and after how long.
 */
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { RetryPolicy } from "../CallOptions.ts"
import { type Cancelled, isProviderError, type ProviderError, type Timeout } from "../ProviderError.ts"

/** Whether the error may be gone the next time, and the server does not ask for a wait that is too long. */
export const canHelp = (
  policy: RetryPolicy | false | undefined,
  error: ProviderError | Timeout | Cancelled
): error is ProviderError | Timeout =>
  policy !== false && error._tag !== "Cancelled" && error.isRetryable &&
  !Duration.greaterThan(retryAfter(error), policy?.maxRetryAfter ?? "1 minute")

/** Waits between attempts, one after the other. */
export type Driver = Schedule.ScheduleDriver<unknown, ProviderError | Timeout>

export const driver = (policy: RetryPolicy | false | undefined): Effect.Effect<Driver> => {
  const { schedule, times }: RetryPolicy = policy === false ? { times: 0 } : policy ?? {}
  return Schedule.driver(
    (schedule ?? Schedule.jittered(Schedule.exponential("500 millis"))).pipe(
      Schedule.intersect(Schedule.recurs(times ?? 2)),
      Schedule.intersect(Schedule.addDelay(Schedule.identity<ProviderError | Timeout>(), (error) => retryAfter(error)))
    )
  )
}

const retryAfter = (error: ProviderError | Timeout): Duration.Duration =>
  isProviderError(error) && "retryAfter" in error.reason && error.reason.retryAfter !== undefined
    ? error.reason.retryAfter
    : Duration.zero
