/**
 * Models that are asked for JSON in their prompt like to put it between fences, and a word or two before them.
 */

const opening = /^\s*```[\w-]*[ \t]*\r?\n/

const whole = /```[\w-]*[ \t]*\r?\n([\s\S]*?)\r?\n?[ \t]*```/

/** The text between the first fences; without any, the text. */
export const inside = (text: string): string => {
  const trimmed = text.trim()
  if (trimmed.startsWith("{")) return trimmed
  return whole.exec(trimmed)?.[1] ?? trimmed.replace(opening, "")
}

/** The same for a text that is still coming: what is before its first brace is held back. */
export class Unfenced {
  private isInside = false

  take(text: string): string {
    if (this.isInside) return text
    const from = text.indexOf("{")
    if (from < 0) return ""
    this.isInside = true
    return text.slice(from)
  }
}
