/**
 * The conformance corpus beside the repository, when it is there: recorded streams of real providers, and the result
 * expected of each. Its README says how to compare; this module does.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import { isDeepStrictEqual } from "node:util"
import type { ProviderError, Reason, Timeout } from "../../src/ProviderError.ts"
import * as ProviderErrors from "../../src/ProviderError.ts"
import * as Answer from "./answer.ts"
import * as Bytes from "./bytes.ts"
import type * as Play from "./play.ts"

const text = Schema.optionalWith(Schema.String, { default: () => "", nullable: true })
const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { as: "Option", nullable: true })

const ToolCall = Schema.Struct({
  id: optional(Schema.String),
  name: Schema.String,
  arguments: Schema.optionalWith(Schema.String, { default: () => "", nullable: true }),
  argumentsJson: optional(Schema.Unknown),
  argumentsValidJson: Schema.optionalWith(Schema.Boolean, { default: () => true })
})
type ToolCall = typeof ToolCall.Type

const FinishReason = Schema.Struct({
  normalised: Schema.NullOr(Schema.String),
  accept: Schema.optionalWith(Schema.Array(Schema.NullOr(Schema.String)), { default: () => [] })
})

const Counts = Schema.Struct({
  prompt: optional(Schema.Number),
  completion: optional(Schema.Number),
  total: optional(Schema.Number),
  cached: optional(Schema.Number),
  reasoning: optional(Schema.Number)
})

/** Real cases keep the counts one level down, and what the provider sent beside them. */
const Usage = Schema.Union(Schema.Struct({ normalised: Schema.NullOr(Counts) }), Counts)

const Choice = Schema.Struct({
  index: Schema.Number,
  text,
  reasoning: text,
  refusal: text,
  toolCalls: Schema.optionalWith(Schema.Array(ToolCall), { as: "Option", nullable: true }),
  finishReason: optional(FinishReason)
})

const Alternative = Schema.Struct({
  outcome: Schema.Literal("success", "error"),
  class: optional(Schema.String),
  text: optional(Schema.String),
  reasoning: optional(Schema.String),
  finish: optional(Schema.String),
  toolCalls: optional(Schema.Number),
  textBeforeError: optional(Schema.String)
})
type Alternative = typeof Alternative.Type

const Failure = Schema.Struct({
  class: Schema.String,
  accept: Schema.Array(Schema.String),
  status: optional(Schema.Number),
  messageContains: optional(Schema.String),
  providerCode: optional(Schema.Union(Schema.String, Schema.Number)),
  retryAfterSeconds: optional(Schema.Number),
  retryable: optional(Schema.Boolean)
})
type Failure = typeof Failure.Type

const Expected = Schema.Struct({
  protocol: Schema.String,
  provider: Schema.String,
  case: Schema.String,
  outcome: Schema.optionalWith(Schema.Literal("success", "error"), { default: () => "success" }),
  text,
  textLength: optional(Schema.Number),
  textSha256: optional(Schema.String),
  reasoning: text,
  refusal: text,
  thinkTags: optional(Schema.Struct({ text, reasoning: text })),
  toolCalls: Schema.optionalWith(Schema.Array(ToolCall), { default: () => [], nullable: true }),
  providerToolCalls: Schema.optionalWith(Schema.Array(Schema.Struct({ id: optional(Schema.String) })), {
    default: () => []
  }),
  choices: Schema.optionalWith(Schema.Array(Choice), { default: () => [] }),
  finishReason: optional(FinishReason),
  usage: optional(Usage),
  id: optional(Schema.String),
  model: optional(Schema.String),
  textBeforeError: optional(Schema.String),
  reasoningBeforeError: optional(Schema.String),
  error: optional(Failure),
  alsoAccept: Schema.optionalWith(Schema.Array(Alternative), { default: () => [] })
})
type Expected = typeof Expected.Type

const Response = Schema.Struct({
  status: Schema.Number,
  headers: Schema.Record({ key: Schema.String, value: Schema.String }),
  body: Schema.String,
  writeSplits: Schema.optionalWith(Schema.Array(Schema.Number), { default: () => [] }),
  abort: Schema.optionalWith(Schema.Boolean, { default: () => false }),
  contentEncoding: optional(Schema.Literal("gzip"))
})

export interface Case {
  readonly name: string
  /** A recording, and no judgement about an edge. */
  readonly real: boolean
  readonly bytes: Uint8Array
  readonly response: typeof Response.Type
  readonly expected: Expected
}

