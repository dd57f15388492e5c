/**
 * The events of Gemini's `streamGenerateContent`, and what each says. A whole answer is one such event; a stream that
 * is not framed is a list of them.
 *
 * @see https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse
 */
import * as Schema from "effect/Schema"
import type { Addition, Output, Seed } from "../Dialect.ts"
import type { Endpoint } from "../Endpoint.ts"
import { reported } from "./classify.ts"
import * as ErrorFacts from "./errorFacts.ts"
import type { Call } from "./geminiCalls.ts"
import * as Calls from "./geminiCalls.ts"
import { faultOf, finishReason, isWhole } from "./geminiFinish.ts"
import type { Keeper } from "./geminiKeeper.ts"
import * as Keep from "./geminiKeeper.ts"
import * as Sources from "./geminiSources.ts"
import * as Usage from "./geminiUsage.ts"
import { isObject, type JsonObject } from "./json.ts"
import * as Reader from "./reader.ts"

const text = Schema.optional(Schema.String)
const unread = Schema.optional(Schema.Unknown)

const Candidate = Schema.Struct({
  index: Schema.optional(Schema.Number),
  // Parts are `Unknown` here: what is kept of them goes back as it came.
  content: Schema.optional(Schema.Struct({ parts: Schema.optional(Schema.Array(Schema.Unknown)) })),
  finishReason: text,
  finishMessage: text,
  groundingMetadata: unread,
  citationMetadata: unread,
  logprobsResult: unread
})

export const Event = Schema.Struct({
  candidates: Schema.optional(Schema.Array(Candidate)),
  promptFeedback: Schema.optional(Schema.Struct({ blockReason: text, blockReasonMessage: text })),
  usageMetadata: unread,
  modelVersion: text,
  responseId: text,
  createTime: text,
  error: unread
})
export type Event = typeof Event.Type

/** The answer that is not streamed, or all events of a stream in a list. */
export const Body = Schema.Union(Event, Schema.Array(Event))
export type Body = typeof Body.Type

const readPart = Reader.compile(Schema.Struct({ text, thought: Schema.optional(Schema.Boolean), functionCall: unread }))

/** One of the answers that were asked for. */
interface Choice extends Calls.State {
  readonly keeper: Keeper
  /** The URLs that were told. */
  readonly cited: Set<string>
}

/** The state of one attempt. */
export interface State {
  readonly endpoint: Endpoint
  readonly choices: Map<number, Choice>
  readonly counts: Usage.Counts
}

export const initial = ({ endpoint }: Pick<Seed, "endpoint">): State => ({
  endpoint,
  choices: new Map(),
  counts: new Map()
})

const choiceOf = (state: State, index: number): Choice => {
  const present = state.choices.get(index)
  if (present !== undefined) return present
  const choice: Choice = { ...Calls.initial(index), keeper: Keep.make(), cited: new Set() }
  state.choices.set(index, choice)
  return choice
}

const native = (choice: Choice, blocks: ReadonlyArray<JsonObject>, outputs: Array<Addition>): void => {
  for (const block of blocks) outputs.push({ _tag: "Native", choice: choice.index, block })
}

/** A call is whole: it goes back as one part. */
const kept = (choice: Choice, call: Call | undefined, outputs: Array<Addition>): void => {
  if (call !== undefined) native(choice, Keep.keep(choice.keeper, Calls.partOf(call)), outputs)
}

const partRead = (choice: Choice, part: unknown, outputs: Array<Addition>): void => {
  if (!isObject(part)) return
  const known = readPart(part)
  if (isObject(known?.functionCall)) {
    for (const call of Calls.read(choice, part, known.functionCall, outputs)) kept(choice, call, outputs)
    return
  }
  if (known?.text) {
    outputs.push({ _tag: known.thought === true ? "Reasoning" : "Text", choice: choice.index, text: known.text })
  }
  native(choice, Keep.keep(choice.keeper, part), outputs)
}

/** What was said of the answer so far, beside its parts. */
const described = (choice: Choice, candidate: typeof Candidate.Type, outputs: Array<Addition>): void => {
  const annotations = [
    ...Sources.grounding(candidate.groundingMetadata, choice.cited),
    ...Sources.citations(candidate.citationMetadata, choice.cited)
  ]
  if (annotations.length > 0) outputs.push({ _tag: "Annotations", choice: choice.index, annotations })
  const logprobs = Sources.logprobs(candidate.logprobsResult)
  if (logprobs !== undefined) outputs.push({ _tag: "Logprobs", choice: choice.index, logprobs })
}

