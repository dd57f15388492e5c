/**
 * The arguments of a call that come value by value, each with its JSON path, as the JSON text that they come to. The text
 * grows with the values: a path that leads out of an object or a list closes it.
 *
 * @see https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling#streaming-function-call
 */
import * as Schema from "effect/Schema"
import { isObject } from "./json.ts"
import * as Reader from "./reader.ts"

type Segment = string | number

/** An object or a list that is not closed. */
interface Container {
  /** Where it is in the one around it. */
  readonly at: Segment
  readonly isList: boolean
  isEmpty: boolean
}

/** The text of one call's arguments. */
export interface Writer {
  /** From the outermost in. */
  readonly open: Array<Container>
  /** The path of a text that goes on. */
  unfinished: string | undefined
}

export const make = (): Writer => ({ open: [], unfinished: undefined })

const read = Reader.compile(Schema.Struct({
  jsonPath: Schema.optional(Schema.String),
  stringValue: Schema.optional(Schema.String),
  numberValue: Schema.optional(Schema.Number),
  boolValue: Schema.optional(Schema.Boolean),
  willContinue: Schema.optional(Schema.Boolean)
}))

/** `$.items[0]['a b'].name`: a name, a place in a list, or a name in quotes. */
const segment = /\.([^.[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/g

const segmentsOf = (path: string): Array<Segment> =>
  [...path.matchAll(segment)].map(([, name, place, single, double]) =>
    place === undefined ? name ?? (single ?? double ?? "").replaceAll(/\\(.)/g, "$1") : Number(place)
  )

const opened = (writer: Writer, at: Segment, first: Segment): string => {
  const isList = typeof first === "number"
  writer.open.push({ at, isList, isEmpty: true })
  return isList ? "[" : "{"
}

/** What comes before a value: a comma, and its name where it is in an object. */
const placed = (container: Container | undefined, at: Segment): string => {
  if (container === undefined) return ""
  const comma = container.isEmpty ? "" : ","
  container.isEmpty = false
  return container.isList ? comma : `${comma}${JSON.stringify(String(at))}:`
}

const shut = (writer: Writer, depth: number): string => {
  let text = ""
  for (const { isList } of writer.open.splice(depth).reverse()) text += isList ? "]" : "}"
  return text
}

const ended = (writer: Writer): string => {
  if (writer.unfinished === undefined) return ""
  writer.unfinished = undefined
  return "\""
}

/** From the place of the last value to that of the next. */
const moved = (writer: Writer, containers: ReadonlyArray<Segment>, leaf: Segment): string => {
  let text = ended(writer)
  if (writer.open.length === 0) text += opened(writer, "$", containers[0] ?? leaf)
  let depth = 1
  while (depth <= containers.length && writer.open[depth]?.at === containers[depth - 1]) depth++
  text += shut(writer, depth)
  for (let next = depth - 1; next < containers.length; next++) {
    const at = containers[next] ?? leaf
    text += placed(writer.open.at(-1), at) + opened(writer, at, containers[next + 1] ?? leaf)
  }
  return text + placed(writer.open.at(-1), leaf)
}

/** The text that one value adds. */
export const write = (writer: Writer, json: unknown): string => {
  const known = read(json)
  if (known?.jsonPath === undefined || !isObject(json)) return ""
  const { boolValue, jsonPath, numberValue, stringValue, willContinue } = known
  const inner = stringValue === undefined ? undefined : JSON.stringify(stringValue).slice(1, -1)
  if (inner !== undefined && writer.unfinished === jsonPath) {
    return willContinue === true ? inner : inner + ended(writer)
  }
  // `null` is the value of `nullValue`.
  const plain = numberValue ?? boolValue ?? (Object.hasOwn(json, "nullValue") ? null : undefined)
  if (inner === undefined && plain === undefined) return ""
  const containers = segmentsOf(jsonPath)
  const leaf = containers.pop()
  if (leaf === undefined) return ""
  const before = moved(writer, containers, leaf)
  if (inner === undefined) return before + JSON.stringify(plain)
  writer.unfinished = willContinue === true ? jsonPath : undefined
  return `${before}"${inner}${willContinue === true ? "" : "\""}`
}

/** What is missing at the end. */
export const close = (writer: Writer): string => ended(writer) + shut(writer, 0)
