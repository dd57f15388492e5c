/**
 * Whether the answer is whole: ends of streams, with evidence and without.
 */
import {
  begun,
  blockStart,
  both,
  C,
  choice,
  counted,
  D,
  data,
  each,
  F,
  fails,
  type Fault,
  finish,
  inDialect,
  input,
  madeUp,
  more,
  open,
  reason,
  say,
  start,
  stop,
  T,
  text,
  together,
  truncated,
  U
} from "./fault.ts"

const network = fails("Network")

const stopped = finish("stop", "stop")

const used = { promptTokens: 10, completionTokens: 5, totalTokens: 15 }

const shared = each((w) => [
  {
    covers: ["19.5", "3.1", "15.1"],
    name: "the end of the body without a finish",
    pieces: [w.open + w.C("a") + w.C("b")],
    told: [text("a"), text("b")],
    end: truncated
  },
  {
    covers: ["19.5", "3.1", "15.12"],
    name: "a reset without a finish",
    pieces: [w.open + w.C("a") + w.C("b")],
    then: "reset",
    told: [text("a"), text("b")],
    end: network
  },
  {
    covers: ["3.1"],
    name: "the end of the body in the middle of a frame",
    pieces: [w.open + w.C("a"), w.half],
    told: [text("a")],
    end: truncated
  },
  {
    covers: ["3.1"],
    name: "a reset in the middle of a frame",
    pieces: [w.open + w.C("a"), w.half],
    then: "reset",
    told: [text("a")],
    end: network
  },
  {
    covers: ["3.2"],
    name: "the end of the body after the finish",
    pieces: [w.open + w.C("a") + w.F],
    told: [text("a"), w.stopped],
    end: "success"
  },
  {
    covers: ["3.2"],
    name: "a reset after the finish",
    pieces: [w.open + w.C("a") + w.F],
    then: "reset",
    told: [text("a"), w.stopped],
    end: "success"
  },
  {
    covers: ["3.2"],
    name: "the end of the body after the finish, in the middle of a frame",
    pieces: [w.open + w.C("a") + w.F, w.half],
    told: [text("a"), w.stopped],
    end: "success"
  },
  {
    covers: ["19.7", "3.3", "15.4"],
    name: "a finish without its blank line",
    pieces: [w.open + w.C("a"), w.F.trimEnd()],
    told: [text("a"), w.stopped],
    end: "success"
  },
  {
    covers: ["3.3"],
    name: "a finish with one line break",
    pieces: [w.open + w.C("a"), `${w.F.trimEnd()}\n`],
    told: [text("a"), w.stopped],
    end: "success"
  },
  {
    covers: ["19.8", "3.3"],
    name: "a last event without a line break",
    pieces: [w.open + w.C("a") + w.F, w.D.trimEnd()],
    told: [text("a"), w.stopped],
    end: "success"
  },
  {
    covers: ["3.3"],
    name: "a text without its blank line is told, and is no end",
    pieces: [w.open + w.C("a"), w.C("b").trimEnd()],
    told: [text("a"), text("b")],
    end: truncated
  },
  { covers: ["19.15", "3.6", "15.2a"], name: "nothing", pieces: [], told: [], end: truncated },
  { covers: ["3.6"], name: "nothing but line breaks", pieces: ["\n\n"], told: [], end: truncated },
  { covers: ["3.6"], name: "nothing, and a reset", pieces: ["\n"], then: "reset", told: [], end: network },
  {
    covers: ["3.6"],
    name: "nothing, announced as JSON",
    pieces: [],
    contentType: "application/json",
    told: [],
    end: truncated
  },
  { covers: ["3.6"], name: "nothing, unannounced", pieces: [], contentType: undefined, told: [], end: truncated }
])

const comments = both(() => [
  { covers: ["3.6"], name: "nothing but comments", pieces: [": ping\n\n", ": ping\n\n"], told: [], end: truncated },
  { covers: ["3.6"], name: "a comment, and a reset", pieces: [": ping\n\n"], then: "reset", told: [], end: network }
])

