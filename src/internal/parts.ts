/**
 * Texts in parts, each as much as a server takes at once.
 */

export interface PartLimits {
  readonly maxInputs?: number | undefined
  readonly maxTokens?: number | undefined
}

/**
 * No tokenizer of bytes makes more tokens than there are bytes of UTF-8, and this is never less than those. A closer
 * estimate would be wrong for some text, and then all of the request is refused.
 */
const tokensAtMost = (text: string): number => {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) bytes += unit > 0x7ff ? 2 : 1
  }
  return bytes
}

/** The same texts in the same order; a text that is more than the limit alone is a part of its own. */
export const split = (
  texts: ReadonlyArray<string>,
  { maxInputs = Infinity, maxTokens = Infinity }: PartLimits
): ReadonlyArray<ReadonlyArray<string>> => {
  const parts: Array<Array<string>> = []
  let part: Array<string> = []
  let tokens = 0
  for (const text of texts) {
    const more = maxTokens === Infinity ? 0 : tokensAtMost(text)
    if (part.length > 0 && (part.length >= maxInputs || tokens + more > maxTokens)) {
      parts.push(part)
      part = []
      tokens = 0
    }
    part.push(text)
    tokens += more
  }
  if (part.length > 0) parts.push(part)
  return parts
}
