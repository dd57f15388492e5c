/**
 * Chunks of odd shape that are right: what was understood of them is told, and the stream goes on.
 */
import {
  blockDelta,
  blockStart,
  blockStop,
  C,
  choice,
  counted,
  D,
  data,
  delta,
  event,
  F,
  type Fault,
  finish,
  inDialect,
  madeUp,
  message,
  open,
  reason,
  reasoning,
  say,
  start,
  stop,
  T,
  text,
  type Told
} from "./fault.ts"

const stopped = finish("stop", "stop")

/** A chunk whose delta is this. */
const bare = (choices: unknown, rest: object = {}): string =>
  data({ id: "c1", model: "m", created: 1, ...rest, choices })

interface Odd {
  readonly name: string
  readonly covers?: ReadonlyArray<string>
  /** Between "a" and "b". */
  readonly chunk: string
  readonly told?: ReadonlyArray<Told>
  readonly unknown?: number
}

/** A text that is told though its neighbours are odd. */
const x: ReadonlyArray<Told> = [text("x")]

const beside = (name: string, fields: object, rest: object = {}, covers?: ReadonlyArray<string>): Odd => ({
  name,
  chunk: bare([{ index: 0, ...fields }], rest),
  told: x,
  ...(covers === undefined ? {} : { covers })
})

const oddChunks: ReadonlyArray<Odd> = [
  beside("a role that is empty", { delta: { role: "", content: "x" } }, {}, ["15.8c"]),
  beside("a role that is null", { delta: { role: null, content: "x" } }, {}, ["15.9b"]),
  beside("a role that nobody knows", { delta: { role: "model", content: "x" } }),
  beside("a role that is no text", { delta: { role: {}, content: "x" } }),
  beside("created that is null", { delta: { content: "x" } }, { created: null }, ["15.8d"]),
  beside("created that is a text", { delta: { content: "x" } }, { created: "now" }),
  beside("created that is a fraction", { delta: { content: "x" } }, { created: 1.5 }),
  beside("a model that is null", { delta: { content: "x" } }, { model: null }),
  beside("an id that is a number", { delta: { content: "x" } }, { id: 7 }),
  beside("an object that nobody knows", { delta: { content: "x" } }, { object: "chunk" }),
  beside("tool_calls that are null", { delta: { content: "x", tool_calls: null } }, {}, ["15.9c"]),
  beside("tool_calls that are no list", { delta: { content: "x", tool_calls: {} } }),
  beside("tool_calls with null in it", { delta: { content: "x", tool_calls: [null, 5, "no"] } }),
  beside("function_call that is null", { delta: { content: "x", function_call: null } }),
  beside("a refusal that is null", { delta: { content: "x", refusal: null } }),
  beside("annotations that are empty", { delta: { content: "x", annotations: [] } }),
  beside("annotations that are no list", { delta: { content: "x", annotations: "none" } }),
  beside("reasoning that is null", { delta: { content: "x", reasoning: null, reasoning_content: null } }),
  beside("no finish_reason", { delta: { content: "x" } }, {}, ["15.9f"]),
  beside("a finish_reason that is empty", { delta: { content: "x" }, finish_reason: "" }, {}, ["15.8b"]),
  beside("a finish_reason that is no text", { delta: { content: "x" }, finish_reason: { reason: "stop" } }),
  beside("an index that is null", { index: null, delta: { content: "x" } }),
  beside("an index that is a text", { index: "0", delta: { content: "x" } }),
  beside("an index that is negative", { index: -1, delta: { content: "x" } }),
  beside("logprobs that are null", { delta: { content: "x" }, logprobs: null }),
  beside("logprobs without their tokens", { delta: { content: "x" }, logprobs: { content: null } }),
  beside("logprobs that are no object", { delta: { content: "x" }, logprobs: [1] }),
  beside("usage that is null", { delta: { content: "x" } }, { usage: null }),
  beside("usage that is empty", { delta: { content: "x" } }, { usage: {} }),
  beside("usage that is no object", { delta: { content: "x" } }, { usage: "7 tokens" }),
  beside("fields that nobody knows", { delta: { content: "x", y: 1 }, z: [] }, { obfuscation: "q8", p: "abc" }, [
    "15.9a"
  ]),
  beside("a service tier that nobody knows", { delta: { content: "x" } }, { service_tier: null }),
  beside("Azure's filters beside the text", { delta: { content: "x" }, content_filter_results: { hate: {} } }),
  beside("a message in place of the delta", { message: { role: "assistant", content: "x" } }),
  beside("content that is an object", { delta: { content: { type: "text", text: "x" } } }),
  beside("content that is a list", { delta: { content: [{ type: "text", text: "x" }, { type: "new" }, null, 5] } }),
  { name: "content that is null", chunk: delta({ content: null }) },
  { name: "content that is a number", chunk: delta({ content: 5 }) },
  { name: "no delta", covers: ["15.9e"], chunk: bare([{ index: 0 }]) },
  { name: "a delta that is null", chunk: bare([{ index: 0, delta: null, finish_reason: null }]) },
  { name: "a delta that is empty", chunk: delta({}) },
  { name: "a delta that is a text", chunk: bare([{ index: 0, delta: "x" }]) },
  { name: "choices that are empty", chunk: bare([]) },
  { name: "choices that are null", chunk: bare(null), unknown: 1 },
  { name: "choices that are no list", chunk: bare({ index: 0 }), unknown: 1 },
  { name: "choices with null in it", chunk: bare([null, 7]) },
  { name: "no choices", chunk: data({ id: "c1" }), unknown: 1 },
  { name: "a bill", covers: ["19.21", "15.8g"], chunk: data({ object: "billing.summary", billing: {} }), unknown: 1 },
  { name: "a sign of life", chunk: data({ type: "keepalive" }), unknown: 1 },
  {
    name: "Azure's filters alone",
    chunk: data({ id: "", choices: [{ index: 0, finish_reason: null, content_filter_results: {} }] })
  }
]

