/**
 * `JSON.parse` as a value. `Schema.parseJson` says the same with an Effect for each event of a stream.
 */

/** The parsed text, or `undefined`, which no JSON text is, when it is not JSON. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
