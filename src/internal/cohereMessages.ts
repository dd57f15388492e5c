/**
 * Messages as Cohere's chat API takes them.
 *
 * @see https://docs.cohere.com/reference/chat
 * @see https://docs.cohere.com/docs/tool-use-overview
 */
import * as Either from "effect/Either"
import type { AssistantMessage, ImagePart, Message, Part, ToolCall, ToolMessage } from "../CompletionParams.ts"
import * as Base64 from "./base64.ts"
import { type Context, extraOf, type OrRefusal, unsupported } from "./encoding.ts"
import { defined, type JsonObject } from "./json.ts"
import { merge } from "./merge.ts"

const image = ({ detail, source }: ImagePart, path: string): OrRefusal<JsonObject> => {
  if ("id" in source) return unsupported(`${path}.source.id`)
  const url = "url" in source ? source.url : Base64.dataUrl(source.data, source.mediaType)
  return Either.right({ type: "image_url", image_url: defined({ url, detail }) })
}

const partOf = (part: Part, path: string): OrRefusal<JsonObject> => {
  switch (part.type) {
    case "text":
      return Either.right({ type: "text", text: part.text })
    case "image":
      return image(part, path)
    case "file":
    case "audio":
      return unsupported(`${path}.${part.type}`)
  }
}

/** A tool answers in text, and in documents, which `extra` can say. */
const textOnly = (part: Part, path: string): OrRefusal<JsonObject> =>
  part.type === "text" ? Either.right({ type: "text", text: part.text }) : unsupported(path)

type Content = string | ReadonlyArray<JsonObject>

/** Text that is empty says nothing, and the API refuses it beside others. */
const isSilent = (part: Part): boolean => part.type === "text" && part.text === ""

const contentOf = (
  content: string | ReadonlyArray<Part>,
  path: string,
  context: Context,
  encode: (part: Part, path: string) => OrRefusal<JsonObject> = partOf
): OrRefusal<Content> => {
  if (typeof content === "string") return Either.right(content)
  const parts = content.flatMap((part, index) =>
    isSilent(part)
      ? []
      : [Either.map(encode(part, `${path}.content[${index}]`), (wire) => merge(wire, extraOf(context, part)))]
  )
  return parts.length === 0 ? Either.right("") : Either.all(parts)
}

const callOf = ({ function: { arguments: text, name }, id }: ToolCall): JsonObject => ({
  id,
  type: "function",
  function: { name, arguments: text.trim() === "" ? "{}" : text }
})

const textOf = (content: AssistantMessage["content"] = ""): string =>
  typeof content === "string" ? content : content.map(({ text }) => text).join("")

/**
 * The API takes no text beside calls, only a plan: what the model thought and said before it called. `undefined`: a turn
 * without calls and text, which it refuses.
 */
const assistant = (message: AssistantMessage, path: string, context: Context): OrRefusal<JsonObject | undefined> => {
  const { content, reasoning, refusal, toolCalls = [] } = message
  if (toolCalls.length > 0) {
    const plan = [reasoning?.content ?? "", textOf(content)].filter((text) => text !== "").join("\n\n")
    return Either.right({
      role: "assistant",
      ...(plan === "" ? undefined : { tool_plan: plan }),
      tool_calls: toolCalls.map(callOf)
    })
  }
  const said = textOf(content) === "" ? refusal ?? "" : content ?? ""
  return Either.map(
    contentOf(said, path, context),
    (content) => content === "" ? undefined : { role: "assistant", content }
  )
}

const tool = (message: ToolMessage, path: string, context: Context): OrRefusal<JsonObject> => {
  if (message.isError === true) {
    // The model reads in the content that the tool failed.
    const why = "a tool message has no such field: its content says that it failed"
    context.dropped.push({ param: `${path}.isError`, why })
  }
  return Either.map(contentOf(message.content, path, context, textOnly), (content) => ({
    role: "tool",
    tool_call_id: message.toolCallId,
    content
  }))
}

const messageOf = (message: Message, path: string, context: Context): OrRefusal<JsonObject | undefined> => {
  switch (message.role) {
    case "assistant":
      return assistant(message, path, context)
    case "tool":
      return tool(message, path, context)
    case "user":
      return Either.map(contentOf(message.content, path, context), (content) => ({ role: "user", content }))
    case "system":
    case "developer":
      return Either.map(contentOf(message.content, path, context), (content) => ({ role: "system", content }))
  }
}

/** The wire messages, or the path of the first thing that they cannot say. */
export const encode = (messages: ReadonlyArray<Message>, context: Context): OrRefusal<ReadonlyArray<JsonObject>> => {
  const wire: Array<JsonObject> = []
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`
    if ("name" in message && message.name !== undefined) {
      context.dropped.push({ param: `${path}.name`, why: "the API knows no names of participants" })
    }
    const encoded = messageOf(message, path, context)
    if (Either.isLeft(encoded)) return Either.left(encoded.left)
    if (encoded.right !== undefined) wire.push(merge(encoded.right, extraOf(context, message)))
  }
  return Either.right(wire)
}