const between = (
  { chunk, covers = [], name, told = [], unknown = 0 }: Odd,
  openAi: boolean
): Omit<Fault, "dialect"> => ({
  covers: ["6.2", ...covers],
  name,
  pieces: openAi
    ? [C("a") + chunk + C("b") + F("stop") + D]
    : [open + say("a") + chunk + say("b") + reason("end_turn") + stop],
  told: [text("a"), ...told, text("b"), openAi ? stopped : finish("stop", "end_turn")],
  end: "success",
  unknownEvents: unknown
})

const openAi = inDialect("openai", [
  ...oddChunks.map((odd) => between(odd, true)),
  {
    covers: ["19.21", "15.8e"],
    name: "data: null first",
    pieces: ["data: null\n\n", C("a") + F("stop") + D],
    told: [text("a"), stopped],
    end: "success",
    unknownEvents: 1
  },
  {
    covers: ["19.23"],
    name: "Azure's filters before and after",
    pieces: [
      data({ id: "", object: "", created: 0, model: "", prompt_filter_results: [{}], choices: [] }),
      C("a"),
      data({ id: "", choices: [{ index: 0, finish_reason: null, content_filter_results: {} }] }),
      F("stop") + D
    ],
    told: [text("a"), stopped],
    end: "success"
  },
  {
    covers: ["19.24"],
    name: "all at once that can be empty",
    pieces: [
      data({
        id: "c1",
        created: null,
        model: null,
        choices: [{
          index: 0,
          delta: {
            role: "",
            content: "a",
            tool_calls: null,
            function_call: null,
            refusal: null,
            annotations: []
          }
        }]
      }),
      F("stop") + D
    ],
    told: [text("a"), stopped],
    end: "success"
  },
  {
    covers: ["19.25", "15.8f"],
    name: "content as a list of parts",
    pieces: [
      delta({
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "r" }] },
          { type: "text", text: "a" },
          { type: "brand_new" }
        ]
      }),
      F("stop") + D
    ],
    told: [{ content: "a", reasoning: "r" }, stopped],
    end: "success"
  },
  {
    covers: ["15.8a"],
    name: "the finish reason eos",
    pieces: [C("a") + F("eos") + D],
    told: [text("a"), finish("stop", "eos")],
    end: "success"
  },
  {
    covers: ["15.9g"],
    name: "a chunk with usage alone",
    pieces: [C("a") + F("stop") + data({ usage: { prompt_tokens: 10, completion_tokens: 5 } }) + D],
    told: [text("a"), stopped, counted(10, 5)],
    end: "success"
  },
  {
    covers: ["15.9d"],
    name: "the id of a call that goes on is null",
    pieces: [
      T({ index: 0, id: "a", type: "function", function: { name: "f", arguments: "{" } }) +
      T({ index: 0, id: null, type: null, function: { name: null, arguments: "}" } }) + F("tool_calls") + D
    ],
    told: [
      { calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "{" } }] },
      { calls: [{ index: 0, function: { arguments: "}" } }] },
      finish("tool_calls", "tool_calls")
    ],
    end: "success"
  },
  {
    covers: ["15.10"],
    name: "a model that is no vendor/model",
    pieces: [
      data({
        id: "c1",
        model: "llama3.1:8b",
        choices: [{ index: 0, delta: { content: "a" }, finish_reason: "stop" }]
      }) + D
    ],
    head: ["c1", "llama3.1:8b"],
    told: [text("a"), stopped],
    end: "success"
  },
  {
    covers: ["6.4"],
    name: "ids that are empty, then one, then another",
    pieces: ["", "a", "b"].map((id) =>
      data({ id, created: 1, model: "m", choices: [{ index: 0, delta: id === "" ? {} : { content: id } }] })
    ).concat(F("stop"), D),
    head: ["a", "m"],
    told: [text("a"), text("b"), stopped],
    end: "success"
  },
  {
    covers: ["6.4"],
    name: "no id at all",
    pieces: [data({ choices: [{ index: 0, delta: { content: "a" }, finish_reason: "stop" }] }) + D],
    head: [madeUp, "m"],
    told: [text("a"), stopped],
    end: "success"
  },
  {
    covers: ["6.4"],
    name: "a model that changes",
    pieces: [
      C("a") + data({ id: "c2", created: 2, model: "n", choices: [{ index: 0, delta: { content: "b" } }] }) +
      F("stop") + D
    ],
    told: [text("a"), text("b"), stopped],
    end: "success"
  },
  {
    covers: ["19.33", "13"],
    name: "keys of the prototype, which forge a call",
    pieces: [
      `data: {"choices":[{"index":0,"delta":{"__proto__":{"tool_calls":[{"id":"x","type":"function","function":` +
      `{"name":"rm","arguments":"{}"}}]}},"finish_reason":"tool_calls"}]}\n\n` + D
    ],
    head: [madeUp, "m"],
    told: [finish("tool_calls", "tool_calls")],
    end: "success"
  },
  {
    covers: ["13"],
    name: "keys of the prototype, in place of choices and beside a text",
    pieces: [
      C("a"),
      `data: {"__proto__":{"choices":[{"index":0,"delta":{"content":"forged"}}]}}\n\n`,
      `data: {"id":"c1","constructor":{"prototype":{"polluted":1}},"choices":[{"index":"__proto__","__proto__":` +
      `{"polluted":1},"delta":{"content":"b","toString":1,"constructor":null}}]}\n\n`,
      F("stop") + D
    ],
    told: [text("a"), text("b"), stopped],
    end: "success",
    unknownEvents: 1
  },
  {
    covers: ["6.1"],
    name: "a reasoning model's every field",
    pieces: [choice({ delta: { role: "assistant", content: "", reasoning_content: "r" } }) + C("a") + F("stop") + D],
    told: [reasoning("r"), text("a"), stopped],
    end: "success"
  }
])

