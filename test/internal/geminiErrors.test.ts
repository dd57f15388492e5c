/**
 * What Google's errors mean.
 */
import { assert, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as ErrorFacts from "../../src/internal/errorFacts.ts"
import { failure } from "../../src/internal/geminiErrors.ts"

const google = (code: number, status: string, message: string, ...details: ReadonlyArray<object>) =>
  failure(ErrorFacts.ofBody({ error: { code, message, status, details } }))

const info = (reason: string) => ({ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason })

const rows: ReadonlyArray<readonly [name: string, reason: unknown, expected: object]> = [
  [
    "a wrong key comes with 400",
    google(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", info("API_KEY_INVALID")),
    { _tag: "Authentication" }
  ],
  ["the same without details", google(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key."), {
    _tag: "Authentication"
  }],
  ["a field", google(400, "INVALID_ARGUMENT", "no", { fieldViolations: [{ field: "generation_config.top_p" }] }), {
    _tag: "InvalidRequest",
    param: "generation_config.top_p"
  }],
  [
    "the time to wait",
    google(429, "RESOURCE_EXHAUSTED", "quota, limit: 10", { retryDelay: "1.5s" }),
    { _tag: "RateLimit", retryAfter: Duration.millis(1500) }
  ],
  ["no quota at all", google(429, "RESOURCE_EXHAUSTED", "Quota exceeded for metric: x, limit: 0, model: y"), {
    _tag: "QuotaExceeded"
  }],
  ["a location", google(400, "FAILED_PRECONDITION", "User location is not supported for the API use."), {
    _tag: "PermissionDenied"
  }],
  ["too long", google(504, "DEADLINE_EXCEEDED", "The request timed out."), { _tag: "Server" }],
  ["cancelled by the server", google(499, "CANCELLED", "The operation was cancelled."), { _tag: "Server" }],
  ["busy", google(503, "UNAVAILABLE", "The model is overloaded."), { _tag: "Overloaded" }],
  ["no such model", google(404, "NOT_FOUND", "models/x is not found for API version v1beta"), {
    _tag: "ModelNotFound"
  }],
  ["something else is not there", google(404, "NOT_FOUND", "Cached content not found"), { _tag: "InvalidRequest" }]
]

for (const [name, reason, expected] of rows) it(name, () => assert.deepStrictEqual(reason, expected))
