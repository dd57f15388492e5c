/**
 * Faults of whole calls, on the clock of the test: of time, of status, of the connection, and what is asked for again.
 */
import * as Effect from "effect/Effect"
import type { CallOptions } from "../../src/CallOptions.ts"
import type { Timeout } from "../../src/ProviderError.ts"
import * as Timed from "../internal/timed.ts"
import * as TestHttp from "../kit/testHttp.ts"
import {
  ab,
  anthropic,
  blockDelta,
  blockStart,
  data,
  delta,
  type End,
  event,
  fails,
  openAi,
  reasoning,
  start,
  text,
  type Told,
  type Words
} from "./fault.ts"

type Answer = Response | Effect.Effect<Response, TestHttp.Refused>

export interface Call {
  readonly covers: ReadonlyArray<string>
  readonly name: string
  readonly dialect: Words["dialect"]
  /** One a request; the last is told when its body is let go. `key` is what the request was authorised with. */
  readonly answers: (released: Effect.Effect<void>, key: string) => ReadonlyArray<Answer>
  readonly call: CallOptions
  readonly told: ReadonlyArray<Told>
  readonly end: End | { readonly timeout: Timeout["phase"] }
  /** Milliseconds on the clock, from and to. */
  readonly at: readonly [from: number, to: number]
  /** The same of the moment when the last body is let go. */
  readonly releasedAt?: readonly [from: number, to: number]
  readonly requests: number
  /** Milliseconds that the error says the server asked for. */
  readonly retryAfter?: number
}

const at = (millis: number): readonly [number, number] => [millis, millis]

const once: CallOptions = { retry: false }

const second = 1_000
const minute = 60 * second

/** What a role alone is. */
const prelude = (w: Words): string => w === openAi ? delta({ role: "assistant", content: "" }) : w.open

const thought = (w: Words): string =>
  w === openAi
    ? delta({ reasoning_content: "r" })
    : start() + blockStart(0, { type: "thinking", thinking: "" }) +
      blockDelta(0, { type: "thinking_delta", thinking: "r" })

const ping = (w: Words): string => w === openAi ? ": ping\n\n" : event({ type: "ping" })

const pings = (w: Words, count: number, millis: number): ReadonlyArray<Timed.Piece> =>
  Array.from({ length: count }, () => [millis, ping(w)]).flat()

type Row =
  & Omit<Call, "dialect" | "call" | "at" | "requests" | "answers">
  & Partial<Pick<Call, "call" | "at" | "requests">>
  & {
    readonly answers: Call["answers"] | ReadonlyArray<Timed.Piece>
  }

const both = (rows: (words: Words) => ReadonlyArray<Row>): ReadonlyArray<Call> =>
  [openAi, anthropic].flatMap((words) =>
    rows(words).map(({ answers, ...row }): Call => ({
      call: once,
      at: at(0),
      requests: 1,
      ...row,
      dialect: words.dialect,
      answers: typeof answers === "function" ? answers : (ended) => [Timed.sse(answers, { ended })]
    }))
  )

/** undici's own limits, as fetch shows them. */
const undici = (code: string): Error => Timed.fault(code)

const refusal = (code: string) => Effect.fail(new TestHttp.Refused("no", { cause: undici(code) }))

