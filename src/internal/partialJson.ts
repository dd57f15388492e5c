/**
 * What a JSON text says so far. The tokens are `@streamparser/json`'s, each character read once; the values are ours, so
 * that what is given away never changes and what is complete is shared between one look and the next.
 *
 * Text grows as it comes; numbers, `true`, `false` and `null` are there when they are complete, a key with the beginning
 * of its value.
 */
import { Tokenizer, TokenType } from "@streamparser/json"
import type { Json } from "./json.ts"

/** An object or an array that is not closed yet. */
type Open =
  | { readonly entries: Array<readonly [string, Json]>; key: string | undefined; readonly elements?: undefined }
  | { readonly elements: Array<Json>; readonly entries?: undefined }

const valueOf = (open: Open): Json =>
  open.elements === undefined ? Object.fromEntries(open.entries) : [...open.elements]

/** With one more value at its end. */
const valueWith = (open: Open, last: Json): Json => {
  if (open.elements !== undefined) return [...open.elements, last]
  return open.key === undefined ? valueOf(open) : Object.fromEntries([...open.entries, [open.key, last]])
}

type Token = Parameters<Tokenizer["onToken"]>[0]

export class PartialJson {
  private readonly tokenizer = new Tokenizer({ emitPartialTokens: true })
  private readonly stack: Array<Open> = []
  /** The beginning of a text that is being written. */
  private growing: string | undefined = undefined
  private root: Json | undefined = undefined
  private hasChanged = false
  private isOver = false

  constructor() {
    this.tokenizer.onToken = (token) => this.read(token)
    // What is no JSON is told when the text is whole: until then what came before it stands.
    this.tokenizer.onError = () => {
      this.isOver = true
    }
  }

  /** What the text says with these characters; `undefined` where they tell nothing new. */
  write(text: string): Json | undefined {
    if (this.isOver || text === "") return undefined
    this.hasChanged = false
    this.tokenizer.write(text)
    return this.hasChanged ? this.snapshot() : undefined
  }

  private snapshot(): Json | undefined {
    const top = this.stack.at(-1)
    if (top === undefined) return this.root ?? this.growing
    let value = this.growing === undefined ? valueOf(top) : valueWith(top, this.growing)
    for (let index = this.stack.length - 2; index >= 0; index--) {
      const outer = this.stack[index]
      if (outer !== undefined) value = valueWith(outer, value)
    }
    return value
  }

  private read(token: Token): void {
    if (this.isOver) return
    if (token.partial === true) return this.begun(token)
    const grown = this.growing
    this.growing = undefined
    switch (token.token) {
      case TokenType.LEFT_BRACE:
        return this.opened({ entries: [], key: undefined })
      case TokenType.LEFT_BRACKET:
        return this.opened({ elements: [] })
      case TokenType.RIGHT_BRACE:
      case TokenType.RIGHT_BRACKET: {
        const closed = this.stack.pop()
        // All of it has been seen.
        if (closed !== undefined) this.completed(valueOf(closed))
        return
      }
      case TokenType.COLON:
      case TokenType.COMMA:
      case TokenType.SEPARATOR:
        return
      default:
        if (this.isKey(token)) return this.named(String(token.value))
        if (token.value !== grown) this.hasChanged = true
        return this.completed(token.value)
    }
  }

  private isKey({ token }: Token): boolean {
    const top = this.stack.at(-1)
    return token === TokenType.STRING && top?.entries !== undefined && top.key === undefined
  }

  private begun(token: Token): void {
    if (token.token !== TokenType.STRING || this.isKey(token)) return
    const text = String(token.value)
    if (text === this.growing) return
    this.growing = text
    this.hasChanged = true
  }

  private opened(open: Open): void {
    this.stack.push(open)
    this.hasChanged = true
  }

  private named(key: string): void {
    const top = this.stack.at(-1)
    if (top?.entries !== undefined) top.key = key
  }

  private completed(value: Json | undefined): void {
    if (value === undefined) return
    const top = this.stack.at(-1)
    if (top === undefined) {
      this.root = value
      this.isOver = true
    } else if (top.elements !== undefined) {
      top.elements.push(value)
    } else if (top.key !== undefined) {
      top.entries.push([top.key, value])
      top.key = undefined
    }
  }
}
