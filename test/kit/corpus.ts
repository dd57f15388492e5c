/**
 * The conformance corpus beside the repository, when it is there: recorded streams of real providers, and the result
 * expected of each. It is read where it is, and never copied.
 */
import * as Schema from "effect/Schema"
import * as fs from "node:fs"

const text = Schema.optionalWith(Schema.String, { default: () => "", nullable: true })
const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { as: "Option", nullable: true })

const ToolCall = Schema.Struct({
  id: optional(Schema.String),
  name: Schema.String,
  arguments: Schema.optionalWith(Schema.String, { default: () => "", nullable: true }),
  argumentsJson: optional(Schema.Unknown),
  argumentsValidJson: Schema.optionalWith(Schema.Boolean, { default: () => true })
})
export type ToolCall = typeof ToolCall.Type

const FinishReason = Schema.Struct({
  normalised: Schema.NullOr(Schema.String),
  accept: Schema.optionalWith(Schema.Array(Schema.NullOr(Schema.String)), { default: () => [] })
})
export type FinishReason = typeof FinishReason.Type

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
export type Choice = typeof Choice.Type

const Alternative = Schema.Struct({
  outcome: Schema.Literal("success", "error"),
  class: optional(Schema.String),
  text: optional(Schema.String),
  reasoning: optional(Schema.String),
  finish: optional(Schema.String),
  toolCalls: optional(Schema.Number),
  textBeforeError: optional(Schema.String)
})
export type Alternative = typeof Alternative.Type

const Failure = Schema.Struct({
  class: Schema.String,
  accept: Schema.Array(Schema.String),
  status: optional(Schema.Number),
  messageContains: optional(Schema.String),
  providerCode: optional(Schema.Union(Schema.String, Schema.Number)),
  retryAfterSeconds: optional(Schema.Number),
  retryable: optional(Schema.Boolean)
})
export type Failure = typeof Failure.Type

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
  chunkCount: optional(Schema.Number),
  toolPlan: text,
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
export type Expected = typeof Expected.Type

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
