/**
 * What the events of a chat completion say, and of the many servers that imitate OpenAI's.
 *
 * @see https://platform.openai.com/docs/api-reference/chat-streaming
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { FinishReason, Logprobs } from "../ChatCompletionChunk.ts"
import type { Addition, Fault, Output, Seed } from "../Dialect.ts"
import * as Abandoned from "./abandoned.ts"
import * as ErrorFacts from "./errorFacts.ts"
import { isObject } from "./json.ts"
import { citationsOf, countOf } from "./openAiCitations.ts"
import { failure } from "./openAiErrors.ts"
import { type Keeper, keeperOf } from "./openAiKeeper.ts"
import { parts, textOf } from "./openAiText.ts"
import { usageOf } from "./openAiUsage.ts"
import * as TokenLogprobs from "./tokenLogprobs.ts"

const FunctionCall = Schema.Struct({
  name: Schema.optional(Schema.String),
  // A string; Ollama and some gateways send the object itself.
  arguments: Schema.optional(Schema.Unknown)
})

const ToolCall = Schema.Struct({
  index: Schema.optional(Schema.Number),
  id: Schema.optional(Schema.String),
  function: Schema.optional(FunctionCall)
})

const Delta = Schema.Struct({
  // A string; Mistral and Databricks send a list of parts.
  content: Schema.optional(Schema.Unknown),
  refusal: Schema.optional(Schema.String),
  // DeepSeek, Qwen, GLM, Grok, older vLLM.
  reasoning_content: Schema.optional(Schema.Unknown),
  // OpenRouter, Groq, Cerebras, Ollama, newer vLLM; any-llm has `{ content }`.
  reasoning: Schema.optional(Schema.Unknown),
  // OpenRouter, MiniMax.
  reasoning_details: Schema.optional(Schema.Unknown),
  thinking: Schema.optional(Schema.Unknown),
  // Portkey: Anthropic's blocks, and their deltas.
  content_blocks: Schema.optional(Schema.Unknown),
  tool_calls: Schema.optional(Schema.Array(ToolCall)),
  // What tool calls were before there were several.
  function_call: Schema.optional(FunctionCall),
  annotations: Schema.optional(Schema.Unknown)
})

const Choice = Schema.Struct({
  index: Schema.optional(Schema.Number),
  delta: Schema.optional(Delta),
  // A whole answer has this in place of the delta.
  message: Schema.optional(Delta),
  finish_reason: Schema.optional(Schema.String),
  // Gemini's server for this dialect has sent its own spelling.
  finishReason: Schema.optional(Schema.String),
  logprobs: Schema.optional(Schema.Struct({
    content: Schema.optional(Schema.Array(TokenLogprobs.Token)),
    refusal: Schema.optional(Schema.Array(TokenLogprobs.Token))
  })),
  // Moonshot.
  usage: Schema.optional(Schema.Unknown),
  // OpenRouter: one choice of several can fail.
  error: Schema.optional(Schema.Unknown)
})

/** A chunk, and a whole answer, which differs in having a message for its delta. */
export const event = Schema.Struct({
  id: Schema.optional(Schema.String),
  model: Schema.optional(Schema.String),
  created: Schema.optional(Schema.Number),
  system_fingerprint: Schema.optional(Schema.String),
  service_tier: Schema.optional(Schema.String),
  choices: Schema.optional(Schema.Array(Choice)),
  usage: Schema.optional(Schema.Unknown),
  x_groq: Schema.optional(Schema.Struct({ usage: Schema.optional(Schema.Unknown) })),
  // Perplexity, xAI.
  citations: Schema.optional(Schema.Unknown),
  search_results: Schema.optional(Schema.Unknown),
  // Inception: what it thought since the last one.
  reasoning_summary: Schema.optional(Schema.Unknown)
})

export type Event = typeof event.Type
type Choice = typeof Choice.Type
type Delta = typeof Delta.Type
type ToolCall = typeof ToolCall.Type
type FunctionCall = typeof FunctionCall.Type

