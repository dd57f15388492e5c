/**
 * A text that grows by small pieces. V8 keeps such a text as a tree of its pieces, many times as large, until somebody
 * looks into it, and then copies all of it: so only its end grows, and is put away when it is long enough.
 */

/** Characters of one part. */
const partLength = 256

export class GrowingText {
  private parts: Array<string> = []
  private end = ""

  add(piece: string): void {
    this.end += piece
    if (this.end.length < partLength) return
    // To look into it makes it flat.
    this.end.charCodeAt(0)
    this.parts.push(this.end)
    this.end = ""
  }

  clear(): void {
    this.parts = []
    this.end = ""
  }

  get text(): string {
    return this.parts.join("") + this.end
  }
}