const openAi = inDialect("openai", [
  { covers: ["19.6", "3.2"], name: "[DONE] without a finish", pieces: [C("a") + D], told: [text("a")], end: truncated },
  {
    covers: ["3.2"],
    name: "usage and [DONE] without a finish",
    pieces: [C("a") + U + D],
    told: [text("a")],
    end: { ...truncated, usage: used }
  },
  {
    covers: ["3.2"],
    name: "usage without a finish",
    pieces: [C("a") + U],
    told: [text("a")],
    end: { ...truncated, usage: used }
  },
  { covers: ["3.6"], name: "[DONE] and nothing else", pieces: [D], told: [], end: truncated },
  {
    covers: ["3.6"],
    name: "a role and nothing else",
    pieces: [choice({ delta: { role: "assistant", content: "" }, finish_reason: null }) + D],
    told: [],
    end: truncated
  },
  {
    covers: ["3.6"],
    name: "a finish and nothing else",
    pieces: [F("stop") + D],
    told: [stopped],
    end: "success"
  },
  {
    covers: ["3.6"],
    name: "reasoning and nothing else",
    pieces: [choice({ delta: { reasoning_content: "r" }, finish_reason: null }) + F("stop") + D],
    told: [{ reasoning: "r" }, stopped],
    end: "success"
  },
  {
    covers: ["3.1"],
    name: "one of two choices finished",
    pieces: [C("a", 0) + C("b", 1) + F("stop", 0) + D],
    told: [text("a"), { choice: 1, content: "b" }],
    end: truncated
  },
  {
    covers: ["3.4"],
    name: "text after the finish, and a second one",
    pieces: [F("stop") + C("more") + F("stop") + U + D],
    told: [text("more"), stopped, counted(10, 5)],
    end: "success"
  },
  {
    covers: ["3.4"],
    name: "tool_calls, then stop",
    pieces: [T({ index: 0, id: "a", function: { name: "f", arguments: "{}" } }) + F("tool_calls") + F("stop") + D],
    told: [begun(0, "a", "f", "{}"), finish("tool_calls", "tool_calls")],
    end: "success"
  },
  {
    covers: ["3.4"],
    name: "stop, then tool_calls",
    pieces: [T({ index: 0, id: "a", function: { name: "f", arguments: "{}" } }) + F("stop") + F("tool_calls") + D],
    told: [begun(0, "a", "f", "{}"), finish("tool_calls", "tool_calls")],
    end: "success"
  },
  {
    covers: ["3.5"],
    name: "text in the chunk of the finish",
    pieces: [C("a") + choice({ delta: { content: "b" }, finish_reason: "stop" }) + D],
    told: [text("a"), text("b"), stopped],
    end: "success"
  },
  {
    covers: ["3.5"],
    name: "a call in the chunk of the finish",
    pieces: [
      choice({
        delta: { tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: "{\"x\":1}" } }] },
        finish_reason: "tool_calls"
      }) + D
    ],
    told: [begun(0, "a", "f", "{\"x\":1}"), finish("tool_calls", "tool_calls")],
    end: "success",
    completed: [["f", "{\"x\":1}", true]]
  }
])

const lenient = inDialect("lenient", [
  { covers: ["3.2"], name: "the end of the body", pieces: [C("a")], told: [text("a"), finish("stop")], end: "success" },
  {
    covers: ["19.6", "3.2"],
    name: "[DONE]",
    pieces: [C("a") + D],
    told: [text("a"), finish("stop")],
    end: "success"
  },
  {
    covers: ["3.2"],
    name: "usage and [DONE]",
    pieces: [C("a") + U + D],
    told: [text("a"), finish("stop"), counted(10, 5)],
    end: "success"
  },
  {
    covers: ["3.2"],
    name: "a call and [DONE]",
    pieces: [T({ index: 0, id: "a", function: { name: "f", arguments: "{}" } }) + D],
    told: [begun(0, "a", "f", "{}"), finish("tool_calls")],
    end: "success"
  },
  {
    covers: ["3.2"],
    name: "a finish all the same",
    pieces: [C("a") + F("length") + D],
    told: [text("a"), finish("length", "length")],
    end: "success"
  },
  { covers: ["3.2"], name: "a reset", pieces: [C("a")], then: "reset", told: [text("a")], end: network },
  {
    covers: ["3.2"],
    name: "the end in the middle of a frame",
    pieces: [C("a"), "data: {\"id\":\"c1\",\"ch"],
    told: [text("a")],
    end: truncated
  },
  { covers: ["3.2", "3.6"], name: "nothing", pieces: [D], told: [], end: truncated },
  {
    covers: ["3.2"],
    name: "an error",
    pieces: [C("a") + data({ error: { message: "no", code: 500 } }) + D],
    told: [text("a")],
    end: fails("Server", { status: 500, detail: "no" })
  }
])