const root = new URL("../../../shared/conformance/", import.meta.url)

/** Whether the corpus is there. */
export const present = fs.existsSync(new URL("index.json", root))

const readJson = (url: URL): unknown => JSON.parse(fs.readFileSync(url, "utf8"))

const Index = Schema.Struct({
  cases: Schema.Array(Schema.Struct({ case: Schema.String, protocol: Schema.String }))
})

/** The names of the cases of these protocols, by the corpus' own table of contents. */
export const listed = (protocols: ReadonlySet<string>): ReadonlyArray<string> =>
  Schema.decodeUnknownSync(Index)(readJson(new URL("index.json", root))).cases.flatMap((one) =>
    protocols.has(one.protocol) ? [one.case] : []
  )

const read = (folder: string, name: string): Case => {
  const at = new URL(`${folder}/${name}/`, root)
  const response = Schema.decodeUnknownSync(Response)(readJson(new URL("response.json", at)))
  return {
    name: `${folder}/${name}`,
    real: folder !== "edge",
    response,
    bytes: new Uint8Array(fs.readFileSync(new URL(response.body, at))),
    expected: Schema.decodeUnknownSync(Expected)(readJson(new URL("expected.json", at)))
  }
}

/** The cases of these protocols, the edge cases among them. */
export const cases = (protocols: ReadonlySet<string>): ReadonlyArray<Case> =>
  !present
    ? []
    : [...protocols, "edge"].flatMap((folder) =>
      fs.readdirSync(new URL(`${folder}/`, root)).sort().map((name) => read(folder, name))
    ).filter(({ expected }) => protocols.has(expected.protocol))

/** "How the error classes map to `ProviderError.reason`". */
const classes = new Map<string, ReadonlyArray<Reason["_tag"]>>([
  ["RateLimit", ["RateLimit", "QuotaExceeded"]],
  ["Authentication", ["Authentication", "PermissionDenied"]],
  ["InvalidRequest", ["InvalidRequest"]],
  ["ContextLength", ["ContextLength"]],
  ["ContentFilter", ["ContentFilter"]],
  ["ModelNotFound", ["ModelNotFound"]],
  ["InsufficientFunds", ["QuotaExceeded"]],
  ["Provider", ["Server", "Overloaded", "Network"]],
  ["MalformedStream", ["MalformedChunk", "UnexpectedBody", "EventTooLarge"]],
  ["IncompleteStream", ["TruncatedStream", "Network"]]
])

/** One line a difference. */
type Problems = ReadonlyArray<string>

const shown = (value: unknown): string => {
  const said = JSON.stringify(value) ?? "nothing"
  return said.length > 300 ? `${said.slice(0, 300)}... (${said.length})` : said
}

const same = (what: string, actual: unknown, expected: unknown): Problems =>
  isDeepStrictEqual(actual, expected) ? [] : [`${what}: got ${shown(actual)}, expected ${shown(expected)}`]

const sameIf = <A>(what: string, actual: unknown, expected: Option.Option<A>): Problems =>
  Option.match(expected, { onNone: () => [], onSome: (value) => same(what, actual, value) })

/** Fewest differences of several readings of what is right. */
const best = (readings: ReadonlyArray<Problems>): Problems =>
  readings.reduce((least, reading) => reading.length < least.length ? reading : least)

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json === "" ? "{}" : json)
  } catch {
    return `not JSON: ${json}`
  }
}

const ofToolCall = (actual: Answer.AnsweredToolCall, expected: ToolCall, index: number): Problems => [
  ...same(`tool call ${index} name`, actual.name, expected.name),
  ...sameIf(`tool call ${index} id`, actual.id, Option.filter(expected.id, (id) => id !== "")),
  ...(expected.argumentsValidJson
    ? same(`tool call ${index} arguments`, parsed(actual.arguments), parsed(expected.arguments))
    : same(`tool call ${index} arguments`, actual.arguments, expected.arguments))
]

const ofToolCalls = (
  actual: ReadonlyArray<Answer.AnsweredToolCall>,
  expected: ReadonlyArray<ToolCall>
): Problems => [
  ...same("number of tool calls", actual.length, expected.length),
  ...same("tool call indexes", actual.map((call) => call.index), actual.map((_, index) => index)),
  ...same("different tool call ids", new Set(actual.map((call) => call.id)).size, actual.length),
  ...expected.flatMap((call, index) => {
    const found = actual[index]
    return found === undefined ? [] : ofToolCall(found, call, index)
  })
]