const candidateRead = (state: State, place: number, candidate: typeof Candidate.Type): ReadonlyArray<Output> => {
  const { content, finishMessage, finishReason: word } = candidate
  const choice = choiceOf(state, candidate.index ?? place)
  const outputs: Array<Addition> = []
  for (const part of content?.parts ?? []) partRead(choice, part, outputs)
  described(choice, candidate, outputs)
  if (word === undefined || word === "" || word === "FINISH_REASON_UNSPECIFIED") return outputs
  // An answer that was cut may have been cut in the middle of a call.
  if (isWhole(word)) kept(choice, Calls.end(choice, outputs), outputs)
  native(choice, Keep.flush(choice.keeper), outputs)
  const fault = faultOf(word, finishMessage)
  if (fault !== undefined) return [...outputs, { _tag: "Failure", fault }]
  outputs.push({ _tag: "Finish", choice: choice.index, reason: finishReason(word), native: word })
  return outputs
}

const headOf = ({ createTime, modelVersion, responseId }: Event): ReadonlyArray<Output> => {
  if (responseId === undefined && modelVersion === undefined && createTime === undefined) return []
  const created = Math.floor(Date.parse(createTime ?? "") / 1000)
  return [{
    _tag: "Head",
    id: responseId || undefined,
    model: modelVersion || undefined,
    created: Number.isFinite(created) ? created : undefined
  }]
}

const counted = (state: State, { usageMetadata }: Event): ReadonlyArray<Output> => {
  if (usageMetadata === undefined) return []
  const { serviceTier } = Usage.count(state.counts, usageMetadata)
  const usage = Usage.of(state.counts)
  return [
    ...(serviceTier === undefined ? [] : [{ _tag: "Head", serviceTier } as const]),
    ...(usage === undefined ? [] : [{ _tag: "Usage", usage } as const])
  ]
}

/** The prompt was refused: there is no answer. */
const blocked = ({ candidates = [], promptFeedback }: Event): ReadonlyArray<Output> => {
  const reason = promptFeedback?.blockReason
  if (!reason || reason === "BLOCKED_REASON_UNSPECIFIED" || candidates.length > 0) return []
  const detail = promptFeedback?.blockReasonMessage ?? `the prompt was blocked: ${reason}`
  return [{ _tag: "Failure", fault: { reason: { _tag: "ContentFilter" }, code: reason, detail } }]
}

/** An error in a list of events; elsewhere the engine sees it before the dialect does. */
const failed = (state: State, { error }: Event): ReadonlyArray<Output> => {
  const facts = error === undefined ? undefined : ErrorFacts.ofEvent({ error }, undefined)
  return facts === undefined ? [] : [{ _tag: "Failure", fault: reported(state.endpoint, facts) }]
}

const unknown: ReadonlyArray<Output> = [{ _tag: "Unknown" }]

/** What one event says. */
export const step = (state: State, event: Event): ReadonlyArray<Output> => {
  if (Object.keys(event).length === 0) return unknown
  return [
    ...headOf(event),
    // Before what may be a failure: errors tell the counts.
    ...counted(state, event),
    ...(event.candidates ?? []).flatMap((candidate, place) => candidateRead(state, place, candidate)),
    ...blocked(event),
    ...failed(state, event)
  ]
}

/** Texts that could have gone on. */
export const end = (state: State): ReadonlyArray<Addition> => {
  const outputs: Array<Addition> = []
  for (const choice of state.choices.values()) native(choice, Keep.flush(choice.keeper), outputs)
  return outputs
}

const isAnswer = ({ candidates, error, promptFeedback }: Event): boolean =>
  candidates !== undefined || promptFeedback !== undefined || error !== undefined

/** A whole answer as events. `undefined`: there is none in it. */
export const events = (body: Body): ReadonlyArray<Event> | undefined => {
  // `isArray` does not know of readonly lists.
  const all = "length" in body ? body : [body]
  return all.some(isAnswer) ? all : undefined
}
