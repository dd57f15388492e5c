import { assert, describe, it } from "@effect/vitest"
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { type Limits, Watchdog } from "../../src/internal/watchdog.ts"

const limits: Limits = { headers: 100, firstContent: 1_000, idle: 300, isWhole: false }

/** A watchdog on the clock of the test, watched as a call watches it, and what it says and when. */
const watch = (chosen: Partial<Limits> = {}) =>
  Effect.gen(function*() {
    const clock = yield* Effect.clock
    const watchdog = new Watchdog(clock, { ...limits, ...chosen })
    let said: readonly [phase: string, at: number] | undefined
    let sleeper: Fiber.RuntimeFiber<void> | undefined
    const look = Effect.gen(function*() {
      if (!watchdog.isLate) return
      if (sleeper !== undefined) yield* Fiber.interrupt(sleeper)
      sleeper = yield* Effect.fork(
        Effect.map(watchdog.reached(), (deadline) => {
          if (deadline !== undefined) said = [deadline.phase, clock.unsafeCurrentTimeMillis()]
        })
      )
    })
    const pass = (millis: number) => Effect.zipRight(look, TestClock.adjust(millis))
    yield* look
    return { watchdog, pass, end: Effect.map(pass(864_100_000), () => said) }
  })

describe("Watchdog", () => {
  it.effect("headers", () =>
    Effect.gen(function*() {
      const { end } = yield* watch()
      assert.deepStrictEqual(yield* end, ["headers", 100])
    }))

  it.effect("first content, from the start", () =>
    Effect.gen(function*() {
      const { end, pass, watchdog } = yield* watch()
      yield* pass(99)
      watchdog.headers()
      assert.deepStrictEqual(yield* end, ["firstContent", 1_000])
    }))

  it.effect("first content where it is shorter than headers", () =>
    Effect.gen(function*() {
      const { end } = yield* watch({ firstContent: 50 })
      assert.deepStrictEqual(yield* end, ["firstContent", 50])
    }))

  it.effect("idle, from the last content, though it sleeps towards a later deadline", () =>
    Effect.gen(function*() {
      const { end, pass, watchdog } = yield* watch()
      watchdog.headers()
      yield* pass(200)
      watchdog.content()
      yield* pass(250)
      watchdog.content()
      assert.deepStrictEqual(yield* end, ["idle", 750])
    }))

  it.effect("silence, which only news begin anew", () =>
    Effect.gen(function*() {
      const { end, pass, watchdog } = yield* watch()
      watchdog.headers()
      watchdog.whole(true)
      yield* pass(6_000)
      watchdog.whole(false)
      yield* pass(1_000)
      watchdog.whole(true)
      yield* pass(5_000)
      watchdog.whole(false)
      assert.deepStrictEqual(yield* end, ["silence", 17_000])
    }))

  it.effect("time that the consumer took does not count", () =>
    Effect.gen(function*() {
      const { end, pass, watchdog } = yield* watch()
      watchdog.headers()
      watchdog.content()
      yield* pass(100)
      watchdog.hold()
      yield* pass(5_000)
      watchdog.resume()
      yield* pass(100)
      watchdog.hold()
      yield* pass(50)
      watchdog.resume()
      assert.deepStrictEqual(yield* end, ["idle", 5_350])
    }))

  it.effect("the first limit is for all of a whole answer", () =>
    Effect.gen(function*() {
      const { end, pass, watchdog } = yield* watch({ headers: Infinity, idle: Infinity, isWhole: true })
      watchdog.headers()
      yield* pass(900)
      watchdog.content()
      assert.deepStrictEqual(yield* end, ["firstContent", 1_000])
    }))

  it.effect("what is infinite never comes", () =>
    Effect.gen(function*() {
      const { end, pass, watchdog } = yield* watch({ headers: Infinity, firstContent: Infinity })
      yield* pass(864_000_000)
      watchdog.headers()
      watchdog.content()
      assert.deepStrictEqual(yield* end, ["idle", 864_000_300])
    }))

  it.effect("nothing comes after the attempt", () =>
    Effect.gen(function*() {
      const { end, pass, watchdog } = yield* watch()
      yield* pass(50)
      watchdog.off()
      assert.isUndefined(yield* end)
      assert.strictEqual(watchdog.elapsed(), 864_100_050)
    }))

  it.effect("a process that was held up reads what has come before it blames the server", () =>
    Effect.gen(function*() {
      let now = 0
      const slept: Array<number> = []
      const clock: Clock.Clock = {
        ...(yield* Effect.clock),
        unsafeCurrentTimeMillis: () => now,
        // The first sleep ends late, and then the content that had come in time is seen.
        sleep: (duration) =>
          Effect.sync(() => {
            if (slept.length === 1) watchdog.content()
            now += Duration.toMillis(duration) + (slept.length === 0 ? 500 : 0)
            slept.push(Duration.toMillis(duration))
          })
      }
      const watchdog: Watchdog = new Watchdog(clock, limits)
      watchdog.headers()
      watchdog.content()
      assert.deepInclude(yield* Effect.withClock(watchdog.reached(), clock), { phase: "idle", at: 1_100 })
      assert.deepStrictEqual(slept, [300, 1, 299])
    }))

  it.effect("nobody has to look again before a deadline comes closer", () =>
    Effect.gen(function*() {
      const { pass, watchdog } = yield* watch()
      yield* pass(0)
      assert.isFalse(watchdog.isLate)
      watchdog.headers()
      assert.isFalse(watchdog.isLate)
      watchdog.content()
      assert.isFalse(watchdog.isLate)
      yield* pass(150)
      watchdog.content()
      assert.isFalse(watchdog.isLate)
      watchdog.off()
      assert.isFalse(watchdog.isLate)
    }))
})
