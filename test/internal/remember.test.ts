import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { remember } from "../../src/internal/remember.ts"

/** Takes a second, and then does what this run of it should; runs are numbered from 1. */
const slow = (outcome: (run: number) => Effect.Effect<number, string>) => {
  const runs = { begun: 0, ended: 0, atOnce: 0, most: 0 }
  const effect = Effect.suspend(() => {
    const run = ++runs.begun
    runs.most = Math.max(runs.most, ++runs.atOnce)
    return Effect.zipRight(Effect.sleep("1 seconds"), outcome(run)).pipe(
      Effect.tap(() => Effect.sync(() => runs.ended++)),
      Effect.ensuring(Effect.sync(() => runs.atOnce--))
    )
  })
  return { runs, effect }
}

describe("remember", () => {
  it.effect("runs nothing by itself", () =>
    Effect.gen(function*() {
      const { effect, runs } = slow(Effect.succeed)
      const known = yield* remember(effect)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(runs.begun, 0)
      yield* Effect.zipRight(Effect.fork(known), TestClock.adjust("1 minute"))
      assert.strictEqual(runs.begun, 1)
    }))

  it.effect("once for all who ask at the same time, and ever after", () =>
    Effect.gen(function*() {
      const { effect, runs } = slow(Effect.succeed)
      const known = yield* remember(effect)
      const fibers = yield* Effect.forEach(Array.from({ length: 50 }), () => Effect.fork(known))
      yield* TestClock.adjust("1 seconds")
      const all = yield* Effect.forEach(fibers, (fiber) => Fiber.join(fiber))
      assert.deepStrictEqual([...new Set(all)], [1])
      assert.strictEqual(yield* known, 1)
      assert.strictEqual(runs.begun, 1)
    }))

  it.effect("not a failure: the next in line, and the next to come, run it anew", () =>
    Effect.gen(function*() {
      const { effect, runs } = slow((run) => run <= 2 ? Effect.fail(`no ${run}`) : Effect.succeed(run))
      const known = yield* remember(effect)
      const first = yield* Effect.fork(Effect.exit(known))
      const second = yield* Effect.fork(Effect.exit(known))
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual(yield* Fiber.join(first), Exit.fail("no 1"))
      assert.deepStrictEqual(yield* Fiber.join(second), Exit.fail("no 2"))
      const third = yield* Effect.fork(known)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* Fiber.join(third), 3)
      assert.strictEqual(yield* known, 3)
      assert.strictEqual(runs.most, 1)
    }))

  it.effect("not a defect", () =>
    Effect.gen(function*() {
      const { effect } = slow((run) => run === 1 ? Effect.die("broken") : Effect.succeed(run))
      const known = yield* remember(effect)
      const first = yield* Effect.fork(Effect.exit(known))
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(yield* Fiber.join(first), Exit.die("broken"))
      const second = yield* Effect.fork(known)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* Fiber.join(second), 2)
    }))

  it.effect("not an interruption: those who wait go on without the one that ran it", () =>
    Effect.gen(function*() {
      const { effect, runs } = slow(Effect.succeed)
      const known = yield* remember(effect)
      const first = yield* Effect.fork(known)
      const others = yield* Effect.forEach([1, 2, 3], () => Effect.fork(known))
      yield* TestClock.adjust("500 millis")
      const exit = yield* Fiber.interrupt(first)
      assert.isTrue(Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause))
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual(yield* Effect.forEach(others, (fiber) => Fiber.join(fiber)), [2, 2, 2])
      assert.deepInclude(runs, { begun: 2, ended: 1, most: 1 })
    }))

  it.effect("one who waits can be interrupted, and takes nothing along", () =>
    Effect.gen(function*() {
      const { effect, runs } = slow(Effect.succeed)
      const known = yield* remember(effect)
      const first = yield* Effect.fork(known)
      const second = yield* Effect.fork(known)
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(second)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* Fiber.join(first), 1)
      assert.strictEqual(runs.begun, 1)
    }))

  const plan = FastCheck.array(
    FastCheck.record({
      starts: FastCheck.nat(3_000),
      interruptedAfter: FastCheck.option(FastCheck.nat(3_000)),
      outcome: FastCheck.boolean()
    }),
    { minLength: 1, maxLength: 12 }
  )

  it.effect.prop(
    "whoever fails or leaves, one at a time runs it, and the last to come is served",
    [plan],
    ([callers]) =>
      Effect.gen(function*() {
        const outcomes = callers.map(({ outcome }) => outcome)
        const { effect, runs } = slow((run) => outcomes[run - 1] === false ? Effect.fail("no") : Effect.succeed(run))
        const known = yield* remember(effect)
        const fibers = yield* Effect.forEach(callers, ({ interruptedAfter, starts }) => {
          const call = Effect.delay(known, starts)
          return Effect.fork(interruptedAfter === null ? call : Effect.timeout(call, starts + interruptedAfter))
        })
        yield* TestClock.adjust("1 minute")
        yield* Effect.forEach(fibers, (fiber) => Fiber.await(fiber))
        const last = yield* Effect.fork(Effect.eventually(known))
        yield* TestClock.adjust("1 minute")
        assert.isAtMost(yield* Fiber.join(last), callers.length + 1)
        assert.strictEqual(runs.ended, 1)
        assert.strictEqual(runs.most, 1)
      }).pipe(Effect.provide(TestClock.defaultTestClock)),
    { fastCheck: { numRuns: 15 } }
  )
})
