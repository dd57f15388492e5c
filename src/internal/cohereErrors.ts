/**
 * What Cohere's errors mean. They are `{ id, message }`, with no code that says more than the status.
 *
 * @see https://docs.cohere.com/reference/errors
 */
import type { Dialect } from "../Dialect.ts"
import type { Table } from "./classify.ts"
import { classify } from "./classify.ts"

const table: Table = {
  specific: new Map(),
  generic: new Map(),
  wording: [
    // Too high a `max_tokens` begins the same way, and is no matter of the prompt.
    [/^too many tokens: (?!max tokens\b)/i, "ContextLength"],
    [/\bmodel '[^']{1,200}' (?:was removed|(?:is )?not found)/i, "ModelNotFound"],
    // A trial key's: the next month is beyond any wait.
    [/\blimited to [\d,]{1,12} API calls \/ month/i, "QuotaExceeded"]
  ]
}

const byTable = classify(table)

/** `invalid request: temperature must be between ...` names the field, `too many tokens: max tokens must be ...` means one. */
const paramOf = (message: string): string | undefined =>
  /^invalid request: ([a-z_]{1,64}) must be /.exec(message)?.[1] ??
    (/^too many tokens: max tokens\b/i.test(message) ? "max_tokens" : undefined)

export const failure: Dialect["failure"] = (facts, endpoint) => {
  const reason = byTable(facts, endpoint)
  const param = reason._tag === "InvalidRequest" && reason.param === undefined
    ? paramOf(facts.message ?? "")
    : undefined
  return param === undefined ? reason : { _tag: "InvalidRequest", param }
}
