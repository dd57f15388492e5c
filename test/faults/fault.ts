/**
 * What a fault is: bytes as a server sent them, and exactly what must come of them; and the words to write them in.
 */
import type { Usage } from "../../src/ChatCompletionChunk.ts"
import type { CompletionParams } from "../../src/CompletionParams.ts"
import type { Reason } from "../../src/ProviderError.ts"

/** `lenient`: OpenAI's, of a server that is known to send no finish reasons. */
export type Dialect = "openai" | "anthropic" | "lenient" | "gemini" | "ollama" | "bedrock"

/** What one chunk says of one choice, without the head that all chunks of an answer share. */
export interface Told {
  /** Absent for the first. */
  readonly choice?: number
  readonly content?: string
  readonly refusal?: string
  readonly reasoning?: string
  readonly calls?: ReadonlyArray<unknown>
  readonly annotations?: ReadonlyArray<unknown>
  /** A block that goes back verbatim. */
  readonly block?: unknown
  readonly logprobs?: unknown
  readonly finish?: string
  /** The server's own word for the finish. */
  readonly word?: string
  readonly usage?: Usage
}

/** A `ProviderError`: the fields that are given must be these. */
export interface Failure {
  readonly reason: Reason["_tag"]
  readonly status?: number
  readonly code?: string
  readonly detail?: string
  readonly requestId?: string
  readonly excerpt?: string
  readonly usage?: Partial<Usage>
}

export type End = "success" | Failure

/** A response that is a 200. */
export interface Fault {
  /** Where the list of failures has it: a section, a fixture of section 19, or a row of section 15. */
  readonly covers: ReadonlyArray<string>
  readonly name: string
  readonly dialect: Dialect
  /** In the pieces in which it is written. */
  readonly pieces: ReadonlyArray<string | Uint8Array>
  /** How the connection ends; a reset is one after everything was read. Default: cleanly. */
  readonly then?: "end" | "reset"
  /** Default: what the dialect's streams are announced as. */
  readonly contentType?: string | undefined
  readonly params?: Partial<CompletionParams>
  /** Each chunk; an Array for one about several choices. */
  readonly told: ReadonlyArray<Told | ReadonlyArray<Told>>
  readonly end: End
  /** The id and the model on every chunk. */
  readonly head?: readonly [id: string, model: string]
  /** Default: 0. */
  readonly unknownEvents?: number
  /** What `ChatCompletion` says of the calls: their arguments, and whether they may be run. */
  readonly completed?: ReadonlyArray<readonly [name: string, args: string, complete: boolean]>
  /** The one rule of all streams that it cannot keep. */
  readonly breaks?: string
  /** Cut at each of its bytes once more. */
  readonly everyCut?: boolean
}

/** An end that is a `ProviderError`. */
export const fails = (reason: Reason["_tag"], fields: Omit<Failure, "reason"> = {}): Failure => ({ reason, ...fields })

export const truncated: Failure = fails("TruncatedStream")

/** What a chunk says. */
export const text = (content: string): Told => ({ content })
export const reasoning = (content: string): Told => ({ reasoning: content })
export const finish = (reason: string, word?: string): Told =>
  word === undefined ? { finish: reason } : { finish: reason, word }
/** The first delta of a call. */
export const begun = (index: number, id: string, name: string, args: string): Told => ({
  calls: [{ index, id, type: "function", function: { name, arguments: args } }]
})
/** Each one that follows. */
export const more = (index: number, args: string): Told => ({ calls: [{ index, function: { arguments: args } }] })
/** Deltas of calls in one chunk. */
export const together = (...told: ReadonlyArray<Told>): Told => ({ calls: told.flatMap(({ calls = [] }) => calls) })
export const counted = (promptTokens: number, completionTokens: number, rest?: Partial<Usage>): Told => ({
  usage: { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens, ...rest }
})

/** An id that the server did not send. */
export const madeUp = "made up"

export const data = (json: unknown): string => `data: ${JSON.stringify(json)}\n\n`

/** OpenAI's chunks, by the letters of the list of failures. */
export const choice = (fields: object, index = 0): string =>
  data({ id: "c1", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index, ...fields }] })
export const delta = (fields: object, index = 0): string => choice({ delta: fields, finish_reason: null }, index)
export const C = (content: string, index = 0): string => delta({ content }, index)
export const F = (reason: string, index = 0): string => choice({ delta: {}, finish_reason: reason }, index)
export const T = (...calls: ReadonlyArray<object>): string =>
  data({ id: "c1", choices: [{ index: 0, delta: { tool_calls: calls }, finish_reason: null }] })
export const D = "data: [DONE]\n\n"
export const U = data({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } })

/** Anthropic's events. */
export const event = (json: { readonly type: string; readonly [field: string]: unknown }): string =>
  `event: ${json.type}\ndata: ${JSON.stringify(json)}\n\n`
