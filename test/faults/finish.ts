/**
 * The finish reason and the token counts: once each, whatever the server does.
 */
import {
  blockStart,
  both,
  C,
  choice,
  counted,
  D,
  data,
  event,
  F,
  fails,
  type Fault,
  finish,
  inDialect,
  message,
  open,
  reason,
  say,
  start,
  stop,
  text,
  U
} from "./fault.ts"

/** Words for an end that servers of OpenAI's dialect use, and what they are. */
const vocabulary: ReadonlyArray<readonly [string, string]> = [
  ["stop", "stop"],
  ["eos", "stop"],
  ["eos_token", "stop"],
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["pause_turn", "stop"],
  ["length", "length"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_calls", "tool_calls"],
  ["tool_use", "tool_calls"],
  ["function_call", "tool_calls"],
  ["content_filter", "content_filter"],
  ["refusal", "content_filter"],
  ["SAFETY", "content_filter"],
  ["RECITATION", "content_filter"],
  ["sensitive", "content_filter"],
  ["guardrail_intervened", "content_filter"],
  ["MALFORMED_FUNCTION_CALL", "MALFORMED_FUNCTION_CALL"],
  ["UNEXPECTED_TOOL_CALL", "UNEXPECTED_TOOL_CALL"],
  ["cache_threshold", "cache_threshold"],
  ["constructor", "constructor"],
  ["a word of next year", "a word of next year"]
]

/** Anthropic's own. */
const stopReasons: ReadonlyArray<readonly [string, string]> = [
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["pause_turn", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool_calls"],
  ["refusal", "content_filter"],
  ["constructor", "constructor"],
  ["a word of next year", "a word of next year"]
]

const stopped = finish("stop", "stop")

/** A chunk with everything, as Gemini sends it. */
const all = (content: string, completion: number): string =>
  data({
    id: "c1",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta: { content }, finish_reason: "stop" }],
    usage: { prompt_tokens: 10, completion_tokens: completion, total_tokens: 10 + completion }
  })

const usage = (fields: object): string => data({ id: "c1", choices: [], usage: fields })

const counts = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }

