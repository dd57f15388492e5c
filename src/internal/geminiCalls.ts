/**
 * Gemini's function calls: whole in one part, or over several, with arguments that come value by value. An empty
 * `functionCall` ends the one before it, and is none.
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { Addition } from "../Dialect.ts"
import * as Arguments from "./geminiArguments.ts"
import { isObject, type JsonObject } from "./json.ts"
import { parseJson } from "./parseJson.ts"
import * as Reader from "./reader.ts"

const readCall = Reader.compile(Schema.Struct({
  id: Schema.optional(Schema.String),
  name: Schema.optional(Schema.String),
  args: Schema.optional(Schema.Unknown),
  partialArgs: Schema.optional(Schema.Array(Schema.Unknown)),
  willContinue: Schema.optional(Schema.Boolean)
}))

type Known = NonNullable<ReturnType<typeof readCall>>

/** One call, as far as it came. */
export interface Call {
  /** The part that it began with. */
  readonly part: JsonObject
  readonly call: JsonObject
  readonly id: string | undefined
  readonly place: number
  readonly writer: Arguments.Writer
  /** The arguments so far. */
  text: string
}

/** The calls of one choice. */
export interface State {
  readonly index: number
  /** How many there were. */
  begun: number
  readonly ids: Set<string>
  /** The one that goes on. */
  open: Call | undefined
}

export const initial = (index: number): State => ({ index, begun: 0, ids: new Set(), open: undefined })

/** JSON text. Arguments that are too deep to be written are none. */
const textOf = (args: unknown): string =>
  isObject(args) ? Either.getOrElse(Either.try(() => JSON.stringify(args)), () => "") : ""

const ofCall: ReadonlySet<string> = new Set(["args", "partialArgs", "willContinue"])

/** The part as the API would have sent it in one piece. */
export const partOf = ({ call, part, text }: Call): JsonObject => {
  const args = parseJson(text)
  const functionCall: JsonObject = Object.fromEntries([
    ...Object.entries(call).filter(([key]) => !ofCall.has(key)),
    ...(isObject(args) ? [["args", args] as const] : [])
  ])
  return { ...part, functionCall }
}

const told = (state: State, call: Call, text: string, outputs: Array<Addition>): void => {
  if (text === "") return
  call.text += text
  outputs.push({ _tag: "ToolCall", choice: state.index, id: call.id, index: call.place, arguments: text })
}

/** Nothing more comes of the call at hand. */
export const end = (state: State, outputs: Array<Addition>): Call | undefined => {
  const call = state.open
  state.open = undefined
  if (call !== undefined) told(state, call, Arguments.close(call.writer), outputs)
  return call
}

/** The same id again would be more of the same call. */
const idOf = ({ ids }: State, { id }: Known): string | undefined => {
  if (id === undefined || id === "" || ids.has(id)) return undefined
  ids.add(id)
  return id
}

/** Arguments in one piece: those of a call that goes on are only a place for them. */
const whole = ({ args, partialArgs, willContinue }: Known): string =>
  willContinue === true || partialArgs !== undefined ? "" : textOf(args)

const begin = (state: State, part: JsonObject, call: JsonObject, known: Known, outputs: Array<Addition>): void => {
  const id = idOf(state, known)
  const index = state.begun++
  const text = whole(known)
  state.open = { part, call, id, place: index, writer: Arguments.make(), text }
  outputs.push({
    _tag: "ToolCall",
    choice: state.index,
    id,
    index,
    name: known.name,
    arguments: text === "" ? undefined : text
  })
}

/** What has no name continues the call at hand, if there is one. */
const isNew = (state: State, { args, name }: Known): boolean =>
  (name !== undefined && name !== "") || (state.open === undefined && isObject(args))

/** One part with a call, or with more of one. Gives the calls that are whole now. */
export const read = (
  state: State,
  part: JsonObject,
  json: unknown,
  outputs: Array<Addition>
): ReadonlyArray<Call> => {
  const known = readCall(json) ?? {}
  const calls: Array<Call> = []
  const done = () => {
    const call = end(state, outputs)
    if (call !== undefined) calls.push(call)
  }
  if (isNew(state, known) && isObject(json)) {
    done()
    begin(state, part, json, known, outputs)
  }
  const call = state.open
  if (call !== undefined) {
    if (call.text === "") told(state, call, whole(known), outputs)
    for (const value of known.partialArgs ?? []) told(state, call, Arguments.write(call.writer, value), outputs)
  }
  if (known.willContinue !== true) done()
  return calls
}