const ofFinish = (actual: string | undefined, { accept, normalised }: typeof FinishReason.Type): Problems =>
  [normalised, ...accept].includes(actual ?? null)
    ? []
    : same("finish reason", actual, normalised)

const ofUsage = (played: Play.Played, { usage }: Expected): Problems => {
  const actual = Answer.usage(played.chunks)
  const expected = Option.flatMap(
    usage,
    (counts) => "normalised" in counts ? Option.fromNullable(counts.normalised) : Option.some(counts)
  )
  return Option.match(expected, {
    onNone: () =>
      [undefined, 0].includes(actual?.promptTokens) && [undefined, 0].includes(actual?.completionTokens)
        ? []
        : [`usage: got ${shown(actual)}, expected none`],
    onSome: (counts) => [
      ...sameIf("prompt tokens", actual?.promptTokens, counts.prompt),
      ...sameIf("completion tokens", actual?.completionTokens, counts.completion),
      ...sameIf("total tokens", actual?.totalTokens, counts.total),
      // The provider's own 0 may be absent.
      ...sameIf("cached tokens", actual?.cachedTokens ?? 0, counts.cached),
      ...sameIf("reasoning tokens", actual?.reasoningTokens ?? 0, counts.reasoning)
    ]
  })
}

const ofText = (answer: Answer.AnsweredChoice, expected: Expected): Problems => {
  const plain = [
    ...(Option.isSome(expected.textSha256)
      ? [
        ...sameIf("length of the text", answer.text.length, expected.textLength),
        ...sameIf("SHA-256 of the text", createHash("sha256").update(answer.text).digest("hex"), expected.textSha256)
      ]
      : same("text", answer.text, expected.text)),
    ...same("reasoning", answer.reasoning, expected.reasoning)
  ]
  return Option.match(expected.thinkTags, {
    onNone: () => plain,
    onSome: (split) =>
      best([plain, [
        ...same("text", answer.text.trim(), split.text.trim()),
        ...same("reasoning", answer.reasoning.trim(), split.reasoning.trim())
      ]])
  })
}

const ofChoice = (played: Play.Played, expected: typeof Choice.Type): Problems => {
  const answer = Answer.choice(played.chunks, expected.index)
  return [
    ...same("text", answer.text, expected.text),
    ...same("reasoning", answer.reasoning, expected.reasoning),
    ...same("refusal", answer.refusal, expected.refusal),
    ...Option.match(expected.toolCalls, {
      onNone: () => [],
      onSome: (calls) => ofToolCalls(answer.toolCalls, calls)
    }),
    ...Option.match(expected.finishReason, {
      onNone: () => [],
      onSome: (finish) => ofFinish(answer.finishReason, finish)
    })
  ].map((problem) => `choice ${expected.index} ${problem}`)
}

const succeeded = (played: Play.Played): Problems =>
  Exit.isSuccess(played.exit) ? [] : [`failed with ${Cause.pretty(played.exit.cause)}`]

const ofSuccess = (played: Play.Played, expected: Expected): Problems => {
  const answer = Answer.choice(played.chunks)
  return [
    ...succeeded(played),
    ...ofText(answer, expected),
    ...same("refusal", answer.refusal, expected.refusal),
    ...ofToolCalls(answer.toolCalls, expected.toolCalls),
    ...expected.providerToolCalls.flatMap(({ id }) =>
      answer.toolCalls.some((call) => Option.contains(id, call.id)) ? [`${shown(id)} is the provider's own call`] : []
    ),
    ...Option.match(expected.finishReason, {
      onNone: () => [],
      onSome: (finish) => ofFinish(answer.finishReason, finish)
    }),
    ...(expected.choices.length === 0
      ? []
      : same("choices", Answer.choices(played.chunks).length, expected.choices.length)),
    ...expected.choices.flatMap((choice) => ofChoice(played, choice)),
    ...ofUsage(played, expected),
    ...sameIf("id", played.chunks[0]?.id, expected.id),
    ...sameIf("model", played.chunks[0]?.model, expected.model)
  ]
}

const failure = (played: Play.Played): Option.Option<ProviderError | Timeout> =>
  Exit.isSuccess(played.exit)
    ? Option.none()
    : Option.filter(
      Cause.failureOption(played.exit.cause),
      (error): error is ProviderError | Timeout => error._tag !== "Cancelled"
    )

