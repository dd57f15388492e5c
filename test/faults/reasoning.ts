/**
 * Reasoning: in one place, once, wherever the server put it; and what must go back verbatim.
 */
import {
  begun,
  blockDelta,
  blockStart,
  blockStop,
  C,
  D,
  delta,
  F,
  type Fault,
  finish,
  inDialect,
  input,
  more,
  reason,
  reasoning,
  say,
  start,
  stop,
  text
} from "./fault.ts"

const r = reasoning("r")
const stopped = finish("stop", "stop")

/** The fields in which reasoning comes. */
const places: ReadonlyArray<readonly [string, object]> = [
  ["reasoning_content", { reasoning_content: "r" }],
  ["reasoning", { reasoning: "r" }],
  ["reasoning as an object", { reasoning: { content: "r" } }],
  ["reasoning_details alone", {
    reasoning_details: [{ type: "reasoning.text", text: "r", signature: null, index: 0 }]
  }],
  ["thinking", { thinking: "r" }],
  ["reasoning and its details", {
    reasoning: "r",
    reasoning_details: [{ type: "reasoning.text", text: "r" }]
  }],
  ["an empty reasoning_content beside reasoning", { reasoning_content: "", reasoning: "r" }],
  ["a part of the content", { content: [{ type: "thinking", thinking: [{ type: "text", text: "r" }] }] }],
  ["a part of the content, and a field", { content: [{ type: "thinking", thinking: "r" }], reasoning: "r" }]
]

const openAi = inDialect("openai", [
  {
    covers: ["19.48", "9"],
    name: "reasoning and reasoning_content, both",
    pieces: [delta({ reasoning: "r", reasoning_content: "r" }) + C("a") + F("stop") + D],
    told: [r, text("a"), stopped],
    end: "success"
  },
  ...places.map(([name, fields]) => ({
    covers: ["9"],
    name,
    pieces: [delta(fields) + C("a") + F("stop") + D],
    told: [r, text("a"), stopped],
    end: "success" as const
  })),
  {
    covers: ["9"],
    name: "reasoning and text in one chunk",
    pieces: [delta({ content: "a", reasoning_content: "r" }) + F("stop") + D],
    told: [{ content: "a", reasoning: "r" }, stopped],
    end: "success"
  },
  {
    covers: ["19.47 off"],
    name: "tags of reasoning stay in the text",
    pieces: [C("<thi") + C("nk>r</thi") + C("nk>a < b") + F("stop") + D],
    told: [text("<thi"), text("nk>r</thi"), text("nk>a < b"), stopped],
    end: "success"
  }
])

const sent = { type: "thinking", thinking: "", signature: "" }

const thinks = (content: string): string => blockDelta(0, { type: "thinking_delta", thinking: content })

const signs = (signature: string): string => blockDelta(0, { type: "signature_delta", signature })

const anthropic = inDialect("anthropic", [
  {
    covers: ["19.39", "9"],
    name: "thinking, its signature, redacted thinking, and a call with one empty piece of input",
    pieces: [
      start() + blockStart(0, sent) + thinks("r") + thinks("s") + signs("Sig+/=nature") + blockStop(0) +
      blockStart(1, { type: "redacted_thinking", data: "Enc+/=rypted" }) + blockStop(1) +
      blockStart(2, { type: "tool_use", id: "a", name: "f", input: {} }) + input("", 2) + blockStop(2) +
      reason("tool_use") + stop
    ],
    told: [
      r,
      reasoning("s"),
      { block: { type: "thinking", thinking: "rs", signature: "Sig+/=nature" } },
      { block: { type: "redacted_thinking", data: "Enc+/=rypted" } },
      begun(0, "a", "f", ""),
      { block: { type: "tool_use", id: "a", name: "f", input: {} } },
      more(0, "{}"),
      finish("tool_calls", "tool_use")
    ],
    end: "success",
    completed: [["f", "{}", true]]
  },
  {
    covers: ["9"],
    name: "a signature without thinking",
    pieces: [
      start() + blockStart(0, sent) + signs("Sig") + blockStop(0) + blockStart(1, { type: "text", text: "" }) +
      say("a", 1) +
      blockStop(1) + reason("end_turn") + stop
    ],
    told: [
      { block: { type: "thinking", thinking: "", signature: "Sig" } },
      text("a"),
      { block: { type: "text", text: "a" } },
      finish("stop", "end_turn")
    ],
    end: "success"
  },
  {
    covers: ["9"],
    name: "thinking that is not said to begin",
    pieces: [
      start() + thinks("r") + signs("Sig") + blockStop(0) + blockStart(1, { type: "text", text: "" }) + say("a", 1) +
      reason("end_turn") + stop
    ],
    told: [
      r,
      { block: { type: "thinking", thinking: "r", signature: "Sig" } },
      text("a"),
      { block: { type: "text", text: "a" } },
      finish("stop", "end_turn")
    ],
    end: "success"
  },
  {
    covers: ["19.47 off"],
    name: "tags of reasoning stay in the text",
    pieces: [
      start() + blockStart(0, { type: "text", text: "" }) + say("<thi") + say("nk>r</thi") + say("nk>a < b") +
      reason("end_turn") + stop
    ],
    told: [text("<thi"), text("nk>r</thi"), text("nk>a < b"), finish("stop", "end_turn")],
    end: "success"
  }
])

export const faults: ReadonlyArray<Fault> = [...openAi, ...anthropic]