const anthropic = inDialect("anthropic", [
  {
    covers: ["19.6", "3.2"],
    name: "message_stop without a stop_reason is an end",
    pieces: [open + say("a") + stop],
    told: [text("a"), finish("stop")],
    end: "success"
  },
  {
    covers: ["3.2"],
    name: "a call and message_stop without a stop_reason",
    pieces: [start() + blockStart(0, { type: "tool_use", id: "a", name: "f", input: {} }) + input("{}", 0) + stop],
    told: [begun(0, "a", "f", ""), more(0, "{}"), finish("tool_calls")],
    end: "success"
  },
  {
    covers: ["3.2"],
    name: "usage and message_stop without a stop_reason",
    pieces: [
      start({ input_tokens: 10 }) + blockStart(0, { type: "text", text: "" }) + say("a") +
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":5}}\n\n" + stop
    ],
    told: [text("a"), finish("stop"), counted(10, 5)],
    end: "success"
  },
  {
    covers: ["3.2"],
    name: "usage without a stop_reason",
    pieces: [
      start({ input_tokens: 10 }) + blockStart(0, { type: "text", text: "" }) + say("a") +
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":5}}\n\n"
    ],
    told: [text("a")],
    end: { ...truncated, usage: used }
  },
  {
    covers: ["3.6"],
    name: "message_start and nothing else",
    pieces: [open],
    told: [],
    end: truncated
  },
  {
    covers: ["3.6"],
    name: "message_start and message_stop",
    pieces: [start() + stop],
    told: [finish("stop")],
    end: "success"
  },
  {
    covers: ["3.6"],
    name: "message_stop and nothing else",
    pieces: [stop],
    head: [madeUp, "m"],
    told: [finish("stop")],
    end: "success"
  },
  {
    covers: ["3.6"],
    name: "a stop_reason and nothing else",
    pieces: [start() + reason("end_turn") + stop],
    told: [finish("stop", "end_turn")],
    end: "success"
  },
  {
    covers: ["3.4"],
    name: "text after the stop_reason, and a second one",
    pieces: [start() + reason("end_turn") + open.slice(start().length) + say("more") + reason("end_turn") + stop],
    told: [text("more"), finish("stop", "end_turn")],
    end: "success"
  },
  {
    covers: ["3.4"],
    name: "tool_use, then end_turn",
    pieces: [
      start() + blockStart(0, { type: "tool_use", id: "a", name: "f", input: {} }) + input("{}", 0) +
      reason("tool_use") + reason("end_turn") + stop
    ],
    told: [
      begun(0, "a", "f", ""),
      more(0, "{}"),
      finish("tool_calls", "tool_use")
    ],
    end: "success"
  },
  {
    covers: ["3.5"],
    name: "a call that message_start brings whole",
    pieces: [
      data({
        type: "message_start",
        message: {
          id: "msg_1",
          type: "message",
          model: "m",
          content: [{ type: "tool_use", id: "a", name: "f", input: { x: 1 } }]
        }
      }) + reason("tool_use") + stop
    ],
    told: [together(begun(0, "a", "f", ""), more(0, "{\"x\":1}")), finish("tool_calls", "tool_use")],
    end: "success",
    completed: [["f", "{\"x\":1}", true]]
  }
])

export const faults: ReadonlyArray<Fault> = [...shared, ...comments, ...openAi, ...lenient, ...anthropic]
