/**
 * The content blocks of one answer of Converse, put together from their deltas for the next turn (`replay.ts` says which
 * answers need that).
 */
import type { Output } from "../Dialect.ts"
import { GrowingText } from "./growingText.ts"
import { isObject, type Json, type JsonObject } from "./json.ts"
import { parseJson } from "./parseJson.ts"
import * as Replay from "./replay.ts"

/** `tool` is a call of the caller's tools, `serverTool` one that the service answers itself, with a `result`. */
export type Kind = "text" | "reasoning" | "redacted" | "tool" | "serverTool" | "result"

export interface Block extends Replay.Block {
  readonly kind: Kind
  /** The fields of a tool's block as they began. */
  readonly sent: JsonObject
  signature: string
  readonly citations: Array<JsonObject>
  /** What a tool of the service's answered. */
  readonly content: Array<JsonObject>
}

export type Store = Replay.Store<Block>

export const make = (kind: Kind, sent: JsonObject): Block => ({
  kind,
  sent,
  kept: new GrowingText(),
  signature: "",
  citations: [],
  content: [],
  open: true
})

/** All that a call says which can be made from `toolCalls`. */
const isPlainCall = (sent: JsonObject): boolean =>
  Object.keys(sent).every((key) => key === "toolUseId" || key === "name")

/** A block has begun. */
export const add = (store: Store, block: Block): void => {
  if (block.kind !== "text" && !(block.kind === "tool" && isPlainCall(block.sent))) Replay.need(store)
  Replay.add(store, block)
}

/** A text refers to a source, which `content` cannot say. */
export const cite = (store: Store, block: Block, citation: JsonObject): void => {
  Replay.need(store)
  if (store.mode !== "released") block.citations.push(citation)
}

/** More of what a tool answered; text goes on. */
export const answer = (store: Store, block: Block, content: ReadonlyArray<Json>): void => {
  if (store.mode === "released") return
  for (const piece of content) {
    if (!isObject(piece)) continue
    const last = block.content.at(-1)
    const [before, more] = [last?.["text"], piece["text"]]
    if (typeof before === "string" && typeof more === "string") block.content.splice(-1, 1, { text: before + more })
    else block.content.push(piece)
  }
}

const inputOf = (kept: string): JsonObject | undefined => {
  const input = kept.trim() === "" ? {} : parseJson(kept)
  // An input is an object; half of one does not parse.
  return isObject(input) ? input : undefined
}

/** The block as it goes back; `undefined` for one that was cut, or that says nothing. */
const whole = (block: Block): JsonObject | undefined => {
  const { citations, content, kind, sent, signature } = block
  const kept = block.kept.text
  switch (kind) {
    case "text":
      if (citations.length > 0) {
        return { citationsContent: { ...(kept === "" ? undefined : { content: [{ text: kept }] }), citations } }
      }
      return kept === "" ? undefined : { text: kept }
    case "reasoning":
      // Without a signature it is refused by those who sign, and no use to the others.
      return signature === "" ? undefined : { reasoningContent: { reasoningText: { text: kept, signature } } }
    case "redacted":
      return { reasoningContent: { redactedContent: kept } }
    case "tool":
    case "serverTool": {
      const input = inputOf(kept)
      return input && { toolUse: { ...sent, input } }
    }
    case "result":
      return { toolResult: { ...sent, content } }
  }
}

/** Tells the blocks that are whole, up to the first that is not. */
export const tell = (store: Store, outputs: Array<Output>): void => Replay.tell(store, outputs, whole)