/** Which facts about the answer have been told: the first value counts, and most servers repeat all on every event. */
export interface State {
  id: boolean
  model: boolean
  created: boolean
  systemFingerprint: boolean
  serviceTier: boolean
  /** How many sources of the answer. */
  citations: number
  readonly keeper: Keeper | undefined
  readonly reasoningApart: boolean
}

export const initial = (seed?: Pick<Seed, "endpoint">): State => ({
  id: false,
  model: false,
  created: false,
  systemFingerprint: false,
  serviceTier: false,
  citations: 0,
  keeper: keeperOf(seed?.endpoint),
  reasoningApart: seed?.endpoint.reasoningApart === true
})

/** The servers' words for an end, in lower case, in OpenAI's. */
const finishReasons: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ["stop", "stop"],
  // Text Generation Inference, Together, watsonx, Hugging Face.
  ["eos", "stop"],
  ["eos_token", "stop"],
  // Anthropic's words behind a gateway.
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["pause_turn", "stop"],
  // Cohere's.
  ["complete", "stop"],
  ["length", "length"],
  ["max_tokens", "length"],
  // Mistral, z.ai.
  ["model_length", "length"],
  ["model_context_window_exceeded", "length"],
  // watsonx.
  ["time_limit", "length"],
  ["tool_calls", "tool_calls"],
  ["tool_call", "tool_calls"],
  ["tool_use", "tool_calls"],
  ["function_call", "tool_calls"],
  ["content_filter", "content_filter"],
  ["content_filtered", "content_filter"],
  ["refusal", "content_filter"],
  // z.ai, Gemini, Bedrock.
  ["sensitive", "content_filter"],
  ["safety", "content_filter"],
  ["recitation", "content_filter"],
  ["blocklist", "content_filter"],
  ["prohibited_content", "content_filter"],
  ["spii", "content_filter"],
  ["guardrail_intervened", "content_filter"]
])

const unknown: ReadonlyArray<Output> = [{ _tag: "Unknown" }]

const isIndex = (n: number | undefined): n is number => n !== undefined && Number.isSafeInteger(n) && n >= 0

/** An empty id and a time of 0 are no values: Azure sends them before the answer. */
const introduce = (state: State, event: Event, outputs: Array<Output>): void => {
  const id = !state.id && event.id !== undefined && event.id !== ""
  const model = !state.model && event.model !== undefined && event.model !== ""
  const created = !state.created && event.created !== undefined && event.created > 0 && Number.isFinite(event.created)
  const systemFingerprint = !state.systemFingerprint && event.system_fingerprint !== undefined &&
    event.system_fingerprint !== ""
  const serviceTier = !state.serviceTier && event.service_tier !== undefined && event.service_tier !== ""
  if (!id && !model && !created && !systemFingerprint && !serviceTier) return
  outputs.push({
    _tag: "Head",
    ...(id ? { id: event.id } : undefined),
    ...(model ? { model: event.model } : undefined),
    // SambaNova sends fractions of a second.
    ...(created ? { created: Math.floor(event.created ?? 0) } : undefined),
    ...(systemFingerprint ? { systemFingerprint: event.system_fingerprint } : undefined),
    ...(serviceTier ? { serviceTier: event.service_tier } : undefined)
  })
  state.id ||= id
  state.model ||= model
  state.created ||= created
  state.systemFingerprint ||= systemFingerprint
  state.serviceTier ||= serviceTier
}

/** One text, though many servers send it under two names at once. */
const reasoningOf = (delta: Delta): string =>
  textOf(delta.reasoning_content) || textOf(delta.reasoning) || textOf(delta.reasoning_details) ||
  textOf(delta.thinking) || thinkingOf(delta.content_blocks)

/** What is thought in a list of blocks. Their text is in `content` too. */
const thinkingOf = (blocks: unknown): string => {
  if (!Array.isArray(blocks)) return ""
  const items: ReadonlyArray<unknown> = blocks
  return items.filter(isObject).map(({ delta, thinking }) => textOf(isObject(delta) ? delta["thinking"] : thinking))
    .join("")
}

