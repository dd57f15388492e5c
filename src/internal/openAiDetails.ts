/**
 * Blocks of reasoning as OpenRouter sends them in `reasoning_details`: in pieces, which go back as the whole blocks that
 * an answer without a stream has.
 *
 * @see https://openrouter.ai/docs/guides/best-practices/reasoning-tokens#preserving-reasoning
 */
import { isObject, type Json, type JsonObject } from "./json.ts"

/** What is written piece by piece, by the type of its block; other blocks come whole. */
const written: ReadonlyMap<Json | undefined, string> = new Map([
  ["reasoning.text", "text"],
  ["reasoning.summary", "summary"]
])

/** Characters that are kept of one answer. Part of its blocks would be worse than none, and more is no reasoning. */
export const keptLimit = 4 * 1024 * 1024

type Block = Map<string, Json>

const sizeOf = (piece: JsonObject): number => {
  let size = 0
  for (const value of Object.values(piece)) size += typeof value === "string" ? value.length : 16
  return size
}

const same = (block: Block, piece: JsonObject): boolean => block.get("data") === piece["data"]

/** A text goes on; of all else the last word counts, such as the signature that comes at the end. */
const grow = (block: Block, piece: JsonObject, text: string): void => {
  for (const [key, value] of Object.entries(piece)) {
    const before = block.get(key)
    if (key === text && typeof before === "string" && typeof value === "string") block.set(key, before + value)
    else if (value !== null || before === undefined) block.set(key, value)
  }
}

/** The blocks of one choice. */
export class Details {
  private blocks: Array<Block> = []
  private readonly byPlace = new Map<string, Block>()
  private kept = 0

  add(u: unknown): void {
    if (!Array.isArray(u)) return
    const items: ReadonlyArray<unknown> = u
    for (const item of items) if (isObject(item)) this.piece(item)
  }

  /** The blocks since the last time, in the order of their beginning. */
  take(): ReadonlyArray<JsonObject> {
    const blocks = this.kept > keptLimit ? [] : this.blocks
    this.blocks = []
    this.byPlace.clear()
    return blocks.map((block) => Object.fromEntries(block))
  }

  private piece(piece: JsonObject): void {
    this.kept += sizeOf(piece)
    if (this.kept > keptLimit) {
      this.take()
      return
    }
    const text = written.get(piece["type"])
    const place = typeof piece["index"] === "number" ? `${String(piece["type"])} ${piece["index"]}` : undefined
    const known = place === undefined ? undefined : this.byPlace.get(place)
    if (known !== undefined && text !== undefined) return grow(known, piece, text)
    // OpenRouter repeats what a model has encrypted.
    if (known !== undefined && same(known, piece)) return
    const block = new Map(Object.entries(piece))
    this.blocks.push(block)
    if (place !== undefined) this.byPlace.set(place, block)
  }
}
