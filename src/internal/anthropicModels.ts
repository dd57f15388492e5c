/**
 * What Claude models differ in, as far as a request has to know. Data, from Anthropic's documentation of October 2026.
 *
 * @see https://platform.claude.com/docs/en/about-claude/models/overview
 * @see https://platform.claude.com/docs/en/build-with-claude/thinking-troubleshooting
 * @see https://platform.claude.com/docs/en/build-with-claude/effort
 */

export interface Model {
  /** Most tokens of an answer, thinking included: what is asked for when the caller names no limit. */
  readonly maxTokens: number
  /** Whether `maxTokens` is the model's own limit, and not a guess. */
  readonly known: boolean
  /** How thinking is asked for: a budget of tokens (3.7 to 4.5), or an effort (from 4.6 on). */
  readonly thinking: "none" | "budget" | "adaptive"
  /** What switches thinking off; `undefined` where nothing does. */
  readonly off?: "disabled" | "between_tools" | undefined
  /** Whether it thinks without being asked. */
  readonly thinksUnasked?: boolean | undefined
  /** Whether the text of its thinking comes only when asked for. */
  readonly hidesThinking?: boolean | undefined
  /** Whether it knows the effort `xhigh`. */
  readonly xhigh?: boolean | undefined
  /** What it takes of `temperature` and `top_p`; a budget or effort narrows it. */
  readonly sampling: "both" | "one" | "none"
  /** Whether a tool can be forced, and whether thinking has to be off for it. */
  readonly forcedTools: "always" | "withoutThinking" | "never"
  /** Whether system messages may stand between the turns. */
  readonly systemTurns?: boolean | undefined
}

const plain = (maxTokens: number): Model => ({
  maxTokens,
  known: true,
  thinking: "none",
  sampling: "both",
  forcedTools: "always"
})

const budget = (maxTokens: number, sampling: "both" | "one"): Model => ({
  maxTokens,
  known: true,
  thinking: "budget",
  off: "disabled",
  sampling,
  forcedTools: "withoutThinking"
})

const adaptive: Model = {
  maxTokens: 128_000,
  known: true,
  thinking: "adaptive",
  off: "disabled",
  sampling: "one",
  forcedTools: "withoutThinking"
}

/** From Opus 4.7 on. */
const effortOnly: Model = { ...adaptive, hidesThinking: true, xhigh: true, sampling: "none" }

const unasked: Model = { ...effortOnly, thinksUnasked: true, systemTurns: true }

const always: Model = { ...unasked, off: undefined, forcedTools: "always" }

const alwaysUnforced: Model = { ...always, forcedTools: "never" }

/** By family and version, without dates and the prefixes of other clouds. */
const models: ReadonlyMap<string, Model> = new Map([
  ["haiku-3", plain(4096)],
  ["sonnet-3", plain(4096)],
  ["opus-3", plain(4096)],
  ["haiku-3-5", plain(8192)],
  ["sonnet-3-5", plain(8192)],
  ["sonnet-3-7", budget(64_000, "both")],
  ["sonnet-4", budget(64_000, "both")],
  ["opus-4", budget(32_000, "both")],
  ["opus-4-1", budget(32_000, "one")],
  ["haiku-4-5", budget(64_000, "one")],
  ["sonnet-4-5", budget(64_000, "one")],
  ["opus-4-5", budget(64_000, "one")],
  ["sonnet-4-6", adaptive],
  ["opus-4-6", adaptive],
  ["opus-4-7", effortOnly],
  ["opus-4-8", { ...effortOnly, systemTurns: true }],
  ["sonnet-5", unasked],
  ["sonnet-5-5", { ...unasked, off: "between_tools", forcedTools: "never" }],
  ["haiku-5-5", unasked],
  ["opus-5", unasked],
  ["opus-5-5", alwaysUnforced],
  ["fable-5", always],
  ["fable-5-1", alwaysUnforced],
  ["fable-5-2", alwaysUnforced],
  ["mythos-preview", { ...always, xhigh: false, systemTurns: false }],
  ["mythos-5", always],
  ["mythos-5-1", alwaysUnforced],
  ["mythos-5-2", alwaysUnforced]
])

/** A Claude that is newer than this table: what all of the latest accept. */
const newer: Model = { ...always, maxTokens: 64_000, known: false, systemTurns: false }

/** A model of somebody else's, behind a server that speaks the Messages API: mostly they know budgets. */
const foreign: Model = { ...budget(8192, "both"), known: false, forcedTools: "always" }

// `claude-opus-4-5-20251101`, `anthropic.claude-haiku-4-5-20251001-v1:0`, `claude-sonnet-4@20250514`: dates are longer
// than versions. `claude-3-7-sonnet-latest`: before Claude 4 the version came first.
const versionLast = /claude-([a-z]+)-(\d{1,2}|preview)(?:-(\d{1,2}))?(?!\d)/
const versionFirst = /claude-(\d)(?:-(\d))?-([a-z]+)/

const nameOf = (family: string | undefined, major: string | undefined, minor: string | undefined): string =>
  minor === undefined || minor === "0" ? `${family}-${major}` : `${family}-${major}-${minor}`

export const of = (id: string): Model => {
  const first = versionFirst.exec(id)
  if (first !== null) return models.get(nameOf(first[3], first[1], first[2])) ?? plain(4096)
  const last = versionLast.exec(id)
  const known = last === null ? undefined : models.get(nameOf(last[1], last[2], last[3]))
  return known ?? (id.includes("claude") ? newer : foreign)
}