const openAi = inDialect("openai", [
  ...vocabulary.map(([word, known]) => ({
    covers: ["10"],
    name: `the finish reason "${word}"`,
    pieces: [C("a") + F(word) + D],
    told: [text("a"), finish(known, word)],
    end: "success" as const
  })),
  {
    covers: ["10"],
    name: "a finish reason that is empty on every chunk",
    pieces: ["a", "b"].map((content) => choice({ delta: { content }, finish_reason: "" })).concat(F("stop"), D),
    told: [text("a"), text("b"), stopped],
    end: "success"
  },
  {
    covers: ["10"],
    name: "Gemini's spelling",
    pieces: [C("a") + choice({ delta: {}, finishReason: "STOP" }) + D],
    told: [text("a"), finish("stop", "STOP")],
    end: "success"
  },
  {
    covers: ["19.34", "8c"],
    name: "stop and counts so far on every chunk",
    pieces: [all("a", 1) + all("b", 2) + all("c", 3) + D],
    told: [text("a"), text("b"), text("c"), stopped, counted(10, 3)],
    end: "success"
  },
  {
    covers: ["19.35", "8a", "8j"],
    name: "counts on a last chunk of their own, with what we do not model",
    pieces: [
      F("stop"),
      data({ choices: [], usage: { ...counts, prompt_tokens_details: { cached_tokens: 8 }, cost: 0.1 } }),
      D
    ],
    told: [stopped, counted(10, 5, { cachedTokens: 8, extra: { cost: 0.1 } })],
    end: "success"
  },
  {
    covers: ["19.36", "8b"],
    name: "counts on the chunk of the finish",
    pieces: [C("a"), data({ id: "c1", choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: counts }), D],
    told: [text("a"), stopped, counted(10, 5)],
    end: "success"
  },
  ...[null, {}, []].map((nothing) => ({
    covers: ["8d"],
    name: `counts that are ${JSON.stringify(nothing)}`,
    pieces: [C("a") + data({ id: "c1", choices: [], usage: nothing }) + F("stop") + D],
    told: [text("a"), stopped],
    end: "success" as const
  })),
  {
    covers: ["8d"],
    name: "counts that are null after others do not take them back",
    pieces: [C("a") + F("stop") + U + usage({ prompt_tokens: null, completion_tokens: null }) + D],
    told: [text("a"), stopped, counted(10, 5)],
    end: "success"
  },
  {
    covers: ["8e"],
    name: "counts inside the choice",
    pieces: [C("a") + choice({ delta: {}, finish_reason: "stop", usage: counts }) + D],
    told: [text("a"), stopped, counted(10, 5)],
    end: "success"
  },
  {
    covers: ["8e"],
    name: "counts under a name of the server's own",
    pieces: [
      C("a") +
      data({ id: "c1", choices: [{ index: 0, delta: {}, finish_reason: "stop" }], x_groq: { usage: counts } }) + D
    ],
    told: [text("a"), stopped, counted(10, 5)],
    end: "success"
  },
  {
    covers: ["8f"],
    name: "counts after the finish, in two events",
    pieces: [C("a") + F("stop") + usage({ prompt_tokens: 10 }) + usage({ completion_tokens: 5 }) + D],
    told: [text("a"), stopped, counted(10, 5)],
    end: "success"
  },
  {
    covers: ["8f"],
    name: "counts after the finish, and no [DONE]",
    pieces: [C("a") + F("stop"), U],
    told: [text("a"), stopped, counted(10, 5)],
    end: "success"
  },
  { covers: ["8g"], name: "no counts", pieces: [C("a") + F("stop") + D], told: [text("a"), stopped], end: "success" },
  {
    covers: ["8h"],
    name: "counts that are no numbers of tokens",
    pieces: [
      C("a") + F("stop") +
      usage({
        prompt_tokens: -1,
        completion_tokens: "5",
        total_tokens: null,
        prompt_tokens_details: { cached_tokens: {} }
      }) +
      usage({ ...counts, completion_tokens_details: { reasoning_tokens: "NaN" } }) + D
    ],
    told: [text("a"), stopped, counted(10, 5)],
    end: "success"
  },
  {
    covers: ["8h"],
    name: "more reasoning tokens than tokens, as the server says",
    pieces: [C("a") + F("stop") + usage({ ...counts, completion_tokens_details: { reasoning_tokens: 7 } }) + D],
    told: [text("a"), stopped, counted(10, 5, { reasoningTokens: 7 })],
    end: "success"
  },
  {
    covers: ["8i"],
    name: "counts before an error are on it",
    pieces: [C("a") + U + data({ error: { message: "no", code: 500 } })],
    told: [text("a")],
    end: fails("Server", { usage: { promptTokens: 10, completionTokens: 5, totalTokens: 15 } })
  },
  {
    covers: ["8i"],
    name: "counts that nobody wants",
    pieces: [C("a") + F("stop") + U + D],
    params: { includeUsage: false },
    told: [text("a"), stopped],
    end: "success"
  }
])

const write = 1733
const read = 512

