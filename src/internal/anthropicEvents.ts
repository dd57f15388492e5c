/**
 * The events of Anthropic's Messages stream, and what each says. A whole message is read as the events that a stream
 * would have brought.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/streaming
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { Annotation } from "../ChatCompletionChunk.ts"
import type { Output } from "../Dialect.ts"
import * as Abandoned from "./abandoned.ts"
import type { Block, Kind, Store } from "./anthropicBlocks.ts"
import * as Blocks from "./anthropicBlocks.ts"
import * as Usage from "./anthropicUsage.ts"
import { isObject, type JsonObject } from "./json.ts"
import * as Reader from "./reader.ts"
import * as Replay from "./replay.ts"

const text = Schema.optional(Schema.String)

/** Blocks and deltas are `Unknown` here: those that nobody knows go back as they came. */
export const Event = Schema.Union(
  Schema.Struct({
    type: Schema.Literal("message_start"),
    message: Schema.optional(Schema.Struct({
      id: text,
      model: text,
      content: Schema.optional(Schema.Array(Schema.Unknown)),
      usage: Schema.optional(Schema.Unknown)
    }))
  }),
  Schema.Struct({
    type: Schema.Literal("content_block_start"),
    index: Schema.optional(Schema.Number),
    content_block: Schema.optional(Schema.Unknown)
  }),
  Schema.Struct({
    type: Schema.Literal("content_block_delta"),
    index: Schema.optional(Schema.Number),
    delta: Schema.optional(Schema.Unknown)
  }),
  Schema.Struct({ type: Schema.Literal("content_block_stop"), index: Schema.optional(Schema.Number) }),
  Schema.Struct({
    type: Schema.Literal("message_delta"),
    delta: Schema.optional(Schema.Struct({ stop_reason: text, stop_details: Schema.optional(Schema.Unknown) })),
    usage: Schema.optional(Schema.Unknown)
  }),
  Schema.Struct({ type: Schema.Literal("message_stop") }),
  Schema.Struct({ type: Schema.Literal("ping") })
)
export type Event = typeof Event.Type

/** The answer that is not streamed. */
export const Message = Schema.Struct({
  type: Schema.Literal("message"),
  id: text,
  model: text,
  content: Schema.optional(Schema.Array(Schema.Unknown)),
  stop_reason: text,
  stop_details: Schema.optional(Schema.Unknown),
  usage: Schema.optional(Schema.Unknown)
})
export type Message = typeof Message.Type

const readDelta = Reader.compile(Schema.Union(
  Schema.Struct({ type: Schema.Literal("text_delta"), text }),
  Schema.Struct({ type: Schema.Literal("thinking_delta"), thinking: text }),
  Schema.Struct({ type: Schema.Literal("signature_delta"), signature: text }),
  Schema.Struct({ type: Schema.Literal("input_json_delta"), partial_json: text }),
  Schema.Struct({ type: Schema.Literal("citations_delta"), citation: Schema.optional(Schema.Unknown) })
))

const readBlock = Reader.compile(Schema.Union(
  Schema.Struct({
    type: Schema.Literal("text"),
    text,
    citations: Schema.optional(Schema.Array(Schema.Unknown))
  }),
  Schema.Struct({ type: Schema.Literal("thinking"), thinking: text }),
  Schema.Struct({ type: Schema.Literal("tool_use"), id: text, name: text, input: Schema.optional(Schema.Unknown) })
))

const readCitation = Reader.compile(Schema.Struct({ type: text, url: text, title: text, cited_text: text }))

/** The state of one attempt. */
export interface State {
  started: boolean
  /** Those that are open, by the server's index. */
  readonly blocks: Map<number, Block>
  /** The ids of the calls that have begun, by the server's index: more of their input may come late. */
  readonly calls: Map<number, string | undefined>
  /** The index that comes after the highest so far. */
  next: number
  /** The index that an event without one means. */
  latest: number
  readonly store: Store
  readonly counts: Usage.Counts
}

