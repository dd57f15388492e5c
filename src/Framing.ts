/**
 * Bytes to frames: where one event of a response body ends and the next begins. Before it `Transport`, after it
 * `Normalise`.
 */

/** One event of a response body. */
export interface Frame {
  /** The SSE event's name. */
  readonly event?: string | undefined
  readonly data: string
}

/** The state of one body's framing. */
export interface Parser {
  /** Bytes in, whole frames out, in order. `false`: one frame is above the limit, and the parser is spent. */
  readonly push: (bytes: Uint8Array) => boolean
  /** The body has ended: hands over a last frame that was not terminated. */
  readonly end: () => void
}

/** How the bodies of a dialect are cut into events. */
export interface Framing {
  /** Media types that announce such a body. */
  readonly contentTypes: ReadonlyArray<string>
  /** What a client asks for. */
  readonly accept: string
  readonly parser: (limit: number, emit: (frame: Frame) => void) => Parser
}
