/**
 * Bytes of an event stream that are right, and that parsers get wrong.
 */
import * as Bytes from "../kit/bytes.ts"
import {
  ab,
  begun,
  blockStart,
  both,
  C,
  D,
  delta,
  F,
  fails,
  type Fault,
  finish,
  inDialect,
  input,
  more,
  open,
  reason,
  say,
  start,
  stop,
  T,
  text,
  truncated,
  type Words
} from "./fault.ts"

const bytes = (piece: string): Uint8Array => Bytes.bytesOf(piece)

/** In three: before the sequence, its first bytes, the rest. */
const splitAt = (whole: string, character: string, after: number): ReadonlyArray<Uint8Array> => {
  const all = bytes(whole)
  const at = bytes(whole.slice(0, whole.indexOf(character))).length
  return Bytes.cut(all, [at, at + after])
}

const emoji = "\u{1F469}"

const characters: ReadonlyArray<readonly [string, string, ReadonlyArray<number>]> = [
  ["two bytes", "é", [1]],
  ["three bytes", "語", [1, 2]],
  ["four bytes", emoji, [1, 2, 3]]
]

/** What separates lines, and ends events, mixed; CR and LF together are one line break and no blank line. */
const breaks = [["LF", "\n"], ["CR", "\r"], ["CRLF", "\r\n"]] as const
const mixes = breaks.flatMap(([first, one]) =>
  breaks.filter(([second]) => !(first === "CR" && second === "LF"))
    .map(([second, two]) => [`${first} ${second}`, one, two] as const)
)

/** Each line ended by the one, each event by the other. */
const mixed = (whole: string, line: string, blank: string): string =>
  whole.split("\n\n").map((frame) => frame.replaceAll("\n", line)).join(line + blank)

/** A field in front of each line of data. */
const withFields = (whole: string, field: string): string => whole.replaceAll("data:", `${field}\ndata:`)

const said = (w: Words): string => w.open + w.C("a") + w.C("b") + w.F + w.D

const shared = both((w) => [
  { covers: ["5.1"], name: "an answer", pieces: [said(w)], told: ab(w), end: "success", everyCut: true },
  {
    covers: ["19.16", "5.6", "15.3"],
    name: "retry: first, in the middle and last",
    pieces: ["retry: 50\n\n", w.open + w.C("a"), "retry: 50\n\n", w.C("b") + w.F, "retry: 50\n\n", w.D],
    told: ab(w),
    end: "success"
  },
  {
    covers: ["5.6"],
    name: "retry and id that are none, with every event",
    pieces: [withFields(said(w), "retry: soon\nid: 7")],
    told: ab(w),
    end: "success"
  },
  {
    covers: ["5.6", "5.7"],
    name: "an id with a NUL",
    pieces: [withFields(said(w), "id: \u0000")],
    told: ab(w),
    end: "success"
  },
  {
    covers: ["19.18", "5.4"],
    name: "a BOM",
    pieces: [Uint8Array.of(0xEF, 0xBB, 0xBF), said(w)],
    told: ab(w),
    end: "success"
  },
  {
    covers: ["5.4"],
    name: "a BOM that is cut",
    pieces: [Uint8Array.of(0xEF), Uint8Array.of(0xBB), Uint8Array.of(0xBF), said(w)],
    told: ab(w),
    end: "success"
  },
  {
    covers: ["19.19", "5.7"],
    name: "no space after data:",
    pieces: [said(w).replaceAll(": ", ":")],
    told: ab(w),
    end: "success"
  },
  {
    covers: ["19.20", "5.5"],
    name: "comments before, between and within events",
    pieces: [
      ": OPENROUTER PROCESSING\n\n" + w.open + ": keep-alive\n" + w.C("a") + ":\n\n" +
      withFields(w.C("b"), ": ping") + ": x\n" + w.F + ":\n" + w.D
    ],
    told: ab(w),
    end: "success"
  },
  {
    covers: ["5.5"],
    name: "pings without data",
    pieces: [w.open + w.C("a"), "event: ping\n\n", "event: ping\ndata:\n\n", w.C("b") + w.F + w.D],
    told: ab(w),
    end: "success"
  },
  {
    covers: ["5.7"],
    name: "data without a value",
    pieces: ["data:\n\n", w.open, "data\n\n", w.C("a"), "data: \n\n", w.C("b") + w.F + w.D],
    told: ab(w),
    end: "success"
  },
  {
    covers: ["5.7"],
    name: "an event on several lines",
    pieces: [said(w).replaceAll("\":", "\":\ndata: ")],
    told: ab(w),
    end: "success"
  },
  {
    covers: ["5.7"],
    name: "fields that nobody knows",
    pieces: [withFields(said(w), "server: east\nx")],
    told: ab(w),
    end: "success"
  },
  {
    covers: ["5.7"],
    name: "names of events that nobody knows",
    pieces: [said(w).replaceAll(/^event: .*\n/gm, "").replaceAll("data:", "event: completion\ndata:")],
    told: ab(w),
    end: "success"
  },
  {
    covers: ["19.21", "5.7", "15.8e"],
    name: "data: null",
    pieces: ["data: null\n\n", w.open + w.C("a"), "data: null\n\n", w.C("b") + w.F + w.D],
    told: ab(w),
    end: "success",
    unknownEvents: 2
  },
  {
    covers: ["5.7"],
    name: "values that are no objects",
    pieces: [w.open + w.C("a"), "data: 5\n\ndata: \"x\"\n\ndata: []\n\ndata: true\n\n", w.C("b") + w.F + w.D],
    told: ab(w),
    end: "success",
    unknownEvents: 4
  },
  {
    covers: ["19.22", "6.3"],
    name: "a first frame that is not JSON",
    pieces: ["data: {bad json\n\n", said(w)],
    told: [],
    end: fails("MalformedChunk", { excerpt: "{bad json" })
  },
  {
    covers: ["6.3"],
    name: "a later frame that is not JSON",
    pieces: [w.open + w.C("a"), "data: {bad json\n\n" + w.C("b") + w.F + w.D],
    told: [text("a")],
    end: fails("MalformedChunk", { excerpt: "{bad json" })
  },
  {
    covers: ["6.3"],
    name: "a last frame that is not JSON because it was cut",
    pieces: [w.open + w.C("a"), w.half],
    told: [text("a")],
    end: truncated
  },
  ...characters.flatMap(([name, character, cuts]) => [
    ...cuts.map((after) => ({
      covers: ["19.46", "5.2"],
      name: `a character of ${name}, cut after ${after}`,
      pieces: splitAt(w.open + w.C(`a${character}`) + w.C("b") + w.F + w.D, character, after),
      told: [text(`a${character}`), text("b"), w.stopped],
      end: "success" as const
    })),
    {
      covers: ["5.2"],
      name: `a character of ${name} that the end cuts`,
      pieces: splitAt(w.open + w.C("a") + w.C(character), character, 1).slice(0, 2),
      told: [text("a")],
      end: truncated
    }
  ]),
  {
    covers: ["5.2"],
    name: "half of a surrogate pair, as JSON writes it",
    pieces: [w.open + w.C("a").replace("\"a\"", "\"\\ud83d\\ude00\"") + w.F + w.D],
    told: [text("😀"), w.stopped],
    end: "success"
  },
  ...mixes.map(([name, line, blank]) => ({
    covers: ["5.3"],
    name: `line breaks: ${name}`,
    pieces: [mixed(said(w).replaceAll("\":", "\":\ndata: "), line, blank)],
    told: ab(w),
    end: "success" as const
  }))
])

