/**
 * How long a server asks to wait: `retry-after-ms`, or `retry-after` in seconds or as an HTTP date.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
import * as Duration from "effect/Duration"

/** So many milliseconds. What no number can say is the longest wait, not an endless one: that has no place in JSON. */
export const wait = (millis: number): Duration.Duration => Duration.millis(Math.min(millis, Number.MAX_SAFE_INTEGER))

const millis = (text: string | undefined, unit: number): Duration.Duration | undefined => {
  if (text === undefined || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined
  // Rounded up: a wait that is a little too short is another refusal.
  return wait(Math.ceil(Number(text) * unit))
}

/** `now` in milliseconds since the epoch. A date in the past is no wait; a header that cannot be read is none. */
export const retryAfter = (
  headers: { readonly [name: string]: string | undefined },
  now: number
): Duration.Duration | undefined => {
  const header = headers["retry-after"]
  const exact = millis(headers["retry-after-ms"], 1) ?? millis(header, 1000)
  if (exact !== undefined || header === undefined) return exact
  // A date has letters; Date.parse would take "-1" for a year.
  const date = /[a-z]/i.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(date) ? undefined : Duration.millis(Math.max(0, date - now))
}
