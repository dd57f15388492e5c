/**
 * A transcript as the events it is made of, so that they can be changed and written down again in other ways.
 */
import * as FastCheck from "effect/FastCheck"
import type { Json } from "../../src/CompletionParams.ts"
import * as Bytes from "../kit/bytes.ts"
import * as Transcript from "../kit/transcript.ts"

/** What is between two blank lines. */
export interface Block {
  /** Lines that are no data: the event's name, comments. */
  readonly lead: ReadonlyArray<string>
  /** `undefined`: no data at all. */
  readonly data: ReadonlyArray<string> | undefined
}

export interface Seed {
  readonly name: string
  readonly provider: string
  readonly bytes: Uint8Array
  readonly blocks: ReadonlyArray<Block>
}

/** Shown in a counterexample as its name: the rest is in the fixture. */
export const named = <A extends object>(name: string, value: A): A => ({
  ...value,
  [FastCheck.toStringMethod]: () => name
})

const blockOf = (text: string): Block => {
  const lines = text.split("\n").filter((line) => line !== "")
  const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).replace(/^ /, ""))
  return {
    lead: lines.filter((line) => !line.startsWith("data:")),
    data: data.length === 0 ? undefined : data
  }
}

/** Answers that are whole. */
const transcripts = ["openai", "anthropic", "cohere", "gemini"].flatMap(Transcript.ofProvider).filter(({ expected }) =>
  expected.error === undefined
)

export const seeds: ReadonlyArray<Seed> = transcripts.map(({ bytes, name, provider }) =>
  named(`${provider}/${name}`, {
    name: `${provider}/${name}`,
    provider,
    bytes,
    blocks: new TextDecoder().decode(bytes).split("\n\n").filter((text) => text.trim() !== "").map(blockOf)
  })
)

/** The event of a block, or `undefined` where it is no JSON: `[DONE]`, a comment. */
export const jsonOf = (block: Block): Json | undefined => {
  const text = block.data?.join("\n")
  if (text === undefined || text === "[DONE]") return undefined
  // What `JSON.parse` makes is JSON.
  return JSON.parse(text) as Json
}

export const withJson = (block: Block, json: Json): Block => ({ ...block, data: [JSON.stringify(json)] })

/** How blocks become bytes. */
export interface Layout {
  /** The line break of each block in turn. */
  readonly breaks: ReadonlyArray<"\n" | "\r\n" | "\r">
  readonly mark: boolean
  /** Whether a space follows the colon. */
  readonly space: boolean
  /** Whether data goes before the rest of a block. */
  readonly dataFirst: boolean
  /** Whether the last blank line is there. */
  readonly closed: boolean
}

export const plain: Layout = { breaks: ["\n"], mark: false, space: true, dataFirst: false, closed: true }

const linesOf = ({ data = [], lead }: Block, { dataFirst, space }: Layout): ReadonlyArray<string> => {
  const lines = data.map((line) => `data:${space || line.startsWith(" ") ? " " : ""}${line}`)
  return dataFirst ? [...lines, ...lead] : [...lead, ...lines]
}

export const print = (blocks: ReadonlyArray<Block>, layout: Layout = plain): Uint8Array => {
  const text = blocks.map((block, index) => {
    const lineBreak = layout.breaks[index % layout.breaks.length] ?? "\n"
    return `${linesOf(block, layout).join(lineBreak)}${lineBreak}${lineBreak}`
  }).join("")
  return Bytes.bytesOf(`${layout.mark ? "\uFEFF" : ""}${layout.closed ? text : text.replace(/[\r\n]+$/, "")}`)
}
