/**
 * AWS event streams, Bedrock's: bytes that are right and that parsers get wrong, and what its servers get wrong
 * themselves.
 */
import * as Bytes from "../kit/bytes.ts"
import * as EventStream from "../kit/eventStream.ts"
import {
  begun,
  counted,
  fails,
  type Failure,
  type Fault,
  finish,
  inDialect,
  more,
  reasoning,
  text,
  type Told,
  truncated
} from "./fault.ts"

const start: EventStream.Message = ["messageStart", { role: "assistant" }]
const say = (said: string, index = 0): EventStream.Message => [
  "contentBlockDelta",
  { contentBlockIndex: index, delta: { text: said } }
]
const stop = (stopReason: string): EventStream.Message => ["messageStop", { stopReason }]
const counts: EventStream.Message = ["metadata", { usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 } }]
const exception = (name: string, message: string): EventStream.Message => [name, { message }, "exception"]

const body = (...messages: ReadonlyArray<EventStream.Message>): Uint8Array => EventStream.body(messages)

const whole = [start, say("a"), say("b"), stop("end_turn"), counts]
const bytes = body(...whole)
const stopped = finish("stop", "end_turn")
const ab: ReadonlyArray<Told> = [text("a"), text("b"), stopped, counted(10, 5)]

/** How long each of the messages is, all that come before it included. */
const ends = whole.map((_, index) => body(...whole.slice(0, index + 1)).length)
const endOf = (index: number): number => ends[index] ?? 0

const flipped = (at: number, bit = 0): Uint8Array => {
  const wrong = bytes.slice()
  wrong[at] = (wrong[at] ?? 0) ^ (1 << bit)
  return wrong
}

const framing = inDialect("bedrock", [
  { covers: ["5.1"], name: "an answer", pieces: [bytes], told: ab, end: "success", everyCut: true },
  {
    covers: ["5.2"],
    name: "characters of two to four bytes, cut anywhere",
    pieces: [body(start, say("é 語 \u{1F469}"), stop("end_turn"), counts)],
    told: [text("é 語 \u{1F469}"), stopped, counted(10, 5)],
    end: "success",
    everyCut: true
  },
  {
    covers: ["5.7"],
    name: "messages that nobody knows, and that have nothing in them",
    pieces: [
      body(["initial-response", {}], start, ["ping", ""], say("a"), ["x", [1]], ["y", null], say("b")),
      body(stop("end_turn"), counts)
    ],
    told: ab,
    end: "success",
    unknownEvents: 4
  },
  {
    covers: ["5.7"],
    name: "the counts are the end: nothing counts after them",
    pieces: [bytes, body(say("c")), Bytes.bytesOf("not a message")],
    told: ab,
    end: "success"
  },
  {
    covers: ["4.3"],
    name: "no content type",
    pieces: [bytes],
    contentType: undefined,
    told: ab,
    end: "success"
  },
  {
    covers: ["4.3"],
    name: "another content type",
    pieces: [bytes],
    contentType: "text/plain",
    told: ab,
    end: "success"
  }
])

const malformed = fails("MalformedChunk")

const damage = inDialect("bedrock", [
  {
    covers: ["6.3"],
    name: "a flipped bit of the lengths of the first message",
    pieces: [flipped(2)],
    told: [],
    end: malformed
  },
  {
    covers: ["6.3"],
    name: "a flipped bit of a header",
    pieces: [flipped(endOf(1) + 20)],
    told: [text("a")],
    end: malformed
  },
  {
    covers: ["6.3"],
    name: "a flipped bit of a payload",
    pieces: [flipped(endOf(2) - 10, 6)],
    told: [text("a")],
    end: malformed
  },
  {
    covers: ["6.3"],
    name: "a flipped bit of a checksum: it says so",
    pieces: [flipped(endOf(2) - 1)],
    told: [text("a")],
    end: malformed
  },
  {
    covers: ["6.3"],
    name: "a payload that is not JSON",
    pieces: [body(start, say("a"), ["contentBlockDelta", "{bad json"]), body(say("b"), stop("end_turn"))],
    told: [text("a")],
    end: fails("MalformedChunk", { excerpt: "{\"contentBlockDelta\":{bad json}" })
  },
  ...([[0, 0], [15, 0], [100, 90]] as const).map(([length, headers]) => ({
    covers: ["6.3"],
    name: `a message that says it has ${length} bytes, ${headers} of headers`,
    pieces: [body(start, say("a")), EventStream.prelude(length, headers), body(say("b"))],
    told: [text("a")],
    end: fails("MalformedChunk", { excerpt: `a message of ${length} bytes, ${headers} of headers` })
  })),
  {
    covers: ["5.8"],
    name: "a message that says it has 4 GiB",
    pieces: [body(start, say("a")), EventStream.prelude(0xffffffff, 100), body(say("b"))],
    told: [text("a")],
    end: fails("EventTooLarge")
  },
  {
    covers: ["4.3"],
    name: "somebody's text",
    pieces: ["upstream connect error or disconnect/reset before headers"],
    contentType: "text/plain",
    told: [],
    end: fails("UnexpectedBody", { excerpt: "the checksum of a message's lengths is wrong: \"upstream con\"" })
  },
  {
    covers: ["4.3"],
    name: "somebody's page",
    pieces: ["<html><head><title>Bad gateway</title></head></html>"],
    contentType: "text/html",
    told: [],
    end: fails("UnexpectedBody")
  }
])