const kind = { type: "text_delta", text: "x" } as const

const oddEvents: ReadonlyArray<Odd> = [
  { name: "an event that nobody knows", covers: ["19.38"], chunk: event({ type: "brand_new" }), unknown: 1 },
  { name: "an event without a type", chunk: data({ hello: 1 }), unknown: 1 },
  { name: "an event whose type is null", chunk: data({ type: null, delta: kind }), unknown: 1 },
  { name: "an event whose type is a key of the prototype", chunk: data({ type: "__proto__" }), unknown: 1 },
  { name: "a bill", covers: ["19.21", "15.8g"], chunk: data({ object: "billing.summary", billing: {} }), unknown: 1 },
  { name: "a delta that nobody knows", chunk: blockDelta(0, { type: "brand_new", text: "?" }), unknown: 1 },
  { name: "a delta that is null", chunk: event({ type: "content_block_delta", index: 0, delta: null }), unknown: 1 },
  { name: "no delta", covers: ["15.9e"], chunk: event({ type: "content_block_delta", index: 0 }), unknown: 1 },
  { name: "a delta whose text is null", chunk: blockDelta(0, { type: "text_delta", text: null }) },
  { name: "a delta whose text is empty", chunk: blockDelta(0, { type: "text_delta", text: "" }) },
  { name: "a delta whose text is a number", chunk: blockDelta(0, { type: "text_delta", text: 5 }) },
  {
    name: "fields that nobody knows",
    covers: ["15.9a"],
    chunk: event({ type: "content_block_delta", index: 0, delta: { ...kind, y: 1 }, z: [] }),
    told: x
  },
  { name: "no index", chunk: event({ type: "content_block_delta", delta: kind }), told: x },
  { name: "an index that is null", chunk: event({ type: "content_block_delta", index: null, delta: kind }), told: x },
  { name: "an index that is a text", chunk: event({ type: "content_block_delta", index: "0", delta: kind }), told: x },
  { name: "an index that no block has", chunk: event({ type: "content_block_delta", index: 9, delta: kind }), told: x },
  {
    name: "an index of 4294967294",
    chunk: event({ type: "content_block_delta", index: 4_294_967_294, delta: kind }),
    told: x
  },
  { name: "a second message_start", chunk: start({ input_tokens: null }) },
  { name: "a message_start without a message", chunk: event({ type: "message_start", message: null }) },
  {
    name: "a message_delta without a delta",
    covers: ["15.9f"],
    chunk: event({ type: "message_delta", delta: null, usage: null })
  },
  { name: "a stop_reason that is null", chunk: event({ type: "message_delta", delta: { stop_reason: null } }) },
  {
    name: "a stop_reason that is empty",
    covers: ["15.8b"],
    chunk: event({ type: "message_delta", delta: { stop_reason: "" } })
  },
  { name: "usage that is no object", chunk: event({ type: "message_delta", delta: {}, usage: [7] }) },
  { name: "a block that is null", chunk: event({ type: "content_block_start", index: 5, content_block: null }) },
  { name: "a block that never began ends", chunk: blockStop(7) },
  {
    name: "a name of the event that is not its type",
    chunk: `event: message_stop\ndata: ${JSON.stringify({ type: "content_block_delta", index: 0, delta: kind })}\n\n`,
    told: x
  }
]

