/**
 * The lines of Ollama's chat stream, and what each says. A whole answer is read as the one line that says it all.
 *
 * @see https://docs.ollama.com/api/chat
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { Output } from "../Dialect.ts"
import * as Abandoned from "./abandoned.ts"
import { isObject } from "./json.ts"
import * as Usage from "./ollamaUsage.ts"
import * as TokenLogprobs from "./tokenLogprobs.ts"

const text = Schema.optional(Schema.String)

const ToolCall = Schema.Struct({
  id: text,
  function: Schema.optional(Schema.Struct({ name: text, arguments: Schema.optional(Schema.Unknown) }))
})

export const Event = Schema.Struct({
  model: text,
  created_at: text,
  message: Schema.optional(Schema.Struct({
    content: text,
    thinking: text,
    tool_calls: Schema.optional(Schema.Array(ToolCall))
  })),
  done: Schema.optional(Schema.Boolean),
  done_reason: text,
  logprobs: Schema.optional(Schema.Array(TokenLogprobs.Token)),
  ...Usage.fields
})
export type Event = typeof Event.Type

/** The state of one attempt. */
export interface State {
  introduced: boolean
  /** Calls that came: each is whole, and none goes on in another line. */
  calls: number
  readonly ids: Set<string>
}

export const initial = (): State => ({ introduced: false, calls: 0, ids: new Set() })

const unknown: ReadonlyArray<Output> = [{ _tag: "Unknown" }]

/** `done_reason` in OpenAI's words; others pass through as they are. */
const reasons: ReadonlyMap<string, string> = new Map([
  ["stop", "stop"],
  ["length", "length"],
  // Nothing was asked for but to bring the model into memory, or to remove it.
  ["load", "stop"],
  ["unload", "stop"]
])

const introduce = (state: State, { created_at: createdAt = "", model }: Event, outputs: Array<Output>): void => {
  if (state.introduced || model === undefined) return
  state.introduced = true
  const seconds = Math.floor(Date.parse(createdAt) / 1000)
  outputs.push({ _tag: "Head", model: model || undefined, created: Number.isFinite(seconds) ? seconds : undefined })
}

/** JSON text. Arguments that are too deep to be written are none; some models' templates give the text itself. */
const argumentsOf = (given: unknown): string | undefined => {
  if (typeof given === "string") return given
  return isObject(given) ? Either.getOrUndefined(Either.try(() => JSON.stringify(given))) : undefined
}

/** Newer servers give a call an id; the index is 0 for all of them in some versions. */
const called = (state: State, call: typeof ToolCall.Type, outputs: Array<Output>): void => {
  const isNew = call.id !== undefined && !state.ids.has(call.id)
  if (isNew && call.id !== undefined) state.ids.add(call.id)
  outputs.push({
    _tag: "ToolCall",
    choice: 0,
    id: isNew ? call.id : undefined,
    index: state.calls++,
    name: call.function?.name,
    arguments: argumentsOf(call.function?.arguments)
  })
}

const ended = (event: Event, outputs: Array<Output>): void => {
  const reason = event.done_reason
  const fault = reason ? Abandoned.faultOf(reason) : undefined
  if (fault !== undefined) return void outputs.push({ _tag: "Failure", fault })
  // Older servers say that it is done, and not why.
  if (reason) outputs.push({ _tag: "Finish", choice: 0, reason: reasons.get(reason) ?? reason, native: reason })
  outputs.push({ _tag: "End" })
}

/** What one line says. */
export const step = (state: State, event: Event): ReadonlyArray<Output> => {
  const { done, message } = event
  if (message === undefined && done === undefined) return unknown
  const outputs: Array<Output> = []
  introduce(state, event, outputs)
  if (message?.thinking) outputs.push({ _tag: "Reasoning", choice: 0, text: message.thinking })
  if (message?.content) outputs.push({ _tag: "Text", choice: 0, text: message.content })
  for (const call of message?.tool_calls ?? []) called(state, call, outputs)
  const content = TokenLogprobs.tokensOf(event.logprobs)
  if (content.length > 0) outputs.push({ _tag: "Logprobs", choice: 0, logprobs: { content } })
  const usage = Usage.of(event)
  if (usage !== undefined) outputs.push({ _tag: "Usage", usage })
  if (done === true) ended(event, outputs)
  return outputs
}

/** A whole answer as one line. `undefined`: it has no message, so it is none. */
export const events = (body: Event): ReadonlyArray<Event> | undefined =>
  body.message === undefined ? undefined : [{ ...body, done: true }]
