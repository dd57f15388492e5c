/**
 * How an effort is asked for: a word, which each server has its own list of, or a switch that is on or off.
 */
import type { Dropped } from "../Dialect.ts"
import type { Switches } from "../Endpoint.ts"
import type { JsonObject } from "./json.ts"

/** From little to much; `none` is no effort, and not less of it. */
const scale = ["minimal", "low", "medium", "high", "xhigh", "max"]

/** The word itself or the next above it that the server has; else its last. */
const nearest = (word: string, known: ReadonlyArray<string>): string | undefined =>
  scale.slice(scale.indexOf(word)).find((other) => known.includes(other)) ??
    scale.findLast((other) => known.includes(other))

/** Efforts of a server that has these words for them; `body` is what is sent, and `none` what is sent for no effort. */
export const efforts = (
  known: ReadonlyArray<string>,
  body: (word: string) => JsonObject = (word) => ({ reasoning_effort: word }),
  none: JsonObject | undefined = known.includes("none") ? body("none") : undefined
): ReadonlyMap<string, JsonObject> =>
  new Map([
    ...scale.flatMap((word): ReadonlyArray<readonly [string, JsonObject]> => {
      const said = nearest(word, known)
      return said === undefined ? [] : [[word, body(said)]]
    }),
    ...(none === undefined ? [] : [["none", none] as const])
  ])

const nothing = { body: {}, dropped: [] }

/** The fields of an effort, and what is told where the server has no such effort. */
export const effortOf = (
  effort: string | undefined,
  { efforts: known }: Switches
): { readonly body: JsonObject; readonly dropped: ReadonlyArray<Dropped> } => {
  // "auto" is the provider's own choice, which is what it makes when not asked.
  if (effort === undefined || effort === "auto") return nothing
  if (known === undefined) return { body: { reasoning_effort: effort }, dropped: [] }
  const body = known.get(effort)
  return body === undefined
    ? { body: {}, dropped: [{ param: "reasoningEffort", why: `the API has no effort \`${effort}\`` }] }
    : { body, dropped: [] }
}
