/**
 * The events of ConverseStream, and what each says. A whole answer of Converse is read as the events that a stream would
 * have brought.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { Annotation } from "../ChatCompletionChunk.ts"
import type { Output } from "../Dialect.ts"
import * as Abandoned from "./abandoned.ts"
import type { Block, Kind, Store } from "./bedrockBlocks.ts"
import * as Blocks from "./bedrockBlocks.ts"
import * as Usage from "./bedrockUsage.ts"
import { isObject, type JsonObject } from "./json.ts"
import * as Reader from "./reader.ts"
import * as Replay from "./replay.ts"

const text = Schema.optional(Schema.String)
const index = { contentBlockIndex: Schema.optional(Schema.Number) }

const Metadata = {
  usage: Schema.optional(Schema.Unknown),
  trace: Schema.optional(Schema.Unknown),
  serviceTier: Schema.optional(Schema.Struct({ type: text }))
}

/** A union by its keys, as AWS has them: one of these is there. Blocks and deltas are unions of the same kind. */
export const Event = Schema.Struct({
  messageStart: Schema.optional(Schema.Struct({ role: text })),
  contentBlockStart: Schema.optional(Schema.Struct({ ...index, start: Schema.optional(Schema.Unknown) })),
  contentBlockDelta: Schema.optional(Schema.Struct({ ...index, delta: Schema.optional(Schema.Unknown) })),
  contentBlockStop: Schema.optional(Schema.Struct(index)),
  messageStop: Schema.optional(Schema.Struct({ stopReason: text })),
  metadata: Schema.optional(Schema.Struct(Metadata))
})
export type Event = typeof Event.Type

/** The answer that is not streamed. */
export const Answer = Schema.Struct({
  output: Schema.optional(Schema.Struct({
    message: Schema.optional(Schema.Struct({ content: Schema.optional(Schema.Array(Schema.Unknown)) }))
  })),
  stopReason: text,
  ...Metadata
})
export type Answer = typeof Answer.Type

const readStart = Reader.compile(Schema.Struct({
  toolUse: Schema.optional(Schema.Unknown),
  toolResult: Schema.optional(Schema.Unknown)
}))

const readCall = Reader.compile(Schema.Struct({ toolUseId: text, name: text, type: text }))

const readDelta = Reader.compile(Schema.Struct({
  text,
  reasoningContent: Schema.optional(Schema.Struct({ text, signature: text, redactedContent: text })),
  toolUse: Schema.optional(Schema.Struct({ input: Schema.optional(Schema.Unknown) })),
  toolResult: Schema.optional(Schema.Unknown),
  citation: Schema.optional(Schema.Unknown)
}))

const readCitation = Reader.compile(Schema.Struct({
  title: text,
  sourceContent: Schema.optional(Schema.Array(Schema.Struct({ text }))),
  location: Schema.optional(Schema.Struct({ web: Schema.optional(Schema.Struct({ url: text })) }))
}))

const readBlock = Reader.compile(Schema.Struct({
  text,
  reasoningContent: Schema.optional(Schema.Struct({
    reasoningText: Schema.optional(Schema.Struct({ text, signature: text })),
    redactedContent: text
  })),
  toolUse: Schema.optional(Schema.Unknown),
  toolResult: Schema.optional(Schema.Unknown),
  citationsContent: Schema.optional(Schema.Struct({
    content: Schema.optional(Schema.Array(Schema.Struct({ text }))),
    citations: Schema.optional(Schema.Array(Schema.Unknown))
  }))
}))

/** The state of one attempt. */
export interface State {
  /** Those that are open, by the server's index. */
  readonly blocks: Map<number, Block>
  /** The ids of the calls that have begun, by the server's index: more of their input may come late. */
  readonly calls: Map<number, string | undefined>
  /** The index that an event without one means. */
  latest: number
  readonly store: Store
  /** Whether the reason came to stop, and the counts: they are the last two events, in either order. */
  hasStopped: boolean
  hasCounts: boolean
}

export const initial = (): State => ({
  blocks: new Map(),
  calls: new Map(),
  latest: 0,
  store: Replay.make(),
  hasStopped: false,
  hasCounts: false
})

const nothing: ReadonlyArray<Output> = []
const unknown: ReadonlyArray<Output> = [{ _tag: "Unknown" }]

/**
 * `stopReason` in OpenAI's words. Others pass through as they are: `malformed_model_output` and `malformed_tool_use` among
 * them, after which nothing that was said can be relied on.
 */
const reasons: ReadonlyMap<string, string> = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["tool_use", "tool_calls"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["guardrail_intervened", "content_filter"],
  ["content_filtered", "content_filter"]
])

export const finishReason = (stopReason: string): string => reasons.get(stopReason) ?? stopReason