/** What was told of the messages that are whole. */
const toldBy = (length: number): ReadonlyArray<Told> => [
  ...(length >= endOf(1) ? [text("a")] : []),
  ...(length >= endOf(2) ? [text("b")] : []),
  ...(length >= endOf(3) ? [stopped] : [])
]

const ended = (length: number, otherwise: Failure) => length >= endOf(3) ? "success" as const : otherwise

const cuts = Array.from({ length: bytes.length - 1 }, (_, index) => index + 1)

/** At each byte for the end of the body, at some for a reset: that costs a connection. */
const truncation = inDialect("bedrock", [
  { covers: ["3.1"], name: "nothing", pieces: [], told: [], end: truncated },
  ...cuts.flatMap((length) =>
    length % 7 !== 0 && !ends.includes(length) ? [] : [
      {
        covers: ["3.1"],
        name: `cut after ${length} bytes`,
        pieces: [bytes.subarray(0, length)],
        told: toldBy(length),
        end: ended(length, truncated)
      },
      {
        covers: ["3.1"],
        name: `reset after ${length} bytes`,
        pieces: [bytes.subarray(0, length)],
        then: "reset" as const,
        told: toldBy(length),
        end: ended(length, fails("Network"))
      }
    ]
  )
])

/** Exceptions inside of a stream, and what they stand for. */
const exceptions: ReadonlyArray<readonly [string, string, Failure]> = [
  ["throttlingException", "Too many requests", fails("RateLimit", { status: 429 })],
  [
    "throttlingException",
    "Too many tokens per day, please wait before trying again.",
    fails("QuotaExceeded", { status: 402 })
  ],
  ["serviceUnavailableException", "busy", fails("Overloaded", { status: 529 })],
  ["modelNotReadyException", "wait", fails("Overloaded", { status: 529 })],
  ["internalServerException", "oops", fails("Server", { status: 500 })],
  ["modelStreamErrorException", "oops", fails("Server", { status: 500 })],
  ["modelTimeoutException", "slow", fails("Server", { status: 500 })],
  ["validationException", "Malformed input request", fails("InvalidRequest", { status: 400 })],
  ["validationException", "Input is too long for requested model.", fails("ContextLength", { status: 400 })],
  ["validationException", "prompt is too long: 2 tokens > 1 maximum", fails("ContextLength", { status: 400 })],
  ["validationException", "Output blocked by content filtering policy", fails("ContentFilter", { status: 400 })],
  ["validationException", "The provided model identifier is invalid.", fails("ModelNotFound", { status: 404 })],
  ["accessDeniedException", "no", fails("PermissionDenied", { status: 403 })],
  ["expiredTokenException", "no", fails("Authentication", { status: 401 })],
  ["serviceQuotaExceededException", "no", fails("QuotaExceeded", { status: 402 })],
  ["exceptionOfTomorrow", "what", fails("Server", { status: 500 })]
]

const errors = inDialect("bedrock", [
  ...exceptions.flatMap(([name, message, failure]) => [
    {
      covers: ["4.1"],
      name: `${name} first: ${message}`,
      pieces: [body(exception(name, message))],
      told: [],
      end: { ...failure, code: name, detail: message }
    },
    {
      covers: ["4.1"],
      name: `${name} after content: ${message}`,
      pieces: [body(start, say("a"), exception(name, message), say("b"))],
      told: [text("a")],
      end: { ...failure, code: name, detail: message }
    }
  ]),
  {
    covers: ["4.1"],
    name: "an exception after the reason to stop",
    pieces: [body(start, say("a"), stop("end_turn"), exception("internalServerException", "oops"))],
    told: [text("a")],
    end: fails("Server", { status: 500, code: "internalServerException" })
  },
  {
    covers: ["4.1"],
    name: "an error of the service, which has no payload",
    pieces: [body(start, say("a"), ["InternalFailure", "went wrong", "error"])],
    told: [text("a")],
    end: fails("Server", { status: 500, code: "InternalFailure", detail: "went wrong" })
  },
  {
    covers: ["4.3"],
    name: "an error in place of the stream",
    pieces: [
      "{\"message\":\"Too many requests\",\"__type\":\"com.amazon#ThrottlingException\",\"code\":\"ThrottlingException\"}"
    ],
    contentType: "application/json",
    told: [],
    end: fails("RateLimit", { status: 429, code: "ThrottlingException" })
  },
  {
    covers: ["4.3"],
    name: "a whole answer in place of the stream",
    pieces: [
      "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"a\"}]}},\"stopReason\":\"end_turn\",",
      "\"usage\":{\"inputTokens\":10,\"outputTokens\":5}}"
    ],
    contentType: "application/json",
    told: [text("a"), stopped, counted(10, 5)],
    end: "success"
  },
  {
    covers: ["4.5"],
    name: "an error as the reason to stop",
    pieces: [body(start, say("a"), stop("error"))],
    told: [text("a")],
    end: fails("Server", { code: "error" })
  }
])

