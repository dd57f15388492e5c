/**
 * Tool calls: which call a piece belongs to, what of it is told, and which calls may be run.
 */
import {
  begun,
  blockDelta,
  blockStart,
  blockStop,
  C,
  choice,
  D,
  delta,
  F,
  type Fault,
  finish,
  inDialect,
  input,
  madeUp,
  more,
  reason,
  start,
  stop,
  T,
  text,
  together,
  truncated
} from "./fault.ts"

const called = finish("tool_calls", "tool_calls")

/** A piece of a call, as OpenAI sends it. */
const part = (fields: object, name?: unknown, args?: unknown) => ({
  ...fields,
  function: {
    ...(name === undefined ? undefined : { name }),
    ...(args === undefined ? undefined : { arguments: args })
  }
})

/** A call that the server never names is shown all the same, and may not be run. */
const nameless = "tool call 0 of choice 0 begins without a name"

type Row = Omit<Fault, "dialect" | "end"> & Partial<Pick<Fault, "end">>

const rows = (faults: ReadonlyArray<Row>): ReadonlyArray<Omit<Fault, "dialect">> =>
  faults.map((fault) => ({ end: "success", ...fault }))

const openAi = inDialect(
  "openai",
  rows([
    {
      covers: ["19.26", "7.1a", "7.7"],
      name: "two ids at index 0",
      pieces: [
        T(part({ index: 0, id: "a" }, "f", "{\"x\":1}")),
        T(part({ index: 0, id: "b" }, "g", "{}")),
        F("stop") + D
      ],
      told: [begun(0, "a", "f", "{\"x\":1}"), begun(1, "b", "g", "{}"), finish("tool_calls", "stop")],
      completed: [["f", "{\"x\":1}", true], ["g", "{}", true]]
    },
    {
      covers: ["19.27", "7.1b"],
      name: "no index",
      pieces: [T(part({ id: "a" }, "f", "{")), T(part({}, undefined, "}")), F("tool_calls") + D],
      told: [begun(0, "a", "f", "{"), more(0, "}"), called],
      completed: [["f", "{}", true]]
    },
    {
      covers: ["7.1b"],
      name: "no index, and arguments in three pieces",
      pieces: [
        T(part({ id: "a" }, "f", "{\"q\"")),
        T(part({}, undefined, ":")),
        T(part({}, undefined, "1}")),
        F("stop") + D
      ],
      told: [begun(0, "a", "f", "{\"q\""), more(0, ":"), more(0, "1}"), finish("tool_calls", "stop")],
      completed: [["f", "{\"q\":1}", true]]
    },
    {
      covers: ["19.28", "7.1c", "7.2"],
      name: "an index that begins at 7, and ids and names that are none",
      pieces: [
        T(part({ index: 7, id: "a" }, "f", "")),
        T(part({ index: 7, id: "" }, "", "{\"q\":")),
        T(part({ index: 7, id: null }, null, "1}")),
        F("tool_calls") + D
      ],
      told: [begun(0, "a", "f", ""), more(0, "{\"q\":"), more(0, "1}"), called],
      completed: [["f", "{\"q\":1}", true]]
    },
    {
      covers: ["7.1c"],
      name: "an index that begins at 7 and is then missing",
      pieces: [T(part({ index: 7, id: "a" }, "f", "{")), T(part({}, undefined, "}")), F("tool_calls") + D],
      told: [begun(0, "a", "f", "{"), more(0, "}"), called]
    },
    {
      covers: ["7.1d"],
      name: "two calls in turn: 0, 1, 0, 1",
      pieces: [
        T(part({ index: 0, id: "a" }, "f", "{\"x\"")),
        T(part({ index: 1, id: "b" }, "g", "{\"y\"")),
        T(part({ index: 0 }, undefined, ":1}")),
        T(part({ index: 1 }, undefined, ":2}")),
        F("tool_calls") + D
      ],
      told: [begun(0, "a", "f", "{\"x\""), begun(1, "b", "g", "{\"y\""), more(0, ":1}"), more(1, ":2}"), called],
      completed: [["f", "{\"x\":1}", true], ["g", "{\"y\":2}", true]]
    },
    {
      covers: ["7.1e", "7.6"],
      name: "two calls of one index in one chunk",
      pieces: [T(part({ index: 0, id: "a" }, "f", "{}"), part({ index: 0, id: "b" }, "g", "{}")), F("tool_calls") + D],
      told: [together(begun(0, "a", "f", "{}"), begun(1, "b", "g", "{}")), called]
    },
    {
      covers: ["7.6"],
      name: "two calls in one chunk without ids",
      pieces: [T(part({ index: 0 }, "f", "{}"), part({ index: 1 }, "g", "{}")), F("tool_calls") + D],
      told: [together(begun(0, madeUp, "f", "{}"), begun(1, madeUp, "g", "{}")), called]
    },
    {
      covers: ["19.32", "7.1f"],
      name: "an index of 4294967294",
      pieces: [T(part({ index: 4_294_967_294, id: "a" }, "f", "{}")), F("stop") + D],
      told: [begun(0, "a", "f", "{}"), finish("tool_calls", "stop")]
    },
    {
      covers: ["19.32", "7.1f", "13"],
      name: "an index of __proto__",
      pieces: [
        choice({ delta: { tool_calls: [part({ index: "__proto__", id: "a" }, "f", "{")] } }, 0)
          .replace("\"index\":0", "\"index\":\"__proto__\""),
        T(part({ index: "constructor" }, undefined, "}")),
        F("stop") + D
      ],
      told: [begun(0, "a", "f", "{"), more(0, "}"), finish("tool_calls", "stop")]
    },
    ...["", null, "null"].map((id) => ({
      covers: ["7.2"],
      name: `an id that is ${JSON.stringify(id)} throughout`,
      pieces: [
        T(part({ index: 0, id }, "f", "{\"q\":")),
        T(part({ index: 0, id }, "", "2}")),
        T(part({ index: 1, id }, "g", "{}")),
        F("tool_calls") + D
      ],
      told: [begun(0, madeUp, "f", "{\"q\":"), more(0, "2}"), begun(1, madeUp, "g", "{}"), called],
      completed: [["f", "{\"q\":2}", true], ["g", "{}", true]] as const
    })),
    {
      covers: ["7.2"],
      name: "an id on every piece",
      pieces: [
        T(part({ index: 0, id: "a" }, "f", "{")),
        T(part({ index: 0, id: "a" }, undefined, "}")),
        F("tool_calls") + D
      ],
      told: [begun(0, "a", "f", "{"), more(0, "}"), called]
    },
    {
      covers: ["7.2"],
      name: "an id that comes late stays outside",
      pieces: [
        T(part({ index: 0 }, "f", "{")),
        T(part({ index: 0, id: "a" }, undefined, "\"x\"")),
        T(part({ id: "a" }, undefined, ":1}")),
        F("tool_calls") + D
      ],
      told: [begun(0, madeUp, "f", "{"), more(0, "\"x\""), more(0, ":1}"), called]
    },
    {
      covers: ["19.29", "7.3"],
      name: "a name on every piece",
      pieces: [
        T(part({ index: 0, id: "a" }, "f", "{\"x\"")),
        T(part({ index: 0 }, "f", ":")),
        T(part({ index: 0 }, "f", "1}")),
        F("tool_calls") + D
      ],
      told: [begun(0, "a", "f", "{\"x\""), more(0, ":"), more(0, "1}"), called],
      completed: [["f", "{\"x\":1}", true]]
    },
    {
      covers: ["7.3"],
      name: "a name that comes after the arguments",
      pieces: [
        T(part({ index: 0, id: "a" }, undefined, "{\"x\"")),
        T(part({ index: 0 }, null, ":")),
        T(part({ index: 0 }, "f", "1}")),
        F("tool_calls") + D
      ],
      told: [begun(0, "a", "f", "{\"x\":1}"), called],
      completed: [["f", "{\"x\":1}", true]]
    },
    {
      covers: ["7.3"],
      name: "a name that is null first",
      pieces: [T(part({ index: 0, id: "a" }, null, "")), T(part({ index: 0 }, "f", "{}")), F("tool_calls") + D],
      told: [begun(0, "a", "f", "{}"), called]
    },
    {
      covers: ["7.3"],
      name: "a name that never comes",
      pieces: [T(part({ index: 0, id: "a" }, null, "{}")), F("tool_calls") + D],
      told: [begun(0, "a", "", "{}"), called],
      breaks: nameless,
      completed: [["", "{}", false]]
    },
    {
      covers: ["19.30", "7.4"],
      name: "arguments that are empty",
      pieces: [T(part({ index: 0, id: "a" }, "f", "")), F("tool_calls") + D],
      told: [begun(0, "a", "f", ""), more(0, "{}"), called],
      completed: [["f", "{}", true]]
    },
    {
      covers: ["7.4"],
      name: "arguments that are missing",
      pieces: [T(part({ index: 0, id: "a" }, "f")), F("tool_calls") + D],
      told: [begun(0, "a", "f", ""), more(0, "{}"), called],
      completed: [["f", "{}", true]]
    },
    {
      covers: ["7.4"],
      name: "arguments of white space",
      pieces: [T(part({ index: 0, id: "a" }, "f", "")), T(part({ index: 0 }, undefined, " ")), F("tool_calls") + D],
      told: [begun(0, "a", "f", ""), more(0, " "), more(0, "{}"), called],
      completed: [["f", " {}", true]]
    },
    {
      covers: ["7.4"],
      name: "arguments that are no JSON are not run",
      pieces: [T(part({ index: 0, id: "a" }, "f", "{")), F("tool_calls") + D],
      told: [begun(0, "a", "f", "{"), called],
      completed: [["f", "{", false]]
    },
    {
      covers: ["7.4"],
      name: "arguments that are no object are not run",
      pieces: [T(part({ index: 0, id: "a" }, "f", "[1]")), F("tool_calls") + D],
      told: [begun(0, "a", "f", "[1]"), called],
      completed: [["f", "[1]", false]]
    },
    {
      covers: ["19.31", "7.5"],
      name: "arguments that length cut",
      pieces: [T(part({ index: 0, id: "a" }, "w", "{\"p\":\"/etc\",\"c\":\"li")), F("length") + D],
      told: [begun(0, "a", "w", "{\"p\":\"/etc\",\"c\":\"li"), finish("length", "length")],
      completed: [["w", "{\"p\":\"/etc\",\"c\":\"li", false]]
    },
    {
      covers: ["7.5"],
      name: "arguments that are whole where length cut the answer",
      pieces: [T(part({ index: 0, id: "a" }, "w", "{\"a\":1}")), F("length") + D],
      told: [begun(0, "a", "w", "{\"a\":1}"), finish("length", "length")],
      completed: [["w", "{\"a\":1}", false]]
    },
    {
      covers: ["7.5"],
      name: "no arguments where length cut the answer",
      pieces: [T(part({ index: 0, id: "a" }, "w", "")), F("length") + D],
      told: [begun(0, "a", "w", ""), finish("length", "length")],
      completed: [["w", "", false]]
    },
    {
      covers: ["7.5"],
      name: "arguments that are whole where a filter cut the answer",
      pieces: [T(part({ index: 0, id: "a" }, "w", "{}")), F("content_filter") + D],
      told: [begun(0, "a", "w", "{}"), finish("content_filter", "content_filter")],
      completed: [["w", "{}", false]]
    },
    {
      covers: ["7.5"],
      name: "arguments that are whole where the stream was cut",
      pieces: [T(part({ index: 0, id: "a" }, "w", "{}"))],
      told: [begun(0, "a", "w", "{}")],
      end: truncated,
      completed: [["w", "{}", false]]
    },
    {
      covers: ["7.5", "10"],
      name: "arguments that are whole where the finish reason is one that nobody knows",
      pieces: [T(part({ index: 0, id: "a" }, "w", "{}")), F("cache_threshold") + D],
      told: [begun(0, "a", "w", "{}"), finish("cache_threshold", "cache_threshold")],
      completed: [["w", "{}", false]]
    },
    {
      covers: ["7.6"],
      name: "arguments that are an object",
      pieces: [T(part({ index: 0, id: "a" }, "f", { x: [1] })), F("tool_calls") + D],
      told: [begun(0, "a", "f", "{\"x\":[1]}"), called],
      completed: [["f", "{\"x\":[1]}", true]]
    },
    ...["stop", "eos", "end_turn"].map((word) => ({
      covers: ["7.7"],
      name: `calls, and the finish reason ${word}`,
      pieces: [T(part({ index: 0, id: "a" }, "f", "{}")), F(word) + D],
      told: [begun(0, "a", "f", "{}"), finish("tool_calls", word)],
      completed: [["f", "{}", true]] as const
    })),
    {
      covers: ["7.6"],
      name: "text, and calls beside it",
      pieces: [
        C("a"),
        delta({ content: "b", tool_calls: [part({ index: 0, id: "a" }, "f", "{}")] }),
        F("tool_calls") + D
      ],
      told: [text("a"), { content: "b", ...begun(0, "a", "f", "{}") }, called]
    },
    {
      covers: ["7.1d"],
      name: "calls of two choices in one chunk",
      pieces: [
        `data: ${
          JSON.stringify({
            id: "c1",
            choices: [0, 1].map((index) => ({
              index,
              delta: { tool_calls: [part({ index: 0, id: `of ${index}` }, "f", "{}")] }
            }))
          })
        }\n\n`,
        F("stop", 0) + F("stop", 1) + D
      ],
      told: [
        [begun(0, "of 0", "f", "{}"), { choice: 1, ...begun(0, "of 1", "f", "{}") }],
        finish("tool_calls", "stop"),
        { choice: 1, ...finish("tool_calls", "stop") }
      ]
    },
    {
      covers: ["7.3"],
      name: "what calls were before there were several",
      pieces: [
        delta({ function_call: { name: "f", arguments: "{\"x\"" } }),
        delta({ function_call: { arguments: ":1}" } }),
        F("function_call") + D
      ],
      told: [begun(0, madeUp, "f", "{\"x\""), more(0, ":1}"), finish("tool_calls", "function_call")]
    }
  ])
)

