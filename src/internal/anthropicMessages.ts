/**
 * A conversation as Anthropic takes it: the system prompt apart, and turns of user and assistant. Results of tools are
 * the user's, and come first in the turn.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/working-with-messages
 */
import * as Either from "effect/Either"
import type {
  AssistantMessage,
  DeveloperMessage,
  Message,
  SystemMessage,
  ToolCall,
  ToolMessage
} from "../CompletionParams.ts"
import { blocksOf, textBlock, withExtra } from "./anthropicParts.ts"
import { type Context, extraOf, type OrRefusal } from "./encoding.ts"
import { isObject, type Json, type JsonObject } from "./json.ts"
import { parseJson } from "./parseJson.ts"

export interface Conversation {
  readonly system: ReadonlyArray<JsonObject>
  readonly messages: ReadonlyArray<JsonObject>
}

export interface Options extends Context {
  /** The `dialect` of native blocks. */
  readonly dialectId: string
  /** Whether the model takes system messages between the turns. */
  readonly systemTurns: boolean
}

interface Turn {
  readonly role: "user" | "assistant" | "system"
  /** Results of tools, which the API wants first. */
  readonly results: Array<JsonObject>
  readonly blocks: Array<JsonObject>
}

const systemBlocks = (
  message: SystemMessage | DeveloperMessage,
  path: string,
  context: Context
): OrRefusal<ReadonlyArray<JsonObject>> =>
  Either.map(blocksOf(message.content, path, context), (blocks) => withExtra(blocks, extraOf(context, message)))

const toolResult = (message: ToolMessage, path: string, context: Context): OrRefusal<JsonObject> =>
  Either.map(blocksOf(message.content, path, context), (content) => {
    const plain = typeof message.content === "string" ? message.content : undefined
    const result: JsonObject = {
      type: "tool_result",
      tool_use_id: message.toolCallId,
      ...(content.length === 0 ? undefined : { content: plain ?? content }),
      ...(message.isError === true ? { is_error: true } : undefined)
    }
    return withExtra([result], extraOf(context, message))[0] ?? result
  })

const toolUse = (call: ToolCall, path: string): OrRefusal<JsonObject> => {
  const { arguments: text, name } = call.function
  const input = text.trim() === "" ? {} : parseJson(text)
  return isObject(input)
    ? Either.right({ type: "tool_use", id: call.id, name, input })
    : Either.left({ _tag: "InvalidRequest", param: `${path}.function.arguments` })
}

const textOf = (blocks: ReadonlyArray<JsonObject>): string =>
  blocks.map((block) => block["type"] === "text" && typeof block["text"] === "string" ? block["text"] : "").join("")

/** Thinking that was cut has no signature, and the API refuses it. */
const isReplayable = (block: Json): block is JsonObject =>
  isObject(block) &&
  (block["type"] !== "thinking" || (typeof block["signature"] === "string" && block["signature"] !== ""))

/** The blocks as the model sent them, and the text after them where the answer was cut in the middle of a block. */
const replayed = (native: ReadonlyArray<Json>, text: string): ReadonlyArray<JsonObject> => {
  const blocks = native.filter(isReplayable)
  const said = textOf(blocks)
  const rest = text.startsWith(said) ? textBlock(text.slice(said.length)) : undefined
  return rest === undefined ? blocks : [...blocks, rest]
}

