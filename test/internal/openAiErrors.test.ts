import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import type { ErrorFacts } from "../../src/Dialect.ts"
import type { Server } from "../../src/Endpoint.ts"
import { failure } from "../../src/internal/openAiErrors.ts"
import type { Reason } from "../../src/ProviderError.ts"
import * as Cascadia from "../../src/providers/Cascadia.ts"
import * as Databricks from "../../src/providers/Databricks.ts"
import * as DeepInfra from "../../src/providers/DeepInfra.ts"
import * as Fireworks from "../../src/providers/Fireworks.ts"
import * as GitHub from "../../src/providers/GitHub.ts"
import * as Kenari from "../../src/providers/Kenari.ts"
import * as Otari from "../../src/providers/Otari.ts"
import * as Qiniu from "../../src/providers/Qiniu.ts"
import * as Requesty from "../../src/providers/Requesty.ts"
import * as Voyage from "../../src/providers/Voyage.ts"
import * as Watsonx from "../../src/providers/Watsonx.ts"

type Row = readonly [name: string, facts: ErrorFacts, tag: Reason["_tag"]]

const check = (rows: ReadonlyArray<Row>) => {
  for (const [name, facts, tag] of rows) {
    it(`${name}: ${tag}`, () => assert.strictEqual(failure(facts)._tag, tag))
  }
}

const bad = (message: string): ErrorFacts => ({ status: 400, type: "invalid_request_error", message })

describe("codes that mean one thing", () => {
  const codes: ReadonlyArray<readonly [Reason["_tag"], ReadonlyArray<string>]> = [
    ["QuotaExceeded", [
      "insufficient_quota",
      "billing_hard_limit_reached",
      "billing_not_active",
      "credit_balance_exhausted",
      "organization_spend_limit_exceeded",
      "organization_usage_limit_exceeded",
      "project_spend_limit_exceeded",
      "exceeded_current_quota_error",
      "Arrearage",
      "insufficient_user_quota",
      "insufficient_balance_error"
    ]],
    ["Authentication", ["invalid_api_key", "InvalidApiKey", "invalid_authentication_error"]],
    ["ContextLength", [
      "context_length_exceeded",
      "exceed_context_size_error",
      "too_many_prompt_tokens",
      "tokens_limit_reached",
      "model_max_prompt_tokens_exceeded"
    ]],
    ["ContentFilter", [
      "content_filter",
      "content_policy_violation",
      "ResponsibleAIPolicyViolation",
      "data_inspection_failed",
      "DataInspectionFailed",
      "hooks_failed"
    ]],
    ["ModelNotFound", [
      "model_not_found",
      "DeploymentNotFound",
      "model_decommissioned",
      "model_not_available",
      "invalid_model",
      "model_not_supported",
      "unknown_model"
    ]],
    ["Overloaded", [
      "server_is_overloaded",
      "overloaded_error",
      "engine_overloaded",
      "engine_overloaded_error",
      "model_overloaded",
      "capacity_exceeded"
    ]]
  ]
  check(codes.flatMap(([tag, codes]) =>
    codes.flatMap((code): ReadonlyArray<Row> => [
      [`code ${code}`, { code }, tag],
      [`type ${code} with 429`, { type: code, status: 429 }, tag],
      [`code ${code} with 400 and a type`, { code, type: "invalid_request_error", status: 400 }, tag]
    ])
  ))
})

