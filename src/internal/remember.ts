/**
 * An Effect that is run once, for all who need what it gives.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/**
 * Remembers a success. After a failure or an interruption the next in line runs it anew, in a fiber of its own:
 * `Effect.cached` and its relatives would hand the first caller's failure, and its interruption, to everybody after it.
 */
export const remember = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<Effect.Effect<A, E, R>> =>
  rememberWhile(self, () => always)

const always = Effect.succeed(true)

/** The same for what is good for a while. What is not good even now is for the one who ran it. */
export const rememberWhile = <A, E, R>(
  self: Effect.Effect<A, E, R>,
  isGood: (value: A) => Effect.Effect<boolean>
): Effect.Effect<Effect.Effect<A, E, R>> =>
  Effect.map(Effect.makeSemaphore(1), (mutex) => {
    let known = Option.none<A>()
    const orElse = (otherwise: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.suspend(() => {
        if (Option.isNone(known)) return otherwise
        const { value } = known
        return Effect.flatMap(isGood(value), (good) => good ? Effect.succeed(value) : otherwise)
      })
    const run = Effect.tap(self, (value) => {
      known = Option.some(value)
    })
    return orElse(mutex.withPermits(1)(orElse(run)))
  })