const ofClass = (error: ProviderError | Timeout, accept: ReadonlyArray<string>): Problems =>
  ProviderErrors.isProviderError(error) &&
    accept.some((name) => classes.get(name)?.includes(error.reason._tag) === true)
    ? []
    : [`got ${error._tag} ${ProviderErrors.isProviderError(error) ? error.reason._tag : ""}, expected ${shown(accept)}`]

const retryAfterOf = (error: ProviderError): number | undefined =>
  "retryAfter" in error.reason && error.reason.retryAfter !== undefined
    ? Duration.toSeconds(error.reason.retryAfter)
    : undefined

const ofError = (error: ProviderError | Timeout, expected: Failure): Problems => [
  ...ofClass(error, [expected.class, ...expected.accept]),
  ...(ProviderErrors.isProviderError(error)
    ? [
      ...sameIf("status", error.status, expected.status),
      ...sameIf("isRetryable", error.isRetryable, expected.retryable),
      ...sameIf("code", error.code, Option.map(expected.providerCode, String)),
      ...Option.match(expected.retryAfterSeconds, {
        onNone: () => [],
        onSome: (seconds) => {
          const actual = retryAfterOf(error)
          return actual !== undefined && Math.abs(actual - seconds) <= 1
            ? []
            : [`retryAfter: got ${shown(actual)}, expected ${seconds}`]
        }
      })
    ]
    : []),
  ...Option.match(expected.messageContains, {
    onNone: () => [],
    onSome: (words) => error.message.includes(words) ? [] : [`the message "${error.message}" lacks "${words}"`]
  })
]

const ofFailure = (played: Play.Played, expected: Expected, status: number): Problems => {
  const answer = Answer.choice(played.chunks)
  return [
    ...Option.match(failure(played), {
      onNone: () => [`ended with ${Exit.isSuccess(played.exit) ? "success" : Cause.pretty(played.exit.cause)}`],
      onSome: (error) => Option.match(expected.error, { onNone: () => [], onSome: (wanted) => ofError(error, wanted) })
    }),
    ...sameIf("text before the error", answer.text, expected.textBeforeError),
    ...sameIf("reasoning before the error", answer.reasoning, expected.reasoningBeforeError),
    ...(status === 200 ? [] : same("chunks before the error", played.chunks.length, 0))
  ]
}

const ofAlternative = (played: Play.Played, also: Alternative): Problems => {
  const answer = Answer.choice(played.chunks)
  return also.outcome === "success"
    ? [
      ...succeeded(played),
      ...sameIf("text", answer.text, also.text),
      ...sameIf("reasoning", answer.reasoning, also.reasoning),
      ...sameIf("finish reason", answer.finishReason, also.finish),
      ...sameIf("number of tool calls", answer.toolCalls.length, also.toolCalls)
    ]
    : [
      ...Option.match(failure(played), {
        onNone: () => ["ended with success"],
        onSome: (error) => ofClass(error, Option.toArray(also.class))
      }),
      ...sameIf("text before the error", answer.text, also.textBeforeError)
    ]
}

/** What the consumer was shown, as one string. */
const said = (played: Play.Played): string =>
  JSON.stringify(played.chunks) + Option.match(failure(played), {
    onNone: () => "",
    onSome: (error) => `${error.message} ${JSON.stringify(error)}`
  })

/**
 * Every difference between what came out and what is expected; `[]` is right. The other outcomes that the corpus lets
 * pass count only where the caller says so.
 */
export const problems = (
  played: Play.Played,
  { bytes, expected, response }: Case,
  outcome: "expected" | "also accepted" = "expected"
): Problems => {
  const ofOutcome = outcome === "also accepted"
    ? best(expected.alsoAccept.map((also) => ofAlternative(played, also)))
    : expected.outcome === "success"
    ? ofSuccess(played, expected)
    : ofFailure(played, expected, response.status)
  return [
    ...ofOutcome,
    ...Answer.violations(played.chunks),
    ...Answer.accidents(said(played), new TextDecoder().decode(bytes)).map((word) => `"${word}" in what came out`)
  ]
}

/** How a case is cut when it is not served as given: no byte of it is new information to the reader. */
export const cuts = ({ bytes }: Case): ReadonlyArray<readonly [name: string, pieces: ReadonlyArray<Uint8Array>]> => [
  bytes.length > 150_000
    ? ["in 997-byte writes", Bytes.every(bytes, 997)]
    : ["in 7-byte writes", Bytes.every(bytes, 7)],
  ...(bytes.length > 50_000 ? [] : [["byte by byte", Bytes.byteByByte(bytes)] as const])
]
