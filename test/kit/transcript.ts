/**
 * The wire transcripts of `test/fixtures`: the bytes a server sent, and what must come out of them.
 */
import { assert } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import type { ChatCompletionChunk } from "../../src/ChatCompletionChunk.ts"
import * as Answer from "./answer.ts"
import * as Bytes from "./bytes.ts"
import * as EventStream from "./eventStream.ts"
import * as Failure from "./failure.ts"
import type * as Play from "./play.ts"

const Expected = Schema.Struct({
  text: Schema.optionalWith(Schema.String, { default: () => "" }),
  reasoning: Schema.optionalWith(Schema.String, { default: () => "" }),
  refusal: Schema.optionalWith(Schema.String, { default: () => "" }),
  toolCalls: Schema.optionalWith(
    Schema.Array(Schema.Struct({
      id: Schema.optional(Schema.String),
      name: Schema.String,
      arguments: Schema.String
    })),
    { default: () => [] }
  ),
  finishReason: Schema.optional(Schema.String),
  nativeFinishReason: Schema.optional(Schema.String),
  usage: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
  native: Schema.optional(Schema.Array(Schema.Unknown)),
  /** The answer fails with this, after the rest. */
  error: Schema.optional(Failure.Failure)
})
export type Expected = typeof Expected.Type

/** A way to cut a body into frames. */
export interface Format {
  /** What announces such a body. */
  readonly contentType: string
  /** What ends a frame, in the file. */
  readonly frameEnd: string
  /** What a server sends that is so in the file. */
  readonly encode: (text: string) => Uint8Array
}

/** One message a line: `[name, payload, kind?]`. */
const messages = Schema.decodeUnknownSync(Schema.Array(
  Schema.Union(
    Schema.Tuple(Schema.String, Schema.Unknown),
    Schema.Tuple(Schema.String, Schema.Unknown, Schema.Literal("event", "exception", "error"))
  )
))

const eventStream = (text: string): Uint8Array =>
  EventStream.body(messages(text.split("\n").filter((line) => line.trim() !== "").map((line) => JSON.parse(line))))

/** What a container said, in parts that end anywhere. */
const parts = (text: string): Uint8Array =>
  EventStream.body(Bytes.every(Bytes.bytesOf(text), 61).map((part) => ["PayloadPart", part]))

/** By the ending of the transcript's file. */
const formats: ReadonlyMap<string, Format> = new Map([
  [".sse", { contentType: "text/event-stream", frameEnd: "\n\n", encode: Bytes.bytesOf }],
  [".ndjson", { contentType: "application/x-ndjson", frameEnd: "\n", encode: Bytes.bytesOf }],
  // Binary: the file has what the messages say.
  [".events", { contentType: "application/vnd.amazon.eventstream", frameEnd: "\n", encode: eventStream }],
  [".parts", { contentType: "application/vnd.amazon.eventstream", frameEnd: "\n\n", encode: parts }]
])

export interface Transcript extends Format {
  readonly name: string
  readonly provider: string
  /** Of the file. */
  readonly text: string
  readonly bytes: Uint8Array
  readonly expected: Expected
}

/** Where the files of a provider are, by its id. */
export const folderOf = (provider: string): URL => new URL(`../fixtures/${provider}/`, import.meta.url)

const decode = Schema.decodeUnknownSync(Expected, { onExcessProperty: "error" })

export const ofProvider = (provider: string): ReadonlyArray<Transcript> => {
  const folder = folderOf(provider)
  if (!fs.existsSync(folder)) return []
  return fs.readdirSync(folder).sort().flatMap((file) => {
    const { ext, name } = path.parse(file)
    const format = formats.get(ext)
    if (format === undefined) return []
    const text = fs.readFileSync(new URL(file, folder), "utf8")
    return [{
      ...format,
      name,
      provider,
      text,
      bytes: format.encode(text),
      expected: decode(JSON.parse(fs.readFileSync(new URL(`${name}.json`, folder), "utf8")))
    }]
  })
}

/** What the chunks add up to, in the words of the `.json` beside the transcript. */
export const result = (chunks: ReadonlyArray<ChatCompletionChunk>, expected: Expected): Expected => {
  const answer = Answer.choice(chunks)
  const usage = Answer.usage(chunks)
  return {
    text: answer.text,
    reasoning: answer.reasoning,
    refusal: answer.refusal,
    toolCalls: answer.toolCalls.map((call, index) => ({
      // An id that is not expected is one the server never sent.
      ...(expected.toolCalls[index]?.id === undefined ? undefined : { id: call.id }),
      name: call.name,
      arguments: call.arguments
    })),
    ...(answer.finishReason === undefined ? undefined : { finishReason: answer.finishReason }),
    ...(answer.nativeFinishReason === undefined ? undefined : { nativeFinishReason: answer.nativeFinishReason }),
    ...(usage === undefined ? undefined : { usage: { ...usage } }),
    // Only transcripts that say so are about replay.
    ...(expected.native === undefined ? undefined : { native: answer.native }),
    // Of the chunks: they do not hold it.
    ...(expected.error === undefined ? undefined : { error: expected.error })
  }
}

/** Everything that came out is what the `.json` says, and keeps the rules of chunks. */
export const check = ({ expected }: Transcript, played: Play.Played, how: string): void => {
  assert.deepStrictEqual(Failure.ofExit(played.exit, expected.error), expected.error, how)
  assert.deepStrictEqual(Answer.violations(played.chunks), [], how)
  assert.deepStrictEqual(result(played.chunks, expected), expected, how)
}
