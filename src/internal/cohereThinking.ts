/**
 * How much a model is to think.
 *
 * @see https://docs.cohere.com/docs/reasoning
 */
import type { CompletionParams } from "../CompletionParams.ts"
import type { Dropped } from "../Dialect.ts"
import type { JsonObject } from "./json.ts"

/** Tokens to think with. Cohere recommends 31 Ki at most, so that there is place for an answer. */
const budgets: ReadonlyMap<string, number> = new Map([
  ["minimal", 1024],
  ["low", 2048],
  ["medium", 8192],
  ["high", 24_576],
  ["xhigh", 31_744],
  ["max", 31_744]
])

/** Those that came before the models that think, and their translating and seeing sisters: nothing can be asked of them. */
const thoughtless = /^(?:command(?:-light|-nightly)?$|command-r|command-a-(?:03-2025|vision|translate)|c4ai-|tiny-aya)/

export interface Thinking {
  readonly thinking?: JsonObject | undefined
  /** Tokens that come on top of the caller's limit, which is for the answer. */
  readonly budget: number
  readonly dropped: ReadonlyArray<Dropped>
}

const unsaid: Thinking = { budget: 0, dropped: [] }

const drop = (why: string): Thinking => ({ ...unsaid, dropped: [{ param: "reasoningEffort", why }] })

/** Models that think do so unasked. */
export const encode = ({ reasoningEffort: effort }: CompletionParams, model: string): Thinking => {
  if (effort === undefined || effort === "auto") return unsaid
  if (thoughtless.test(model)) return effort === "none" ? unsaid : drop("this model does not think")
  if (effort === "none") return { ...unsaid, thinking: { type: "disabled" } }
  const budget = budgets.get(effort)
  return budget === undefined
    ? drop(`no thinking budget is known for the effort \`${effort}\``)
    : { ...unsaid, thinking: { type: "enabled", token_budget: budget }, budget }
}
