/**
 * A conversation as Ollama takes it: texts with their images beside them, calls with objects as arguments, and what the
 * tools said by their names.
 *
 * @see https://docs.ollama.com/api/chat
 */
import * as Either from "effect/Either"
import type { AssistantMessage, Extra, ImagePart, Message, Part, ToolCall, ToolMessage } from "../CompletionParams.ts"
import * as Base64 from "./base64.ts"
import { type Context, type OrRefusal, unsupported } from "./encoding.ts"
import { defined, isObject, type Json, type JsonObject } from "./json.ts"
import { merge } from "./merge.ts"
import { parseJson } from "./parseJson.ts"

interface Conversation extends Context {
  /** The tools that were called so far, by the ids of the calls. */
  readonly tools: Map<string, string>
}

/** The bytes of an image; the server fetches nothing. */
const imageOf = (part: ImagePart, at: string, { dropped }: Context): OrRefusal<string> => {
  const { detail, source } = part
  if ("id" in source) return unsupported(`${at}.source.id`)
  const inline = "url" in source ? Base64.ofDataUrl(source.url)?.data : Base64.encode(source.data)
  if (inline === undefined) return unsupported(`${at}.source.url`)
  if (detail !== undefined && detail !== "auto") {
    dropped.push({ param: `${at}.detail`, why: "the API has no level of detail for images" })
  }
  return Either.right(inline)
}

/** A message's content: parts have no place of their own, and what the caller adds to one goes to the message. */
interface Content {
  readonly text: string
  readonly images: ReadonlyArray<string>
  readonly extras: ReadonlyArray<Extra | undefined>
}

const contentOf = (content: string | ReadonlyArray<Part>, at: string, context: Context): OrRefusal<Content> => {
  if (typeof content === "string") return Either.right({ text: content, images: [], extras: [] })
  const texts: Array<string> = []
  const images: Array<string> = []
  for (const [index, part] of content.entries()) {
    const path = `${at}.content[${index}]`
    if (part.type === "text") {
      if (part.text !== "") texts.push(part.text)
      continue
    }
    const image = part.type === "image" ? imageOf(part, path, context) : unsupported(`${path}.${part.type}`)
    if (Either.isLeft(image)) return Either.left(image.left)
    images.push(image.right)
  }
  return Either.right({ text: texts.join("\n"), images, extras: content.map(({ extra }) => extra) })
}

const nonEmpty = <A>(list: ReadonlyArray<A>): ReadonlyArray<A> | undefined => list.length === 0 ? undefined : list

/** The message, and last what the caller adds to it. */
const withContent = (
  fields: { readonly [key: string]: Json | undefined },
  { extras, images, text }: Content,
  message: { readonly extra?: Extra | undefined },
  { providerId }: Context
): JsonObject =>
  [...extras, message.extra].reduce<JsonObject>(
    (wire, extra) => merge(wire, extra?.[providerId]),
    defined({ ...fields, content: text, images: nonEmpty(images) })
  )

const toolCall = (call: ToolCall, at: string): OrRefusal<JsonObject> => {
  const { arguments: text, name } = call.function
  const input = text.trim() === "" ? {} : parseJson(text)
  return isObject(input)
    ? Either.right({ id: call.id, function: { name, arguments: input } })
    : Either.left({ _tag: "InvalidRequest", param: `${at}.function.arguments` })
}

const assistant = (message: AssistantMessage, at: string, context: Conversation): OrRefusal<JsonObject> => {
  for (const call of message.toolCalls ?? []) context.tools.set(call.id, call.function.name)
  const isSilent = message.content === undefined || message.content.length === 0
  const content = isSilent ? message.refusal ?? "" : message.content ?? ""
  return Either.flatMap(
    Either.all((message.toolCalls ?? []).map((call, index) => toolCall(call, `${at}.toolCalls[${index}]`))),
    (calls) =>
      Either.map(contentOf(content, at, context), (content) =>
        withContent(
          // Which of the thoughts a model sees again is for its template to say.
          { role: "assistant", thinking: message.reasoning?.content, tool_calls: nonEmpty(calls) },
          content,
          message,
          context
        ))
  )
}

const tool = (message: ToolMessage, at: string, context: Conversation): OrRefusal<JsonObject> => {
  if (message.isError === true) {
    const why = "a tool message has no such field: its content says that it failed"
    context.dropped.push({ param: `${at}.isError`, why })
  }
  return Either.map(contentOf(message.content, at, context), (content) =>
    withContent(
      { role: "tool", tool_name: context.tools.get(message.toolCallId), tool_call_id: message.toolCallId },
      content,
      message,
      context
    ))
}

const messageOf = (message: Message, at: string, context: Conversation): OrRefusal<JsonObject> => {
  if ("name" in message && message.name !== undefined) {
    context.dropped.push({ param: `${at}.name`, why: "the API knows no names of participants" })
  }
  switch (message.role) {
    case "assistant":
      return assistant(message, at, context)
    case "tool":
      return tool(message, at, context)
    default: {
      const role = message.role === "user" ? "user" : "system"
      return Either.map(
        contentOf(message.content, at, context),
        (content) => withContent({ role }, content, message, context)
      )
    }
  }
}

/** The wire messages, or the path of the first thing that they cannot say. */
export const encode = (messages: ReadonlyArray<Message>, context: Context): OrRefusal<ReadonlyArray<JsonObject>> => {
  const conversation = { ...context, tools: new Map<string, string>() }
  return Either.all(messages.map((message, index) => messageOf(message, `messages[${index}]`, conversation)))
}
