/**
 * What is known of one provider's server (`test/fixtures/<id>/server.json`), and where it is written.
 */
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import { Failure } from "./failure.ts"
import { folderOf } from "./transcript.ts"

/** The statuses that a client has to understand. */
export const statuses = ["400", "401", "403", "404", "429", "500", "503"] as const

const Source = Schema.Union(
  /** A page, or a file of the provider's own client, and when it was read. */
  Schema.Struct({ what: Schema.String, documented: Schema.String, read: Schema.String }),
  /** A case of the corpus: `openai-compat/groq-text`. */
  Schema.Struct({ what: Schema.String, recorded: Schema.String })
)

const Answered = Schema.Struct({
  headers: Schema.optionalWith(Schema.Record({ key: Schema.String, value: Schema.String }), { default: () => ({}) }),
  /** Text that is not JSON is a string. */
  body: Schema.Unknown,
  expected: Failure
})

const Embedded = Schema.Struct({
  /** Where the vectors of "a" and "b" by `a-model` are asked for, and the request's body. */
  url: Schema.String,
  body: Schema.Unknown,
  answer: Schema.Unknown,
  expected: Schema.Struct({
    embeddings: Schema.Array(Schema.Array(Schema.Number)),
    usage: Schema.optional(Schema.Struct({ promptTokens: Schema.Number, totalTokens: Schema.Number }))
  })
})

const Listed = Schema.Struct({
  url: Schema.String,
  answer: Schema.Unknown,
  /** What is read of each model, beside `raw`. */
  expected: Schema.Array(Schema.Record({ key: Schema.String, value: Schema.Unknown }))
})

const Habits = Schema.Struct({
  sources: Schema.Array(Source),
  /** Where a chat completion of `a-model` is asked for; its vectors, where there is nothing else. */
  url: Schema.String,
  /** What the layer is given, where the server is the user's. */
  baseUrl: Schema.optional(Schema.String),
  /** What the layer is given, where the server is in many places. */
  places: Schema.optionalWith(
    Schema.partialWith(
      Schema.Struct({
        project: Schema.String,
        location: Schema.String,
        region: Schema.String,
        resource: Schema.String
      }),
      { exact: true }
    ),
    { default: () => ({}) }
  ),
  /** What has to be in the environment, beside the variables of the endpoint's options. */
  variables: Schema.optionalWith(Schema.Record({ key: Schema.String, value: Schema.String }), { default: () => ({}) }),
  /** The header of the key, `{key}` in its place; absent where there is none. */
  key: Schema.optional(Schema.TemplateLiteral(Schema.String, ": ", Schema.String)),
  /** Its own words, and what they are here; or the reason of the error that the word is. */
  finishReasons: Schema.optionalWith(
    Schema.Record({
      key: Schema.String,
      value: Schema.Union(Schema.String, Schema.Struct({ fails: Schema.String }))
    }),
    { default: () => ({}) }
  ),
  errors: Schema.Struct(
    // `fromEntries` forgets the keys.
    Object.fromEntries(statuses.map((status) => [status, Answered])) as {
      readonly [S in (typeof statuses)[number]]: typeof Answered
    }
  ),
  embeddings: Schema.optional(Embedded),
  models: Schema.optional(Listed)
})
export type Habits = typeof Habits.Type

const decode = Schema.decodeUnknownSync(Habits, { onExcessProperty: "error" })

const fileOf = (id: string): URL => new URL("server.json", folderOf(id))

export const isKnown = (id: string): boolean => fs.existsSync(fileOf(id))

export const ofProvider = (id: string): Habits => decode(JSON.parse(fs.readFileSync(fileOf(id), "utf8")))