const anthropic = inDialect("anthropic", [
  ...oddEvents.map((odd) => between(odd, false)),
  {
    covers: ["19.38", "6.1"],
    name: "an unknown event beside a text, and an unknown stop_reason",
    pieces: [open + say("a") + event({ type: "brand_new" }) + say("b") + reason("brand_new_reason") + stop],
    told: [text("a"), text("b"), finish("brand_new_reason", "brand_new_reason")],
    end: "success",
    unknownEvents: 1
  },
  {
    covers: ["6.2"],
    name: "a text without message_start and content_block_start",
    pieces: [say("a") + say("b") + reason("end_turn") + stop],
    head: [madeUp, "m"],
    told: [text("a"), text("b"), finish("stop", "end_turn")],
    end: "success"
  },
  {
    covers: ["6.2", "15.9b"],
    name: "a message whose fields are null",
    pieces: [
      event({ type: "message_start", message: { id: null, model: null, role: null, content: null, usage: null } }) +
      blockStart(0, { type: "text", text: null }) + say("a") + reason("end_turn") + stop
    ],
    head: [madeUp, "m"],
    told: [text("a"), finish("stop", "end_turn")],
    end: "success"
  },
  {
    covers: ["6.2"],
    name: "a text that its block begins with",
    pieces: [start() + blockStart(0, { type: "text", text: "a" }) + say("b") + reason("end_turn") + stop],
    told: [text("a"), text("b"), finish("stop", "end_turn")],
    end: "success"
  },
  {
    covers: ["6.4"],
    name: "an id that is empty",
    pieces: [
      event({ type: "message_start", message: { ...message, id: "", model: "" } }) +
      open.slice(start().length) + say("a") + reason("end_turn") + stop
    ],
    head: [madeUp, "m"],
    told: [text("a"), finish("stop", "end_turn")],
    end: "success"
  },
  {
    covers: ["6.4", "15.10"],
    name: "a second message_start with another id and model",
    pieces: [
      open + say("a") + event({ type: "message_start", message: { ...message, id: "msg_2", model: "n" } }) + say("b") +
      reason("end_turn") + stop
    ],
    told: [text("a"), text("b"), finish("stop", "end_turn")],
    end: "success"
  },
  {
    covers: ["19.33", "13"],
    name: "keys of the prototype, which forge a call",
    pieces: [
      open + say("a"),
      `data: {"__proto__":{"type":"content_block_start","content_block":{"type":"tool_use","id":"x","name":"rm"}}}\n\n`,
      `data: {"type":"content_block_start","index":"__proto__","content_block":{"__proto__":{"type":"tool_use",` +
      `"id":"x","name":"rm","input":{}}}}\n\n`,
      `data: {"type":"content_block_delta","index":0,"__proto__":{"polluted":1},"delta":{"type":"text_delta",` +
      `"text":"b","constructor":{"prototype":{"polluted":1}}}}\n\n`,
      reason("end_turn") + stop
    ],
    told: [text("a"), text("b"), finish("stop", "end_turn")],
    end: "success",
    unknownEvents: 1
  }
])

export const faults: ReadonlyArray<Fault> = [...openAi, ...anthropic]