const clocks = both((w) => [
  {
    covers: ["19.1", "1.1", "15.13"],
    name: "silence after a text",
    answers: [w.open + w.C("a"), "hang"],
    told: [text("a")],
    end: { timeout: "idle" },
    at: at(2 * minute),
    releasedAt: at(2 * minute)
  },
  {
    covers: ["19.2", "1.2"],
    name: "pings after a text",
    answers: [w.open + w.C("a"), ...pings(w, 20, 50), "hang"],
    call: { ...once, timeouts: { idle: "300 millis" } },
    told: [text("a")],
    end: { timeout: "idle" },
    at: at(300),
    releasedAt: at(300)
  },
  {
    covers: ["19.3", "1.3"],
    name: "headers, and silence",
    answers: ["hang"],
    told: [],
    end: { timeout: "firstContent" },
    at: at(4 * minute),
    releasedAt: at(4 * minute)
  },
  {
    covers: ["19.3", "1.3"],
    name: "no headers",
    answers: () => [Effect.never],
    told: [],
    end: { timeout: "headers" },
    at: at(minute)
  },
  {
    covers: ["1.3"],
    name: "a role, pings, and silence",
    answers: [prelude(w), ...pings(w, 20, 50), "hang"],
    told: [],
    end: { timeout: "firstContent" },
    at: at(4 * minute),
    releasedAt: at(4 * minute)
  },
  {
    covers: ["1.3"],
    name: "a thought, and silence",
    answers: [3 * minute, thought(w), "hang"],
    told: [reasoning("r")],
    end: { timeout: "idle" },
    at: at(5 * minute),
    releasedAt: at(5 * minute)
  },
  {
    covers: ["1.4"],
    name: "the client's own limit, after a text",
    answers: [w.open + w.C("a"), 100 * second, undici("UND_ERR_BODY_TIMEOUT")],
    told: [text("a")],
    end: { timeout: "idle" },
    at: at(100 * second)
  },
  {
    covers: ["1.4"],
    name: "the client's own limit, before a text",
    answers: [100 * second, undici("UND_ERR_BODY_TIMEOUT")],
    told: [],
    end: { timeout: "firstContent" },
    at: at(100 * second)
  },
  {
    covers: ["1.4"],
    name: "the client's own limit, before the headers",
    answers: () => [refusal("UND_ERR_HEADERS_TIMEOUT")],
    told: [],
    end: { timeout: "headers" }
  },
  {
    covers: ["19.4", "1.5"],
    name: "the end, and a connection that stays open",
    answers: [w.open + w.C("a") + w.C("b") + w.F + w.D, "hang"],
    told: ab(w),
    end: "success",
    releasedAt: [240, 260]
  },
  {
    covers: ["1.6"],
    name: "the end, and a trickle of bytes",
    answers: [w.open + w.C("a") + w.C("b") + w.F + w.D, ...pings(w, 40, 20), "hang"],
    told: ab(w),
    end: "success",
    releasedAt: [240, 270]
  },
  {
    covers: ["1.1"],
    name: "a finish, and silence",
    answers: [w.open + w.C("a") + w.C("b") + w.F, "hang"],
    told: ab(w),
    end: "success",
    at: at(10 * second),
    releasedAt: at(10 * second)
  }
])

const good = (w: Words): Answer => Timed.sse([w.open + w.C("a") + w.C("b") + w.F + w.D])

const overloaded = (w: Words): string => w.error("overloaded_error", "Overloaded")

/** An error body of the dialect's. */
const errorOf = (w: Words, message: string, type = "x"): object =>
  w === openAi ? { error: { message, type, code: type } } : { type: "error", error: { type, message } }

/** A first wait of our own, with its jitter. */
const ours = [400, 600] as const

/** What servers ask for, and how long is waited. */
const waits: ReadonlyArray<readonly [{ readonly [name: string]: string }, readonly [from: number, to: number]]> = [
  [{ "retry-after-ms": "0" }, ours],
  [{ "retry-after-ms": "abc" }, ours],
  [{ "retry-after-ms": "abc", "retry-after": "2" }, at(2_000)],
  [{ "retry-after-ms": "1500" }, at(1_500)],
  [{ "retry-after-ms": "1500", "retry-after": "30" }, at(1_500)],
  [{ "retry-after": "2" }, at(2_000)],
  [{ "retry-after": "2.5" }, at(2_500)],
  [{ "retry-after": "-1" }, ours],
  [{ "retry-after": "Thu, 01 Jan 1970 00:00:07 GMT" }, at(7_000)],
  [{ "retry-after": "Wed, 31 Dec 1969 00:00:00 GMT" }, ours],
  [{ "retry-after": "" }, ours],
  [{ "retry-after": "soon" }, ours]
]

const quota = (w: Words): object =>
  w === openAi
    ? errorOf(w, "You exceeded your current quota", "insufficient_quota")
    : errorOf(w, "You have reached your specified API usage limits.", "rate_limit_error")

