/**
 * The content blocks of one Anthropic answer, put together from their deltas for the next turn (`replay.ts` says which
 * answers need that).
 */
import type { Output } from "../Dialect.ts"
import { GrowingText } from "./growingText.ts"
import { isObject, type Json, type JsonObject } from "./json.ts"
import { parseJson } from "./parseJson.ts"
import * as Replay from "./replay.ts"

/** `opaque`: whatever is neither the answer's text nor a call of the caller's tools. */
export type Kind = "text" | "thinking" | "tool" | "opaque"

export interface Block extends Replay.Block {
  readonly kind: Kind
  /** As it began. */
  readonly sent: JsonObject
  /** A tool call's id. */
  readonly id: string | undefined
  /** Whether a piece of an input came. */
  hasInput: boolean
  /** What deltas put over the fields of `sent`. */
  readonly changed: Map<string, Json>
}

export type Store = Replay.Store<Block>

export const make = (kind: Kind, sent: JsonObject, id: string | undefined): Block => ({
  kind,
  sent,
  id,
  kept: new GrowingText(),
  hasInput: false,
  changed: new Map(),
  open: true
})

const isNothing = (json: Json): boolean => json === null || (Array.isArray(json) && json.length === 0)

const rebuilt: ReadonlyMap<Kind, ReadonlySet<string>> = new Map([
  ["text", new Set(["type", "text"])],
  ["tool", new Set(["type", "id", "name", "input"])]
])

const isDirect = (json: Json): boolean => isObject(json) && json["type"] === "direct"

/** Whether a block says what `content` and `toolCalls` cannot. */
const needsReplay = (block: Block): boolean => {
  const known = rebuilt.get(block.kind)
  if (known === undefined) return true
  return Object.entries(block.sent).some(([key, value]) =>
    // Called by the model itself, not by code that it runs.
    !known.has(key) && !isNothing(value) && !(key === "caller" && isDirect(value))
  )
}

/** A block has begun. */
export const add = (store: Store, block: Block): void => {
  if (needsReplay(block)) Replay.need(store)
  Replay.add(store, block)
}

/** Lists that were made here, and so may grow in place: a block can have any number of citations. */
const ours = new WeakSet<ReadonlyArray<Json>>()

const lengthened = (before: ReadonlyArray<Json>, more: ReadonlyArray<Json>): ReadonlyArray<Json> => {
  // What is in the set was made by this function, as an Array.
  const list = ours.has(before) ? before as Array<Json> : [...before]
  for (const item of more) list.push(item)
  ours.add(list)
  return list
}

/** A delta of an opaque block that nobody knows: text goes on, lists get longer, everything else is a new value. */
export const change = (block: Block, key: string, value: Json): void => {
  const before = block.changed.get(key) ?? (Object.hasOwn(block.sent, key) ? block.sent[key] : undefined)
  if (typeof before === "string" && typeof value === "string") block.changed.set(key, before + value)
  else if (Array.isArray(before) && Array.isArray(value)) block.changed.set(key, lengthened(before, value))
  else block.changed.set(key, value)
}

/** A text refers to a source, which `content` cannot say. */
export const cite = (store: Store, block: Block, citation: JsonObject): void => {
  if (store.mode === "released") return
  Replay.need(store)
  change(block, "citations", [citation])
}

const field: ReadonlyMap<Kind, string> = new Map([["text", "text"], ["thinking", "thinking"]])

/** The block as it goes back; `undefined` for one that was cut, or that says nothing: the API refuses both. */
const whole = (block: Block): JsonObject | undefined => {
  const { changed, sent } = block
  const kept = block.kept.text
  const name = field.get(block.kind)
  if (name !== undefined) {
    return block.kind === "text" && kept === ""
      ? undefined
      : { ...sent, ...Object.fromEntries(changed), [name]: kept }
  }
  if (kept.trim() === "") return { ...sent, ...Object.fromEntries(changed) }
  const input = parseJson(kept)
  // An input is an object; half of one does not parse.
  return isObject(input) ? { ...sent, ...Object.fromEntries(changed), input } : undefined
}

/** Tells the blocks that are whole, up to the first that is not. */
export const tell = (store: Store, outputs: Array<Output>): void => Replay.tell(store, outputs, whole)