const anthropic = inDialect("anthropic", [
  ...stopReasons.map(([word, known]) => ({
    covers: ["10"],
    name: `the stop_reason "${word}"`,
    pieces: [open + say("a") + reason(word) + stop],
    told: [text("a"), finish(known, word)],
    end: "success" as const
  })),
  {
    covers: ["19.38", "10"],
    name: "a stop_reason that nobody knows",
    pieces: [open + say("a") + reason("brand_new_reason") + stop],
    told: [text("a"), finish("brand_new_reason", "brand_new_reason")],
    end: "success"
  },
  {
    covers: ["19.37", "8j", "8b", "19.36"],
    name: "counts with the cache, of which the last say some again",
    pieces: [
      start({
        input_tokens: 10,
        cache_creation_input_tokens: write,
        cache_read_input_tokens: read,
        output_tokens: 1
      }) + blockStart(0, { type: "text", text: "" }) + say("a") +
      reason("end_turn", { output_tokens: 5, cache_read_input_tokens: read }) + stop
    ],
    told: [text("a"), finish("stop", "end_turn"), counted(2255, 5, { cachedTokens: read, cacheWriteTokens: write })],
    end: "success"
  },
  {
    covers: ["8j"],
    name: "counts with the cache, at the beginning alone",
    pieces: [
      start({ input_tokens: 10, cache_creation_input_tokens: write, cache_read_input_tokens: read }) +
      blockStart(0, { type: "text", text: "" }) + say("a") + reason("end_turn", { output_tokens: 5 }) + stop
    ],
    told: [text("a"), finish("stop", "end_turn"), counted(2255, 5, { cachedTokens: read, cacheWriteTokens: write })],
    end: "success"
  },
  {
    covers: ["8c", "8f", "15.9g", "19.34"],
    name: "counts so far, again and again, and after the stop_reason",
    pieces: [
      start({ input_tokens: 10, output_tokens: 1 }) + blockStart(0, { type: "text", text: "" }) + say("a") +
      event({ type: "message_delta", delta: {}, usage: { output_tokens: 3 } }) +
      reason("end_turn", { output_tokens: 4 }) +
      event({ type: "message_delta", delta: {}, usage: { input_tokens: 10, output_tokens: 5 } }) + stop
    ],
    told: [text("a"), finish("stop", "end_turn"), counted(10, 5)],
    end: "success"
  },
  {
    covers: ["8d"],
    name: "counts that are null after others do not take them back",
    pieces: [
      start({ input_tokens: 10, cache_read_input_tokens: null }) + blockStart(0, { type: "text", text: "" }) +
      say("a") +
      reason("end_turn", { input_tokens: null, output_tokens: 5 }) + stop
    ],
    told: [text("a"), finish("stop", "end_turn"), counted(10, 5)],
    end: "success"
  },
  {
    covers: ["8h"],
    name: "counts that are no numbers of tokens",
    pieces: [
      start({ input_tokens: -10, output_tokens: "1" }) + blockStart(0, { type: "text", text: "" }) + say("a") +
      reason("end_turn", { input_tokens: 10, output_tokens: 5 }) + stop
    ],
    told: [text("a"), finish("stop", "end_turn"), counted(10, 5)],
    end: "success"
  },
  {
    covers: ["8h"],
    name: "a count below zero is none",
    pieces: [
      start({ input_tokens: 10, cache_read_input_tokens: -7 }) + blockStart(0, { type: "text", text: "" }) + say("a") +
      reason("end_turn", { output_tokens: 5 }) + stop
    ],
    told: [text("a"), finish("stop", "end_turn"), counted(10, 5)],
    end: "success"
  },
  {
    covers: ["8g"],
    name: "no counts",
    pieces: [open + say("a") + reason("end_turn") + stop],
    told: [text("a"), finish("stop", "end_turn")],
    end: "success"
  },
  {
    covers: ["8a", "19.35"],
    name: "counts, with what we do not model",
    pieces: [
      event({ type: "message_start", message: { ...message, usage: { input_tokens: 10, inference_geo: "eu" } } }) +
      blockStart(0, { type: "text", text: "" }) + say("a") + reason("end_turn", { output_tokens: 5 }) + stop
    ],
    told: [text("a"), finish("stop", "end_turn"), counted(10, 5, { extra: { inference_geo: "eu" } })],
    end: "success"
  },
  {
    covers: ["8i"],
    name: "counts that nobody wants",
    pieces: [
      start({ input_tokens: 10 }) + blockStart(0, { type: "text", text: "" }) + say("a") +
      reason("end_turn", { output_tokens: 5 }) + stop
    ],
    params: { includeUsage: false },
    told: [text("a"), finish("stop", "end_turn")],
    end: "success"
  }
])

const shared = both((w) => [
  {
    covers: ["10"],
    name: "a finish after each of two texts",
    pieces: [w.open + w.C("a") + w.F + w.C("b") + w.F + w.D],
    told: [text("a"), text("b"), w.stopped],
    end: "success"
  }
])

export const faults: ReadonlyArray<Fault> = [...openAi, ...anthropic, ...shared]