export const initial = (): State => ({
  started: false,
  blocks: new Map(),
  calls: new Map(),
  next: 0,
  latest: 0,
  store: Replay.make(),
  counts: new Map()
})

const nothing: ReadonlyArray<Output> = []
const unknown: ReadonlyArray<Output> = [{ _tag: "Unknown" }]

/** `stop_reason` in OpenAI's words; others pass through as they are. */
const reasons: ReadonlyMap<string, string> = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  // The server's own tools took long: sending the answer back as it is lets the model go on.
  ["pause_turn", "stop"],
  ["compaction", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool_calls"],
  ["refusal", "content_filter"]
])

export const finishReason = (stopReason: string): string => reasons.get(stopReason) ?? stopReason

/** A search result is OpenAI's `url_citation`; places in the caller's documents stay as they are. */
const annotationOf = (citation: unknown): Annotation | undefined => {
  if (!isObject(citation)) return undefined
  const known = readCitation(citation)
  if (known?.type !== "web_search_result_location" || known.url === undefined) return citation
  const { cited_text, title, url } = known
  return {
    type: "url_citation",
    url_citation: {
      url,
      ...(title === undefined ? {} : { title }),
      ...(cited_text === undefined ? {} : { cited_text })
    }
  }
}

const annotationsOf = (citations: ReadonlyArray<unknown>): ReadonlyArray<Annotation> =>
  citations.map(annotationOf).filter((annotation) => annotation !== undefined)

const begin = (state: State, index: number, kind: Kind, sent: JsonObject, id?: string): Block => {
  const block = Blocks.make(kind, sent, id)
  state.blocks.set(index, block)
  state.next = Math.max(state.next, index + 1)
  state.latest = index
  Blocks.add(state.store, block)
  return block
}

/** What a block begins with, which is all of it in an answer that is not streamed. */
const started = (state: State, index: number, json: unknown, outputs: Array<Output>): void => {
  const before = state.blocks.get(index)
  if (before !== undefined) stopped(state, index, before, outputs)
  state.calls.delete(index)
  // A block that does not say what it is: its deltas do.
  if (!isObject(json) || typeof json["type"] !== "string") return
  const known = readBlock(json)
  switch (known?.type) {
    case "text": {
      const block = begin(state, index, "text", json)
      Replay.grow(state.store, block, known.text ?? "")
      const annotations = annotationsOf(known.citations ?? [])
      if (known.text) outputs.push({ _tag: "Text", choice: 0, text: known.text })
      if (annotations.length > 0) outputs.push({ _tag: "Annotations", choice: 0, annotations })
      break
    }
    case "thinking": {
      const block = begin(state, index, "thinking", json)
      Replay.grow(state.store, block, known.thinking ?? "")
      if (known.thinking) outputs.push({ _tag: "Reasoning", choice: 0, text: known.thinking })
      break
    }
    case "tool_use":
      begin(state, index, "tool", json, known.id)
      state.calls.set(index, known.id)
      outputs.push({ _tag: "ToolCall", choice: 0, id: known.id, index, name: known.name })
      break
    default:
      begin(state, index, "opaque", json)
  }
}

/** JSON text. One that is too deep to be written is none, and an empty one says nothing. */
const inputOf = ({ sent }: Block): string | undefined => {
  const input = sent["input"]
  return isObject(input) && Object.keys(input).length > 0
    ? Either.getOrUndefined(Either.try(() => JSON.stringify(input)))
    : undefined
}

/** The block is whole; what comes of it for the next turn is told by the caller. */
const end = (state: State, index: number, block: Block, outputs: Array<Output>): void => {
  block.open = false
  state.blocks.delete(index)
  // An input that was there from the start, and not sent in pieces.
  const input = block.kind === "tool" && !block.hasInput ? inputOf(block) : undefined
  if (input !== undefined) outputs.push({ _tag: "ToolCall", choice: 0, id: block.id, index, arguments: input })
}

