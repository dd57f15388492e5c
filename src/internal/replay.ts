/**
 * The blocks of an answer that the next turn needs verbatim, kept until each is whole.
 *
 * Which answers need that: `content` and `toolCalls` say all there is to plain text and to calls of the caller's tools,
 * so those are rebuilt from there. As soon as one block says more (reasoning with its signature, server tools and their
 * results, citations, anything unknown) the API wants *all* blocks of the message back, in order; then each is a
 * `Native`.
 *
 * What that costs: nobody can tell from the first text whether a search will follow, so what comes before the first such
 * block is held back, up to `heldLimit` characters. A longer prefix is let go, and with it the blocks of this answer:
 * part of a message would be worse than none, since it is sent in place of `content`. In practice reasoning comes first,
 * and the text ahead of a server tool is a sentence. From the first such block on a block is kept until it is whole.
 */
import type { Output } from "../Dialect.ts"
import type { GrowingText } from "./growingText.ts"
import type { JsonObject } from "./json.ts"

/** What a dialect's block has, whatever else it has. */
export interface Block {
  /** Text, reasoning, or the JSON of an input: what is kept of it. */
  readonly kept: GrowingText
  open: boolean
}

/** Characters held back of text and tool calls, as long as nothing needs replay. */
export const heldLimit = 65_536

type Mode =
  /** Nothing needs replay so far: blocks wait. */
  | "holding"
  /** Whole blocks are told, in order. */
  | "replaying"
  /** Something was let go. */
  | "released"

export interface Store<B extends Block> {
  mode: Mode
  held: number
  /** In the order of their beginning, without those that were told. */
  order: Array<B>
}

export const make = <B extends Block>(): Store<B> => ({ mode: "holding", held: 0, order: [] })

/** Something came that `content` and `toolCalls` cannot say. */
export const need = (store: Pick<Store<Block>, "mode">): void => {
  if (store.mode === "holding") store.mode = "replaying"
}

/** A block has begun. */
export const add = <B extends Block>(store: Store<B>, block: B): void => {
  if (store.mode !== "released") store.order.push(block)
}

/** More of a block's text. */
export const grow = <B extends Block>(store: Store<B>, block: B, piece: string): void => {
  if (store.mode === "released") return
  block.kept.add(piece)
  if (store.mode !== "holding") return
  store.held += piece.length
  if (store.held <= heldLimit) return
  store.mode = "released"
  for (const one of store.order) one.kept.clear()
  store.order = []
}

/** Tells the blocks that are whole, up to the first that is not; `whole` is `undefined` for one that says nothing. */
export const tell = <B extends Block>(
  store: Store<B>,
  outputs: Array<Output>,
  whole: (block: B) => JsonObject | undefined
): void => {
  if (store.mode !== "replaying") return
  let told = 0
  for (const block of store.order) {
    if (block.open) break
    told++
    const json = whole(block)
    if (json !== undefined) outputs.push({ _tag: "Native", choice: 0, block: json })
  }
  store.order.splice(0, told)
}
