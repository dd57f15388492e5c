/**
 * A conversation as Converse takes it: the system prompt apart, and turns of user and assistant that alternate. Results
 * of tools are the user's, and come first in the turn.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html
 */
import * as Either from "effect/Either"
import type { AssistantMessage, Message, ToolCall, ToolMessage } from "../CompletionParams.ts"
import { blocksOf, type Context, lastWithExtra, textBlock } from "./bedrockParts.ts"
import { extraOf, type OrRefusal } from "./encoding.ts"
import { isObject, type Json, type JsonObject } from "./json.ts"
import { parseJson } from "./parseJson.ts"

export interface Conversation {
  readonly system: ReadonlyArray<JsonObject>
  readonly messages: ReadonlyArray<JsonObject>
  /** Whether a tool was called or answered: the API then wants to know the tools. */
  readonly hasTools: boolean
}

export interface Options extends Context {
  /** The `dialect` of native blocks. */
  readonly dialectId: string
}

/** An id as the API takes it: those of other servers can have a dot or a colon. The same in a call and in its result. */
const idOf = (id: string): string => id.replace(/[^a-zA-Z0-9_-]/g, "_").slice(-64)

const toolResult = (message: ToolMessage, path: string, context: Context): OrRefusal<ReadonlyArray<JsonObject>> =>
  Either.map(blocksOf(message.content, path, context), (content) =>
    lastWithExtra([{
      toolResult: {
        toolUseId: idOf(message.toolCallId),
        content,
        ...(message.isError === true ? { status: "error" } : undefined)
      }
    }], extraOf(context, message)))

const toolUse = (call: ToolCall, path: string): OrRefusal<JsonObject> => {
  const { arguments: text, name } = call.function
  const input = text.trim() === "" ? {} : parseJson(text)
  return isObject(input)
    ? Either.right({ toolUse: { toolUseId: idOf(call.id), name, input } })
    : Either.left({ _tag: "InvalidRequest", param: `${path}.function.arguments` })
}

/** What a block says to the reader of the answer. */
const saidBy = (block: JsonObject): string => {
  const { citationsContent, text } = block
  if (typeof text === "string") return text
  const content = isObject(citationsContent) ? citationsContent["content"] : undefined
  return Array.isArray(content)
    ? content.map((piece: Json) => isObject(piece) && typeof piece["text"] === "string" ? piece["text"] : "").join("")
    : ""
}

/** Reasoning without a signature is refused by those who sign it, and no use to the others; so is text that is blank. */
const isReplayable = (block: Json): block is JsonObject => {
  if (!isObject(block)) return false
  const { reasoningContent, text } = block
  if (typeof text === "string") return text.trim() !== ""
  if (!isObject(reasoningContent)) return true
  const { reasoningText, redactedContent } = reasoningContent
  return redactedContent !== undefined || (isObject(reasoningText) && reasoningText["signature"] !== undefined)
}

/** The blocks as the model sent them, and the text after them where the answer was cut in the middle of a block. */
const replayed = (native: ReadonlyArray<Json>, text: string): ReadonlyArray<JsonObject> => {
  const said = native.map((block) => isObject(block) ? saidBy(block) : "").join("")
  const rest = text.startsWith(said) ? textBlock(text.slice(said.length)) : undefined
  const blocks = native.filter(isReplayable)
  return rest === undefined ? blocks : [...blocks, rest]
}

/** The text of a message as it is, blank or not. */
const textOf = ({ content = "" }: AssistantMessage): string =>
  typeof content === "string" ? content : content.map(({ text }) => text).join("")

const assistantBlocks = (
  message: AssistantMessage,
  path: string,
  options: Options
): OrRefusal<ReadonlyArray<JsonObject>> => {
  const { native } = message
  if (native?.dialect === options.dialectId && native.blocks.length > 0) {
    return Either.right(lastWithExtra(replayed(native.blocks, textOf(message)), extraOf(options, message)))
  }
  const encoded = blocksOf(message.content ?? "", path, options)
  if (Either.isLeft(encoded)) return encoded
  const blocks: Array<JsonObject> = [...encoded.right]
  const refusal = blocks.length === 0 ? textBlock(message.refusal ?? "") : undefined
  if (refusal !== undefined) blocks.push(refusal)
  for (const [index, call] of (message.toolCalls ?? []).entries()) {
    const block = toolUse(call, `${path}.toolCalls[${index}]`)
    if (Either.isLeft(block)) return Either.left(block.left)
    blocks.push(block.right)
  }
  return Either.right(lastWithExtra(blocks, extraOf(options, message)))
}

/** A turn of reasoning alone would be taken for the beginning of the answer that is asked for, and refused. */
const saysSomething = (blocks: ReadonlyArray<JsonObject>): boolean =>
  blocks.some((block) => block["reasoningContent"] === undefined)

interface Turn {
  readonly role: "user" | "assistant"
  /** Results of tools, which the models want first. */
  readonly results: Array<JsonObject>
  readonly blocks: Array<JsonObject>
}

/** Puts messages of one role together: the API refuses two in a row. */
class Turns {
  readonly turns: Array<Turn> = []

  of(role: Turn["role"]): Turn {
    const last = this.turns.at(-1)
    if (last?.role === role) return last
    const turn: Turn = { role, results: [], blocks: [] }
    this.turns.push(turn)
    return turn
  }
}

const addMessage = (
  message: Exclude<Message, { readonly role: "system" | "developer" }>,
  path: string,
  options: Options,
  turns: Turns
): OrRefusal<void> => {
  switch (message.role) {
    case "user":
      return Either.map(blocksOf(message.content, path, options), (blocks) => {
        if (blocks.length > 0) turns.of("user").blocks.push(...lastWithExtra(blocks, extraOf(options, message)))
      })
    case "tool":
      return Either.map(toolResult(message, path, options), (results) => {
        turns.of("user").results.push(...results)
      })
    case "assistant":
      return Either.map(assistantBlocks(message, path, options), (blocks) => {
        if (saysSomething(blocks)) turns.of("assistant").blocks.push(...blocks)
      })
  }
}

/** System and developer messages, wherever they are, are the system prompt. */
export const encode = (messages: ReadonlyArray<Message>, options: Options): OrRefusal<Conversation> => {
  const turns = new Turns()
  const system: Array<JsonObject> = []
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`
    if ("name" in message && message.name !== undefined) {
      options.dropped.push({ param: `${path}.name`, why: "the API knows no names of participants" })
    }
    const added = message.role === "system" || message.role === "developer"
      ? Either.map(
        blocksOf(message.content, path, options),
        (blocks) => void system.push(...lastWithExtra(blocks, extraOf(options, message)))
      )
      : addMessage(message, path, options, turns)
    if (Either.isLeft(added)) return Either.left(added.left)
  }
  const all = turns.turns.map(({ blocks, results, role }) => ({ role, content: [...results, ...blocks] }))
  return Either.right({
    system,
    messages: all,
    hasTools: all.some(({ content }) => content.some((block) => "toolUse" in block || "toolResult" in block))
  })
}
