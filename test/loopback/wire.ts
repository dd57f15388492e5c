/**
 * Wire languages, as little of them as a test of the engine needs.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { CompletionParams } from "../../src/CompletionParams.ts"
import type { Endpoint } from "../../src/Endpoint.ts"
import type * as Provider from "../../src/Provider.ts"
import * as Anthropic from "../../src/providers/Anthropic.ts"
import * as Bedrock from "../../src/providers/Bedrock.ts"
import * as Ollama from "../../src/providers/Ollama.ts"
import * as OpenAi from "../../src/providers/OpenAi.ts"
import * as EventStream from "../kit/eventStream.ts"
import * as Server from "../kit/server.ts"

export interface Wire {
  readonly name: string
  readonly endpoint: Endpoint
  /** What announces a stream. */
  readonly contentType: string
  /** JSON text as one frame. */
  readonly frame: (json: string) => string
  /** An error inside a stream: the provider is at fault. */
  readonly failed: (message: string) => string
  /** The beginning of a frame. */
  readonly begun: (json: string) => string
  /** What brings nothing at all, not even a frame. */
  readonly nothing: string
  readonly layer: (
    options: Partial<Provider.LayerOptions>
  ) => Layer.Layer<Provider.Provider, never, HttpClient.HttpClient>
  /** The path that is appended to the base URL. */
  readonly path: string
  /** What a stream begins with. */
  readonly open: string
  /** One piece of text, one frame. */
  readonly text: (text: string) => string
  /** A frame that says nothing, and keeps the connection alive. */
  readonly ping: string
  /** The first half of a frame. */
  readonly half: string
  readonly finish: string
  /** What ends the stream after the finish. */
  readonly done: string
  /** An error inside a stream: the provider is overloaded. */
  readonly overloaded: string
  /** A whole answer that was not streamed. */
  readonly whole: unknown
}

export const key = "sk-test-0123456789abcdef"

const defaults = { apiKey: Redacted.make(key), model: "m" }

const failure = (message: string): string => JSON.stringify({ error: { message, type: "api_error" } })

const eventStream = {
  contentType: "text/event-stream",
  frame: (json: string) => `data: ${json}\n\n`,
  failed: (message: string) => `data: ${failure(message)}\n\n`,
  begun: (json: string) => `data: ${json}`,
  nothing: ": nothing to say\n"
}

export const openAi: Wire = {
  ...eventStream,
  name: "openai",
  endpoint: OpenAi.endpoint,
  layer: (options) => OpenAi.layer({ ...defaults, ...options }),
  path: "/chat/completions",
  open:
    `data: {"id":"c1","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n`,
  text: (text) =>
    `data: ${
      JSON.stringify({
        id: "c1",
        object: "chat.completion.chunk",
        created: 1,
        model: "m",
        choices: [{ index: 0, delta: { content: text }, finish_reason: null }]
      })
    }\n\n`,
  ping: ": ping\n\n",
  half: `data: {"id":"c1","choices":[{"index":0,"del`,
  finish: `data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n` +
    `data: {"id":"c1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5,"total_tokens":8}}\n\n`,
  done: "data: [DONE]\n\n",
  overloaded: `data: {"error":{"message":"Overloaded","type":"overloaded_error","code":null}}\n\n`,
  whole: {
    id: "c1",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: "abc" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 }
  }
}

const event = (json: { readonly type: string; readonly [key: string]: unknown }) =>
  `event: ${json.type}\ndata: ${JSON.stringify(json)}\n\n`

const message = { id: "msg_1", type: "message", role: "assistant", model: "m" } as const

export const anthropic: Wire = {
  ...eventStream,
  name: "anthropic",
  endpoint: Anthropic.endpoint,
  layer: (options) => Anthropic.layer({ ...defaults, ...options }),
  path: "/v1/messages",
  open: event(
    { type: "message_start", message: { ...message, content: [], usage: { input_tokens: 3 } } }
  ) +
    event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
  text: (text) => event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }),
  ping: event({ type: "ping" }),
  half: `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"del`,
  finish: event({ type: "content_block_stop", index: 0 }) +
    event(
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } }
    ),
  done: event({ type: "message_stop" }),
  overloaded: event(
    { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }
  ),
  whole: {
    ...message,
    content: [{ type: "text", text: "abc" }],
    stop_reason: "end_turn",
    usage: { input_tokens: 3, output_tokens: 5 }
  }
}

