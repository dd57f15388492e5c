/**
 * How much a model is to think: levels from Gemini 3 on, a budget of tokens before.
 *
 * @see https://ai.google.dev/gemini-api/docs/thinking
 */
import type { Dropped } from "../Dialect.ts"
import type { Budget, Level, Levels, Model } from "./geminiModels.ts"
import type { JsonObject } from "./json.ts"

/** Tokens to think with, for models that know no levels. */
const budgets: ReadonlyMap<string, number> = new Map([
  ["minimal", 512],
  ["low", 1024],
  ["medium", 8192],
  ["high", 24_576],
  ["xhigh", 32_768],
  ["max", 32_768]
])

/** Efforts as levels, from the least on. */
const order: ReadonlyArray<Level> = ["minimal", "low", "medium", "high"]

export interface Thinking {
  readonly config?: JsonObject | undefined
  readonly dropped: ReadonlyArray<Dropped>
}

const unsaid: Thinking = { dropped: [] }

const drop = (why: string): ReadonlyArray<Dropped> => [{ param: "reasoningEffort", why }]

/** Thoughts are told only where they are asked for. */
const shown = (config: JsonObject): Thinking => ({ config: { ...config, includeThoughts: true }, dropped: [] })

const alwaysThinks = drop("this model always thinks; the least that it knows is sent instead")

const withBudget = (effort: string, { canBeOff, least, most }: Budget): Thinking => {
  if (effort === "none") {
    return canBeOff
      ? { config: { thinkingBudget: 0 }, dropped: [] }
      : { config: { thinkingBudget: least }, dropped: alwaysThinks }
  }
  const tokens = budgets.get(effort)
  return tokens === undefined
    ? { dropped: drop(`no thinking budget is known for the effort \`${effort}\``) }
    : shown({ thinkingBudget: Math.min(Math.max(tokens, least), most) })
}

/** Google's words for levels are in capitals. */
const leveled = (level: string): JsonObject => ({ thinkingLevel: level.toUpperCase() })

/** The effort itself, or the next above it that the model knows. */
const nearest = (effort: Level, levels: Levels["levels"]): Level => {
  const from = order.slice(order.indexOf(effort))
  return from.find((level) => levels.includes(level)) ?? "high"
}

const isLevel = (effort: string): effort is Level => order.some((level) => level === effort)

const withLevel = (effort: string, { levels }: Levels): Thinking => {
  if (effort === "none") return { config: leveled(levels[0] ?? "low"), dropped: alwaysThinks }
  if (effort === "xhigh" || effort === "max") return shown(leveled("high"))
  // The API may know words that are newer than this.
  return shown(leveled(isLevel(effort) ? nearest(effort, levels) : effort))
}

export const encode = (effort: string | undefined, { thinking }: Model): Thinking => {
  if (effort === undefined || effort === "auto") return unsaid
  if (thinking === "none") return effort === "none" ? unsaid : { dropped: drop("this model does not think") }
  return thinking._tag === "Budget" ? withBudget(effort, thinking) : withLevel(effort, thinking)
}
