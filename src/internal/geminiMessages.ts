/**
 * A conversation as Gemini takes it: the system instruction apart, and turns of user and model. Results of tools are the
 * user's, by the name of the function, and those of one turn come together.
 *
 * @see https://ai.google.dev/api/generate-content
 * @see https://ai.google.dev/gemini-api/docs/function-calling
 */
import * as Either from "effect/Either"
import type { AssistantMessage, Message, ToolCall, ToolMessage } from "../CompletionParams.ts"
import { type Context, extraOf, invalid, type OrRefusal } from "./encoding.ts"
import { partsOf } from "./geminiParts.ts"
import * as Replay from "./geminiReplay.ts"
import { isObject, type JsonObject } from "./json.ts"
import { merge } from "./merge.ts"
import { parseJson } from "./parseJson.ts"

export interface Conversation {
  readonly system: ReadonlyArray<JsonObject>
  readonly contents: ReadonlyArray<JsonObject>
}

export interface Options extends Context {
  /** The `dialect` of native blocks. */
  readonly dialectId: string
  /** From Gemini 3 on: calls need a signature, and what a tool answers can hold pictures. */
  readonly signedCalls: boolean
}

/** A call that the model made, as its answer names it. */
interface Called {
  readonly name: string
  readonly id: string | undefined
}

interface Turn {
  readonly role: "user" | "model"
  readonly parts: Array<JsonObject>
  /** Whether it holds what tools answered: more of that belongs here. */
  readonly ofTools: boolean
  readonly extra: JsonObject | undefined
}

const callPart = (call: ToolCall, path: string): OrRefusal<JsonObject> => {
  const { arguments: text, name } = call.function
  const args = text.trim() === "" ? {} : parseJson(text)
  return isObject(args)
    ? Either.right({ functionCall: { id: call.id, name, args } })
    : invalid(`${path}.function.arguments`)
}

const callParts = (calls: ReadonlyArray<ToolCall>, path: string): OrRefusal<ReadonlyArray<JsonObject>> => {
  const parts: Array<JsonObject> = []
  for (const [index, call] of calls.entries()) {
    const part = callPart(call, `${path}.toolCalls[${index}]`)
    if (Either.isLeft(part)) return Either.left(part.left)
    parts.push(part.right)
  }
  return Either.right(parts)
}

const isText = (part: JsonObject): part is JsonObject & { readonly text: string } => typeof part["text"] === "string"

const textOf = (parts: ReadonlyArray<JsonObject>): string => parts.map((part) => isText(part) ? part.text : "").join("")

const modelParts = (
  message: AssistantMessage,
  path: string,
  options: Options,
  called: Map<string, Called>
): OrRefusal<ReadonlyArray<JsonObject>> => {
  const { native, toolCalls = [] } = message
  const said = partsOf(message.content ?? "", path, options)
  const content = said.length === 0 ? partsOf(message.refusal ?? "", path, options) : said
  const kept = native?.dialect === options.dialectId ? Replay.partsOf(native.blocks) : []
  const calls = callParts(toolCalls.slice(0, Replay.plainCalls(kept, toolCalls)), path)
  if (Either.isLeft(calls)) return Either.left(calls.left)
  const ids = Replay.idsOf(kept, toolCalls)
  for (const { function: { name }, id } of toolCalls) called.set(id, { name, id: ids.get(id) })
  const parts = kept.length === 0 ? [...content, ...calls.right] : Replay.turnOf(kept, textOf(content), calls.right)
  return Either.right(options.signedCalls ? Replay.signed(parts) : parts)
}

/** What a tool answered: an object is one, and a text is told to be the output or the error. */
const responseOf = (text: string, isError: boolean): JsonObject => {
  const json = isError ? undefined : parseJson(text)
  return isObject(json) ? json : { [isError ? "error" : "output"]: text }
}

const resultParts = (
  message: ToolMessage,
  path: string,
  options: Options,
  called: ReadonlyMap<string, Called>
): OrRefusal<ReadonlyArray<JsonObject>> => {
  const call = called.get(message.toolCallId)
  // The API knows results by the name of the function, which only the call tells.
  if (call === undefined) return invalid(`${path}.toolCallId`)
  const content = partsOf(message.content, path, options)
  const media = content.filter((part) => !isText(part))
  const inside = options.signedCalls && media.length > 0
  const result: JsonObject = {
    functionResponse: {
      ...(call.id === undefined ? undefined : { id: call.id }),
      name: call.name,
      response: responseOf(textOf(content), message.isError === true),
      ...(inside ? { parts: media } : undefined)
    }
  }
  return Either.right([merge(result, extraOf(options, message)), ...(inside ? [] : media)])
}

const turnOf = (
  message: Exclude<Message, { readonly role: "system" | "developer" }>,
  path: string,
  options: Options,
  called: Map<string, Called>
): OrRefusal<Turn> => {
  const extra = extraOf(options, message)
  switch (message.role) {
    case "user":
      return Either.right({ role: "user", parts: [...partsOf(message.content, path, options)], ofTools: false, extra })
    case "assistant":
      return Either.map(modelParts(message, path, options, called), (parts) => ({
        role: "model",
        parts: [...parts],
        ofTools: false,
        extra
      }))
    case "tool":
      return Either.map(resultParts(message, path, options, called), (parts) => ({
        role: "user",
        parts: [...parts],
        ofTools: true,
        extra: undefined
      }))
  }
}

/** System and developer messages are the system instruction, wherever they stand: the API has no other place. */
export const encode = (messages: ReadonlyArray<Message>, options: Options): OrRefusal<Conversation> => {
  const system: Array<JsonObject> = []
  const turns: Array<Turn> = []
  const called = new Map<string, Called>()
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`
    if ("name" in message && message.name !== undefined) {
      options.dropped.push({ param: `${path}.name`, why: "the API knows no names of participants" })
    }
    if (message.role === "system" || message.role === "developer") {
      system.push(...partsOf(message.content, path, options).map((part) => merge(part, extraOf(options, message))))
      continue
    }
    const turn = turnOf(message, path, options, called)
    if (Either.isLeft(turn)) return Either.left(turn.left)
    const last = turns.at(-1)
    if (turn.right.ofTools && last?.ofTools === true) last.parts.push(...turn.right.parts)
    else if (turn.right.parts.length > 0) turns.push(turn.right)
  }
  return Either.right({
    system,
    contents: turns.map(({ extra, parts, role }) => merge({ role, parts }, extra))
  })
}