const line = (json: object): string =>
  `${JSON.stringify({ model: "m", created_at: "2026-11-20T09:15:01Z", ...json })}\n`

const said = (content: string): string => line({ message: { role: "assistant", content }, done: false })

const last = { done: true, done_reason: "stop", prompt_eval_count: 3, eval_count: 5 }

/** Its last line is the finish and the end. */
export const ollama: Wire = {
  name: "ollama",
  endpoint: Ollama.endpoint,
  contentType: "application/x-ndjson",
  frame: (json) => `${json}\n`,
  failed: (message) => `${failure(message)}\n`,
  begun: (json) => json,
  nothing: "\n",
  layer: (options) => Ollama.layer({ ...defaults, ...options }),
  path: "/api/chat",
  open: said(""),
  text: said,
  ping: said(""),
  half: `{"model":"m","message":{"role":"assistant","con`,
  finish: line({ message: { role: "assistant", content: "" }, ...last }),
  done: "",
  overloaded: `{"error":"server busy, please try again.  maximum pending requests exceeded"}\n`,
  whole: { model: "m", created_at: "2026-11-20T09:15:01Z", message: { role: "assistant", content: "abc" }, ...last }
}

const usage = { inputTokens: 3, outputTokens: 5, totalTokens: 8 }

const delta = (text: string): string =>
  EventStream.text(["contentBlockDelta", { contentBlockIndex: 0, delta: { text } }])

/** Messages that are texts: see `EventStream.text`. */
export const bedrock: Wire = {
  name: "bedrock",
  endpoint: Bedrock.endpoint,
  contentType: "application/vnd.amazon.eventstream",
  frame: (json) => EventStream.text(["anything", json]),
  failed: (message) => EventStream.text(["internalServerException", { message }, "exception"]),
  begun: () => EventStream.begunAbove(16 * 1024 * 1024),
  nothing: "",
  layer: (options) => Bedrock.layer({ ...defaults, region: "us-east-1", ...options }),
  path: "/model/m/converse-stream",
  open: EventStream.text(["messageStart", { role: "assistant" }]),
  text: delta,
  ping: EventStream.text(["anything", {}]),
  half: delta("half").slice(0, 60),
  finish: EventStream.text(["contentBlockStop", { contentBlockIndex: 0 }]) +
    EventStream.text(["messageStop", { stopReason: "end_turn" }]),
  done: EventStream.text(["metadata", { usage, metrics: { latencyMs: 1 } }]),
  overloaded: EventStream.text(["serviceUnavailableException", { message: "Overloaded" }, "exception"]),
  whole: { output: { message: { role: "assistant", content: [{ text: "abc" }] } }, stopReason: "end_turn", usage }
}

/** Server-sent events, of both dialects. */
export const all: ReadonlyArray<Wire> = [openAi, anthropic]

/** And a wire of each other framing, for what depends on the bytes. */
export const ofEachFraming: ReadonlyArray<Wire> = [...all, ollama]

/** And the one whose frames say how long they are, so that nothing can be put into them or between them. */
export const ofEvery: ReadonlyArray<Wire> = [...ofEachFraming, bedrock]

/** A 200 stream. */
export const script = (wire: Wire, ...steps: ReadonlyArray<Server.Step | Uint8Array | string>): Server.Script =>
  Server.stream(wire.contentType, ...steps)

export const params: CompletionParams = { messages: [{ role: "user", content: "hi" }] }

/** A whole answer in pieces of text, as a stream's bytes. */
export const answer = (wire: Wire, ...texts: ReadonlyArray<string>): string =>
  wire.open + texts.map(wire.text).join("") + wire.finish + wire.done
