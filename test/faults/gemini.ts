/**
 * Faults of Gemini's own events: parts and candidates of odd shapes, ends and errors that no other dialect has.
 */
import {
  begun,
  candidate,
  counted,
  data,
  fails,
  type Fault,
  finish,
  gemini,
  inDialect,
  madeUp,
  more,
  parts,
  reasoning,
  text,
  together,
  truncated
} from "./fault.ts"

const { C, F } = gemini

const stopped = gemini.stopped

const call = (fields: object): string => parts({ functionCall: fields })

const usage = { promptTokenCount: 8, candidatesTokenCount: 2, thoughtsTokenCount: 3, totalTokenCount: 13 }
const used = counted(8, 5, { reasoningTokens: 3 })

const signed = { text: "", thoughtSignature: "c2ln" }

export const faults: ReadonlyArray<Fault> = inDialect("gemini", [
  {
    covers: ["8.1"],
    name: "counts on every event, and once more after the finish",
    pieces: [
      candidate({ content: { parts: [{ text: "a" }] } }, {
        usageMetadata: { promptTokenCount: 8, totalTokenCount: 9 }
      }),
      F,
      data({ usageMetadata: usage })
    ],
    told: [text("a"), stopped, used],
    end: "success"
  },
  {
    covers: ["3.2"],
    name: "STOP on every event",
    pieces: [
      candidate({ content: { parts: [{ text: "a" }] }, finishReason: "STOP" }),
      candidate({ content: { parts: [{ text: "b" }] }, finishReason: "STOP" }),
      candidate({ finishReason: "MAX_TOKENS" })
    ],
    told: [text("a"), text("b"), finish("length", "MAX_TOKENS")],
    end: "success"
  },
  {
    covers: ["7.1"],
    name: "a call before STOP, which comes with an empty text",
    pieces: [call({ name: "f", args: { a: 1 } }), F],
    told: [begun(0, madeUp, "f", "{\"a\":1}"), finish("tool_calls", "STOP")],
    end: "success",
    completed: [["f", "{\"a\":1}", true]]
  },
  {
    covers: ["7.2"],
    name: "arguments by value, the body ends in the middle",
    pieces: [
      call({ name: "f", willContinue: true }),
      call({ partialArgs: [{ jsonPath: "$.a", stringValue: "x\"", willContinue: true }], willContinue: true })
    ],
    told: [begun(0, madeUp, "f", ""), more(0, "{\"a\":\"x\\\"")],
    end: truncated
  },
  {
    covers: ["7.3"],
    name: "calls of odd shapes cost nothing that was understood",
    pieces: [
      parts(
        { functionCall: null },
        { functionCall: {} },
        { functionCall: { name: 7 } },
        { functionCall: { name: "f", args: "no object" } },
        { text: "a" },
        { functionCall: { name: "g", args: { __proto__x: 1 } } }
      ),
      F
    ],
    told: [
      {
        content: "a",
        ...together(begun(0, madeUp, "f", ""), begun(1, madeUp, "g", "{\"__proto__x\":1}"))
      },
      more(0, "{}"),
      finish("tool_calls", "STOP")
    ],
    end: "success"
  },
  {
    covers: ["5.1"],
    name: "candidates and parts of odd shapes",
    pieces: [
      data({ candidates: 7, modelVersion: "m", responseId: "r1" }),
      data({ candidates: [null, 7, { content: null }, { index: 0, content: { parts: 7 } }] }),
      data({ candidates: [{ index: "0", content: { parts: [null, 7, "x", { text: 7 }, { text: "a" }] } }] }),
      data({ candidates: [{ index: 0, finishReason: 7 }] }),
      F
    ],
    told: [text("a"), stopped],
    end: "success"
  },
  {
    covers: ["6.1"],
    name: "thoughts, and a signature by itself",
    pieces: [parts({ text: "Hm.", thought: true }), C("a"), parts(signed), F],
    told: [
      reasoning("Hm."),
      { content: "a", block: { text: "Hm.", thought: true } },
      { block: { text: "a" } },
      { block: signed },
      stopped
    ],
    end: "success"
  },
  {
    covers: ["4.1"],
    name: "a blocked prompt, with its counts",
    pieces: [data({ promptFeedback: { blockReason: "SAFETY" }, usageMetadata: { promptTokenCount: 8 } })],
    told: [],
    end: fails("ContentFilter", {
      code: "SAFETY",
      detail: "the prompt was blocked: SAFETY",
      usage: { promptTokens: 8 }
    })
  },
  {
    covers: ["4.1"],
    name: "a malformed call is the server's fault, after what came",
    pieces: [C("a"), candidate({ finishReason: "MALFORMED_FUNCTION_CALL", finishMessage: "print(" })],
    told: [text("a")],
    end: fails("Server", { code: "MALFORMED_FUNCTION_CALL", detail: "print(" })
  },
  {
    covers: ["4.1"],
    name: "Google's error in the middle",
    pieces: [C("a"), data({ error: { code: 429, message: "slow down", status: "RESOURCE_EXHAUSTED" } }), F],
    told: [text("a")],
    end: fails("RateLimit", { status: 429, code: "RESOURCE_EXHAUSTED", detail: "slow down" })
  },
  {
    covers: ["4.3"],
    name: "a list of events where a stream was asked for",
    pieces: [
      "[",
      JSON.stringify({ candidates: [{ content: { parts: [{ text: "a" }] } }], responseId: "r1", modelVersion: "m" }),
      ",\n",
      JSON.stringify({ candidates: [{ finishReason: "STOP" }] }),
      "]"
    ],
    contentType: "application/json",
    told: [text("a"), stopped],
    end: "success"
  },
  {
    covers: ["3.1"],
    name: "a list of events that was cut",
    pieces: ["[", JSON.stringify({ candidates: [{ content: { parts: [{ text: "a" }] } }] }), ",\n"],
    contentType: "application/json",
    told: [],
    end: truncated
  }
])
