/**
 * What came out of a case of the corpus against what is expected of it, by the rules of the corpus' own README.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { createHash } from "node:crypto"
import { isDeepStrictEqual } from "node:util"
import type { ProviderError, Reason, Timeout } from "../../src/ProviderError.ts"
import * as ProviderErrors from "../../src/ProviderError.ts"
import * as Answer from "./answer.ts"
import * as Bytes from "./bytes.ts"
import type { Alternative, Case, Choice, Expected, Failure, FinishReason, ToolCall } from "./corpus.ts"
import type * as Play from "./play.ts"

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

const ofFinish = (actual: string | undefined, { accept, normalised }: FinishReason): Problems =>
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
    // Of the three places that pass for a plan the design has this one.
    ...same("reasoning", answer.reasoning, expected.toolPlan + expected.reasoning)
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

const ofChoice = (played: Play.Played, expected: Choice): Problems => {
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
