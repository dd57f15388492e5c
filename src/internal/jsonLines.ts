/**
 * A body of JSON texts, one a line.
 *
 * @see https://github.com/ndjson/ndjson-spec
 */

/** Characters after which what came in pieces is put together: V8 keeps a text that grew as a tree of its pieces. */
const flatLength = 4096

export class JsonLines {
  private readonly decoder = new TextDecoder()
  private readonly limit: number
  private readonly emit: (line: string) => void
  /** Of the line at hand. */
  private pieces: Array<string> = []
  private recent = ""
  private length = 0
  private intact = true
  /** Whether the body is one text on several lines: known when its first line is. */
  private isDocument: boolean | undefined = undefined

  /** `limit` is in characters of one line. */
  constructor(limit: number, emit: (line: string) => void) {
    this.limit = limit
    this.emit = emit
  }

  /** `false`: a line is above the limit, and nothing is read any more. */
  push(bytes: Uint8Array): boolean {
    if (!this.intact) return false
    const text = this.decoder.decode(bytes, { stream: true })
    let from = 0
    for (let at = text.indexOf("\n"); at >= 0 && this.intact; at = text.indexOf("\n", from)) {
      this.add(text.slice(from, at))
      from = at + 1
      if (this.intact) this.endLine()
    }
    if (this.intact) this.add(text.slice(from))
    return this.intact
  }

  /** Hands over a last line without its end, and a text on several lines. */
  end(): void {
    if (this.intact) this.tell()
  }

  private add(text: string): void {
    this.length += text.length
    if (this.length > this.limit) {
      this.intact = false
      this.pieces = []
      this.recent = ""
      return
    }
    this.recent += text
    if (this.recent.length < flatLength) return
    // Looking into a text makes one of its pieces.
    this.recent.charCodeAt(0)
    this.pieces.push(this.recent)
    this.recent = ""
  }

  private endLine(): void {
    this.isDocument ??= this.startsDocument()
    // The line break is white space between the parts of the text.
    if (this.isDocument === true) this.add("\n")
    else this.tell()
  }

  /** A bracket alone is the beginning of JSON that was written for people; a blank line says nothing yet. */
  private startsDocument(): boolean | undefined {
    if (this.pieces.length > 0) return false
    const line = this.recent.trim()
    return line === "" ? undefined : line === "{" || line === "["
  }

  private tell(): void {
    const line = (this.pieces.length === 0 ? this.recent : this.pieces.join("") + this.recent).trim()
    this.pieces = []
    this.recent = ""
    this.length = 0
    if (line !== "") this.emit(line)
  }
}
