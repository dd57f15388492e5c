/**
 * Errors inside a 200: in a frame, beside one, or in place of the stream.
 */
import type { Reason } from "../../src/ProviderError.ts"
import {
  ab,
  anthropic,
  both,
  C,
  choice,
  counted,
  D,
  data,
  each,
  event,
  F,
  fails,
  type Failure,
  type Fault,
  finish,
  inDialect,
  start,
  text,
  type Words
} from "./fault.ts"

/** Whose words mean nothing to Ollama and to Gemini. */
const ofAnthropic = "Anthropic's"

/** The shapes in use, and what each is. */
const payloads: ReadonlyArray<readonly [string, object, Failure]> = [
  ["a text", { error: "boom" }, fails("Server", { status: 500, detail: "boom" })],
  [
    "OpenAI's and OpenRouter's",
    { error: { message: "Rate limit", type: "x", code: 429, param: null, metadata: { provider_name: "x" } } },
    fails("RateLimit", { status: 429, code: "429", detail: "Rate limit" })
  ],
  [
    "OpenAI's with a code that is null",
    { error: { message: "boom", type: "server_error", code: null, param: null } },
    fails("Server", { status: 500, code: "server_error", detail: "boom" })
  ],
  [
    "vLLM's",
    { object: "error", message: "boom", type: "InternalServerError", param: null, code: 500 },
    fails("Server", { status: 500, code: "500", detail: "boom" })
  ],
  [
    ofAnthropic,
    { type: "error", error: { type: "overloaded_error", message: "Overloaded" }, request_id: "req_1" },
    fails("Overloaded", { status: 529, code: "overloaded_error", detail: "Overloaded", requestId: "req_1" })
  ],
  ["FastAPI's", { detail: "Model is loading" }, fails("Server", { status: 500, detail: "Model is loading" })],
  [
    "DashScope's",
    { code: "InternalError", message: "boom", request_id: "req_2" },
    fails("Server", { status: 500, code: "InternalError", detail: "boom", requestId: "req_2" })
  ]
]

/** Anthropic's own words, which gateways hand on in OpenAI's dialect. */
const types: ReadonlyArray<readonly [string, Reason["_tag"], number]> = [
  ["overloaded_error", "Overloaded", 529],
  ["rate_limit_error", "RateLimit", 429],
  ["api_error", "Server", 500],
  ["invalid_request_error", "InvalidRequest", 400],
  ["authentication_error", "Authentication", 401],
  ["permission_error", "PermissionDenied", 403]
]

const typed = (type: string): string =>
  `event: error\n${data({ type: "error", error: { type, message: "It said no" }, request_id: "req_1" })}`

/** Whole answers of servers that do not stream. */
const wholes: { readonly [dialect in Words["dialect"]]: unknown } = {
  openai: {
    id: "c1",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: "ab" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 }
  },
  anthropic: {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "m",
    content: [{ type: "text", text: "ab" }],
    stop_reason: "end_turn",
    usage: { input_tokens: 3, output_tokens: 5 }
  },
  gemini: {
    candidates: [{ content: { parts: [{ text: "ab" }], role: "model" }, finishReason: "STOP", index: 0 }],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 5, totalTokenCount: 8 },
    modelVersion: "m",
    responseId: "r1"
  },
  ollama: {
    model: "m",
    message: { role: "assistant", content: "ab" },
    done: true,
    done_reason: "stop",
    prompt_eval_count: 3,
    eval_count: 5
  }
}

const json = "application/json"

const page = "<!doctype html><html><head><title>Bad gateway</title></head></html>"

const events = both((w) => [
  ...types.flatMap(([type, reason, status]) => [
    {
      covers: ["4.2", "15.7", ...(type === "overloaded_error" ? ["19.13"] : [])],
      name: `event: error, ${type}`,
      pieces: [typed(type)],
      told: [],
      end: fails(reason, { status, code: type, detail: "It said no", requestId: "req_1" })
    },
    {
      covers: ["4.2"],
      name: `event: error, ${type}, after a text`,
      pieces: [w.open + w.C("a"), typed(type)],
      told: [text("a")],
      end: fails(reason, { status, code: type, detail: "It said no", requestId: "req_1" })
    }
  ]),
  {
    covers: ["4.2"],
    name: "event: error with data that has no mark of an error",
    pieces: [w.open + w.C("a"), "event: error\ndata: {\"message\":\"It said no\"}\n\n"],
    told: [text("a")],
    end: fails("Server", { status: 500, detail: "It said no" })
  },
  {
    covers: ["4.2"],
    name: "an error after the finish",
    pieces: [w.open + w.C("a") + w.F, w.error("overloaded_error", "Overloaded")],
    told: [text("a")],
    end: fails("Overloaded", { status: 529 })
  },
  {
    covers: ["4.3"],
    name: "JSON that is neither an answer nor an error",
    pieces: ["{\"hello\":1}"],
    contentType: json,
    told: [],
    end: fails("UnexpectedBody", { excerpt: "{\"hello\":1}" })
  }
])

