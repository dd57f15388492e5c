/**
 * Takes credentials out of what a server says: some put the key they refuse into the refusal.
 */

const hidden = "<redacted>"

/** What looks like a key, whoever it belongs to. */
const keyLike = /\b(?:sk|pk|rk|gsk|xai|key)[-_][\w*.-]{6,}|\bAIza[\w*-]{10,}|\bBearer\s+[^\s"',;]{6,}/gi

/** Shorter values are words, and would tear holes into the text. */
const shortest = 4

/** `Bearer <token>`, `Basic <token>`: a server may say the token alone. */
const withScheme = /^[\w-]+\s+(\S{8,})$/

/** The ways in which a server may say a value. */
const formsOf = (value: string): ReadonlyArray<string> => {
  const token = withScheme.exec(value)?.[1]
  return [
    value,
    // Within its JSON text.
    JSON.stringify(value).slice(1, -1),
    // Half of a surrogate pair has no URL form.
    ...(/\p{Surrogate}/u.test(value) ? [] : [encodeURIComponent(value)]),
    ...(token === undefined ? [] : formsOf(token))
  ]
}

/** Every credential and custom header value of the call. */
export class Secrets {
  private readonly values = new Set<string>()
  private forms: ReadonlyArray<string> | undefined = undefined

  add(secret: string): void {
    const value = secret.trim()
    if (value.length < shortest) return
    this.values.add(value)
    this.forms = undefined
  }

  scrub(text: string): string {
    const forms = this.forms ??= [...this.values].flatMap(formsOf).sort((a, b) => b.length - a.length)
    let clean = text
    for (const form of forms) clean = clean.replaceAll(form, hidden)
    return withoutCut(clean, forms).replace(keyLike, hidden)
  }
}

/** What a server says is read up to a limit, which can be in the middle of a value. */
const withoutCut = (text: string, values: ReadonlyArray<string>): string => {
  const body = text.endsWith("…") ? text.slice(0, -1) : text
  const last = body.at(-1)
  for (const value of values) {
    for (let length = Math.min(value.length - 1, body.length); length >= shortest; length--) {
      if (value[length - 1] === last && body.endsWith(value.slice(0, length))) {
        return body.slice(0, body.length - length) + hidden
      }
    }
  }
  return text
}
