/**
 * The content blocks of one Anthropic answer, put together from their deltas for the next turn.
 *
 * Which answers need that: `content` and `toolCalls` say all there is to plain text and to calls of the caller's tools,
 * so those are rebuilt from there. As soon as one block says more (thinking with its signature, redacted thinking,
 * server tools and their results, citations, a compaction, anything unknown) the API wants *all* blocks of the message
 * back, verbatim and in order; then each is a `Native`.
 *
 * What that costs: nobody can tell from the first text whether a search will follow, so what comes before the first such
 * block is held back, up to `heldLimit` characters. A longer prefix is let go, and with it the blocks of this answer:
 * part of a message would be worse than none, since it is sent in place of `content`. In practice thinking comes first,
 * and the text ahead of a server tool is a sentence. From the first such block on a block is kept until it is whole.
 */
import type { Output } from "../Dialect.ts"
import { isObject, type Json, type JsonObject } from "./json.ts"
import { parseJson } from "./parseJson.ts"

/** `opaque`: whatever is neither the answer's text nor a call of the caller's tools. */
export type Kind = "text" | "thinking" | "tool" | "opaque"

export interface Block {
  readonly kind: Kind
  /** As it began. */
  readonly sent: JsonObject
  /** A tool call's id. */
  readonly id: string | undefined
  /** Text, thinking, or the JSON of an input: what is kept of it. */
  kept: string
  /** Whether a piece of an input came. */
  hasInput: boolean
  /** What deltas put over the fields of `sent`. */
  readonly changed: Map<string, Json>
  open: boolean
}

/** Characters held back of text and tool calls, as long as nothing needs replay. */
export const heldLimit = 65_536

/**
 * Characters after which what is held is read once: V8 keeps a text that grew piece by piece as a tree of its pieces,
 * many times as large, until somebody looks into it.
 */
const flatLimit = 256

type Mode =
  /** Nothing needs replay so far: blocks wait. */
  | "holding"
  /** Whole blocks are told, in order. */
  | "replaying"
  /** Something was let go. */
  | "released"

export interface Store {
  mode: Mode
  held: number
  /** In the order of their beginning, without those that were told. */
  order: Array<Block>
}

export const makeStore = (): Store => ({ mode: "holding", held: 0, order: [] })

export const make = (kind: Kind, sent: JsonObject, id: string | undefined): Block => ({
  kind,
  sent,
  id,
  kept: "",
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

const replay = (store: Store): void => {
  if (store.mode === "holding") store.mode = "replaying"
}

/** A block has begun. */
export const add = (store: Store, block: Block): void => {
  if (needsReplay(block)) replay(store)
  if (store.mode !== "released") store.order.push(block)
}

/** More of a block's text. */
export const grow = (store: Store, block: Block, piece: string): void => {
  if (store.mode === "released") return
  block.kept += piece
  if (store.mode !== "holding") return
  const before = store.held
  store.held += piece.length
  if (store.held > heldLimit) {
    store.mode = "released"
    for (const one of store.order) one.kept = ""
    store.order = []
  } else if (Math.floor(store.held / flatLimit) > Math.floor(before / flatLimit)) {
    block.kept.charCodeAt(0)
  }
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
  replay(store)
  change(block, "citations", [citation])
}

const field: ReadonlyMap<Kind, string> = new Map([["text", "text"], ["thinking", "thinking"]])

/** The block as it goes back; `undefined` for one that was cut, or that says nothing: the API refuses both. */
const whole = (block: Block): JsonObject | undefined => {
  const { changed, kept, sent } = block
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
export const tell = (store: Store, outputs: Array<Output>): void => {
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