describe("statuses", () => {
  check([
    ["400", { status: 400 }, "InvalidRequest"],
    ["401 with a wide type", { status: 401, type: "api_error", message: "Unauthorized" }, "Authentication"],
    [
      "401 with a code that says otherwise",
      { status: 401, type: "authentication_error", code: "invalid_request_error" },
      "Authentication"
    ],
    ["402", { status: 402 }, "QuotaExceeded"],
    ["403", { status: 403, code: "unsupported_country_region_territory" }, "PermissionDenied"],
    ["404 about something else", { status: 404, message: "Not Found" }, "InvalidRequest"],
    ["413 over a rate limit", {
      status: 413,
      type: "tokens",
      code: "rate_limit_exceeded",
      message: "Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 8231, " +
        "please reduce your message size and try again."
    }, "InvalidRequest"],
    ["429", { status: 429, type: "requests", code: "rate_limit_exceeded" }, "RateLimit"],
    ["429 without a body", { status: 429 }, "RateLimit"],
    ["498", { status: 498, message: "Flex tier capacity exceeded" }, "Overloaded"],
    ["500", { status: 500, message: "the model failed to generate a response" }, "Server"],
    ["503", { status: 503 }, "Overloaded"]
  ])

  it("a parameter and a wait are kept", () => {
    const retryAfter = Duration.seconds(3)
    assert.deepStrictEqual(failure({ status: 400, param: "messages[0].role" }), {
      _tag: "InvalidRequest",
      param: "messages[0].role"
    })
    assert.deepStrictEqual(failure({ code: "rate_limit_exceeded", retryAfter }), { _tag: "RateLimit", retryAfter })
  })
})

describe("types where there is no status", () => {
  const types: ReadonlyArray<readonly [Reason["_tag"], ReadonlyArray<string>]> = [
    ["InvalidRequest", [
      "invalid_request_error",
      "invalid_request",
      "bad_request_error",
      "BadRequestError",
      "unsupported_value",
      "tool_use_failed",
      "json_validate_failed",
      "not_supported_error",
      "not_found_error",
      "NotFoundError",
      "2013"
    ]],
    ["Authentication", ["authentication_error", "AuthenticationError", "authorized_error"]],
    ["PermissionDenied", [
      "permission_error",
      "permission_denied_error",
      "PermissionDeniedError",
      "request_forbidden",
      "unsupported_country_region_territory"
    ]],
    ["RateLimit", [
      "rate_limit_exceeded",
      "rate_limit_error",
      "rate_limit_reached_error",
      "RateLimitError",
      "RateLimitReached",
      "too_many_requests",
      "too_many_requests_error",
      "slow_down",
      "tokens",
      "requests"
    ]],
    ["Overloaded", [
      "overloaded",
      "service_unavailable",
      "service_unavailable_error",
      "ServiceUnavailableError",
      "unavailable_error"
    ]],
    ["Server", [
      "server_error",
      "api_error",
      "internal_error",
      "internal_server_error",
      "InternalServerError",
      "timeout",
      "constructor",
      "never heard of"
    ]],
    ["QuotaExceeded", ["insufficient_balance", "account_error"]]
  ]
  check(
    types.flatMap(([tag, types]) =>
      types.flatMap((
        type
      ): ReadonlyArray<Row> => [[`type ${type}`, { type }, tag], [`code ${type}`, { code: type }, tag]])
    )
  )
  check([
    ["nothing known", {}, "Server"],
    ["a wide type with a telling code", { type: "api_error", code: "rate_limit_exceeded" }, "RateLimit"],
    ["the type before the code", { type: "invalid_request_error", code: "server_error" }, "InvalidRequest"]
  ])
})

