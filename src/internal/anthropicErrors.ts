/**
 * What Anthropic's errors mean.
 *
 * @see https://platform.claude.com/docs/en/api/errors
 */
import type { Dialect } from "../Dialect.ts"
import type { Table } from "./classify.ts"
import { classify } from "./classify.ts"

const table: Table = {
  specific: new Map([
    ["overloaded_error", "Overloaded"],
    ["rate_limit_error", "RateLimit"],
    ["billing_error", "QuotaExceeded"],
    ["authentication_error", "Authentication"],
    ["permission_error", "PermissionDenied"],
    ["timeout_error", "Server"],
    ["request_too_large", "InvalidRequest"]
  ]),
  generic: new Map([
    ["invalid_request_error", "InvalidRequest"],
    ["not_found_error", "InvalidRequest"],
    ["api_error", "Server"]
  ]),
  wording: [
    [
      /prompt is too long|exceeds? (?:the )?(?:model's )?(?:maximum )?context (?:limit|length|window)/i,
      "ContextLength"
    ],
    [/blocked by content filtering policy/i, "ContentFilter"],
    // "model: claude-sonet-4-5", but not "model: Field required".
    [/^model: \S+$/i, "ModelNotFound"]
  ]
}

const byTable = classify(table)

/** Of the account's money, not of the moment: these come as 400 and as 429, and waiting does not help. */
const noMoney = /credit balance is too low|reached your specified (?:\w+ )?(?:API )?usage limits?|spend(?:ing)? limit/i

/** `messages.0.content: ...` and `max_tokens: 200000 > 64000, ...` begin with what is wrong. */
const paramOf = (message: string): string | undefined => /^([a-z_]+(?:\.\w+)*): /.exec(message)?.[1]

export const failure: Dialect["failure"] = (facts, endpoint) => {
  const message = facts.message ?? ""
  if (noMoney.test(message)) return { _tag: "QuotaExceeded" }
  const reason = byTable(facts, endpoint)
  const param = reason._tag === "InvalidRequest" && reason.param === undefined ? paramOf(message) : undefined
  return param === undefined ? reason : { _tag: "InvalidRequest", param }
}
