/**
 * Reasoning that a model writes into its text: `<think>...</think>` at the start of the output, and nowhere else.
 */

const opener = "<think>"
const closer = "</think>"

/** More white space than this is no way to begin a tag: it would have to be kept, and looked through each time. */
const longestStart = 1024

/** A piece of the output, told as what it is. */
export interface Piece {
  readonly isReasoning: boolean
  readonly text: string
}

/**
 * - `start`: nothing but white space and what could be an opening tag
 * - `inside`: reasoning
 * - `between`: after the closing tag, before the text; the white space there belongs to neither
 * - `text`: what comes now is text, whatever it looks like
 */
type Where = "start" | "inside" | "between" | "text"

/** The length of the longest end of the text that could be the beginning of the tag. */
const held = (text: string, tag: string): number => {
  for (let length = Math.min(text.length, tag.length - 1); length > 0; length--) {
    if (text.endsWith(tag.slice(0, length))) return length
  }
  return 0
}

const nothing: ReadonlyArray<Piece> = []

/** One choice's output, which comes in pieces that are cut anywhere. */
export class Splitter {
  private readonly beginsInside: boolean
  private where: Where = "start"
  /** What is not told yet, since the next piece decides what it is. */
  private waiting = ""

  /** `beginsInside`: the opening tag is part of the prompt, so that the output may have none. */
  constructor(beginsInside: boolean) {
    this.beginsInside = beginsInside
  }

  push(text: string): ReadonlyArray<Piece> {
    if (text === "") return nothing
    if (this.where === "text") return [{ isReasoning: false, text }]
    const pieces: Array<Piece> = []
    const rest = this.crossed(this.reasoned(this.started(this.waiting + text), pieces))
    if (rest !== "") pieces.push({ isReasoning: false, text: rest })
    return pieces
  }

  /** The server tells the reasoning apart by itself: there are no tags to look for. */
  apart(): ReadonlyArray<Piece> {
    if (this.where !== "start") return nothing
    const text = this.waiting
    this.waiting = ""
    this.where = "text"
    return text === "" ? nothing : [{ isReasoning: false, text }]
  }

  /** The output has ended: what waited is what it was taken for. */
  end(): ReadonlyArray<Piece> {
    const text = this.waiting
    this.waiting = ""
    if (text === "" || this.where === "between") return nothing
    return [{ isReasoning: this.where === "inside" || (this.where === "start" && this.beginsInside), text }]
  }

  /** Whether the output begins with the tag, and what of it comes after that. */
  private started(text: string): string {
    this.waiting = ""
    if (this.where !== "start") return text
    const begun = text.trimStart()
    if (begun.startsWith(opener)) {
      this.where = "inside"
      return begun.slice(opener.length)
    }
    if (opener.startsWith(begun) && text.length <= longestStart) {
      this.waiting = text
      return ""
    }
    this.where = this.beginsInside ? "inside" : "text"
    return text
  }

  /** Tells what is inside the tag; what comes after it. */
  private reasoned(text: string, pieces: Array<Piece>): string {
    if (this.where !== "inside") return text
    const end = text.indexOf(closer)
    const length = end === -1 ? text.length - held(text, closer) : end
    if (length > 0) pieces.push({ isReasoning: true, text: text.slice(0, length) })
    if (end === -1) {
      this.waiting = text.slice(length)
      return ""
    }
    this.where = "between"
    return text.slice(end + closer.length)
  }

  private crossed(text: string): string {
    if (this.where !== "between") return text
    const rest = text.trimStart()
    if (rest !== "") this.where = "text"
    return rest
  }
}
