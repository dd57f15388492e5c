/**
 * Lines of JSON, Ollama's: bytes that are right and that parsers get wrong, and what its servers get wrong themselves.
 */
import * as Bytes from "../kit/bytes.ts"
import {
  begun,
  counted,
  fails,
  type Fault,
  finish,
  inDialect,
  L,
  last,
  line,
  madeUp,
  ollama,
  reasoning,
  spoken,
  text,
  together,
  truncated
} from "./fault.ts"

const stopped = ollama.stopped

const said = ollama.open + L("a") + L("b") + last()

const ab = [text("a"), text("b"), stopped]

const emoji = "\u{1F469}"

/** In three: before the character, its first bytes, the rest. */
const splitAt = (whole: string, character: string, after: number): ReadonlyArray<Uint8Array> => {
  const at = Bytes.bytesOf(whole.slice(0, whole.indexOf(character))).length
  return Bytes.cut(Bytes.bytesOf(whole), [at, at + after])
}

const characters: ReadonlyArray<readonly [string, string, ReadonlyArray<number>]> = [
  ["two bytes", "é", [1]],
  ["three bytes", "語", [1, 2]],
  ["four bytes", emoji, [1, 2, 3]]
]

const framing = inDialect("ollama", [
  { covers: ["5.10"], name: "an answer", pieces: [said], told: ab, end: "success", everyCut: true },
  {
    covers: ["5.10", "5.4"],
    name: "a BOM that is cut",
    pieces: [Uint8Array.of(0xEF), Uint8Array.of(0xBB), Uint8Array.of(0xBF), said],
    told: ab,
    end: "success"
  },
  {
    covers: ["5.10", "5.3"],
    name: "CRLF, cut between CR and LF",
    pieces: said.split("\n").flatMap((one) => [`${one}\r`, "\n"]),
    told: ab,
    end: "success"
  },
  {
    covers: ["5.10"],
    name: "blank lines, lines of spaces and spaces around",
    pieces: [`\n\n  \r\n${said.replaceAll("\n", " \n \t\n\n")}\n`],
    told: ab,
    end: "success"
  },
  {
    covers: ["5.10", "3.3"],
    name: "a last line without its end",
    pieces: [said.trimEnd()],
    told: ab,
    end: "success"
  },
  ...characters.flatMap(([name, character, cuts]) => [
    ...cuts.map((after) => ({
      covers: ["5.10", "5.2"],
      name: `a character of ${name}, cut after ${after}`,
      pieces: splitAt(ollama.open + L(`a${character}`) + L("b") + last(), character, after),
      told: [text(`a${character}`), text("b"), stopped],
      end: "success" as const
    })),
    {
      covers: ["5.10", "5.2"],
      name: `a character of ${name} that the end cuts`,
      pieces: splitAt(ollama.open + L("a") + L(character), character, 1).slice(0, 2),
      told: [text("a")],
      end: truncated
    }
  ]),
  {
    covers: ["5.10", "5.2"],
    name: "half of a surrogate pair, as JSON writes it",
    pieces: [L("a").replace("\"a\"", "\"\\ud83d\\ude00\"") + last()],
    told: [text("😀"), stopped],
    end: "success"
  },
  {
    covers: ["5.10", "5.7"],
    name: "line separators inside of a text are none",
    pieces: [L("a\u2028\u2029\u0085\n\r\nb") + last()],
    told: [text("a\u2028\u2029\u0085\n\r\nb"), stopped],
    end: "success"
  },
  {
    covers: ["5.10", "5.7"],
    name: "values that are no objects",
    pieces: [ollama.open + L("a"), "null\n5\n\"x\"\n[]\ntrue\n", L("b") + last()],
    told: ab,
    end: "success",
    unknownEvents: 5
  },
  {
    covers: ["5.10"],
    name: "lines that nobody knows",
    pieces: [line({ status: "pulling manifest" }), line({ model: "m" }), said],
    told: ab,
    end: "success",
    unknownEvents: 2
  },
  {
    covers: ["5.10", "6.3"],
    name: "a first line that is not JSON",
    pieces: ["{bad json\n", said],
    told: [],
    end: fails("MalformedChunk", { excerpt: "{bad json" })
  },
  {
    covers: ["5.10", "6.3"],
    name: "a later line that is not JSON",
    pieces: [ollama.open + L("a"), "{bad json\n" + L("b") + last()],
    told: [text("a")],
    end: fails("MalformedChunk", { excerpt: "{bad json" })
  },
  {
    covers: ["5.10"],
    name: "two objects on a line",
    pieces: [L("a") + L("b").trimEnd() + last()],
    told: [text("a")],
    end: fails("MalformedChunk")
  },
  {
    covers: ["5.10", "4.3"],
    name: "an event stream in their place",
    pieces: ["data: {\"choices\":[]}\n\n"],
    told: [],
    end: fails("UnexpectedBody")
  },
  {
    covers: ["5.10", "3.4"],
    name: "the line that says that it is done is the end: nothing counts after it",
    pieces: [L("a") + last(), L("b") + "{bad\n" + line({ error: "no" })],
    told: [text("a"), stopped],
    end: "success"
  },
  {
    covers: ["4.3"],
    name: "JSON that is neither an answer nor an error, on a line of its own",
    pieces: ["{\"hello\":1}"],
    contentType: "application/json",
    told: [],
    end: truncated,
    unknownEvents: 1
  },
  {
    covers: ["4.3"],
    name: "a list of errors, on several lines",
    pieces: ["[\n", " {\"error\": {\"code\": 503, \"message\": \"busy\"}}\n", "]"],
    told: [],
    end: fails("Overloaded", { status: 503, detail: "busy" })
  }
])

