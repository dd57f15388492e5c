/**
 * Takes credentials out of what a server says: some put the key they refuse into the refusal.
 */

const hidden = "<redacted>"

/** What looks like a key, whoever it belongs to. */
const keyLike = /\b(?:sk|pk|rk|gsk|xai|key|AIza)[-_][\w*.-]{6,}|\bBearer\s+[^\s"',;]{6,}/gi

/** Every credential and custom header value of the call. Short ones are words, and would tear holes into the text. */
export class Secrets {
  private readonly values = new Set<string>()

  add(secret: string): void {
    const value = secret.trim()
    if (value.length >= 4) {
      this.values.add(value)
      this.values.add(encodeURIComponent(value))
      // The value within its JSON text.
      this.values.add(JSON.stringify(value).slice(1, -1))
    }
  }

  scrub(text: string): string {
    let clean = text
    for (const value of [...this.values].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(value, hidden)
    return clean.replace(keyLike, hidden)
  }
}
