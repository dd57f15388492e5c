/**
 * A turn of the model as Gemini wants it back: the parts that were kept of it, and what `content` and `toolCalls` say
 * beside them.
 *
 * @see https://ai.google.dev/gemini-api/docs/thought-signatures
 */
import type { ToolCall } from "../CompletionParams.ts"
import { isObject, type Json, type JsonObject } from "./json.ts"

/** In place of a signature, for calls that another model made: the API's own word for it. */
const unsigned = "skip_thought_signature_validator"

const isCall = (part: JsonObject): boolean => isObject(part["functionCall"])

const isThought = (part: JsonObject): boolean => part["thought"] === true

const textOf = (part: JsonObject): string => isThought(part) || typeof part["text"] !== "string" ? "" : part["text"]

const isBareText = (part: JsonObject | undefined): part is JsonObject & { readonly text: string } =>
  part !== undefined && typeof part["text"] === "string" && Object.keys(part).every((key) => key === "text")

/** Texts that were kept in pieces are one again. */
const joined = (parts: ReadonlyArray<JsonObject>): Array<JsonObject> => {
  const all: Array<JsonObject> = []
  for (const part of parts) {
    const last = all.at(-1)
    if (isBareText(last) && isBareText(part)) all[all.length - 1] = { text: last.text + part.text }
    else all.push(part)
  }
  return all
}

const bare = (text: string): ReadonlyArray<JsonObject> => text === "" ? [] : [{ text }]

/** What the kept parts do not hold stands before them, or after them where the answer was cut. */
const withText = (kept: ReadonlyArray<JsonObject>, content: string): ReadonlyArray<JsonObject> => {
  const said = kept.map(textOf).join("")
  if (said === "") {
    const first = kept.findIndex((part) => !isThought(part))
    const at = first < 0 ? kept.length : first
    return [...kept.slice(0, at), ...bare(content), ...kept.slice(at)]
  }
  const at = content.indexOf(said)
  // The caller wrote something else: the model is shown what it said.
  if (at < 0) return kept
  return [...bare(content.slice(0, at)), ...kept, ...bare(content.slice(at + said.length))]
}

const idOf = (part: JsonObject): string | undefined => {
  const call = part["functionCall"]
  const id = isObject(call) ? call["id"] : undefined
  return typeof id === "string" && id !== "" ? id : undefined
}

/** The parts that were kept. */
export const partsOf = (blocks: ReadonlyArray<Json>): ReadonlyArray<JsonObject> => joined(blocks.filter(isObject))

/** How many calls are not among the kept parts: they were plain, and came before them. */
export const plainCalls = (kept: ReadonlyArray<JsonObject>, toolCalls: ReadonlyArray<ToolCall>): number =>
  Math.max(0, toolCalls.length - kept.filter(isCall).length)

/** The id that the server gave to each call, by the call's own; none of a call that it gave none. */
export const idsOf = (
  kept: ReadonlyArray<JsonObject>,
  toolCalls: ReadonlyArray<ToolCall>
): ReadonlyMap<string, string | undefined> => {
  const calls = kept.filter(isCall)
  const plain = plainCalls(kept, toolCalls)
  return new Map(toolCalls.map(({ id }, index) => {
    const same = index < plain ? undefined : calls[index - plain]
    return [id, same === undefined ? id : idOf(same)]
  }))
}

/** Plain calls come after the text that they came after. */
const inOrder = (
  calls: ReadonlyArray<JsonObject>,
  parts: ReadonlyArray<JsonObject>
): ReadonlyArray<JsonObject> => {
  const at = isBareText(parts[0]) ? 1 : 0
  return calls.length === 0 ? parts : [...parts.slice(0, at), ...calls, ...parts.slice(at)]
}

/** The whole turn. `calls` are the plain ones. */
export const turnOf = (
  kept: ReadonlyArray<JsonObject>,
  content: string,
  calls: ReadonlyArray<JsonObject>
): ReadonlyArray<JsonObject> => inOrder(calls, withText(kept, content))

/** Where the model demands that calls are signed, the first says that there is no signature. */
export const signed = (parts: ReadonlyArray<JsonObject>): ReadonlyArray<JsonObject> => {
  const first = parts.findIndex(isCall)
  if (first < 0 || parts.some((part) => isCall(part) && part["thoughtSignature"] !== undefined)) return parts
  return parts.map((part, index) => index === first ? { ...part, thoughtSignature: unsigned } : part)
}
