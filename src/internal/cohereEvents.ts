/**
 * The events of Cohere's chat stream, and what each says. A whole answer is read as the events that a stream would have
 * brought.
 *
 * What a model thinks, and the plan that it makes before it calls tools, are both its reasoning.
 *
 * @see https://docs.cohere.com/docs/streaming
 * @see https://docs.cohere.com/reference/chat-stream
 */
import * as Schema from "effect/Schema"
import type { TokenLogprob } from "../ChatCompletionChunk.ts"
import type { Fault, Output } from "../Dialect.ts"
import * as Abandoned from "./abandoned.ts"
import * as Citations from "./cohereCitations.ts"
import * as Errors from "./cohereErrors.ts"
import * as Usage from "./cohereUsage.ts"
import * as Reader from "./reader.ts"

const text = Schema.optional(Schema.String)
const index = Schema.optional(Schema.Number)
const unknown = Schema.optional(Schema.Unknown)

/** What the message gets more of. */
const delta = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.optional(Schema.Struct({ message: Schema.optional(Schema.Struct(fields)) }))

const Content = Schema.Struct({ text, thinking: text })

const Call = Schema.Struct({
  id: text,
  function: Schema.optional(Schema.Struct({ name: text, arguments: text }))
})

export const Event = Schema.Union(
  Schema.Struct({ type: Schema.Literal("message-start"), id: text }),
  Schema.Struct({
    type: Schema.Literal("content-start"),
    delta: delta({ content: Schema.optional(Content) })
  }),
  Schema.Struct({
    type: Schema.Literal("content-delta"),
    delta: delta({ content: Schema.optional(Content) }),
    logprobs: unknown
  }),
  Schema.Struct({ type: Schema.Literal("content-end") }),
  Schema.Struct({ type: Schema.Literal("tool-plan-delta"), delta: delta({ tool_plan: text }) }),
  Schema.Struct({
    type: Schema.Literal("tool-call-start"),
    index,
    delta: delta({ tool_calls: Schema.optional(Call) })
  }),
  Schema.Struct({
    type: Schema.Literal("tool-call-delta"),
    index,
    delta: delta({ tool_calls: Schema.optional(Call) })
  }),
  Schema.Struct({ type: Schema.Literal("tool-call-end") }),
  Schema.Struct({ type: Schema.Literal("citation-start"), delta: delta({ citations: unknown }) }),
  Schema.Struct({ type: Schema.Literal("citation-end") }),
  Schema.Struct({
    type: Schema.Literal("message-end"),
    delta: Schema.optional(Schema.Struct({ finish_reason: text, error: text, usage: unknown }))
  }),
  Schema.Struct({ type: Schema.Literal("debug") })
)
export type Event = typeof Event.Type

/** The answer that is not streamed. */
export const Response = Schema.Struct({
  id: text,
  finish_reason: text,
  message: Schema.optional(Schema.Struct({
    content: Schema.optional(Schema.Array(Content)),
    tool_plan: text,
    tool_calls: Schema.optional(Schema.Array(Call)),
    citations: unknown
  })),
  usage: unknown,
  logprobs: unknown
})
export type Response = typeof Response.Type

const readLogprob = Reader.compile(Schema.Struct({
  text,
  logprobs: Schema.optional(Schema.Array(Schema.Number))
}))

/** The state of one attempt. */
export interface State {
  /** The call that an event without an index means, by the server's index. */
  latest: number
  /** The calls that have arguments. */
  readonly filled: Set<number>
}

export const initial = (): State => ({ latest: -1, filled: new Set() })

const nothing: ReadonlyArray<Output> = []

/** `finish_reason` in OpenAI's words; others pass through as they are. `ERROR_...` are those of the first API. */
const reasons: ReadonlyMap<string, string> = new Map([
  ["COMPLETE", "stop"],
  ["STOP_SEQUENCE", "stop"],
  ["MAX_TOKENS", "length"],
  ["ERROR_LIMIT", "length"],
  ["TOOL_CALL", "tool_calls"],
  ["ERROR_TOXIC", "content_filter"]
])

export const finishReason = (word: string): string => reasons.get(word) ?? word

const said = (content: typeof Content.Type | undefined, outputs: Array<Output>): void => {
  if (content?.thinking) outputs.push({ _tag: "Reasoning", choice: 0, text: content.thinking })
  if (content?.text) outputs.push({ _tag: "Text", choice: 0, text: content.text })
}