const tool = (index: number, toolUseId: string, name: string): EventStream.Message => [
  "contentBlockStart",
  { contentBlockIndex: index, start: { toolUse: { toolUseId, name } } }
]
const input = (index: number, input: unknown): EventStream.Message => [
  "contentBlockDelta",
  { contentBlockIndex: index, delta: { toolUse: { input } } }
]
const thought = (fields: object): EventStream.Message => [
  "contentBlockDelta",
  { contentBlockIndex: 0, delta: { reasoningContent: fields } }
]
const over = (index: number): EventStream.Message => ["contentBlockStop", { contentBlockIndex: index }]

const answers = inDialect("bedrock", [
  {
    covers: ["7.3"],
    name: "calls side by side",
    pieces: [
      body(tool(0, "x", "f"), tool(1, "y", "g"), input(1, "{\"b\":"), input(0, "{\"a\":1}"), input(1, "2}")),
      body(stop("tool_use"))
    ],
    told: [
      begun(0, "x", "f", ""),
      begun(1, "y", "g", ""),
      more(1, "{\"b\":"),
      more(0, "{\"a\":1}"),
      more(1, "2}"),
      finish("tool_calls", "tool_use")
    ],
    end: "success",
    completed: [["f", "{\"a\":1}", true], ["g", "{\"b\":2}", true]]
  },
  {
    covers: ["7.4"],
    name: "a call without arguments, whose input is an empty text",
    pieces: [body(tool(0, "x", "f"), input(0, ""), over(0), stop("tool_use"))],
    told: [begun(0, "x", "f", ""), more(0, "{}"), finish("tool_calls", "tool_use")],
    end: "success",
    completed: [["f", "{}", true]]
  },
  {
    covers: ["7.5"],
    name: "a call that the server itself says is malformed is not complete",
    pieces: [body(tool(0, "x", "f"), input(0, "{}"), over(0), stop("malformed_tool_use"))],
    told: [begun(0, "x", "f", ""), more(0, "{}"), finish("malformed_tool_use", "malformed_tool_use")],
    end: "success",
    completed: [["f", "{}", false]]
  },
  {
    covers: ["9"],
    name: "reasoning whose signature never came does not go back",
    pieces: [body(thought({ text: "Hm" }), over(0), say("a", 1), over(1), stop("end_turn"))],
    told: [
      reasoning("Hm"),
      text("a"),
      { block: { text: "a" } },
      stopped
    ],
    end: "success"
  },
  {
    covers: ["9"],
    name: "reasoning with its signature, reasoning that is redacted and a call go back in order",
    pieces: [
      body(thought({ text: "Hm" }), thought({ signature: "c2ln" }), over(0)),
      body(["contentBlockDelta", { contentBlockIndex: 1, delta: { reasoningContent: { redactedContent: "AQID" } } }]),
      body(over(1), tool(2, "x", "f"), input(2, "{\"a\":1}"), over(2), stop("tool_use"))
    ],
    told: [
      reasoning("Hm"),
      { block: { reasoningContent: { reasoningText: { text: "Hm", signature: "c2ln" } } } },
      { block: { reasoningContent: { redactedContent: "AQID" } } },
      begun(0, "x", "f", ""),
      more(0, "{\"a\":1}"),
      { block: { toolUse: { toolUseId: "x", name: "f", input: { a: 1 } } } },
      finish("tool_calls", "tool_use")
    ],
    end: "success"
  },
  {
    covers: ["3.1"],
    name: "reasoning that is cut has no block",
    pieces: [body(thought({ text: "Hm" }), thought({ signature: "c2ln" }))],
    told: [reasoning("Hm")],
    end: truncated
  }
])

export const faults: ReadonlyArray<Fault> = [
  ...framing,
  ...damage,
  ...truncation,
  ...errors,
  ...answers
]