/** JSON text. An empty object says nothing, before text least of all; one that is too deep to be written is none. */
const argumentsOf = (u: unknown): string | undefined => {
  if (typeof u === "string") return u
  return isObject(u) && Object.keys(u).length > 0
    ? Either.getOrUndefined(Either.try(() => JSON.stringify(u)))
    : undefined
}

const call = (
  choice: number,
  id: string | undefined,
  index: number | undefined,
  called: FunctionCall | undefined,
  outputs: Array<Output>
): void => {
  const text = argumentsOf(called?.arguments)
  const name = called?.name
  // An entry that adds nothing (vLLM closes its calls with one) is not the beginning of a call.
  if (!id && !name && !text) return
  outputs.push({ _tag: "ToolCall", choice, id, index: isIndex(index) ? index : undefined, name, arguments: text })
}

const calls = (choice: number, delta: Delta, outputs: Array<Output>): void => {
  if (delta.tool_calls !== undefined && delta.tool_calls.length > 0) {
    for (const entry of delta.tool_calls) call(choice, entry.id, entry.index, entry.function, outputs)
  } else if (delta.function_call !== undefined) {
    call(choice, undefined, 0, delta.function_call, outputs)
  }
}

const annotate = (choice: number, u: unknown, outputs: Array<Output>): void => {
  if (!Array.isArray(u)) return
  const items: ReadonlyArray<unknown> = u
  const annotations = items.filter(isObject)
  if (annotations.length > 0) outputs.push({ _tag: "Annotations", choice, annotations })
}

const readDelta = (choice: number, delta: Delta, keeper: Keeper | undefined, outputs: Array<Output>): void => {
  const reasoned = delta.reasoning_content !== undefined || delta.reasoning !== undefined ||
      delta.reasoning_details !== undefined || delta.thinking !== undefined || delta.content_blocks !== undefined
    ? reasoningOf(delta)
    : ""
  if (reasoned !== "") {
    keeper?.reasoned(choice, outputs)
    outputs.push({ _tag: "Reasoning", choice, text: reasoned })
  }
  if (delta.reasoning_details !== undefined) keeper?.details(choice, delta.reasoning_details)
  const { content } = delta
  if (typeof content === "string") {
    if (keeper !== undefined) keeper.text(choice, content, outputs)
    else if (content !== "") outputs.push({ _tag: "Text", choice, text: content })
  } else if (content !== undefined) {
    keeper?.parts(choice, content)
    parts(choice, content, reasoned !== "", outputs)
  }
  if (delta.refusal !== undefined && delta.refusal !== "") {
    outputs.push({ _tag: "Refusal", choice, text: delta.refusal })
  }
  if (delta.tool_calls !== undefined || delta.function_call !== undefined) calls(choice, delta, outputs)
  if (delta.annotations !== undefined) annotate(choice, delta.annotations, outputs)
}

const logprobs = (choice: number, wire: NonNullable<Choice["logprobs"]>, outputs: Array<Output>): void => {
  const told: { -readonly [K in keyof Logprobs]: Logprobs[K] } = {}
  const content = TokenLogprobs.tokensOf(wire.content)
  const refusal = TokenLogprobs.tokensOf(wire.refusal)
  if (content.length > 0) told.content = content
  if (refusal.length > 0) told.refusal = refusal
  if (content.length > 0 || refusal.length > 0) outputs.push({ _tag: "Logprobs", choice, logprobs: told })
}

const faultOf = (error: ErrorFacts.WireError): Fault => ({
  reason: failure(error),
  status: error.status,
  code: error.code ?? error.type,
  detail: error.message,
  requestId: error.requestId
})

