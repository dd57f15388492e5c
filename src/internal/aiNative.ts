/**
 * What has to go back verbatim in the next turn, on its way through a history of `@effect/ai`.
 *
 * A response part carries it as `metadata`, a part or message of a prompt as `options`, as JSON under one key. But
 * `Prompt.fromResponseParts`, and with it `Chat`, takes over texts and calls only. So an answer is remembered with the
 * last message that it answered: an object that the history keeps as it is, and that is garbage when the history is.
 */
import type * as Prompt from "@effect/ai/Prompt"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as CompletionParams from "../CompletionParams.ts"

/** Where this package's words are among the `metadata` and `options` of providers. */
export const key = "effect-any-llm"

type Keyed = { readonly [key: string]: { readonly [key: string]: unknown } | undefined }

export const metadata = (ours: { readonly [key: string]: unknown }): Keyed => ({ [key]: ours })

const isNative = Schema.is(CompletionParams.NativeBlocks)

/** The native blocks that one part or message carries. */
export const carried = (options: Keyed | undefined): CompletionParams.NativeBlocks | undefined => {
  const native = options?.[key]?.["native"]
  return isNative(native) ? native : undefined
}

/** What of an answer every history keeps. */
export interface Fingerprint {
  readonly text: string
  readonly reasoning: string
  /** Id and name of each call. */
  readonly calls: ReadonlyArray<readonly [id: string, name: string]>
}

/** The part of an assistant's message that can be compared. */
export const fingerprint = (message: Prompt.AssistantMessage): Fingerprint => {
  const parts = message.content
  return {
    text: parts.map((part) => part.type === "text" ? part.text : "").join(""),
    reasoning: parts.map((part) => part.type === "reasoning" ? part.text : "").join(""),
    calls: parts.flatMap((part) => part.type === "tool-call" && !part.providerExecuted ? [[part.id, part.name]] : [])
  }
}

/** The same of an answer, as it was received. */
export const fingerprintOf = (message: CompletionParams.AssistantMessage): Fingerprint => ({
  text: (Predicate.isString(message.content) ? message.content : "") + (message.refusal ?? ""),
  reasoning: message.reasoning?.content ?? "",
  calls: (message.toolCalls ?? []).map((call) => [call.id, call.function.name])
})

const isSame = (a: Fingerprint, b: Fingerprint): boolean =>
  a.text === b.text && a.reasoning === b.reasoning && JSON.stringify(a.calls) === JSON.stringify(b.calls)

interface Remembered {
  readonly fingerprint: Fingerprint
  readonly native: CompletionParams.NativeBlocks
}

/** Answers to one message that are remembered: a prompt that is a constant of the program is asked again and again. */
const limit = 16

/**
 * By identity, so that no answer is found in a conversation that it was not given in, and for all layers: a program
 * may build one for each request.
 */
const answers = new WeakMap<Prompt.Message, ReadonlyArray<Remembered>>()

/** Remembers an answer, if it has something that has to go back. */
export const remember = (prompt: Prompt.Prompt, message: CompletionParams.AssistantMessage): void => {
  const last = prompt.content.at(-1)
  if (last === undefined || message.native === undefined) return
  const known = answers.get(last) ?? []
  answers.set(last, [...known, { fingerprint: fingerprintOf(message), native: message.native }].slice(-limit))
}

/** What a message of the assistant has to bring back: what it carries, or what is remembered of it. */
export const of = (
  message: Prompt.AssistantMessage,
  before: Prompt.Message | undefined
): CompletionParams.NativeBlocks | undefined => {
  for (const { options } of [message, ...message.content]) {
    const native = carried(options)
    if (native !== undefined) return native
  }
  const wanted = fingerprint(message)
  return before && answers.get(before)?.findLast((answer) => isSame(answer.fingerprint, wanted))?.native
}
