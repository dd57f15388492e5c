/**
 * Ids of tool calls for a server that takes nine letters and digits only, as Mistral's does: those of another server's
 * answers are mapped, always to the same nine.
 */

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

const isShort = (id: string): boolean => /^[A-Za-z0-9]{9}$/.test(id)

/** 53 bits of the text, by multiplication and shifts (cyrb53): as many as nine of 62 characters can tell apart. */
const hashOf = (text: string): number => {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    high = Math.imul(high ^ unit, 0x9e3779b1)
    low = Math.imul(low ^ unit, 0x5f356495)
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35)
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
  return 2 ** 32 * (low & 0x1fffff) + (high >>> 0)
}

/** The id itself where it is of that form. */
export const short = (id: string): string => {
  if (isShort(id)) return id
  let rest = hashOf(id)
  let text = ""
  for (let digit = 0; digit < 9; digit++) {
    text += alphabet[rest % 62]
    rest = Math.floor(rest / 62)
  }
  return text
}