const shared = each((w) => [
  ...payloads.filter(([name]) => ["openai", "anthropic"].includes(w.dialect) || name !== ofAnthropic).flatMap((
    [name, payload, failure]
  ) => [
    {
      covers: ["4.1", "15.7"],
      name: `an error as the first event: ${name}`,
      pieces: [w.frame(payload), w.D],
      told: [],
      end: failure
    },
    {
      covers: ["4.1"],
      name: `an error as the third event: ${name}`,
      // What follows is not told, though it comes in the same read.
      pieces: [w.open + w.C("a") + w.C("b") + w.frame(payload) + w.C("c") + w.F + w.D],
      told: [text("a"), text("b")],
      end: failure
    }
  ]),
  {
    covers: ["19.9"],
    name: "a rate limit with its status as a number",
    pieces: [w.frame({ error: { message: "Rate limit", code: 429, metadata: { provider_name: "x" } } }), w.D],
    told: [],
    end: fails("RateLimit", { status: 429, detail: "Rate limit" })
  },
  {
    covers: ["19.10"],
    name: "vLLM's error after a text",
    pieces: [
      w.open + w.C("a"),
      w.frame({ object: "error", message: "boom", type: "InternalServerError", code: 500 }),
      w.D
    ],
    told: [text("a")],
    end: fails("Server", { status: 500, detail: "boom" })
  },
  {
    covers: ["19.12"],
    name: "an error without words",
    pieces: [w.frame({ error: { code: "", message: "", type: "server_error" }, request_id: "" })],
    told: [],
    end: fails("Server", { status: 500, code: "server_error" })
  },
  {
    covers: ["19.14", "4.3", "15.2b"],
    name: "a JSON error",
    pieces: ["{\"error\":{\"message\":\"no credits\",\"code\":402}}"],
    contentType: json,
    told: [],
    end: fails("QuotaExceeded", { status: 402, detail: "no credits" })
  },
  {
    covers: ["4.3"],
    name: "a JSON error on several lines, announced as nothing",
    pieces: ["\n{\n  \"error\": {\n    \"message\": \"no credits\",\n    \"code\": 402\n  }\n}\n"],
    contentType: undefined,
    told: [],
    end: fails("QuotaExceeded", { status: 402, detail: "no credits" })
  },
  {
    covers: ["4.3"],
    name: "a JSON error that is cut",
    pieces: ["{\"error\":{\"message\":\"no cre"],
    contentType: json,
    told: [],
    end: fails("TruncatedStream")
  },
  {
    covers: ["19.14", "4.3", "15.2c"],
    name: "a page",
    pieces: [page],
    contentType: "text/html; charset=utf-8",
    told: [],
    end: fails("UnexpectedBody", { excerpt: page })
  },
  {
    covers: ["4.3"],
    name: "a page that says it is a stream",
    pieces: [page],
    told: [],
    end: fails("UnexpectedBody", { excerpt: page })
  },
  {
    covers: ["4.3"],
    name: "a text",
    pieces: ["upstream timed out"],
    contentType: "text/plain",
    told: [],
    end: fails("UnexpectedBody", { excerpt: "upstream timed out" })
  },
  {
    covers: ["19.14", "4.3", "15.2d"],
    name: "an error without a frame",
    pieces: [
      "{\"error\":{\"code\":400,\"message\":\"prompt is too long: the request exceeds the available context size\"," +
      "\"type\":\"exceed_context_size_error\"}}"
    ],
    told: [],
    end: fails("ContextLength", { status: 400 })
  },
  {
    covers: ["4.3"],
    name: "an error without a frame after a text",
    pieces: [w.open + w.C("a"), "{\"error\":{\"message\":\"busy\",\"code\":503}}\n"],
    told: [text("a")],
    end: fails("Overloaded", { status: 503, detail: "busy" })
  },
  {
    covers: ["4.3"],
    name: "a whole answer in place of the stream",
    pieces: [JSON.stringify(wholes[w.dialect])],
    contentType: json,
    told: [text("ab"), w.stopped, counted(3, 5)],
    end: "success"
  },
  {
    covers: ["4.3"],
    name: "a whole answer that says it is a stream",
    pieces: [JSON.stringify(wholes[w.dialect], null, 2)],
    told: [text("ab"), w.stopped, counted(3, 5)],
    end: "success"
  },
  ...[undefined, "text/plain", json].map((contentType) => ({
    covers: ["4.3"],
    name: `a stream, announced as ${contentType ?? "nothing"}`,
    pieces: [w.open + w.C("a") + w.C("b") + w.F + w.D],
    contentType,
    told: ab(w),
    end: "success" as const
  }))
])

