/**
 * The parts of one Gemini answer, kept for the next turn.
 *
 * Which are: `content` and `toolCalls` say all there is to plain text and to plain calls, so those are rebuilt from
 * there. From the first part on that says more (a thought, a signature, an id, code that ran, a picture, anything
 * unknown) all are kept, verbatim and in order. What went before is plain, so it can be put before them again.
 *
 * Pieces of one text are put together, so that an answer is kept the same whether it was streamed or not; a part with a
 * signature stays by itself, as the API demands.
 *
 * @see https://ai.google.dev/gemini-api/docs/thought-signatures
 */
import { isObject, type Json, type JsonObject } from "./json.ts"

export interface Keeper {
  isKeeping: boolean
  /** Text that may go on. */
  text: string
  isThought: boolean
}

export const make = (): Keeper => ({ isKeeping: false, text: "", isThought: false })

/** Characters of one text: longer ones are kept in several parts, so that what waits here is bounded. */
export const textLimit = 16_384

const plainCall: ReadonlySet<string> = new Set(["name", "args", "partialArgs", "willContinue"])

const isPlainCall = (call: Json | undefined): boolean =>
  isObject(call) && Object.keys(call).every((key) => plainCall.has(key))

/** Whether `content` and `toolCalls` say it all. */
const isPlain = (part: JsonObject): boolean =>
  Object.entries(part).every(([key, value]) =>
    value === null || key === "text" || (key === "thought" && value !== true) ||
    (key === "functionCall" && isPlainCall(value))
  )

const isText = (part: JsonObject): boolean =>
  typeof part["text"] === "string" &&
  Object.entries(part).every(([key, value]) => value === null || key === "text" || key === "thought")

const block = (text: string, isThought: boolean): JsonObject => isThought ? { text, thought: true } : { text }

/** The text at hand is whole. */
export const flush = (keeper: Keeper): ReadonlyArray<JsonObject> => {
  if (keeper.text === "") return []
  const whole = block(keeper.text, keeper.isThought)
  keeper.text = ""
  return [whole]
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff

/** As many whole parts as there are in the text at hand, cut at the same places however it came. */
const cut = (keeper: Keeper): ReadonlyArray<JsonObject> => {
  if (keeper.text.length < textLimit) return []
  const blocks: Array<JsonObject> = []
  let from = 0
  while (keeper.text.length - from >= textLimit) {
    const end = from + textLimit
    const to = isHighSurrogate(keeper.text.charCodeAt(end - 1)) ? end - 1 : end
    blocks.push(block(keeper.text.slice(from, to), keeper.isThought))
    from = to
  }
  keeper.text = keeper.text.slice(from)
  return blocks
}

/** Takes in one part, and gives those that are whole. */
export const keep = (keeper: Keeper, part: JsonObject): ReadonlyArray<JsonObject> => {
  if (!isPlain(part)) keeper.isKeeping = true
  if (!keeper.isKeeping) return []
  if (!isText(part)) return [...flush(keeper), part]
  const isThought = part["thought"] === true
  const before = isThought === keeper.isThought ? [] : flush(keeper)
  keeper.isThought = isThought
  keeper.text += String(part["text"])
  return [...before, ...cut(keeper)]
}