/** The same event, on two lines, as fixture 17 has it. */
const openAi = inDialect("openai", [
  {
    covers: ["19.17", "5.3", "15.5"],
    name: "CRLF, cut between CR and LF, in an event on two lines",
    pieces: [
      "data: {\"id\":\"c1\",\r",
      "\ndata: \"choices\":[{\"index\":0,\"delta\":{\"content\":\"X\"},\"finish_reason\":\"stop\"}]}\r",
      "\n\r",
      "\n",
      D
    ],
    told: [text("X"), finish("stop", "stop")],
    end: "success"
  },
  ...[1, 2, 3].map((after) => ({
    covers: ["19.46", "5.2"],
    name: `a character in the arguments of a call, cut after ${after}`,
    pieces: splitAt(
      T({ index: 0, id: "x", function: { name: "f", arguments: `{"x":"${emoji}` } }) +
        T({ index: 0, function: { arguments: "\"}" } }) + F("tool_calls") + D,
      emoji,
      after
    ),
    told: [begun(0, "x", "f", `{"x":"${emoji}`), more(0, "\"}"), finish("tool_calls", "tool_calls")],
    end: "success" as const
  })),
  {
    covers: ["5.5"],
    name: "an event that says it is a ping",
    pieces: [C("a"), "event: ping\ndata: {\"type\":\"ping\"}\n\n", C("b") + F("stop") + D],
    told: [text("a"), text("b"), finish("stop", "stop")],
    end: "success",
    unknownEvents: 1
  },
  {
    covers: ["5.7"],
    name: "[DONE] with white space around it",
    pieces: [C("a"), F("stop"), "data:  [DONE] \n\n"],
    told: [text("a"), finish("stop", "stop")],
    end: "success"
  },
  {
    covers: ["5.7"],
    name: "[DONE] is the end: nothing counts after it",
    pieces: [C("a"), F("stop"), D + C("b") + delta({ content: "c" }) + "data: {bad\n\n"],
    told: [text("a"), finish("stop", "stop")],
    end: "success"
  }
])

const anthropic = inDialect("anthropic", [
  {
    covers: ["19.17", "5.3", "15.5"],
    name: "CRLF, cut between CR and LF, in an event on two lines",
    pieces: [
      open,
      "event: content_block_delta\r",
      "\ndata: {\"type\":\"content_block_delta\",\r",
      "\ndata: \"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"X\"}}\r",
      "\n\r",
      "\n",
      reason("end_turn") + stop
    ],
    told: [text("X"), finish("stop", "end_turn")],
    end: "success"
  },
  ...[1, 2, 3].map((after) => ({
    covers: ["19.46", "5.2"],
    name: `a character in the arguments of a call, cut after ${after}`,
    pieces: splitAt(
      start() + blockStart(0, { type: "tool_use", id: "x", name: "f", input: {} }) + input(`{"x":"${emoji}`, 0) +
        input("\"}", 0) + reason("tool_use") + stop,
      emoji,
      after
    ),
    told: [begun(0, "x", "f", ""), more(0, `{"x":"${emoji}`), more(0, "\"}"), finish("tool_calls", "tool_use")],
    end: "success" as const
  })),
  {
    covers: ["5.5"],
    name: "pings",
    pieces: [
      "event: ping\ndata: {\"type\": \"ping\"}\n\n",
      open + say("a"),
      "event: ping\ndata: {\"type\":\"ping\"}\n\n" +
      say("b") + reason("end_turn") + stop
    ],
    told: [text("a"), text("b"), finish("stop", "end_turn")],
    end: "success"
  },
  {
    covers: ["5.7"],
    name: "message_stop is the end: nothing counts after it",
    pieces: [open + say("a") + reason("end_turn"), stop + say("b") + "data: {bad\n\n"],
    told: [text("a"), finish("stop", "end_turn")],
    end: "success"
  }
])

export const faults: ReadonlyArray<Fault> = [...shared, ...openAi, ...anthropic]
