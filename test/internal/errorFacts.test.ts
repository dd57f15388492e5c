import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as FastCheck from "effect/FastCheck"
import * as ErrorFacts from "../../src/internal/errorFacts.ts"

/** The facts that are there. */
const told = (error: ErrorFacts.WireError | undefined): object | undefined =>
  error &&
  Object.fromEntries(Object.entries(error).filter(([, value]: readonly [string, unknown]) => value !== undefined))

const shapes: ReadonlyArray<readonly [name: string, json: unknown, facts: object]> = [
  ["OpenAI", { error: { message: "no", type: "invalid_request_error", code: "model_not_found", param: "model" } }, {
    message: "no",
    type: "invalid_request_error",
    code: "model_not_found",
    param: "model"
  }],
  ["a text", { error: "model runner crashed" }, { message: "model runner crashed" }],
  ["xAI", { code: "Some requested entity was not found", error: "no such model" }, {
    code: "Some requested entity was not found",
    message: "no such model"
  }],
  ["Text Generation Inference", { error: "Model is overloaded", error_type: "overloaded" }, {
    message: "Model is overloaded",
    type: "overloaded"
  }],
  ["Anthropic", { type: "error", error: { type: "overloaded_error", message: "Overloaded" }, request_id: "req_1" }, {
    message: "Overloaded",
    type: "overloaded_error",
    requestId: "req_1"
  }],
  ["vLLM", { object: "error", message: "boom", type: "InternalServerError", code: 500 }, {
    message: "boom",
    type: "InternalServerError",
    code: "500",
    status: 500
  }],
  ["Cerebras", { status_code: 429, error: { message: "slow", type: "too_many_requests_error", param: "", code: "" } }, {
    message: "slow",
    type: "too_many_requests_error",
    status: 429
  }],
  ["FastAPI", { detail: "Not here" }, { message: "Not here" }],
  ["FastAPI's list", { detail: [{ loc: ["body"], msg: "field required" }] }, { message: "field required" }],
  ["Mistral's list", {
    object: "error",
    message: { detail: [{ loc: ["body"], msg: "field required" }] },
    type: "invalid_request_error",
    raw_status_code: 422
  }, { message: "field required", type: "invalid_request_error" }],
  ["DeepInfra", { detail: { error: "please enter a payment method" } }, { message: "please enter a payment method" }],
  ["Atlas Cloud", { code: 401, msg: "unauthorized", request_id: "r", data: null }, {
    code: "401",
    status: 401,
    message: "unauthorized",
    requestId: "r"
  }],
  ["Databricks", { error_code: "BAD_REQUEST", message: "no" }, { code: "BAD_REQUEST", message: "no" }],
  ["Databricks, a number", { error_code: 403, message: "no" }, { code: "403", status: 403, message: "no" }],
  ["Otari", { detail: { message: "blocked", code: "guardrail_violation", guardrails: [] } }, {
    message: "blocked",
    code: "guardrail_violation"
  }],
  ["watsonx", { errors: [{ code: "no_such_project", message: "no" }], trace: "t1", status_code: 404 }, {
    status: 404,
    message: "no",
    code: "no_such_project",
    requestId: "t1"
  }],
  ["DashScope", { code: "InvalidApiKey", message: "Invalid API-key", request_id: "r" }, {
    code: "InvalidApiKey",
    message: "Invalid API-key",
    requestId: "r"
  }],
  ["Cloudflare", { success: false, errors: [{ code: 7003, message: "no route" }] }, {
    code: "7003",
    message: "no route"
  }],
  ["Google", [{ error: { code: 429, message: "quota", status: "RESOURCE_EXHAUSTED" } }], {
    code: "RESOURCE_EXHAUSTED",
    message: "quota",
    status: 429,
    type: "RESOURCE_EXHAUSTED"
  }],
  ["Google's details", {
    error: {
      code: 400,
      message: "no",
      status: "INVALID_ARGUMENT",
      details: [
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "3.07s" },
        { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" },
        { "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: [{ field: "top_p" }] }
      ]
    }
  }, {
    code: "INVALID_ARGUMENT",
    message: "no",
    status: 400,
    type: "API_KEY_INVALID",
    param: "top_p",
    retryAfter: Duration.millis(3070)
  }],
  ["OpenRouter", { error: { code: 429, message: "Provider returned error", metadata: { raw: "slow down" } } }, {
    code: "429",
    status: 429,
    message: "Provider returned error: slow down"
  }],
  ["OpenRouter's types", { error: { code: 503, message: "no", metadata: { error_type: "provider_overloaded" } } }, {
    code: "503",
    status: 503,
    message: "no",
    type: "provider_overloaded"
  }],
  ["GMI", {
    error: { message: "Backend failed", type: "backend_error", details: "{\"error\":{\"message\":\"too long\"}}" }
  }, {
    message: "Backend failed: too long",
    type: "backend_error"
  }],
  ["details that are no JSON", { error: { message: "no", details: "{<html>" } }, { message: "no" }],
  ["details that say no more", { error: { message: "no", details: "{\"error\":{\"code\":\"500\"}}" } }, {
    message: "no"
  }],
  ["details of GitHub Models", { error: { message: "no", code: "a", details: "no" } }, { message: "no", code: "a" }],
  ["a code that is null", { error: { message: "no", type: "server_error", code: null } }, {
    message: "no",
    type: "server_error"
  }],
  ["no text at all", { error: { code: "", message: "", type: "server_error" }, request_id: "" }, {
    type: "server_error"
  }],
  ["llama.cpp", { error: { code: 400, message: "too long", type: "exceed_context_size_error" } }, {
    code: "400",
    status: 400,
    message: "too long",
    type: "exceed_context_size_error"
  }],
  ["MiniMax", { id: "c", choices: null, base_resp: { status_code: 1008, status_msg: "insufficient balance" } }, {
    code: "1008",
    message: "insufficient balance"
  }],
  ["MiniMax, as HTTP has it", { type: "error", error: { type: "api_error", message: "no", http_code: "500" } }, {
    message: "no",
    type: "api_error",
    status: 500
  }],
  ["Llama API", { title: "Too Many Requests", detail: "Wait a bit", status: 429 }, {
    message: "Wait a bit",
    status: 429,
    type: "429"
  }]
]

describe("ofEvent", () => {
  for (const [name, json, facts] of shapes) {
    it(name, () => {
      assert.deepStrictEqual(told(ErrorFacts.ofEvent(json, undefined)), facts)
      assert.deepStrictEqual(told(ErrorFacts.ofBody(json)), facts)
    })
  }

  const none: ReadonlyArray<readonly [string, unknown]> = [
    ["a chunk", { id: "c", object: "chat.completion.chunk", choices: [] }],
    ["a chunk that says there is no error", { choices: [], error: null }],
    ["an error that is empty", { choices: [], error: "" }],
    ["no errors", { choices: [], errors: [] }],
    ["a chunk with a code and a message", { choices: [], code: 1, message: "x" }],
    ["a list with a code and a message", { code: 200, msg: "success", data: [] }],
    ["an event with a type", { type: "message_start", message: { id: "m" } }],
    ["MiniMax's word that all is well", { choices: [], base_resp: { status_code: 0, status_msg: "" } }],
    ["billing", { object: "billing.summary", billing: {} }],
    ["null", null],
    ["a number", 7],
    ["an empty object", {}],
    ["a list", [1, 2]]
  ]
  for (const [name, json] of none) {
    it(`${name} is no error`, () => {
      assert.isUndefined(ErrorFacts.ofEvent(json, undefined))
    })
  }

  it("the frame's name makes an error of what has no mark", () => {
    assert.deepStrictEqual(told(ErrorFacts.ofEvent({ message: "no" }, "error")), { message: "no" })
    assert.isUndefined(ErrorFacts.ofEvent({ message: "no" }, "message"))
  })

  it("a wait that the error asks for", () => {
    for (
      const json of [
        { error: { message: "x", retry_after: 2 } },
        { error: { message: "x", metadata: { retry_after_seconds: 2 } } }
      ]
    ) {
      const wait = ErrorFacts.ofEvent(json, undefined)?.retryAfter
      assert.strictEqual(wait === undefined ? undefined : Duration.toSeconds(wait), 2)
    }
    const endless = ErrorFacts.ofEvent({ error: { message: "x", retry_after: 1e308 } }, undefined)?.retryAfter
    assert.strictEqual(endless === undefined ? undefined : Duration.toMillis(endless), Number.MAX_SAFE_INTEGER)
    for (const wrong of [-1, "2", null, {}]) {
      assert.isUndefined(ErrorFacts.ofEvent({ error: { message: "x", retry_after: wrong } }, undefined)?.retryAfter)
    }
  })

  it("is total", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.jsonValue(), FastCheck.constantFrom("error", undefined), (json, event) => {
        ErrorFacts.ofEvent(json, event)
        ErrorFacts.ofBody(json)
        ErrorFacts.ofEvent({ error: json }, event)
      })
    )
  })
})

describe("ofBody", () => {
  it("takes what is there", () => {
    assert.deepStrictEqual(told(ErrorFacts.ofBody({ errors: ["no"] })), { message: "no" })
    assert.deepStrictEqual(told(ErrorFacts.ofBody({ type: "about:blank", title: "x", detail: "no" })), {
      message: "no",
      type: "about:blank"
    })
    assert.deepStrictEqual(told(ErrorFacts.ofBody({ message: "no", type: "x" })), { message: "no", type: "x" })
    assert.deepStrictEqual(told(ErrorFacts.ofBody("text")), { message: "text" })
    assert.deepStrictEqual(told(ErrorFacts.ofBody(null)), {})
    assert.deepStrictEqual(told(ErrorFacts.ofBody([])), {})
  })
})