/** A page of the web is OpenAI's `url_citation`; places in the caller's documents stay as they are. */
const annotationOf = (citation: JsonObject): Annotation => {
  const { location, sourceContent = [], title } = readCitation(citation) ?? {}
  const url = location?.web?.url
  if (url === undefined) return citation
  const cited = sourceContent.map(({ text = "" }) => text).join("")
  return {
    type: "url_citation",
    url_citation: { url, ...(title === undefined ? {} : { title }), ...(cited === "" ? {} : { cited_text: cited }) }
  }
}

/** The block is whole; what comes of it for the next turn is told by the caller. */
const end = (state: State, index: number, block: Block): void => {
  block.open = false
  state.blocks.delete(index)
}

const begin = (state: State, index: number, kind: Kind, sent: JsonObject = {}): Block => {
  const before = state.blocks.get(index)
  if (before !== undefined) end(state, index, before)
  const block = Blocks.make(kind, sent)
  state.blocks.set(index, block)
  state.latest = index
  Blocks.add(state.store, block)
  return block
}

/** The block that a delta continues. Text, reasoning and citations begin without a word: here. */
const continued = (state: State, index: number, kind: Kind): Block => {
  const block = state.blocks.get(index)
  return block?.kind === kind ? block : begin(state, index, kind)
}

/** Only tools, their results and images say that they begin. */
const started = (state: State, index: number, json: unknown, outputs: Array<Output>): void => {
  state.calls.delete(index)
  const start = readStart(json) ?? {}
  if (isObject(start.toolUse)) {
    const { name, toolUseId: id, type } = readCall(start.toolUse) ?? {}
    if (type === "server_tool_use") {
      begin(state, index, "serverTool", start.toolUse)
      return
    }
    begin(state, index, "tool", start.toolUse)
    state.calls.set(index, id)
    outputs.push({ _tag: "ToolCall", choice: 0, id, index, name })
  } else if (isObject(start.toolResult)) {
    begin(state, index, "result", start.toolResult)
  } else if (!isObject(json) || Object.keys(json).some((key) => !wordless.has(key))) {
    outputs.push({ _tag: "Unknown" })
  }
}

/** Blocks that need not say that they begin, and may. */
const wordless: ReadonlySet<string> = new Set(["text", "reasoningContent", "citationsContent"])

/** JSON text. An input that is there as a whole is as good as its pieces; one too deep to be written is none. */
const inputText = (input: unknown): string =>
  typeof input === "string"
    ? input
    : isObject(input)
    ? Either.getOrElse(Either.try(() => JSON.stringify(input)), () => "")
    : ""

/** More of a call's input. A block that is closed, or that something else took the place of, is told all the same. */
const input = (state: State, index: number, text: string): ReadonlyArray<Output> => {
  const block = state.blocks.get(index)
  if (block?.kind === "tool" || block?.kind === "serverTool") Replay.grow(state.store, block, text)
  return state.calls.has(index) && text !== ""
    ? [{ _tag: "ToolCall", choice: 0, id: state.calls.get(index), index, arguments: text }]
    : nothing
}

type Reasoning = NonNullable<NonNullable<ReturnType<typeof readDelta>>["reasoningContent"]>

const reasoned = (
  state: State,
  index: number,
  { redactedContent, signature, text }: Reasoning
): ReadonlyArray<Output> => {
  if (redactedContent !== undefined) {
    // Each is base64 of its own, which cannot be put together as text.
    Replay.grow(state.store, begin(state, index, "redacted"), redactedContent)
    return nothing
  }
  if (text === undefined && signature === undefined) return unknown
  const block = continued(state, index, "reasoning")
  block.signature += signature ?? ""
  if (!text) return nothing
  Replay.grow(state.store, block, text)
  return [{ _tag: "Reasoning", choice: 0, text }]
}

const cited = (state: State, index: number, citation: unknown): ReadonlyArray<Output> => {
  if (!isObject(citation)) return unknown
  Blocks.cite(state.store, continued(state, index, "text"), citation)
  return [{ _tag: "Annotations", choice: 0, annotations: [annotationOf(citation)] }]
}

const piece = (state: State, index: number, json: unknown): ReadonlyArray<Output> => {
  const delta = readDelta(json) ?? {}
  if (delta.text !== undefined) {
    if (delta.text === "") return nothing
    Replay.grow(state.store, continued(state, index, "text"), delta.text)
    return [{ _tag: "Text", choice: 0, text: delta.text }]
  }
  if (delta.toolUse !== undefined) return input(state, index, inputText(delta.toolUse.input))
  if (delta.reasoningContent !== undefined) return reasoned(state, index, delta.reasoningContent)
  if (delta.citation !== undefined) return cited(state, index, delta.citation)
  if (Array.isArray(delta.toolResult)) {
    Blocks.answer(state.store, continued(state, index, "result"), delta.toolResult)
    return nothing
  }
  return unknown
}

/** No more blocks: those that were never said to be whole are so now. */
const closed = (state: State, outputs: Array<Output>): void => {
  for (const [index, block] of state.blocks) end(state, index, block)
  Blocks.tell(state.store, outputs)
}