/** How the choice ended, if it did. A fault is handed back: what else the event says goes before it. */
const endOf = (
  index: number,
  choice: Choice,
  keeper: Keeper | undefined,
  outputs: Array<Output>
): Fault | undefined => {
  const error = choice.error === undefined ? undefined : ErrorFacts.ofEvent({ error: choice.error }, undefined)
  if (error !== undefined) return faultOf(error)
  const native = choice.finish_reason ?? choice.finishReason
  // A message in place of a delta is whole, whether it says how it ended or not.
  if (choice.delta === undefined && choice.message !== undefined) keeper?.end(index, outputs)
  if (native === undefined || native === "") return undefined
  keeper?.end(index, outputs)
  const fault = Abandoned.faultOf(native)
  if (fault !== undefined) return fault
  const reason = finishReasons.get(native.toLowerCase()) ?? native
  outputs.push({ _tag: "Finish", choice: index, reason, native })
  return undefined
}

const readChoice = (choice: Choice, keeper: Keeper | undefined, outputs: Array<Output>): Fault | undefined => {
  const index = isIndex(choice.index) ? choice.index : 0
  const delta = choice.delta ?? choice.message
  if (delta !== undefined) readDelta(index, delta, keeper, outputs)
  if (choice.logprobs !== undefined) logprobs(index, choice.logprobs, outputs)
  return endOf(index, choice, keeper, outputs)
}

/** Sources that were not told yet, of the first choice: there is no telling whose they are. */
const cite = (state: State, { citations, search_results: results }: Event, outputs: Array<Output>): void => {
  const annotations = citationsOf(citations, results, state.citations)
  state.citations = Math.max(state.citations, countOf(citations, results))
  if (annotations.length > 0) outputs.push({ _tag: "Annotations", choice: 0, annotations })
}

/** Reasoning of the first choice: there is no telling whose it is. */
const summarise = (summary: unknown, outputs: Array<Output>): void => {
  const text = textOf(summary)
  if (text !== "") outputs.push({ _tag: "Reasoning", choice: 0, text })
}

/** One event. This runs for every token: what is not there costs a look, and nothing else. */
export const step = (state: State, event: Event): ReadonlyArray<Output> => {
  // Groq says it twice, others say it in the choice.
  let usage = event.usage ?? event.x_groq?.usage
  if (event.choices === undefined && usage === undefined) return unknown
  const outputs: Array<Output> = []
  introduce(state, event, outputs)
  let fault: Fault | undefined = undefined
  for (const choice of event.choices ?? []) {
    const failed = readChoice(choice, state.keeper, outputs)
    fault ??= failed
    usage ??= choice.usage
  }
  if (event.reasoning_summary !== undefined) summarise(event.reasoning_summary, outputs)
  if (event.citations !== undefined || event.search_results !== undefined) cite(state, event, outputs)
  const counts = usage === undefined ? undefined : usageOf(usage, state.reasoningApart)
  if (counts !== undefined) outputs.push({ _tag: "Usage", usage: counts })
  if (fault !== undefined) outputs.push({ _tag: "Failure", fault })
  return outputs
}

export const end = (state: State): ReadonlyArray<Addition> => state.keeper?.endAll() ?? []

/** In a whole answer each entry is a call of its own: told apart by place, and by ids that are no call's before. */
const placed = (entries: ReadonlyArray<ToolCall>): ReadonlyArray<ToolCall> => {
  const ids = new Set<string>()
  return entries.map((entry, index) => {
    const { id } = entry
    const isTaken = id !== undefined && ids.has(id)
    if (id !== undefined) ids.add(id)
    return { ...entry, index, id: isTaken ? undefined : id }
  })
}

const whole = (choice: Choice, place: number): Choice => {
  const message = choice.message ?? choice.delta
  return {
    ...choice,
    index: isIndex(choice.index) ? choice.index : place,
    delta: undefined,
    message: message?.tool_calls === undefined ? message : { ...message, tool_calls: placed(message.tool_calls) }
  }
}

/** A whole answer as the one event that a stream would have brought. Without choices it is no answer. */
export const events = (body: Event): ReadonlyArray<Event> | undefined =>
  body.choices === undefined ? undefined : [{ ...body, choices: body.choices.map(whole) }]
