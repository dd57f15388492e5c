/**
 * The endpoint, and what the provider's errors mean.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import type { ErrorFacts } from "../../src/Dialect.ts"
import { dialect, endpoint, modelsDialect } from "../../src/providers/Anthropic.ts"

describe("endpoint", () => {
  it("is Anthropic's", () => {
    const { dialect: spoken, models, ...data } = endpoint
    assert.strictEqual(spoken, dialect)
    assert.deepStrictEqual(models, { dialect: modelsDialect })
    assert.deepStrictEqual(data, {
      id: "anthropic",
      baseUrl: "https://api.anthropic.com",
      auth: { _tag: "Header", name: "x-api-key" },
      env: { apiKey: "ANTHROPIC_API_KEY", baseUrl: "ANTHROPIC_BASE_URL" },
      capabilities: {
        streaming: true,
        tools: true,
        parallelTools: true,
        reasoning: true,
        images: true,
        files: true,
        audio: false,
        responseFormat: "json_schema",
        embeddings: false,
        models: true
      }
    })
    assert.deepStrictEqual(dialect.headers, { "anthropic-version": "2023-06-01" })
    assert.strictEqual(dialect.id, "anthropic")
  })
})

describe("failure", () => {
  const cases: ReadonlyArray<readonly [string, ErrorFacts, ReturnType<typeof dialect.failure>]> = [
    ["overloaded, in a stream", { type: "overloaded_error", message: "Overloaded" }, { _tag: "Overloaded" }],
    ["overloaded", { status: 529, type: "overloaded_error" }, { _tag: "Overloaded" }],
    ["rate limit, in a stream", { type: "rate_limit_error" }, { _tag: "RateLimit" }],
    [
      "rate limit",
      { status: 429, type: "rate_limit_error", retryAfter: Duration.seconds(23) },
      { _tag: "RateLimit", retryAfter: Duration.seconds(23) }
    ],
    ["api_error, in a stream", { type: "api_error", message: "Internal server error" }, { _tag: "Server" }],
    ["api_error", { status: 500, type: "api_error" }, { _tag: "Server" }],
    ["timeout", { status: 504, type: "timeout_error" }, { _tag: "Server" }],
    ["conflict", { status: 409, type: "conflict_error" }, { _tag: "Server" }],
    ["authentication", { status: 401, type: "authentication_error" }, { _tag: "Authentication" }],
    ["authentication, in a stream", { type: "authentication_error" }, { _tag: "Authentication" }],
    ["permission", { status: 403, type: "permission_error" }, { _tag: "PermissionDenied" }],
    ["billing", { status: 402, type: "billing_error" }, { _tag: "QuotaExceeded" }],
    ["billing, in a stream", { type: "billing_error" }, { _tag: "QuotaExceeded" }],
    ["too large", { status: 413, type: "request_too_large" }, { _tag: "InvalidRequest" }],
    [
      "an unknown model",
      { status: 404, type: "not_found_error", message: "model: claude-sonet-4-5" },
      { _tag: "ModelNotFound" }
    ],
    ["another 404", { status: 404, type: "not_found_error", message: "Not found" }, { _tag: "InvalidRequest" }],
    [
      "a long prompt",
      { status: 400, type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" },
      { _tag: "ContextLength" }
    ],
    [
      "a long prompt, in a stream",
      { type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" },
      { _tag: "ContextLength" }
    ],
    [
      "no place for the answer",
      {
        status: 400,
        type: "invalid_request_error",
        message: "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length"
      },
      { _tag: "ContextLength" }
    ],
    [
      "too high a limit",
      {
        status: 400,
        type: "invalid_request_error",
        message: "max_tokens: 200000 > 64000, which is the maximum allowed number of output tokens for claude-x"
      },
      { _tag: "InvalidRequest", param: "max_tokens" }
    ],
    [
      "a bad message",
      { status: 400, type: "invalid_request_error", message: "messages.0.content: Input should be a valid string" },
      { _tag: "InvalidRequest", param: "messages.0.content" }
    ],
    [
      "no model",
      { status: 400, type: "invalid_request_error", message: "model: Field required" },
      { _tag: "InvalidRequest", param: "model" }
    ],
    [
      "no money",
      {
        status: 400,
        type: "invalid_request_error",
        message: "Your credit balance is too low to access the Anthropic API."
      },
      { _tag: "QuotaExceeded" }
    ],
    [
      "the account's own limit",
      {
        status: 400,
        type: "invalid_request_error",
        message: "You have reached your specified API usage limits. You will regain access on 2026-01-01."
      },
      { _tag: "QuotaExceeded" }
    ],
    [
      "the workspace's limit, as 429",
      {
        status: 429,
        type: "rate_limit_error",
        message: "You have reached your specified workspace API usage limits."
      },
      { _tag: "QuotaExceeded" }
    ],
    [
      "filtered",
      { status: 400, type: "invalid_request_error", message: "Output blocked by content filtering policy" },
      { _tag: "ContentFilter" }
    ],
    ["an unknown type", { type: "brand_new_error" }, { _tag: "Server" }],
    ["an unknown type with a status", { status: 422, type: "brand_new_error" }, { _tag: "InvalidRequest" }]
  ]

  for (const [name, facts, reason] of cases) {
    it(`${name} is ${reason._tag}`, () => {
      assert.deepStrictEqual(dialect.failure(facts), reason)
    })
  }
})