const stopped = (state: State, reason: string | undefined): ReadonlyArray<Output> => {
  const outputs: Array<Output> = []
  closed(state, outputs)
  const fault = reason ? Abandoned.faultOf(reason) : undefined
  if (fault !== undefined) return [...outputs, { _tag: "Failure", fault }]
  state.hasStopped = true
  if (reason) outputs.push({ _tag: "Finish", choice: 0, reason: finishReason(reason), native: reason })
  if (state.hasCounts) outputs.push({ _tag: "End" })
  return outputs
}

const counted = (
  state: State,
  { serviceTier, trace, usage }: NonNullable<Event["metadata"]>
): ReadonlyArray<Output> => {
  const outputs: Array<Output> = []
  if (serviceTier?.type) outputs.push({ _tag: "Head", serviceTier: serviceTier.type })
  // What a guardrail did, or which model a router chose: the server tells it where it was asked to.
  if (isObject(trace)) outputs.push({ _tag: "Annotations", choice: 0, annotations: [{ type: "trace", trace }] })
  if (isObject(usage)) outputs.push({ _tag: "Usage", usage: Usage.of(usage) })
  state.hasCounts = true
  if (state.hasStopped) outputs.push({ _tag: "End" })
  return outputs
}

/** What one event says. */
export const step = (state: State, event: Event): ReadonlyArray<Output> => {
  const { contentBlockDelta: delta, contentBlockStart: start, contentBlockStop: stop } = event
  if (delta !== undefined) return piece(state, delta.contentBlockIndex ?? state.latest, delta.delta)
  if (start !== undefined) {
    const outputs: Array<Output> = []
    started(state, start.contentBlockIndex ?? state.latest + 1, start.start, outputs)
    return outputs
  }
  if (stop !== undefined) {
    const outputs: Array<Output> = []
    const index = stop.contentBlockIndex ?? state.latest
    const block = state.blocks.get(index)
    if (block !== undefined) end(state, index, block)
    Blocks.tell(state.store, outputs)
    return outputs
  }
  if (event.messageStop !== undefined) return stopped(state, event.messageStop.stopReason)
  if (event.metadata !== undefined) return counted(state, event.metadata)
  return event.messageStart === undefined ? unknown : nothing
}

/** One block as the deltas that a stream would have brought. */
const deltasOf = (json: unknown): ReadonlyArray<JsonObject> => {
  const { citationsContent, reasoningContent, text, toolResult, toolUse } = readBlock(json) ?? {}
  if (text !== undefined) return [{ text }]
  if (isObject(toolUse)) return [{ toolUse: { input: toolUse["input"] ?? {} } }]
  if (isObject(toolResult)) return [{ toolResult: toolResult["content"] ?? [] }]
  if (citationsContent !== undefined) {
    const { citations = [], content = [] } = citationsContent
    return [
      ...content.flatMap(({ text }) => text === undefined ? [] : [{ text }]),
      ...citations.filter(isObject).map((citation) => ({ citation }))
    ]
  }
  const { reasoningText, redactedContent } = reasoningContent ?? {}
  if (redactedContent !== undefined) return [{ reasoningContent: { redactedContent } }]
  return reasoningText === undefined ? [] : [
    { reasoningContent: { text: reasoningText.text ?? "" } },
    ...(reasoningText.signature === undefined ? [] : [{ reasoningContent: { signature: reasoningText.signature } }])
  ]
}

const without = (object: JsonObject, field: string): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== field))

/** What of a block says that it begins; nothing for those that begin without a word. */
const startOf = (json: unknown): JsonObject | undefined => {
  const { toolResult, toolUse } = readStart(json) ?? {}
  if (isObject(toolUse)) return { toolUse: without(toolUse, "input") }
  return isObject(toolResult) ? { toolResult: without(toolResult, "content") } : undefined
}

const eventsOf = (block: unknown, contentBlockIndex: number): ReadonlyArray<Event> => {
  const start = startOf(block)
  const deltas = deltasOf(block)
  // A block that nobody knows.
  if (start === undefined && deltas.length === 0) return [{ contentBlockStart: { contentBlockIndex, start: block } }]
  return [
    ...(start === undefined ? [] : [{ contentBlockStart: { contentBlockIndex, start } }]),
    ...deltas.map((delta) => ({ contentBlockDelta: { contentBlockIndex, delta } })),
    { contentBlockStop: { contentBlockIndex } }
  ]
}

/** A whole answer as events. `undefined`: it has no message, so it is none. */
export const events = (answer: Answer): ReadonlyArray<Event> | undefined => {
  const { output, serviceTier, stopReason, trace, usage } = answer
  const content = output?.message?.content
  return content && [
    { messageStart: {} },
    ...content.flatMap(eventsOf),
    { messageStop: { stopReason } },
    { metadata: { usage, trace, serviceTier } }
  ]
}
