/**
 * Chunks to a whole answer: one mutable state for one run of a stream.
 */
import * as Chunk from "effect/Chunk"
import type { ChatCompletion } from "../ChatCompletion.ts"
import type { ChatCompletionChunk, Usage } from "../ChatCompletionChunk.ts"
import * as Choice from "./completionChoice.ts"

export interface Fold {
  readonly add: (chunk: ChatCompletionChunk) => void
  readonly addAll: (chunks: Chunk.Chunk<ChatCompletionChunk>) => void
  /** The answer so far, a value of its own. */
  readonly snapshot: () => ChatCompletion
}

export const make = (): Fold => {
  let id = ""
  let created = 0
  let model = ""
  let usage: Usage | undefined
  let systemFingerprint: string | undefined
  let serviceTier: string | undefined
  const choices = new Map<number, Choice.State>()

  const add = (chunk: ChatCompletionChunk): void => {
    // An answer's identity is the first one told.
    if (id === "") id = chunk.id
    if (created === 0) created = chunk.created
    if (model === "") model = chunk.model
    usage = chunk.usage ?? usage
    systemFingerprint = chunk.systemFingerprint ?? systemFingerprint
    serviceTier = chunk.serviceTier ?? serviceTier
    for (const choice of chunk.choices) {
      const state = choices.get(choice.index) ?? Choice.make(choice.index)
      choices.set(choice.index, state)
      Choice.add(state, choice)
    }
  }

  return {
    add,
    addAll: (chunks) => Chunk.forEach(chunks, add),
    snapshot: () => ({
      id,
      object: "chat.completion",
      created,
      model,
      choices: Array.from(choices.values()).sort(Choice.byIndex).map(Choice.snapshot),
      ...(usage === undefined ? {} : { usage }),
      ...(systemFingerprint === undefined ? {} : { systemFingerprint }),
      ...(serviceTier === undefined ? {} : { serviceTier })
    })
  }
}
