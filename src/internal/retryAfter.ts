/**
 * How long a server asks to wait: `retry-after-ms`, or `retry-after` in seconds or as an HTTP date.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
import * as Duration from "effect/Duration"

const millis = (text: string | undefined, unit: number): Duration.Duration | undefined => {
  if (text === undefined || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined
  // Rounded up: a wait that is a little too short is another refusal.
  return Duration.millis(Math.ceil(Number(text) * unit))
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