const errors = inDialect("ollama", [
  {
    covers: ["19.40", "4.4"],
    name: "an error line after a text, cut in half",
    pieces: [L("a"), "{\"err", "or\":\"model runner crashed\"}\n"],
    told: [text("a")],
    end: fails("Server", { status: 500, detail: "model runner crashed" })
  },
  {
    covers: ["19.40", "4.4"],
    name: "neither an error nor a line that says that it is done",
    pieces: [L("a")],
    told: [text("a")],
    end: truncated
  },
  {
    covers: ["4.4"],
    name: "an error line without its end",
    pieces: [L("a"), "{\"error\":\"model runner crashed\"}"],
    told: [text("a")],
    end: fails("Server", { status: 500 })
  },
  {
    covers: ["4.4"],
    name: "a queue that is full",
    pieces: [line({ error: "server busy, please try again.  maximum pending requests exceeded" })],
    told: [],
    end: fails("Overloaded", { status: 529 })
  },
  {
    covers: ["4.4"],
    name: "a prompt that does not fit",
    pieces: [line({ error: "the input length exceeds the context length" })],
    told: [],
    end: fails("ContextLength", { status: 400 })
  },
  {
    covers: ["4.4"],
    name: "a model that is not there",
    pieces: [line({ error: "model 'x' not found" })],
    told: [],
    end: fails("ModelNotFound", { status: 404 })
  },
  ...([["error", "Server"], ["abort", "Server"], ["insufficient_system_resource", "Overloaded"]] as const).map((
    [word, reason]
  ) => ({
    covers: ["4.5"],
    name: `the reason "${word}"`,
    pieces: [L("a") + last({ done_reason: word, prompt_eval_count: 3, eval_count: 5 })],
    told: [text("a")],
    end: fails(reason, { code: word, usage: { promptTokens: 3, completionTokens: 5 } })
  }))
])

const called = (...calls: ReadonlyArray<unknown>): string => spoken({ tool_calls: calls })

const call = (name: string, args: unknown, rest: object = {}, index?: number) => ({
  ...rest,
  function: { ...(index === undefined ? undefined : { index }), name, arguments: args }
})

