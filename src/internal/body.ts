/**
 * What kind of body a response has: frames, one JSON document, or somebody's page. Content types lie, so the first byte
 * that is not white space decides where it can.
 */

export type Kind = "frames" | "json" | "page"

const openBrace = 0x7b
const openBracket = 0x5b
const lessThan = 0x3c

/** White space, and the bytes of a BOM. */
const isBlank = (byte: number): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0xef || byte === 0xbb || byte === 0xbf

const mediaType = (contentType: string | undefined): string =>
  (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? ""

/** Whether the response says that it is what the dialect sends. */
export const isAnnounced = (contentType: string | undefined, expected: ReadonlyArray<string>): boolean =>
  expected.includes(mediaType(contentType))

/** What decides beside the first byte. */
export interface Expected {
  /** Every frame begins like a document does: what begins in another way is somebody's page. */
  readonly jsonFrames: boolean
  /** A stream was asked for, and not a document. */
  readonly stream: boolean
}

/** `undefined` while only white space came. */
export const kindOf = (bytes: Uint8Array, { jsonFrames, stream }: Expected): Kind | undefined => {
  const first = bytes.find((byte) => !isBlank(byte))
  if (first === undefined) return undefined
  if (first === lessThan) return "page"
  if (first !== openBrace && first !== openBracket) return jsonFrames ? "page" : "frames"
  return jsonFrames && stream ? "frames" : "json"
}

/** Characters kept of a body's beginning. */
const openingLimit = 512

/** The beginning of a body, the same however it is cut, to show what it is when it is no stream. */
export class Opening {
  text = ""
  private readonly decoder = new TextDecoder()

  get isFull(): boolean {
    return this.text.length === openingLimit
  }

  push(bytes: Uint8Array): void {
    if (this.isFull) return
    // No character takes more than four bytes.
    const piece = this.decoder.decode(bytes.subarray(0, 4 * openingLimit), { stream: true })
    this.text = (this.text + piece).slice(0, openingLimit)
  }
}

/** Gathers a body that is one document. */
export class Collector {
  private readonly pieces: Array<string> = []
  private readonly decoder = new TextDecoder()
  private length = 0

  /** `false`: more than `limit` characters. */
  push(bytes: Uint8Array, limit: number): boolean {
    const piece = this.decoder.decode(bytes, { stream: true })
    this.pieces.push(piece)
    this.length += piece.length
    return this.length <= limit
  }

  text(): string {
    return this.pieces.join("")
  }
}
