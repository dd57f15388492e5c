/**
 * The time limits of a call: of the call's own, the layer's and the endpoint's choice for each clock, the first that
 * says something counts.
 */
import * as Duration from "effect/Duration"
import type { Timeouts } from "../Endpoint.ts"
import type { Limits } from "./watchdog.ts"

export interface CallLimits {
  readonly limits: Limits
  /** Milliseconds of the whole call. */
  readonly total: number
}

type Choices = ReadonlyArray<Partial<Timeouts> | undefined>

const millisOf = (choices: Choices, clock: keyof Timeouts, otherwise: Duration.DurationInput): number =>
  Duration.toMillis(choices.map((chosen) => chosen?.[clock]).find((limit) => limit !== undefined) ?? otherwise)

const totalOf = (choices: Choices): number => millisOf(choices, "total", Duration.infinity)

export const ofStream = (choices: Choices): CallLimits => ({
  limits: {
    headers: millisOf(choices, "headers", "1 minute"),
    firstContent: millisOf(choices, "firstContent", "4 minutes"),
    idle: millisOf(choices, "idle", "2 minutes"),
    isWhole: false
  },
  total: totalOf(choices)
})

/** Nothing is seen of an answer before it is whole; headers come when the server has worked out all of it. */
export const ofWhole = (choices: Choices, headers: Duration.DurationInput): CallLimits => ({
  limits: {
    headers: millisOf(choices, "headers", headers),
    firstContent: millisOf(choices, "firstContent", "10 minutes"),
    idle: Infinity,
    isWhole: true
  },
  total: totalOf(choices)
})

/** Some servers send headers with the first token, some with the last. */
export const ofCompletion = (choices: Choices): CallLimits => {
  const { limits, total } = ofWhole(choices, Duration.infinity)
  return { limits: { ...limits, headers: Infinity }, total }
}