/** The beginning of a call, as Anthropic sends it. */
const use = (index: number, fields: object): string => blockStart(index, { type: "tool_use", input: {}, ...fields })

const done = finish("tool_calls", "tool_use")

const anthropic = inDialect(
  "anthropic",
  rows([
    {
      covers: ["19.26", "7.1a"],
      name: "two calls at index 0",
      pieces: [
        start() + use(0, { id: "a", name: "f" }) + input("{\"x\":1}", 0) + blockStop(0) +
        use(0, { id: "b", name: "g" }) +
        input("{}", 0) + blockStop(0) + reason("tool_use") + stop
      ],
      told: [begun(0, "a", "f", ""), more(0, "{\"x\":1}"), begun(1, "b", "g", ""), more(1, "{}"), done],
      completed: [["f", "{\"x\":1}", true], ["g", "{}", true]]
    },
    {
      covers: ["19.27", "7.1b"],
      name: "no index",
      pieces: [
        [
          start(),
          use(0, { id: "a", name: "f" }),
          input("{\"q\"", 0),
          input(":", 0),
          input("1}", 0),
          blockStop(0),
          reason("tool_use") + stop
        ].join("").replaceAll("\"index\":0,", "")
      ],
      told: [begun(0, "a", "f", ""), more(0, "{\"q\""), more(0, ":"), more(0, "1}"), done],
      completed: [["f", "{\"q\":1}", true]]
    },
    {
      covers: ["19.28", "7.1c"],
      name: "an index that begins at 7",
      pieces: [
        start() + use(7, { id: "a", name: "f" }) + input("{", 7) + input("}", 7) + blockStop(7) + reason("tool_use") +
        stop
      ],
      told: [begun(0, "a", "f", ""), more(0, "{"), more(0, "}"), done]
    },
    {
      covers: ["7.1d"],
      name: "two calls in turn: 0, 1, 0, 1",
      pieces: [
        start() + use(0, { id: "a", name: "f" }) + use(1, { id: "b", name: "g" }) + input("{\"x\"", 0) +
        input("{\"y\"", 1) + input(":1}", 0) + input(":2}", 1) + blockStop(0) + blockStop(1) + reason("tool_use") + stop
      ],
      told: [
        begun(0, "a", "f", ""),
        begun(1, "b", "g", ""),
        more(0, "{\"x\""),
        more(1, "{\"y\""),
        more(0, ":1}"),
        more(1, ":2}"),
        done
      ],
      completed: [["f", "{\"x\":1}", true], ["g", "{\"y\":2}", true]]
    },
    {
      covers: ["19.32", "7.1f"],
      name: "an index of 4294967294",
      pieces: [
        start() + use(4_294_967_294, { id: "a", name: "f" }) + input("{}", 4_294_967_294) + reason("tool_use") + stop
      ],
      told: [begun(0, "a", "f", ""), more(0, "{}"), done]
    },
    {
      covers: ["19.32", "7.1f", "13"],
      name: "an index of __proto__",
      pieces: [
        (start() + use(0, { id: "a", name: "f" }) + input("{}", 0) + reason("tool_use") + stop)
          .replaceAll("\"index\":0", "\"index\":\"__proto__\"")
      ],
      told: [begun(0, "a", "f", ""), more(0, "{}"), done]
    },
    ...["", null, "null"].map((id) => ({
      covers: ["7.2", "15.9d"],
      name: `an id that is ${JSON.stringify(id)}`,
      pieces: [
        start() + use(0, { id, name: "f" }) + input("{\"q\":2}", 0) + blockStop(0) + use(1, { id, name: "g" }) +
        input("{}", 1) + blockStop(1) + reason("tool_use") + stop
      ],
      told: [begun(0, madeUp, "f", ""), more(0, "{\"q\":2}"), begun(1, madeUp, "g", ""), more(1, "{}"), done],
      completed: [["f", "{\"q\":2}", true], ["g", "{}", true]] as const
    })),
    ...["", null].map((name) => ({
      covers: ["7.3"],
      name: `a name that is ${JSON.stringify(name)}`,
      pieces: [start() + use(0, { id: "a", name }) + input("{}", 0) + blockStop(0) + reason("tool_use") + stop],
      told: [begun(0, "a", "", "{}"), done],
      breaks: nameless,
      completed: [["", "{}", false]] as const
    })),
    {
      covers: ["19.29", "7.3"],
      name: "a beginning that is repeated",
      pieces: [
        start() + use(0, { id: "a", name: "f" }) + use(0, { id: "a", name: "f" }) + input("{}", 0) + blockStop(0) +
        reason("tool_use") + stop
      ],
      told: [begun(0, "a", "f", ""), more(0, "{}"), done],
      completed: [["f", "{}", true]]
    },
    ...["", " "].map((args) => ({
      covers: ["19.30", "7.4"],
      name: `arguments that are ${JSON.stringify(args)}`,
      pieces: [start() + use(0, { id: "a", name: "f" }) + input(args, 0) + blockStop(0) + reason("tool_use") + stop],
      told: [begun(0, "a", "f", ""), ...args === "" ? [] : [more(0, args)], more(0, "{}"), done],
      completed: [["f", `${args}{}`, true]] as const
    })),
    {
      covers: ["7.4"],
      name: "no arguments at all",
      pieces: [start() + use(0, { id: "a", name: "f" }) + blockStop(0) + reason("tool_use") + stop],
      told: [begun(0, "a", "f", ""), more(0, "{}"), done],
      completed: [["f", "{}", true]]
    },
    {
      covers: ["7.4"],
      name: "arguments that are no JSON are not run",
      pieces: [start() + use(0, { id: "a", name: "f" }) + input("{", 0) + blockStop(0) + reason("tool_use") + stop],
      told: [begun(0, "a", "f", ""), more(0, "{"), done],
      completed: [["f", "{", false]]
    },
    {
      covers: ["19.31", "7.5"],
      name: "arguments that max_tokens cut",
      pieces: [
        start() + use(0, { id: "a", name: "w" }) + input("{\"p\":\"/etc\",\"c\":\"li", 0) + blockStop(0) +
        reason("max_tokens") + stop
      ],
      told: [begun(0, "a", "w", ""), more(0, "{\"p\":\"/etc\",\"c\":\"li"), finish("length", "max_tokens")],
      completed: [["w", "{\"p\":\"/etc\",\"c\":\"li", false]]
    },
    {
      covers: ["7.5"],
      name: "arguments that are whole where max_tokens cut the answer",
      pieces: [
        start() + use(0, { id: "a", name: "w" }) + input("{\"a\":1}", 0) + blockStop(0) + reason("max_tokens") + stop
      ],
      told: [begun(0, "a", "w", ""), more(0, "{\"a\":1}"), finish("length", "max_tokens")],
      completed: [["w", "{\"a\":1}", false]]
    },
    {
      covers: ["7.5"],
      name: "arguments that are whole where the stream was cut",
      pieces: [start() + use(0, { id: "a", name: "w" }) + input("{}", 0)],
      told: [begun(0, "a", "w", ""), more(0, "{}")],
      end: truncated,
      completed: [["w", "{}", false]]
    },
    {
      covers: ["7.6"],
      name: "arguments that are an object",
      pieces: [start() + use(0, { id: "a", name: "f", input: { x: [1] } }) + blockStop(0) + reason("tool_use") + stop],
      told: [begun(0, "a", "f", ""), more(0, "{\"x\":[1]}"), done],
      completed: [["f", "{\"x\":[1]}", true]]
    },
    ...["end_turn", "stop_sequence"].map((word) => ({
      covers: ["7.7"],
      name: `calls, and the stop_reason ${word}`,
      pieces: [start() + use(0, { id: "a", name: "f" }) + input("{}", 0) + blockStop(0) + reason(word) + stop],
      told: [begun(0, "a", "f", ""), more(0, "{}"), finish("tool_calls", word)],
      completed: [["f", "{}", true]] as const
    })),
    {
      covers: ["7.5", "10"],
      name: "arguments that are whole where the stop_reason is one that nobody knows",
      pieces: [start() + use(0, { id: "a", name: "f" }) + input("{}", 0) + blockStop(0) + reason("brand_new") + stop],
      told: [begun(0, "a", "f", ""), more(0, "{}"), finish("brand_new", "brand_new")],
      completed: [["f", "{}", false]]
    },
    {
      covers: ["7.6"],
      name: "a piece of arguments that is no text",
      pieces: [
        start() + use(0, { id: "a", name: "f" }) + blockDelta(0, { type: "input_json_delta", partial_json: null }) +
        input("{}", 0) + reason("tool_use") + stop
      ],
      told: [begun(0, "a", "f", ""), more(0, "{}"), done]
    }
  ])
)

export const faults: ReadonlyArray<Fault> = [...openAi, ...anthropic]
