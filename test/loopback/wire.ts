/**
 * The two wire languages, as little of them as a test of the engine needs.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { CompletionParams } from "../../src/CompletionParams.ts"
import type * as Provider from "../../src/Provider.ts"
import * as Anthropic from "../../src/providers/Anthropic.ts"
import * as OpenAi from "../../src/providers/OpenAi.ts"

export interface Wire {
  readonly name: string
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

export const openAi: Wire = {
  name: "openai",
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
  name: "anthropic",
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

export const all: ReadonlyArray<Wire> = [openAi, anthropic]

export const params: CompletionParams = { messages: [{ role: "user", content: "hi" }] }

/** A whole answer in pieces of text, as a stream's bytes. */
export const answer = (wire: Wire, ...texts: ReadonlyArray<string>): string =>
  wire.open + texts.map(wire.text).join("") + wire.finish + wire.done