const calls = inDialect("ollama", [
  {
    covers: ["7.1a"],
    name: "two calls without ids, each on a line",
    pieces: [called(call("f", { x: 1 })) + called(call("f", { x: 1 })) + last()],
    told: [
      begun(0, madeUp, "f", "{\"x\":1}"),
      begun(1, madeUp, "f", "{\"x\":1}"),
      finish("tool_calls", "stop")
    ],
    end: "success",
    completed: [["f", "{\"x\":1}", true], ["f", "{\"x\":1}", true]]
  },
  {
    covers: ["7.1a"],
    name: "two calls of one index, on a line",
    pieces: [called(call("f", { x: 1 }, {}, 0), call("g", {}, {}, 0)) + last()],
    told: [
      together(begun(0, madeUp, "f", "{\"x\":1}"), begun(1, madeUp, "g", "{}")),
      finish("tool_calls", "stop")
    ],
    end: "success",
    completed: [["f", "{\"x\":1}", true], ["g", "{}", true]]
  },
  {
    covers: ["7.1a"],
    name: "two calls of one id",
    pieces: [called(call("f", { x: 1 }, { id: "a" })) + called(call("g", { y: 2 }, { id: "a" })) + last()],
    told: [
      begun(0, "a", "f", "{\"x\":1}"),
      begun(1, madeUp, "g", "{\"y\":2}"),
      finish("tool_calls", "stop")
    ],
    end: "success"
  },
  {
    covers: ["7.3"],
    name: "a call without arguments",
    pieces: [called({ id: "a", function: { name: "f" } }) + last()],
    told: [
      begun(0, "a", "f", ""),
      { calls: [{ index: 0, function: { arguments: "{}" } }] },
      finish("tool_calls", "stop")
    ],
    end: "success",
    completed: [["f", "{}", true]]
  },
  {
    covers: ["7.3"],
    name: "arguments that are null, and a list",
    pieces: [called(call("f", null, { id: "a" }), call("g", [1], { id: "b" })) + last()],
    told: [
      together(begun(0, "a", "f", ""), begun(1, "b", "g", "")),
      {
        calls: [
          { index: 0, function: { arguments: "{}" } },
          { index: 1, function: { arguments: "{}" } }
        ]
      },
      finish("tool_calls", "stop")
    ],
    end: "success"
  },
  {
    covers: ["7.2"],
    name: "a call that the end cuts off",
    pieces: [L("a") + called(call("f", {}, { id: "a" })).slice(0, -9)],
    told: [text("a")],
    end: truncated
  },
  {
    covers: ["7.5"],
    name: "a call and the limit",
    pieces: [called(call("f", {}, { id: "a" })) + last({ done_reason: "length" })],
    told: [begun(0, "a", "f", "{}"), finish("length", "length")],
    end: "success",
    completed: [["f", "{}", false]]
  }
])

const answers = inDialect("ollama", [
  {
    covers: ["9"],
    name: "thinking, a text and a call on one line",
    pieces: [spoken({ thinking: "r", content: "a", tool_calls: [call("f", {}, { id: "a" })] }) + last()],
    told: [
      { ...reasoning("r"), content: "a", calls: begun(0, "a", "f", "{}").calls ?? [] },
      finish("tool_calls", "stop")
    ],
    end: "success"
  },
  {
    covers: ["15.8a"],
    name: "no reason, from an old server",
    pieces: [L("a") + last({})],
    told: [text("a"), finish("stop")],
    end: "success"
  },
  {
    covers: ["15.8a"],
    name: "a reason that nobody knows",
    pieces: [L("a") + last({ done_reason: "bored" })],
    told: [text("a"), finish("bored", "bored")],
    end: "success"
  },
  {
    covers: ["3.6"],
    name: "a line that says that it is done, and nothing else",
    pieces: [last()],
    told: [stopped],
    end: "success"
  },
  {
    covers: ["8a"],
    name: "counts, and none of the prompt that was kept",
    pieces: [L("a") + last({ done_reason: "stop", eval_count: 5, eval_duration: 7 })],
    told: [text("a"), stopped, counted(0, 5, { extra: { eval_duration: 7 } })],
    end: "success"
  },
  {
    covers: ["8h"],
    name: "counts that are none",
    pieces: [L("a") + last({ done_reason: "stop", prompt_eval_count: -1, eval_count: "5" })],
    told: [text("a"), stopped],
    end: "success"
  },
  {
    covers: ["15.9b"],
    name: "fields of the wrong type",
    pieces: [
      line({ model: 5, created_at: 7, message: { role: [], content: "a", thinking: 5, tool_calls: {} }, done: "no" }),
      line({ model: "m", created_at: "yesterday", message: { content: "b" } }) + last()
    ],
    told: [text("a"), text("b"), stopped],
    end: "success"
  }
])

export const faults: ReadonlyArray<Fault> = [...framing, ...errors, ...calls, ...answers]
