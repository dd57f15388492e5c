/**
 * Bytes and the ways a network can cut them.
 */

const encoder = new TextEncoder()

export const bytesOf = (text: string): Uint8Array => encoder.encode(text)

/** The pieces between these offsets; offsets outside the bytes and repeated ones are left out. */
export const cut = (bytes: Uint8Array, offsets: Iterable<number>): ReadonlyArray<Uint8Array> => {
  const inside = [...new Set(offsets)].filter((offset) => offset > 0 && offset < bytes.length).sort((a, b) => a - b)
  const edges = [0, ...inside, bytes.length]
  return edges.slice(1).flatMap((end, index) => {
    const start = edges[index] ?? 0
    return end > start ? [bytes.subarray(start, end)] : []
  })
}

/** Pieces of one length; the last may be shorter. */
export const every = (bytes: Uint8Array, length: number): ReadonlyArray<Uint8Array> =>
  Array.from(
    { length: Math.ceil(bytes.length / length) },
    (_, index) => bytes.subarray(index * length, (index + 1) * length)
  )

export const byteByByte = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => every(bytes, 1)

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export const random = (seed: number): () => number => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** At most `count` cuts at offsets that are the same for the same seed. */
export const randomCuts = (bytes: Uint8Array, seed: number, count: number): ReadonlyArray<Uint8Array> => {
  const next = random(seed)
  return cut(bytes, Array.from({ length: count }, () => 1 + Math.floor(next() * Math.max(1, bytes.length - 1))))
}

export const concat = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** Every line feed as another ending. The bytes must have line feeds only. */
const withEndings = (bytes: Uint8Array, ending: ReadonlyArray<number>): Uint8Array =>
  Uint8Array.from([...bytes].flatMap((byte) => byte === 0x0A ? ending : [byte]))

export const crlf = (bytes: Uint8Array): Uint8Array => withEndings(bytes, [0x0D, 0x0A])

export const cr = (bytes: Uint8Array): Uint8Array => withEndings(bytes, [0x0D])

/** The bytes of another text made from this one. */
export const rewritten = (bytes: Uint8Array, rewrite: (text: string) => string): Uint8Array =>
  bytesOf(rewrite(new TextDecoder().decode(bytes)))
