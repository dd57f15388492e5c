/**
 * AWS credentials: where they come from, how long they are kept, and that nobody is told of them.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import type { AwsCredentials } from "../../src/AwsCredentials.ts"
import type { Fault } from "../../src/Dialect.ts"
import * as Credentials from "../../src/internal/awsCredentials.ts"

const plain: AwsCredentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a-secret" }

/** Counts how often it is asked; the answer is of this time. */
const counted = (answer: (count: number, now: number) => AwsCredentials) => {
  const asked = { count: 0 }
  const credentials = Effect.map(
    Effect.clockWith((clock) => clock.currentTimeMillis),
    (now) => answer(++asked.count, now)
  )
  return { asked, credentials }
}

const inEnvironment = (variables: { readonly [name: string]: string }) =>
  Effect.withConfigProvider(
    Effect.flatMap(Credentials.make(undefined), (known) => known),
    ConfigProvider.fromMap(new Map(Object.entries(variables)))
  )

const reasonOf = ({ reason }: Fault) => reason

describe("credentials", () => {
  it.effect("are what was given, plain or redacted, and trimmed", () =>
    Effect.gen(function*() {
      const keysOf = (given: AwsCredentials) =>
        Effect.flatMap(Credentials.make(Effect.succeed(given)), (known) => known)
      assert.deepStrictEqual(yield* keysOf(plain), { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a-secret" })
      const redacted = {
        accessKeyId: Redacted.make(" AKIDEXAMPLE\n"),
        secretAccessKey: Redacted.make("a-secret"),
        sessionToken: Redacted.make("a-token")
      }
      assert.deepStrictEqual(yield* keysOf(redacted), {
        accessKeyId: "AKIDEXAMPLE",
        secretAccessKey: "a-secret",
        sessionToken: "a-token"
      })
    }))

  it.effect("of the environment", () =>
    Effect.gen(function*() {
      const both = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "a-secret" }
      const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a-secret" }
      assert.deepStrictEqual(yield* inEnvironment(both), keys)
      assert.deepStrictEqual(yield* inEnvironment({ ...both, AWS_SESSION_TOKEN: " " }), keys)
      assert.deepStrictEqual(yield* inEnvironment({ ...both, AWS_SESSION_TOKEN: "a-token" }), {
        ...keys,
        sessionToken: "a-token"
      })
    }))

  it.effect("that are missing in the environment are named", () =>
    Effect.gen(function*() {
      for (
        const [variables, envVar] of [
          [{}, "AWS_ACCESS_KEY_ID"],
          [{ AWS_ACCESS_KEY_ID: " ", AWS_SECRET_ACCESS_KEY: "a-secret" }, "AWS_ACCESS_KEY_ID"],
          [{ AWS_ACCESS_KEY_ID: "AKIDEXAMPLE" }, "AWS_SECRET_ACCESS_KEY"]
        ] as const
      ) {
        const fault = yield* Effect.flip(inEnvironment(variables))
        assert.deepStrictEqual(fault.reason, { _tag: "MissingApiKey", envVar })
        assert.include(fault.detail, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        assert.notInclude(JSON.stringify(fault), "a-secret")
      }
    }))

  it.effect("are kept until a minute before they expire", () =>
    Effect.gen(function*() {
      const { asked, credentials } = counted((count, now) => ({
        ...plain,
        accessKeyId: `AKID${count}`,
        expiration: new Date(now + 3_600_000)
      }))
      const known = yield* Credentials.make(credentials)
      assert.strictEqual(asked.count, 0)
      const fibers = yield* Effect.forEach(Array.from({ length: 20 }), () => Effect.fork(known))
      yield* Effect.forEach(fibers, (fiber) => Fiber.join(fiber))
      yield* TestClock.adjust("58 minutes")
      assert.strictEqual((yield* known).accessKeyId, "AKID1")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* known).accessKeyId, "AKID2")
      assert.strictEqual(asked.count, 2)
    }))

  it.effect("that do not say when they expire are kept for five minutes", () =>
    Effect.gen(function*() {
      const { asked, credentials } = counted(() => plain)
      const known = yield* Credentials.make(credentials)
      yield* known
      yield* TestClock.adjust("299 seconds")
      yield* known
      assert.strictEqual(asked.count, 1)
      yield* TestClock.adjust("1 seconds")
      yield* known
      assert.strictEqual(asked.count, 2)
    }))

  it.effect("that have expired when they come, or whose end is no time, are used once", () =>
    Effect.gen(function*() {
      for (const expiration of [new Date(0), new Date(Number.NaN)]) {
        const { asked, credentials } = counted(() => ({ ...plain, expiration }))
        const known = yield* Credentials.make(credentials)
        yield* known
        yield* known
        assert.strictEqual(asked.count, 2)
      }
    }))

  it.effect("that cannot be had are an error that does not tell why, and are asked for again", () =>
    Effect.gen(function*() {
      let count = 0
      const failures: ReadonlyArray<Effect.Effect<AwsCredentials, unknown>> = [
        Effect.fail({ message: "SECRETMARK" }),
        Effect.die("SECRETMARK"),
        Effect.promise(() => Promise.reject(new Error("SECRETMARK"))),
        Effect.tryPromise(() => Promise.reject(new Error("SECRETMARK")))
      ]
      const known = yield* Credentials.make(Effect.suspend(() => failures[count++] ?? Effect.succeed(plain)))
      for (const _ of failures) {
        const exit = yield* Effect.exit(known)
        const fault = Exit.isFailure(exit) ? Cause.failureOption(exit.cause) : assert.fail("it was had")
        assert.isTrue(fault._tag === "Some" && fault.value.reason._tag === "Authentication")
        assert.notInclude(JSON.stringify(exit) + String(exit), "SECRETMARK")
      }
      assert.strictEqual((yield* known).accessKeyId, "AKIDEXAMPLE")
    }))

  it.effect("that no header can have are not sent, nor are those that are empty", () =>
    Effect.gen(function*() {
      for (
        const credentials of [
          { ...plain, accessKeyId: "AKID\r\nx-evil: 1" },
          { ...plain, sessionToken: "ключ" },
          { ...plain, secretAccessKey: " " },
          { ...plain, accessKeyId: "" }
        ]
      ) {
        const fault = yield* Effect.flip(Effect.flatten(Credentials.make(Effect.succeed(credentials))))
        assert.deepStrictEqual(reasonOf(fault), { _tag: "Authentication" })
        assert.notMatch(JSON.stringify(fault), /AKID|ключ|a-secret/)
      }
    }))

  it.effect("can be waited for, and whoever goes away takes nobody with them", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const known = yield* Credentials.make(Effect.as(Deferred.await(gate), plain))
      const first = yield* Effect.fork(known)
      const second = yield* Effect.fork(known)
      yield* Effect.yieldNow()
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(first)))
      yield* Deferred.succeed(gate, undefined)
      assert.strictEqual((yield* Fiber.join(second)).accessKeyId, "AKIDEXAMPLE")
    }))
})