const assistantBlocks = (
  message: AssistantMessage,
  path: string,
  options: Options
): OrRefusal<ReadonlyArray<JsonObject>> => {
  const encoded = blocksOf(message.content ?? "", path, options)
  if (Either.isLeft(encoded)) return encoded
  const { native } = message
  const isNative = native?.dialect === options.dialectId && native.blocks.length > 0
  const blocks = [...(isNative ? replayed(native.blocks, textOf(encoded.right)) : encoded.right)]
  const refusal = blocks.length === 0 ? textBlock(message.refusal ?? "") : undefined
  if (refusal !== undefined) blocks.push(refusal)
  // A block whose input was no JSON could not be kept, and the result of its call needs one.
  const kept = new Set(isNative ? blocks.map((block) => block["id"]) : [])
  for (const [index, call] of (message.toolCalls ?? []).entries()) {
    if (kept.has(call.id)) continue
    const block = toolUse(call, `${path}.toolCalls[${index}]`)
    if (Either.isRight(block)) blocks.push(block.right)
    else if (!isNative) return Either.left(block.left)
  }
  return Either.right(withExtra(blocks, extraOf(options, message)))
}

/** Puts the turns together: the API does the same with several messages of one role. */
class Turns {
  readonly turns: Array<Turn> = []
  /** System messages that wait for the end of the user's turn: nowhere else does the API take them. */
  private readonly waiting: Array<JsonObject> = []

  user(blocks: ReadonlyArray<JsonObject>, results: ReadonlyArray<JsonObject>): void {
    const turn = this.turn("user")
    turn.blocks.push(...blocks)
    turn.results.push(...results)
  }

  assistant(blocks: ReadonlyArray<JsonObject>): void {
    if (blocks.length === 0) return
    this.settle()
    this.turn("assistant").blocks.push(...blocks)
  }

  system(blocks: ReadonlyArray<JsonObject>): void {
    this.waiting.push(...blocks)
  }

  /** What found no place. */
  end(): ReadonlyArray<JsonObject> {
    this.settle()
    return this.waiting
  }

  private settle(): void {
    if (this.waiting.length > 0 && this.turns.at(-1)?.role === "user") {
      this.turn("system").blocks.push(...this.waiting.splice(0))
    }
  }

  private turn(role: Turn["role"]): Turn {
    const last = this.turns.at(-1)
    if (last?.role === role) return last
    const turn: Turn = { role, results: [], blocks: [] }
    this.turns.push(turn)
    return turn
  }
}

const addMessage = (
  message: Message,
  path: string,
  options: Options,
  turns: Turns
): OrRefusal<void> => {
  switch (message.role) {
    case "system":
    case "developer":
      return Either.map(systemBlocks(message, path, options), (blocks) => turns.system(blocks))
    case "user":
      return Either.map(
        blocksOf(message.content, path, options),
        (blocks) => turns.user(withExtra(blocks, extraOf(options, message)), [])
      )
    case "tool":
      return Either.map(toolResult(message, path, options), (result) => turns.user([], [result]))
    case "assistant":
      return Either.map(assistantBlocks(message, path, options), (blocks) => turns.assistant(blocks))
  }
}

const isSystem = (message: Message): message is SystemMessage | DeveloperMessage =>
  message.role === "system" || message.role === "developer"

/**
 * System and developer messages at the head are the system prompt. Later ones stay where they are if the model takes
 * them there, so that what went before is unchanged (caches and signatures depend on it); else they join the prompt.
 */
export const encode = (messages: ReadonlyArray<Message>, options: Options): OrRefusal<Conversation> => {
  const turns = new Turns()
  const system: Array<JsonObject> = []
  let inHead = true
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`
    if ("name" in message && message.name !== undefined) {
      options.dropped.push({ param: `${path}.name`, why: "the API knows no names of participants" })
    }
    inHead &&= isSystem(message)
    const added = isSystem(message) && (inHead || !options.systemTurns)
      ? Either.map(systemBlocks(message, path, options), (blocks) => void system.push(...blocks))
      : addMessage(message, path, options, turns)
    if (Either.isLeft(added)) return Either.left(added.left)
  }
  system.push(...turns.end())
  return Either.right({
    system,
    messages: turns.turns
      .map(({ blocks, results, role }): JsonObject => ({ role, content: [...results, ...blocks] }))
      .filter((turn) => Array.isArray(turn["content"]) && turn["content"].length > 0)
  })
}