const stopped = (state: State, index: number, block: Block, outputs: Array<Output>): void => {
  end(state, index, block, outputs)
  Blocks.tell(state.store, outputs)
}

/** No more blocks: those that were never said to be whole are so now. */
const closed = (state: State, outputs: Array<Output>): void => {
  for (const [index, block] of state.blocks) end(state, index, block, outputs)
  Blocks.tell(state.store, outputs)
}

/** The block that a delta continues. One that was never begun, or as another kind, begins here: no text is lost. */
const continued = (state: State, index: number, block: Block | undefined, kind: "text" | "thinking"): Block => {
  if (block?.kind === kind) return block
  if (block !== undefined) block.open = false
  return begin(state, index, kind, kind === "text" ? { type: kind, text: "" } : { type: kind, thinking: "" })
}

/** A piece of a block that is neither text nor a call of the caller's: kept, and not told. */
const opaque = (state: State, block: Block, json: JsonObject): void => {
  const known = readDelta(json)
  if (known?.type === "input_json_delta") {
    Replay.grow(state.store, block, known.partial_json ?? "")
    return
  }
  for (const [key, value] of Object.entries(json)) {
    if (key === "type") continue
    // The one delta of a compaction brings its final values.
    if (json["type"] === "compaction_delta") block.changed.set(key, value)
    else Blocks.change(block, key, value)
  }
}

const cited = (state: State, block: Block, citation: unknown): ReadonlyArray<Output> => {
  if (!isObject(citation)) return nothing
  Blocks.cite(state.store, block, citation)
  return [{ _tag: "Annotations", choice: 0, annotations: annotationsOf([citation]) }]
}

type Delta = NonNullable<ReturnType<typeof readDelta>>

const continues: ReadonlyMap<Delta["type"], Kind> = new Map([
  ["text_delta", "text"],
  ["citations_delta", "text"],
  ["thinking_delta", "thinking"],
  ["signature_delta", "thinking"],
  ["input_json_delta", "tool"]
])

/** What a delta without an index continues: the latest block, unless another that is open fits and this does not. */
const meant = (state: State, delta: Delta | undefined): number => {
  const kind = delta && continues.get(delta.type)
  const latest = state.blocks.get(state.latest)?.kind
  // Input goes to tools of all kinds.
  if (kind === undefined || latest === kind || (latest === "opaque" && kind === "tool")) return state.latest
  let index = state.latest
  for (const [other, block] of state.blocks) if (block.kind === kind) index = other
  return index
}

/** More of a call's input. A block that is closed, or that something else took the place of, is told all the same. */
const input = (state: State, index: number, block: Block | undefined, text: string): ReadonlyArray<Output> => {
  if (block?.kind === "tool") {
    block.hasInput = true
    Replay.grow(state.store, block, text)
  }
  return state.calls.has(index)
    ? [{ _tag: "ToolCall", choice: 0, id: state.calls.get(index), index, arguments: text }]
    : nothing
}

const piece = (state: State, place: number | undefined, json: unknown): ReadonlyArray<Output> => {
  const delta = readDelta(json)
  const index = place ?? meant(state, delta)
  const block = state.blocks.get(index)
  if (block?.kind === "opaque") {
    if (isObject(json)) opaque(state, block, json)
    return nothing
  }
  switch (delta?.type) {
    case "text_delta": {
      if (!delta.text) return nothing
      Replay.grow(state.store, continued(state, index, block, "text"), delta.text)
      return [{ _tag: "Text", choice: 0, text: delta.text }]
    }
    case "thinking_delta": {
      if (!delta.thinking) return nothing
      Replay.grow(state.store, continued(state, index, block, "thinking"), delta.thinking)
      return [{ _tag: "Reasoning", choice: 0, text: delta.thinking }]
    }
    case "signature_delta":
      if (delta.signature !== undefined) {
        continued(state, index, block, "thinking").changed.set("signature", delta.signature)
      }
      return nothing
    case "input_json_delta":
      return delta.partial_json ? input(state, index, block, delta.partial_json) : nothing
    case "citations_delta":
      return cited(state, continued(state, index, block, "text"), delta.citation)
    default:
      return unknown
  }
}

