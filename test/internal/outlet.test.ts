import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { Outlet } from "../../src/internal/outlet.ts"

const make = () => new Outlet<number, string>()

const range = (from: number, count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, i) => from + i)

const taken = (outlet: Outlet<number, string>) =>
  Effect.map(outlet.take, (chunk) => chunk === undefined ? "end" : Chunk.toReadonlyArray(chunk))

/** Whether the effect has to wait. */
const waits = (effect: Effect.Effect<unknown, unknown>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(effect)
    for (let i = 0; i < 10; i++) yield* Effect.yieldNow()
    const exit = yield* fiber.poll
    yield* Fiber.interrupt(fiber)
    return Option.isNone(exit)
  })

describe("Outlet", () => {
  it.effect("hands over all queued reads as one, in order", () =>
    Effect.gen(function*() {
      const outlet = make()
      outlet.offer([1, 2])
      outlet.offer([])
      outlet.offer([3])
      assert.deepStrictEqual(yield* taken(outlet), [1, 2, 3])
      assert.isTrue(yield* waits(outlet.take))
    }))

  it.effect("a waiting taker gets what comes", () =>
    Effect.gen(function*() {
      const outlet = make()
      const fiber = yield* Effect.fork(taken(outlet))
      yield* Effect.yieldNow()
      outlet.offer([1])
      outlet.offer([2])
      const first = yield* Fiber.join(fiber)
      const rest = first.length === 2 ? [] : yield* taken(outlet)
      assert.deepStrictEqual([...first, ...rest], [1, 2])
    }))

  it.effect("the end comes after what is queued, and stays", () =>
    Effect.gen(function*() {
      const outlet = make()
      outlet.offer([1])
      outlet.settle(Exit.fail("first"))
      outlet.settle(Exit.void)
      outlet.offer([2])
      assert.isTrue(outlet.settled)
      assert.deepStrictEqual(yield* taken(outlet), [1])
      assert.deepStrictEqual(yield* Effect.exit(outlet.take), Exit.fail("first"))
      assert.deepStrictEqual(yield* Effect.exit(outlet.take), Exit.fail("first"))
      const success = make()
      success.settle(Exit.void)
      assert.strictEqual(yield* taken(success), "end")
    }))

  it.effect("an abort drops what is queued, and overrules the end", () =>
    Effect.gen(function*() {
      const outlet = make()
      outlet.offer(range(0, 3_000))
      yield* taken(outlet)
      outlet.settle(Exit.void)
      outlet.abort(Exit.fail("stop"))
      assert.deepStrictEqual(yield* Effect.exit(outlet.take), Exit.fail("stop"))
    }))

  it.effect("a waiting taker is told of the end", () =>
    Effect.gen(function*() {
      for (
        const end of [
          (outlet: Outlet<number, string>) => outlet.settle(Exit.fail("e")),
          (outlet: Outlet<number, string>) => outlet.abort(Exit.fail("e"))
        ]
      ) {
        const outlet = make()
        const fiber = yield* Effect.fork(outlet.take)
        yield* Effect.yieldNow()
        end(outlet)
        assert.deepStrictEqual(yield* Fiber.await(fiber), Exit.fail("e"))
      }
    }))

  it.effect("no Chunk has more than 1,024 elements, and none is lost", () =>
    Effect.gen(function*() {
      for (const sizes of [[10_000], [1_024], [1_025], [1_000, 100, 5_000, 1], [1, 1_024, 1_023, 2_048]]) {
        const outlet = make()
        let from = 0
        for (const size of sizes) {
          outlet.offer(range(from, size))
          from += size
        }
        outlet.settle(Exit.void)
        const all: Array<number> = []
        for (;;) {
          const chunk = yield* taken(outlet)
          if (chunk === "end") break
          assert.isAtMost(chunk.length, 1_024)
          all.push(...chunk)
        }
        assert.deepStrictEqual(all, range(0, from))
      }
    }))

  it.effect("sixteen reads fill it, and taking makes room", () =>
    Effect.gen(function*() {
      const outlet = make()
      for (const n of range(0, 15)) outlet.offer([n])
      assert.isFalse(outlet.full)
      assert.isFalse(yield* waits(outlet.room))
      outlet.offer([15])
      assert.isTrue(outlet.full)
      const giver = yield* Effect.fork(outlet.room)
      yield* Effect.yieldNow()
      assert.isTrue(Option.isNone(yield* giver.poll))
      assert.deepStrictEqual(yield* taken(outlet), range(0, 16))
      yield* Fiber.join(giver)
      assert.isFalse(outlet.full)
    }))

  it.effect("the end frees a giver that waits", () =>
    Effect.gen(function*() {
      for (const end of ["settle", "abort"] as const) {
        const outlet = make()
        for (const n of range(0, 16)) outlet.offer([n])
        const giver = yield* Effect.fork(outlet.room)
        yield* Effect.yieldNow()
        outlet[end](Exit.void)
        yield* Fiber.join(giver)
        assert.isFalse(outlet.full)
      }
    }))

  it.effect("a taker that gave up takes nothing with it", () =>
    Effect.gen(function*() {
      const outlet = make()
      const fiber = yield* Effect.fork(outlet.take)
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(fiber)
      outlet.offer([1])
      assert.deepStrictEqual(yield* taken(outlet), [1])
    }))
})