describe("wording", () => {
  const sentences: ReadonlyArray<readonly [Reason["_tag"], ReadonlyArray<string>]> = [
    ["ContextLength", [
      "This model's maximum context length is 4097 tokens. However, you requested 4116 tokens.",
      "This endpoint's maximum context length is 200000 tokens. However, you requested about 2500021 tokens",
      "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
      "Your input exceeds the context window of this model. Please adjust your input and try again.",
      "the request exceeds the available context size, try increasing it",
      "Context size has been exceeded.",
      "prompt too big for model context size",
      "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
      "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
      "The number of tokens to keep from the initial prompt is greater than the context length.",
      "prompt is too long: 213462 tokens > 200000 maximum",
      "The total length of all messages is too long.",
      "The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).",
      "Invalid request: Your request exceeded model token limit: 8192",
      "invalid params, context window exceeds limit",
      "Please reduce the length of the messages or completion.",
      "`inputs` tokens + `max_new_tokens` must be <= 4097. Given: 5000 `inputs` tokens",
      "Range of input length should be [1, 6000]",
      "too many tokens for this context",
      "Trying to keep the first 9000 tokens. However, the model is loaded with context length of only 4096 tokens.",
      "Context size has been exceeded.",
      "Reached context length of 4096 tokens with model a-model",
      "upstream said: context_length_exceeded"
    ]],
    ["ContentFilter", [
      "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."
    ]],
    ["ModelNotFound", [
      "The model `gpt-9.1` does not exist or you do not have access to it.",
      "model 'nonexistent-model:latest' not found",
      "model \"x\" not found, try pulling it first",
      "models/gemini-9 is not found for API version v1main",
      "The requested model 'x/y' does not exist",
      "Model not found",
      "Model Not Exist",
      "Not found the model moonshot-v9 or Permission denied",
      "No endpoints found for x/y.",
      "x/y is not a valid model ID",
      "Invalid model: mistral-gigantic",
      "invalid params, unknown model 'x' (2013)",
      "Invalid model identifier \"a-model\"."
    ]],
    ["Authentication", [
      "Incorrect API key provided: xx",
      "API key not valid. Please pass a valid API key."
    ]],
    ["QuotaExceeded", [
      "Insufficient Balance",
      "Insufficient credits. Add more"
    ]],
    // Near to the patterns, and about something else.
    ["InvalidRequest", [
      "max_tokens is too large: 9999999. This model supports at most 16384 completion tokens.",
      "Invalid value for 'content': expected a string, got null.",
      "Error while downloading https://example.com/model.png.",
      "Unsupported value: 'messages[0].role' does not support 'developer' with this model.",
      "Invalid model parameter temperature",
      "Unknown model parameter temperature",
      "Tool call id 'x' not found in previous message"
    ]]
  ]
  check(sentences.flatMap(([tag, sentences]) => sentences.map((sentence): Row => [sentence, bad(sentence), tag])))
  check([
    [
      "inside a stream, without type or status",
      { message: "prompt is too long: 2 tokens > 1 maximum" },
      "ContextLength"
    ],
    ["with 404", { status: 404, message: "The model `x` does not exist." }, "ModelNotFound"],
    ["with 500", { status: 500, message: "the request exceeds the available context size" }, "ContextLength"],
    ["OpenRouter's moderation", {
      status: 403,
      message: "openai/gpt-4o requires moderation on OpenAI. Your input was flagged for \"violence\"."
    }, "ContentFilter"],
    [
      "xAI's moderation",
      { status: 403, message: "Content violates usage guidelines. Failed check: X" },
      "ContentFilter"
    ],
    ["a full engine in a stream", { type: "server_error", message: "Engine overloaded" }, "Overloaded"],
    ["a rate limit stays one", { status: 429, message: "maximum context length" }, "RateLimit"],
    ["xAI's rate limit stays one", {
      status: 429,
      code: "Some resource has been exhausted",
      message: "Too many requests for team 1 and model x. Requests per Minute (actual/limit): 61/60."
    }, "RateLimit"],
    ["xAI, with 429: no money left", {
      status: 429,
      code: "Some resource has been exhausted",
      message: "Your team 1 has either used all available credits or reached its monthly spending limit."
    }, "QuotaExceeded"],
    ["xAI, with 403: no money yet", {
      status: 403,
      message: "Your newly created team doesn't have any credits or licenses yet."
    }, "QuotaExceeded"],
    ["xAI, inside a stream", {
      code: "The service is currently unavailable",
      message: "Service temporarily unavailable. The model is at capacity."
    }, "Overloaded"],
    ["Moonshot's other wording", { status: 400, message: "Input token length too long" }, "ContextLength"],
    ["OpenRouter's own type", { status: 429, code: "429", type: "provider_overloaded" }, "Overloaded"],
    ["Text Generation Inference", { status: 429, type: "overloaded", message: "Model is overloaded" }, "Overloaded"],
    ["a wrong key stays one", { status: 401, message: "The model `x` does not exist." }, "Authentication"]
  ])

  it("is read in linear time", () => {
    const from = performance.now()
    for (const word of ["model ", "models/", "input token count ", "too many tokens ", "requires moderation on "]) {
      failure(bad(word.repeat(Math.floor(65_536 / word.length))))
    }
    assert.isBelow(performance.now() - from, 2_000)
  })
})