/** A text of several tokens is as likely as all of them together. */
const logprobOf = (item: unknown): ReadonlyArray<TokenLogprob> => {
  const { logprobs = [], text: token } = readLogprob(item) ?? {}
  return token === undefined || logprobs.length === 0
    ? []
    : [{ token, logprob: logprobs.reduce((sum, logprob) => sum + logprob, 0), topLogprobs: [] }]
}

const measured = (logprobs: unknown, outputs: Array<Output>): void => {
  const content = (Array.isArray(logprobs) ? logprobs : [logprobs]).flatMap(logprobOf)
  if (content.length > 0) outputs.push({ _tag: "Logprobs", choice: 0, logprobs: { content } })
}

/** A call without arguments has none, or `null` in their place: arguments are an object, which never begins so. */
const argumentsOf = ({ filled, latest }: State, piece: string | undefined): string | undefined => {
  if (!piece || (piece.trim() === "null" && !filled.has(latest))) return undefined
  filled.add(latest)
  return piece
}

type CallEvent = Extract<Event, { readonly type: "tool-call-start" | "tool-call-delta" }>

const called = (state: State, { delta, index, type }: CallEvent): ReadonlyArray<Output> => {
  const call = delta?.message?.tool_calls
  if (call === undefined) return nothing
  const begins = type === "tool-call-start"
  state.latest = index ?? (begins ? state.latest + 1 : state.latest)
  if (begins) state.filled.delete(state.latest)
  const piece = argumentsOf(state, call.function?.arguments)
  return begins || piece !== undefined
    ? [{ _tag: "ToolCall", choice: 0, id: call.id, index, name: call.function?.name, arguments: piece }]
    : nothing
}

/** What the server says of its failure beside the word counts for more than the word. */
const faultOf = (word: string, message: string | undefined): Fault | undefined => {
  const fault = Abandoned.faultOf(word)
  return fault === undefined || !message
    ? fault
    : { ...fault, reason: Errors.failure({ message }), detail: message }
}

type End = Extract<Event, { readonly type: "message-end" }>

const ended = ({ delta }: End): ReadonlyArray<Output> => {
  const outputs: Array<Output> = []
  const word = delta?.finish_reason
  const fault = word ? faultOf(word, delta.error) : undefined
  const usage = Usage.of(delta?.usage)
  if (usage !== undefined) outputs.push({ _tag: "Usage", usage })
  if (fault !== undefined) return [...outputs, { _tag: "Failure", fault }]
  if (word) outputs.push({ _tag: "Finish", choice: 0, reason: finishReason(word), native: word })
  outputs.push({ _tag: "End" })
  return outputs
}

/** What one event says. */
export const step = (state: State, event: Event): ReadonlyArray<Output> => {
  switch (event.type) {
    case "content-delta":
    case "content-start": {
      const outputs: Array<Output> = []
      said(event.delta?.message?.content, outputs)
      if (event.type === "content-delta" && event.logprobs !== undefined) measured(event.logprobs, outputs)
      return outputs
    }
    case "tool-plan-delta": {
      const plan = event.delta?.message?.tool_plan
      return plan ? [{ _tag: "Reasoning", choice: 0, text: plan }] : nothing
    }
    case "tool-call-start":
    case "tool-call-delta":
      return called(state, event)
    case "citation-start": {
      const annotations = Citations.annotationsOf(event.delta?.message?.citations)
      return annotations.length === 0 ? nothing : [{ _tag: "Annotations", choice: 0, annotations }]
    }
    case "message-start":
      return [{ _tag: "Head", id: event.id || undefined }]
    case "message-end":
      return ended(event)
    default:
      return nothing
  }
}

/** A whole answer as events. `undefined`: it has no message, so it is none. */
export const events = (response: Response): ReadonlyArray<Event> | undefined => {
  const { finish_reason, id, logprobs, message, usage } = response
  if (message === undefined) return undefined
  const { citations, content = [], tool_calls = [], tool_plan } = message
  return [
    { type: "message-start", id },
    { type: "tool-plan-delta", delta: { message: { tool_plan } } },
    ...content.map((content): Event => ({ type: "content-start", delta: { message: { content } } })),
    { type: "content-delta", logprobs },
    ...tool_calls.map((tool_calls, index): Event => ({
      type: "tool-call-start",
      index,
      delta: { message: { tool_calls } }
    })),
    { type: "citation-start", delta: { message: { citations } } },
    { type: "message-end", delta: { finish_reason, usage } }
  ]
}
