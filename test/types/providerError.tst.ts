import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import { pipe } from "effect/Function"
import type * as Stream from "effect/Stream"
import { describe, expect, test } from "tstyche"
import * as ProviderError from "../../src/ProviderError.ts"

declare const effect: Effect.Effect<"a", ProviderError.ProviderError | ProviderError.Timeout, "r1">
declare const stream: Stream.Stream<"a", ProviderError.ProviderError | ProviderError.Timeout, "r1">
declare const otherEffect: Effect.Effect<"b", "failure", "r2">
declare const otherStream: Stream.Stream<"b", "failure", "r2">

type Errors = ProviderError.ProviderError | ProviderError.Timeout | "failure"

describe("catchReason", () => {
  test("adds what the handler gives, fails with and needs", () => {
    expect(ProviderError.catchReason(effect, "RateLimit", () => otherEffect)).type.toBe<
      Effect.Effect<"a" | "b", Errors, "r1" | "r2">
    >()
    expect(pipe(effect, ProviderError.catchReason("RateLimit", () => otherEffect))).type.toBe<
      Effect.Effect<"a" | "b", Errors, "r1" | "r2">
    >()
  })

  test("the handler sees the reason it asked for", () => {
    expect(ProviderError.catchReason(effect, "RateLimit", (error) => {
      expect(error.reason._tag).type.toBe<"RateLimit">()
      expect(error.reason.retryAfter).type.toBe<Duration.Duration | undefined>()
      return otherEffect
    })).type.toBe<Effect.Effect<"a" | "b", Errors, "r1" | "r2">>()
    expect(pipe(
      effect,
      ProviderError.catchReason("MissingApiKey", (error) => {
        expect(error.reason.envVar).type.toBe<string>()
        return otherEffect
      })
    )).type.toBe<Effect.Effect<"a" | "b", Errors, "r1" | "r2">>()
  })

  test("only reasons that there are", () => {
    expect(ProviderError.catchReason).type.not.toBeCallableWith(effect, "RateLimited", () => otherEffect)
  })
})

describe("catchReasonStream", () => {
  test("adds what the handler gives, fails with and needs", () => {
    expect(ProviderError.catchReasonStream(stream, "Overloaded", () => otherStream)).type.toBe<
      Stream.Stream<"a" | "b", Errors, "r1" | "r2">
    >()
    expect(pipe(stream, ProviderError.catchReasonStream("Overloaded", () => otherStream))).type.toBe<
      Stream.Stream<"a" | "b", Errors, "r1" | "r2">
    >()
  })

  test("the handler sees the reason it asked for", () => {
    expect(ProviderError.catchReasonStream(stream, "EventTooLarge", (error) => {
      expect(error.reason.limit).type.toBe<number>()
      return otherStream
    })).type.toBe<Stream.Stream<"a" | "b", Errors, "r1" | "r2">>()
  })
})
