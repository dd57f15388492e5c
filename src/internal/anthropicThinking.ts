/**
 * How much a model is to think, and what goes with it: the limit of tokens, the sampling parameters and the choice of
 * tools, which the API ties to one another.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/thinking
 */
import type { CompletionParams } from "../CompletionParams.ts"
import type { Dropped } from "../Dialect.ts"
import type { Model } from "./anthropicModels.ts"
import type { JsonObject } from "./json.ts"

/** Tokens to think with, for models that know no effort. The API asks for 1,024 at least. */
const budgets: ReadonlyMap<string, number> = new Map([
  ["minimal", 1024],
  ["low", 2048],
  ["medium", 8192],
  ["high", 24_576],
  ["xhigh", 32_768],
  ["max", 32_768]
])

export interface Thinking {
  readonly thinking?: JsonObject | undefined
  readonly effort?: string | undefined
  /** Tokens that come on top of the caller's limit. */
  readonly budget: number
  /** Whether thinking was asked for. */
  readonly active: boolean
  readonly dropped: ReadonlyArray<Dropped>
}

const unsaid: Thinking = { budget: 0, active: false, dropped: [] }

const drop = (why: string): Thinking => ({ ...unsaid, dropped: [{ param: "reasoningEffort", why }] })

/** Whether the caller lets the model choose no tool other than those it is told to use. */
export const isForced = (params: CompletionParams): boolean =>
  params.toolChoice === "required" || typeof params.toolChoice === "object"

const switchedOff = (model: Model): Thinking => {
  if (model.off !== undefined) return { ...unsaid, thinking: { type: model.off } }
  return {
    ...unsaid,
    effort: "low",
    dropped: [{ param: "reasoningEffort", why: "this model always thinks; the lowest effort is sent instead" }]
  }
}

const withBudget = (effort: string, model: Model): Thinking => {
  const tokens = budgets.get(effort)
  if (tokens === undefined) return drop(`no thinking budget is known for the effort \`${effort}\``)
  // An answer needs a place beside the thinking.
  const budget = model.known ? Math.min(tokens, model.maxTokens - 1024) : tokens
  return { ...unsaid, thinking: { type: "enabled", budget_tokens: budget }, budget, active: true }
}

const effortOf = (effort: string, model: Model): string => {
  if (effort === "minimal") return "low"
  // Models of 4.6 refuse it; `max` would cost more than was asked for.
  return effort === "xhigh" && model.xhigh !== true ? "high" : effort
}

const withEffort = (wanted: string, model: Model, forced: boolean): Thinking => {
  const effort = effortOf(wanted, model)
  if (!forced || model.forcedTools !== "withoutThinking") {
    const thinking = model.hidesThinking === true ? { type: "adaptive", display: "summarized" } : { type: "adaptive" }
    return { ...unsaid, thinking, effort, active: true }
  }
  if (model.thinksUnasked !== true) return { ...unsaid, effort }
  // Without thinking these models take no effort above `high`.
  return { ...unsaid, thinking: { type: "disabled" }, effort: effort === "xhigh" || effort === "max" ? "high" : effort }
}

/**
 * The API refuses to think where a tool is forced. The choice of tool decides what the answer is, the effort how good it
 * is: the effort yields.
 */
export const encode = (params: CompletionParams, model: Model): Thinking => {
  const effort = params.reasoningEffort
  const forced = isForced(params)
  if (effort === undefined || effort === "auto") {
    return forced && model.thinksUnasked === true && model.forcedTools === "withoutThinking"
      ? { ...unsaid, thinking: { type: "disabled" } }
      : unsaid
  }
  if (model.thinking === "none") return effort === "none" ? unsaid : drop("this model does not think")
  if (effort === "none") return switchedOff(model)
  if (model.thinking === "adaptive") return withEffort(effort, model, forced)
  if (forced && model.forcedTools === "withoutThinking") {
    return drop("the API does not let this model think where a tool is forced")
  }
  return withBudget(effort, model)
}

/** The API demands a limit, and counts thinking in: the caller's is for the answer. */
export const maxTokens = (params: CompletionParams, model: Model, { budget }: Thinking): number => {
  if (params.maxTokens === undefined) return model.known ? model.maxTokens : model.maxTokens + budget
  const wanted = params.maxTokens + budget
  // A caller's own limit is never lowered: there are ways to get more than the model's usual maximum.
  return model.known && budget > 0 ? Math.max(Math.min(wanted, model.maxTokens), params.maxTokens) : wanted
}

interface Sampling {
  readonly temperature?: number
  readonly top_p?: number
}

const whyNoTemperature = (model: Model, thinks: boolean): string | undefined => {
  if (model.sampling === "none") return "this model takes no sampling parameters"
  return thinks ? "the API takes it only without thinking" : undefined
}

const whyNoTopP = (topP: number, model: Model, thinks: boolean, hasTemperature: boolean): string | undefined => {
  if (model.sampling === "none") return "this model takes no sampling parameters"
  if (thinks && (topP < 0.95 || topP > 1)) return "while thinking the API takes only values from 0.95 to 1"
  return hasTemperature && model.sampling === "one" ? "this model takes either `temperature` or `topP`" : undefined
}

/** Only what the model takes: the rest makes the API refuse the request. */
export const sampling = (
  { temperature, topP }: CompletionParams,
  model: Model,
  thinking: Thinking,
  dropped: Array<Dropped>
): Sampling => {
  const kept: { temperature?: number; top_p?: number } = {}
  if (temperature !== undefined) {
    const why = whyNoTemperature(model, thinking.active)
    if (why === undefined) kept.temperature = temperature
    else dropped.push({ param: "temperature", why })
  }
  if (topP !== undefined) {
    const why = whyNoTopP(topP, model, thinking.active, kept.temperature !== undefined)
    if (why === undefined) kept.top_p = topP
    else dropped.push({ param: "topP", why })
  }
  return kept
}