const openAiFaults = inDialect("openai", [
  {
    covers: ["19.11", "4.1", "15.6"],
    name: "an error beside choices",
    pieces: [
      C("a"),
      data({
        id: "c1",
        choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }],
        error: { code: "server_error", message: "Provider disconnected" }
      }),
      D
    ],
    told: [text("a")],
    end: fails("Server", { status: 500, code: "server_error", detail: "Provider disconnected" })
  },
  {
    covers: ["4.1"],
    name: "an error inside a choice, after its text",
    pieces: [
      choice({
        delta: { content: "a" },
        finish_reason: "error",
        error: { code: 502, message: "Provider disconnected" }
      }),
      D
    ],
    told: [text("a")],
    end: fails("Server", { status: 502, detail: "Provider disconnected" })
  },
  {
    covers: ["4.1"],
    name: "an error that is null is none",
    pieces: [
      data({ id: "c1", model: "m", choices: [{ index: 0, delta: { content: "a" } }], error: null }),
      F("stop") + D
    ],
    told: [text("a"), finish("stop", "stop")],
    end: "success"
  },
  {
    covers: ["4.1"],
    name: "Cloudflare's list of errors",
    pieces: [data({ errors: [{ code: 3040, message: "Capacity temporarily exceeded" }], success: false })],
    told: [],
    end: fails("Server", { code: "3040", detail: "Capacity temporarily exceeded" })
  },
  {
    covers: ["4.1"],
    name: "Google's list of one error",
    pieces: [data([{ error: { code: 503, message: "The model is overloaded", status: "UNAVAILABLE" } }])],
    told: [],
    end: fails("Overloaded", { status: 503, detail: "The model is overloaded" })
  },
  {
    covers: ["4.1"],
    name: "a code that means one thing",
    pieces: [C("a"), data({ code: "InvalidApiKey", message: "no such key", request_id: "req_3" })],
    told: [text("a")],
    end: fails("Authentication", { status: 401, code: "InvalidApiKey", requestId: "req_3" })
  },
  {
    covers: ["4.1"],
    name: "no quota",
    pieces: [data({ error: { message: "You exceeded", type: "insufficient_quota", code: "insufficient_quota" } })],
    told: [],
    end: fails("QuotaExceeded", { status: 402, code: "insufficient_quota" })
  }
])

const anthropicFaults = inDialect("anthropic", [
  {
    covers: ["19.11", "4.1", "15.6"],
    name: "an error beside a stop_reason",
    pieces: [
      anthropic.open + anthropic.C("a"),
      event({
        type: "message_delta",
        delta: { stop_reason: "end_turn" },
        error: { type: "api_error", message: "Provider disconnected" }
      }),
      anthropic.D
    ],
    told: [text("a")],
    end: fails("Server", { status: 500, code: "api_error", detail: "Provider disconnected" })
  },
  {
    covers: ["4.1"],
    name: "an error after the counts",
    pieces: [start({ input_tokens: 10, cache_read_input_tokens: 512 }), anthropic.error("api_error", "Internal")],
    told: [],
    end: fails("Server", { status: 500, usage: { promptTokens: 522, cachedTokens: 512 } })
  },
  {
    covers: ["4.2"],
    name: "an error inside an event of another name",
    pieces: [event({ type: "ping" }), data({ type: "error", error: { type: "timeout_error", message: "slow" } })],
    told: [],
    end: fails("Server", { status: 500, code: "timeout_error" })
  },
  {
    covers: ["4.2"],
    name: "no money",
    pieces: [anthropic.error("invalid_request_error", "Your credit balance is too low to access the Anthropic API.")],
    told: [],
    end: fails("QuotaExceeded", { status: 402 })
  },
  {
    covers: ["4.2"],
    name: "a prompt that is too long",
    pieces: [anthropic.error("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")],
    told: [],
    end: fails("ContextLength", { status: 400 })
  }
])

/** Words in place of a finish reason that say that the server gave up. */
const abortedBy: ReadonlyArray<readonly [string, Reason["_tag"]]> = [
  ["error", "Server"],
  ["abort", "Server"],
  ["network_error", "Server"],
  ["cancelled", "Server"],
  ["insufficient_system_resource", "Overloaded"]
]

const aborted = both((w) =>
  abortedBy.map(([word, reason]) => ({
    covers: ["4.5"],
    name: `the finish reason "${word}"`,
    pieces: [w.open + w.C("a"), w.F.replace(/"(stop|end_turn)"/, JSON.stringify(word)), w.D],
    told: [text("a")],
    end: fails(reason, { code: word })
  }))
)

export const faults: ReadonlyArray<Fault> = [...shared, ...events, ...openAiFaults, ...anthropicFaults, ...aborted]
