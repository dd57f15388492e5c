/**
 * What the model says: known to the server, which sends it, and to the client's process, which checks what arrived.
 */
const words = [
  " the",
  " stream",
  "ing",
  " of",
  " tokens",
  ",",
  " caf\u00e9",
  " and",
  " a",
  " \"quoted\"",
  " word",
  ".",
  "\n\n",
  "It",
  " is",
  " sent",
  " piece",
  " by",
  " piece",
  " \u{1f30d}",
  " with",
  " 1",
  "234",
  " back\\slash",
  ";",
  " na\u00efve",
  " end"
]

/** Piece `i` of the text: never empty, about as long as a token. */
export const piece = (i: number): string => words[(i * 7 + (i >> 3)) % words.length] ?? ""

const texts = new Map<number, string>()

/** The whole text of an answer in `count` pieces. */
export const text = (count: number): string => {
  const known = texts.get(count)
  if (known !== undefined) return known
  const made = Array.from({ length: count }, (_, i) => piece(i)).join("")
  texts.set(count, made)
  return made
}

/** One piece of text of about `size` bytes. */
export const long = (size: number): string => {
  const some = text(2000)
  return some.repeat(Math.ceil(size / some.length)).slice(0, size)
}

const line = "A line of the file that the tool is to write, with \"quotes\"."

/** The arguments of a tool call: a JSON object of `size` bytes or a little more. */
export const toolArguments = (size: number): string => {
  const count = Math.ceil((size - "{\"lines\":[]}".length) / (JSON.stringify(line).length + 1))
  return JSON.stringify({ lines: Array.from({ length: count }, () => line) })
}

/** How many characters each fragment of a tool call's arguments has. */
export const fragment = 20
