/**
 * Which attempts are repeated, and after how long.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { RetryPolicy } from "../CallOptions.ts"
import { type CallError, isProviderError, type ProviderError, type Timeout } from "../ProviderError.ts"

type Policy = RetryPolicy | false | undefined
type Driver = Schedule.ScheduleDriver<unknown, ProviderError | Timeout>

/** The repetitions of one request that are left. */
export class Retries {
  private readonly policy: Policy
  /** Where the schedule stands; begun with the first fault. */
  private driver: Driver | undefined = undefined

  constructor(policy: Policy) {
    this.policy = policy
  }

  /** After an attempt that failed: waits until it is time for the next, or fails in its place. */
  next(error: CallError): Effect.Effect<void, CallError> {
    if (!canHelp(this.policy, error)) return Effect.fail(error)
    return Effect.flatMap(this.begun(), (driver) =>
      Effect.matchEffect(driver.next(error), {
        onFailure: () => Effect.fail(error),
        onSuccess: () => Effect.void
      }))
  }

  private begun(): Effect.Effect<Driver> {
    if (this.driver !== undefined) return Effect.succeed(this.driver)
    return Effect.tap(driverOf(this.policy), (driver) => {
      this.driver = driver
    })
  }
}

/** Whether the error may be gone the next time, and the server does not ask for a wait that is too long. */
const canHelp = (
  policy: Policy,
  error: CallError
): error is ProviderError | Timeout =>
  policy !== false && error._tag !== "Cancelled" && error.isRetryable &&
  !Duration.greaterThan(retryAfter(error), policy?.maxRetryAfter ?? "1 minute")

const driverOf = (policy: Policy): Effect.Effect<Driver> => {
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
