/**
 * What Gemini models differ in, as far as a request has to know. Data, from Google's documentation of November 2026.
 *
 * @see https://ai.google.dev/gemini-api/docs/thinking
 * @see https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/thinking
 */

export interface Model {
  /** How thinking is asked for: a budget of tokens (2.5), or a level (from 3 on). */
  readonly thinking: "none" | Budget | Levels
  /** Whether calls of the turn at hand need a signature. */
  readonly signedCalls: boolean
}

export interface Budget {
  readonly _tag: "Budget"
  readonly least: number
  readonly most: number
  /** Whether a budget of 0 switches thinking off. */
  readonly canBeOff: boolean
}

export type Level = "minimal" | "low" | "medium" | "high"

export interface Levels {
  readonly _tag: "Levels"
  /** From the least on. */
  readonly levels: ReadonlyArray<Level>
}

const budget = (least: number, most: number, canBeOff: boolean): Model => ({
  thinking: { _tag: "Budget", least, most, canBeOff },
  signedCalls: false
})

const leveled = (...levels: ReadonlyArray<Level>): Model => ({
  thinking: { _tag: "Levels", levels },
  signedCalls: true
})

const plain: Model = { thinking: "none", signedCalls: false }

/** What every model from 3.1 on takes. */
const newer = leveled("low", "medium", "high")

/** The first that the name begins with. */
const models: ReadonlyArray<readonly [RegExp, Model]> = [
  [/^gemini-(?:1|2\.0)/, plain],
  // They make pictures and speech, and do not think.
  [/^gemini-2\.5-.*(?:image|tts)/, plain],
  [/^gemini-2\.5-pro/, budget(128, 32_768, false)],
  [/^gemini-2\.5-flash-lite/, budget(512, 24_576, true)],
  [/^gemini-2\.5/, budget(1, 24_576, true)],
  [/^gemini-3-pro/, leveled("low", "high")],
  [/^gemini-3(?:\.[15])?-flash/, leveled("minimal", "low", "medium", "high")],
  [/^gemini-3\.6-flash/, leveled("minimal", "low", "medium", "high")],
  [/^(?:learnlm|gemma-[1-3]|text-)/, plain]
]

/** Without the resource it is in: `models/x`, `publishers/google/models/x`, `google/x`. */
const nameOf = (id: string): string => id.slice(id.lastIndexOf("/") + 1).toLowerCase()

/** Aliases such as `gemini-flash-latest` mean a new one. */
export const of = (id: string): Model => {
  const name = nameOf(id)
  return models.find(([pattern]) => pattern.test(name))?.[1] ?? (name.startsWith("gemini") ? newer : plain)
}