const statuses = both((w) => [
  {
    covers: ["19.44", "15.11a", "13"],
    name: "401 that repeats the key",
    answers: (_, key) => [Timed.json(401, errorOf(w, `Incorrect API key provided: ${key}`))],
    call: {},
    told: [],
    end: fails("Authentication", { status: 401, detail: "Incorrect API key provided: <redacted>" })
  },
  {
    covers: ["15.11b"],
    name: "429",
    answers: () => [Timed.json(429, errorOf(w, "Slow down"), { "retry-after": "7" })],
    told: [],
    end: fails("RateLimit", { status: 429, detail: "Slow down" }),
    retryAfter: 7_000
  },
  {
    covers: ["19.41", "11"],
    name: "429 that asks for a wait until 2099",
    answers: () => [Timed.json(429, errorOf(w, "Slow down"), { "retry-after": "Wed, 21 Oct 2099 07:28:00 GMT" })],
    call: {},
    told: [],
    end: fails("RateLimit", { status: 429 }),
    retryAfter: Date.UTC(2099, 9, 21, 7, 28)
  },
  {
    covers: ["11"],
    name: "429 that asks for an hour",
    answers: () => [Timed.json(429, errorOf(w, "Slow down"), { "retry-after": "3600" })],
    call: { retry: { maxRetryAfter: "2 minutes" } },
    told: [],
    end: fails("RateLimit", { status: 429 }),
    retryAfter: 3_600_000
  },
  {
    covers: ["19.41", "11"],
    name: "429 that is about money",
    answers: () => [Timed.json(429, quota(w))],
    call: {},
    told: [],
    end: fails("QuotaExceeded", { status: 429 })
  },
  {
    covers: ["19.42", "11"],
    name: "529, then an answer",
    answers: () => [Timed.json(529, errorOf(w, "Overloaded", "overloaded_error")), good(w)],
    call: {},
    told: ab(w),
    end: "success",
    at: ours,
    requests: 2
  },
  {
    covers: ["19.42", "11"],
    name: "an overload as the first event, then an answer",
    answers: () => [Timed.sse([overloaded(w)]), good(w)],
    call: {},
    told: ab(w),
    end: "success",
    at: ours,
    requests: 2
  },
  {
    covers: ["11"],
    name: "an overload after the role, then an answer",
    answers: () => [Timed.sse([prelude(w), ping(w), overloaded(w)]), good(w)],
    call: {},
    told: ab(w),
    end: "success",
    at: ours,
    requests: 2
  },
  {
    covers: ["19.42", "11"],
    name: "an overload after a text is not asked for again",
    answers: () => [Timed.sse([w.open + w.C("a"), overloaded(w)]), good(w)],
    call: {},
    told: [text("a")],
    end: fails("Overloaded", { status: 529 })
  },
  {
    covers: ["11"],
    name: "a reset before the headers, then an answer",
    answers: () => [refusal("ECONNRESET"), good(w)],
    call: {},
    told: ab(w),
    end: "success",
    at: ours,
    requests: 2
  },
  {
    covers: ["11"],
    name: "a reset after a text is not asked for again",
    answers: () => [Timed.sse([w.open + w.C("a"), undici("UND_ERR_SOCKET")]), good(w)],
    call: {},
    told: [text("a")],
    end: fails("Network", { code: "UND_ERR_SOCKET" })
  },
  {
    covers: ["3.6", "11"],
    name: "nothing, then an answer",
    answers: () => [Timed.sse([]), good(w)],
    call: {},
    told: ab(w),
    end: "success",
    at: ours,
    requests: 2
  },
  {
    covers: ["11"],
    name: "503 again and again: three requests, and their error",
    answers: () => Array.from({ length: 3 }, () => Timed.json(503, errorOf(w, "busy"))),
    call: {},
    told: [],
    end: fails("Overloaded", { status: 503 }),
    at: [1_200, 1_800],
    requests: 3
  },
  ...waits.map(([headers, wait]): Row => ({
    covers: ["11"],
    name: `503 with ${JSON.stringify(headers)}`,
    answers: () => [Timed.json(503, errorOf(w, "busy"), headers), good(w)],
    call: {},
    told: ab(w),
    end: "success",
    at: wait,
    requests: 2
  })),
  {
    covers: ["2.5"],
    name: "an error without a body",
    answers: () => [new Response(null, { status: 500 })],
    told: [],
    end: fails("Server", { status: 500 })
  },
  {
    covers: ["2.5"],
    name: "an error with a page",
    answers: () => [new Response("<html><title>Bad gateway</title></html>", { status: 502 })],
    told: [],
    end: fails("Server", { status: 502, detail: "Bad gateway" })
  },
  {
    covers: ["4.2"],
    name: "an error inside the stream has the id of the response",
    answers: () => [Timed.sse([w.open + w.C("a"), data({ error: "boom" })], { headers: { "x-request-id": "req_9" } })],
    told: [text("a")],
    end: fails("Server", { status: 500, requestId: "req_9" })
  }
])

export const calls: ReadonlyArray<Call> = [...clocks, ...statuses]