export const message = { id: "msg_1", type: "message", role: "assistant", model: "m" } as const
export const start = (usage?: object): string =>
  event({ type: "message_start", message: { ...message, content: [], ...(usage === undefined ? {} : { usage }) } })
export const blockStart = (index: number, block: object): string =>
  event({ type: "content_block_start", index, content_block: block })
export const blockDelta = (index: number, fields: object): string =>
  event({ type: "content_block_delta", index, delta: fields })
export const blockStop = (index: number): string => event({ type: "content_block_stop", index })
export const say = (content: string, index = 0): string => blockDelta(index, { type: "text_delta", text: content })
export const input = (json: string, index: number): string =>
  blockDelta(index, { type: "input_json_delta", partial_json: json })
export const reason = (stopReason: string, usage?: object): string =>
  event({ type: "message_delta", delta: { stop_reason: stopReason }, ...(usage === undefined ? {} : { usage }) })
export const stop = event({ type: "message_stop" })
export const open = start() + blockStart(0, { type: "text", text: "" })

/** Ollama's lines. */
export const line = (json: unknown): string => `${JSON.stringify(json)}\n`
export const spoken = (message: object): string =>
  line({ model: "m", message: { role: "assistant", content: "", ...message }, done: false })
export const L = (content: string): string => spoken({ content })
export const last = (fields: object = { done_reason: "stop" }): string =>
  line({ model: "m", message: { role: "assistant", content: "" }, done: true, ...fields })

/** Gemini's events. */
export const candidate = (fields: object, rest: object = {}): string =>
  data({ candidates: [{ index: 0, ...fields }], modelVersion: "m", responseId: "r1", ...rest })
export const parts = (...all: ReadonlyArray<object>): string => candidate({ content: { parts: all, role: "model" } })

/** What all dialects can say. */
export interface Words {
  readonly dialect: "openai" | "anthropic" | "gemini" | "ollama"
  /** One event, whatever it is. */
  readonly frame: (json: unknown) => string
  /** What comes before the first text. */
  readonly open: string
  readonly C: (text: string) => string
  /** The answer stopped by itself. */
  readonly F: string
  /** The end of the stream. */
  readonly D: string
  /** What `F` is told as. */
  readonly stopped: Told
  readonly half: string
  /** An error inside the stream. */
  readonly error: (type: string, message: string) => string
}

export const openAi: Words = {
  dialect: "openai",
  frame: data,
  open: "",
  C,
  F: F("stop"),
  D,
  stopped: finish("stop", "stop"),
  half: "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"del",
  error: (type, message) => data({ error: { message, type } })
}

export const anthropic: Words = {
  dialect: "anthropic",
  frame: data,
  open,
  C: say,
  F: blockStop(0) + reason("end_turn"),
  D: stop,
  stopped: finish("stop", "end_turn"),
  half: "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"del",
  error: (type, message) => event({ type: "error", error: { type, message } })
}

/** The stream has no end but that of the body. */
export const gemini: Words = {
  dialect: "gemini",
  frame: data,
  open: parts({ text: "" }),
  C: (content) => parts({ text: content }),
  F: candidate({ content: { parts: [{ text: "" }], role: "model" }, finishReason: "STOP" }),
  D: "",
  stopped: finish("stop", "STOP"),
  half: "data: {\"candidates\": [{\"content\": {\"par",
  error: (type, message) => data({ error: { message, type } })
}

/** The last line is the finish and the end. */
export const ollama: Words = {
  dialect: "ollama",
  frame: line,
  open: L(""),
  C: L,
  F: last(),
  D: "",
  stopped: finish("stop", "stop"),
  half: "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"con",
  error: (_, message) => line({ error: message })
}

type Row = Omit<Fault, "dialect">

const inEach = (all: ReadonlyArray<Words>, faults: (words: Words) => ReadonlyArray<Row>): ReadonlyArray<Fault> =>
  all.flatMap((words) => faults(words).map((fault) => ({ ...fault, dialect: words.dialect })))

/** The same faults in both dialects of server-sent events. */
export const both = (faults: (words: Words) => ReadonlyArray<Row>): ReadonlyArray<Fault> =>
  inEach([openAi, anthropic], faults)

/** The same faults in all dialects, whatever their framing. */
export const each = (faults: (words: Words) => ReadonlyArray<Row>): ReadonlyArray<Fault> =>
  inEach([openAi, anthropic, gemini, ollama], faults)

export const inDialect = (dialect: Dialect, faults: ReadonlyArray<Row>): ReadonlyArray<Fault> =>
  faults.map((fault) => ({ ...fault, dialect }))

/** "ab", as it is told. */
export const ab = (words: Words) => [text("a"), text("b"), words.stopped]