describe("sentences of one server, whatever the status", () => {
  const broke = { status: 503, type: "quota_exceeded_error" }
  const rows: ReadonlyArray<readonly [ErrorFacts, Server, Reason["_tag"]]> = [
    [bad("Bad request: prompt token count (131301) cannot exceed 128000."), Databricks.endpoint, "ContextLength"],
    [{ status: 403, message: "Invalid access token." }, Databricks.endpoint, "Authentication"],
    [{ status: 403, message: "Not authenticated" }, DeepInfra.endpoint, "Authentication"],
    [{ message: "Not authenticated" }, DeepInfra.endpoint, "Authentication"],
    [{ message: "Model busy, retry later" }, DeepInfra.endpoint, "Overloaded"],
    [
      {
        status: 412,
        message:
          "Account a is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices."
      },
      Fireworks.endpoint,
      "QuotaExceeded"
    ],
    [bad("The monthly spending limit is suspended"), Fireworks.endpoint, "InvalidRequest"],
    [bad("model 'x/y' is not allowed by this key. Allowed models: a, b"), Kenari.endpoint, "PermissionDenied"],
    [{ status: 502, message: "The provider rejected the gateway's credentials" }, Otari.endpoint, "Authentication"],
    [
      { status: 502, message: "The upstream provider account is out of credit or over its billing limit." },
      Otari.endpoint,
      "QuotaExceeded"
    ],
    [bad("Provider and/or model not supported"), Requesty.endpoint, "ModelNotFound"],
    [{ status: 403, message: "Invalid authorization token" }, Requesty.endpoint, "Authentication"],
    [{ status: 412, message: "Reached monthly spend limit for API key" }, Requesty.endpoint, "QuotaExceeded"],
    [{ status: 424, message: "Invalid provider response format" }, Requesty.endpoint, "Server"],
    [
      bad("Model a-model is not supported. Supported models are ['voyage-3.5', 'voyage-code-3']."),
      Voyage.endpoint,
      "ModelNotFound"
    ],
    [
      bad("the number of input tokens 4098 cannot exceed the total tokens limit 4096 for this model"),
      Watsonx.endpoint,
      "ContextLength"
    ],
    [
      { status: 413, message: "prompt is 70000 bytes; max allowed is 32768 (max_prompt_bytes)" },
      Cascadia.endpoint,
      "ContextLength"
    ],
    [{ message: "engine at capacity; retry after current requests complete" }, Cascadia.endpoint, "Overloaded"],
    [
      { status: 403, message: "Unable to proceed with model usage. This account has reached its budget limit." },
      GitHub.endpoint,
      "QuotaExceeded"
    ],
    [
      { ...broke, message: "user quota is not enough error (model: m, minimum quota: 0.01, your quota: 0.00)" },
      Qiniu.endpoint,
      "QuotaExceeded"
    ],
    [{ ...broke, message: "the price of the model is not set (model: m)" }, Qiniu.endpoint, "ModelNotFound"],
    [{ ...broke, message: "not authenticated error (model: m)" }, Qiniu.endpoint, "Authentication"],
    [{ ...broke, message: "no channel" }, Qiniu.endpoint, "Overloaded"]
  ]
  for (const [facts, endpoint, tag] of rows) {
    it(`${endpoint.id}, ${facts.message}: ${tag}`, () => assert.strictEqual(failure(facts, endpoint)._tag, tag))
  }
})
