/**
 * A failure of a call in the words of a fixture: only what the fixture says is compared.
 */
import { assert } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import { isProviderError, type ProviderError } from "../../src/ProviderError.ts"

export const Failure = Schema.Struct({
  /** The tag of `ProviderError.reason`. */
  reason: Schema.String,
  status: Schema.optional(Schema.Number),
  code: Schema.optional(Schema.String),
  param: Schema.optional(Schema.String),
  /** What the server said, as far as it is told. */
  detail: Schema.optional(Schema.String),
  requestId: Schema.optional(Schema.String),
  /** Seconds. */
  retryAfter: Schema.optional(Schema.Number)
})
export type Failure = typeof Failure.Type

const of = ({ code, detail, reason, requestId, status }: ProviderError): Failure => ({
  reason: reason._tag,
  status,
  code,
  detail,
  requestId,
  param: "param" in reason ? reason.param : undefined,
  retryAfter: "retryAfter" in reason && reason.retryAfter !== undefined
    ? Duration.toSeconds(reason.retryAfter)
    : undefined
})

/** How it failed, in the fields that are expected; `undefined` when it did not. */
export const ofExit = (exit: Exit.Exit<unknown, unknown>, expected: Failure | undefined): Failure | undefined => {
  if (Exit.isSuccess(exit)) return undefined
  const error = Cause.squash(exit.cause)
  if (!isProviderError(error)) return assert.fail(Cause.pretty(exit.cause))
  const found = of(error)
  return {
    reason: found.reason,
    ...Object.fromEntries(Object.entries(found).filter(([name]) => Object.hasOwn(expected ?? found, name)))
  }
}