const counted = (state: State, usage: unknown, outputs: Array<Output>): void => {
  if (!isObject(usage)) return
  const { serviceTier } = Usage.count(state.counts, usage)
  if (serviceTier !== undefined) outputs.push({ _tag: "Head", serviceTier })
  outputs.push({ _tag: "Usage", usage: Usage.of(state.counts) })
}

type Start = Extract<Event, { readonly type: "message_start" }>
type End = Extract<Event, { readonly type: "message_delta" }>

const begun = (state: State, { message }: Start): ReadonlyArray<Output> => {
  // A second beginning is a proxy's repetition of the first.
  if (state.started) return nothing
  state.started = true
  const outputs: Array<Output> = [{ _tag: "Head", id: message?.id || undefined, model: message?.model || undefined }]
  counted(state, message?.usage, outputs)
  for (const [index, block] of (message?.content ?? []).entries()) started(state, index, block, outputs)
  // They are there as a whole.
  closed(state, outputs)
  return outputs
}

const ended = (state: State, { delta, usage }: End): ReadonlyArray<Output> => {
  const outputs: Array<Output> = []
  const reason = delta?.stop_reason
  const fault = reason ? Abandoned.faultOf(reason) : undefined
  if (reason) {
    closed(state, outputs)
    // Why the model refused: category and explanation. No text of the model's, so no `refusal`.
    if (isObject(delta?.stop_details)) {
      outputs.push({ _tag: "Annotations", choice: 0, annotations: [delta.stop_details] })
    }
    if (fault === undefined) outputs.push({ _tag: "Finish", choice: 0, reason: finishReason(reason), native: reason })
  }
  counted(state, usage, outputs)
  if (fault !== undefined) outputs.push({ _tag: "Failure", fault })
  return outputs
}

/** What an end without an index ends: the one block that is open. Of several, all end with the answer. */
const ending = (state: State): number | undefined => state.blocks.size === 1 ? [...state.blocks.keys()][0] : undefined

/** What one event says. */
export const step = (state: State, event: Event): ReadonlyArray<Output> => {
  switch (event.type) {
    case "content_block_delta":
      return piece(state, event.index, event.delta)
    case "content_block_start": {
      const outputs: Array<Output> = []
      started(state, event.index ?? state.next, event.content_block, outputs)
      return outputs
    }
    case "content_block_stop": {
      const outputs: Array<Output> = []
      const index = event.index ?? ending(state)
      const block = index === undefined ? undefined : state.blocks.get(index)
      if (index !== undefined && block !== undefined) stopped(state, index, block, outputs)
      return outputs
    }
    case "message_start":
      return begun(state, event)
    case "message_delta":
      return ended(state, event)
    case "message_stop": {
      const outputs: Array<Output> = []
      closed(state, outputs)
      outputs.push({ _tag: "End" })
      return outputs
    }
    case "ping":
      return nothing
  }
}

/** A whole message as events. `undefined`: it has no content, so it is none. */
export const events = (message: Message): ReadonlyArray<Event> | undefined => {
  const { content, id, model, stop_details, stop_reason, usage } = message
  return content && [
    { type: "message_start", message: { id, model } },
    ...content.flatMap((block, index): ReadonlyArray<Event> => [
      { type: "content_block_start", index, content_block: block },
      { type: "content_block_stop", index }
    ]),
    { type: "message_delta", delta: { stop_reason, stop_details }, usage },
    { type: "message_stop" }
  ]
}
