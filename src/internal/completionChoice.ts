/**
 * One choice of an answer, gathered from its deltas.
 */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { CompletedToolCall, CompletionChoice, CompletionMessage } from "../ChatCompletion.ts"
import type {
  Annotation,
  ChunkChoice,
  Delta,
  FinishReason,
  Logprobs,
  TokenLogprob,
  ToolCallDelta
} from "../ChatCompletionChunk.ts"
import { isWhole } from "./finish.ts"
import type { Json } from "./json.ts"

const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

/** A tool call as far as it is known, and whether it is safe to run. A finished call without arguments has `{}`. */
export const completedToolCall = (
  call: Omit<CompletedToolCall, "complete">,
  finishReason: FinishReason | undefined
): CompletedToolCall => {
  const { id, type, function: { arguments: text, name } } = call
  if (!isWhole(finishReason)) return { id, type, function: { name, arguments: text }, complete: false }
  const finished = text.trim() === "" ? "{}" : text
  // A call without a name is nothing that could be run.
  const complete = name !== "" && Option.exists(parse(finished), Predicate.isRecord)
  return { id, type, function: { name, arguments: finished }, complete }
}

/** What one choice has said so far. Belongs to one run of a stream, and is mutated by it. */
interface State {
  readonly index: number
  // Text grows by `+=`: engines keep such strings as ropes, so that a fragment costs the same however much is there,
  // and a snapshot of the answer so far costs no copy.
  content: string | undefined
  refusal: string | undefined
  reasoning: string | undefined
  readonly toolCalls: Map<number, ToolCallState>
  readonly annotations: Array<Annotation>
  native: { readonly dialect: string; readonly blocks: Array<Json> } | undefined
  finishReason: FinishReason | undefined
  nativeFinishReason: string | undefined
  logprobs: { content: Array<TokenLogprob> | undefined; refusal: Array<TokenLogprob> | undefined } | undefined
  /** The choice as it was told last, until the next delta. */
  told: CompletionChoice | undefined
}

interface ToolCallState {
  readonly index: number
  id: string
  name: string
  arguments: string
}

export const make = (index: number): State => ({
  index,
  content: undefined,
  refusal: undefined,
  reasoning: undefined,
  toolCalls: new Map(),
  annotations: [],
  native: undefined,
  finishReason: undefined,
  nativeFinishReason: undefined,
  logprobs: undefined,
  told: undefined
})

export type { State }

const addToolCall = (state: State, delta: ToolCallDelta): void => {
  const known = state.toolCalls.get(delta.index)
  const call = known ?? { index: delta.index, id: "", name: "", arguments: "" }
  if (known === undefined) state.toolCalls.set(delta.index, call)
  // Both come once; a server that repeats them says nothing new.
  if (call.id === "") call.id = delta.id ?? ""
  if (call.name === "") call.name = delta.function.name ?? ""
  if (delta.function.arguments !== undefined) call.arguments += delta.function.arguments
}

const addLogprobs = (state: State, logprobs: Logprobs): void => {
  const all = state.logprobs ??= { content: undefined, refusal: undefined }
  for (const key of ["content", "refusal"] as const) {
    const tokens = logprobs[key]
    if (tokens === undefined) continue
    const gathered = all[key] ??= []
    for (const token of tokens) gathered.push(token)
  }
}

const addDelta = (state: State, delta: Delta): void => {
  if (delta.content !== undefined) state.content = (state.content ?? "") + delta.content
  if (delta.refusal !== undefined) state.refusal = (state.refusal ?? "") + delta.refusal
  if (delta.reasoning !== undefined) state.reasoning = (state.reasoning ?? "") + delta.reasoning.content
  for (const call of delta.toolCalls ?? []) addToolCall(state, call)
  for (const annotation of delta.annotations ?? []) state.annotations.push(annotation)
  if (delta.native !== undefined) {
    const native = state.native ??= { dialect: delta.native.dialect, blocks: [] }
    // Blocks of two dialects can be replayed by neither: the first one's are kept.
    if (native.dialect === delta.native.dialect) native.blocks.push(delta.native.block)
  }
}

export const add = (state: State, choice: ChunkChoice): void => {
  addDelta(state, choice.delta)
  if (choice.finishReason !== undefined) state.finishReason = choice.finishReason
  if (choice.nativeFinishReason !== undefined) state.nativeFinishReason = choice.nativeFinishReason
  if (choice.logprobs !== undefined) addLogprobs(state, choice.logprobs)
  state.told = undefined
}

export const byIndex = (a: { readonly index: number }, b: { readonly index: number }): number => a.index - b.index

const message = (state: State): CompletionMessage => {
  const { annotations, content, finishReason, native, reasoning, refusal } = state
  const toolCalls = Array.from(state.toolCalls.values()).sort(byIndex).map(({ arguments: text, id, name }) =>
    completedToolCall({ id, type: "function", function: { name, arguments: text } }, finishReason)
  )
  return {
    role: "assistant",
    ...(content === undefined ? {} : { content }),
    ...(refusal === undefined ? {} : { refusal }),
    ...(reasoning === undefined ? {} : { reasoning: { content: reasoning } }),
    ...(toolCalls.length === 0 ? {} : { toolCalls }),
    ...(annotations.length === 0 ? {} : { annotations: [...annotations] }),
    ...(native === undefined ? {} : { native: { dialect: native.dialect, blocks: [...native.blocks] } })
  }
}

const tell = (state: State): CompletionChoice => {
  const { finishReason, index, logprobs, nativeFinishReason } = state
  return {
    index,
    message: message(state),
    ...(finishReason === undefined ? {} : { finishReason }),
    ...(nativeFinishReason === undefined ? {} : { nativeFinishReason }),
    ...(logprobs === undefined ? {} : {
      logprobs: {
        ...(logprobs.content === undefined ? {} : { content: [...logprobs.content] }),
        ...(logprobs.refusal === undefined ? {} : { refusal: [...logprobs.refusal] })
      }
    })
  }
}

/** The choice so far, a value of its own: what comes later does not change it. */
export const snapshot = (state: State): CompletionChoice => state.told ??= tell(state)
