/**
 * The vectors of an answer, each at the place of its text. What does not fit is told and never guessed at: a vector at
 * the wrong place is worse than none.
 */
import * as Either from "effect/Either"
import type { EmbeddingsAnswer } from "../Dialect.ts"

export type Vector = ReadonlyArray<number>

type Found = EmbeddingsAnswer["vectors"]

const bytesOf = (base64: string): string | undefined => {
  try {
    return atob(base64)
  } catch {
    return undefined
  }
}

/** Little-endian floats of four bytes, whatever this machine's own order is. */
const ofBase64 = (base64: string): Array<number> | undefined => {
  const text = bytesOf(base64)
  if (text === undefined || text.length % 4 !== 0) return undefined
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  const view = new DataView(bytes.buffer)
  const numbers: Array<number> = []
  // Four times as fast as Array.from, for what can be six million numbers.
  for (let at = 0; at < bytes.length; at += 4) numbers.push(view.getFloat32(at, true))
  return numbers
}

/** `undefined` for what is no vector: empty, or with an element that is no number. */
export const vectorOf = (u: unknown): Vector | undefined => {
  const numbers: ReadonlyArray<unknown> | undefined = typeof u === "string"
    ? ofBase64(u)
    : Array.isArray(u)
    ? u
    : undefined
  return numbers !== undefined && numbers.length > 0 && isFinite(numbers) ? numbers : undefined
}

const isFinite = (numbers: ReadonlyArray<unknown>): numbers is Vector => numbers.every(Number.isFinite)

/** Puts what has an index to its place. `undefined`: the indexes do not say one place for each. */
const placed = (found: Found): Found | undefined => {
  if (found.every(({ index }) => index === undefined)) return found
  const places = new Map(found.map((each) => [each.index, each]))
  const ordered = found.flatMap((_, index) => places.get(index) ?? [])
  return ordered.length === found.length ? ordered : undefined
}

/** The vectors of so many texts, in their order; or what is wrong with the answer. */
export const ofAnswer = (
  found: Found,
  count: number,
  dimensions: number | undefined
): Either.Either<ReadonlyArray<Vector>, string> => {
  if (found.length !== count) return Either.left(`${found.length} vectors for ${count} texts`)
  const ordered = placed(found)
  if (ordered === undefined) return Either.left("the indexes of the vectors are not those of the texts")
  const vectors: Array<Vector> = []
  for (const [index, each] of ordered.entries()) {
    const vector = vectorOf(each.vector)
    if (vector === undefined) return Either.left(`the vector at ${index} is none`)
    const expected = dimensions ?? vectors[0]?.length ?? vector.length
    if (vector.length !== expected) {
      return Either.left(`the vector at ${index} has ${vector.length} numbers in place of ${expected}`)
    }
    vectors.push(vector)
  }
  return Either.right(vectors)
}
