/**
 * Messages as OpenAI's chat completions take them.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
import * as Either from "effect/Either"
import type {
  AssistantMessage,
  AudioPart,
  Extra,
  FilePart,
  ImagePart,
  Message,
  Part,
  Source,
  TextPart,
  ToolMessage
} from "../CompletionParams.ts"
import type { Dropped } from "../Dialect.ts"
import type { Endpoint } from "../Endpoint.ts"
import type { UnsupportedParameter } from "../ProviderError.ts"
import * as Base64 from "./base64.ts"
import { defined, type Json, type JsonObject } from "./json.ts"
import { merge } from "./merge.ts"
import { short } from "./openAiCallIds.ts"
import * as Fields from "./openAiFields.ts"
import * as Thoughts from "./openAiThoughts.ts"

type Encoded<A> = Either.Either<A, UnsupportedParameter>

const unsupported = (param: string): Encoded<never> => Either.left({ _tag: "UnsupportedParameter", param })

/** The entry of the provider that is called goes in last. */
const withExtra = (wire: JsonObject, extra: Extra | undefined, provider: string): JsonObject =>
  merge(wire, extra?.[provider])

const urlOf = (source: Exclude<Source, { readonly id: string }>): string =>
  "url" in source ? source.url : Base64.dataUrl(source.data, source.mediaType)

const text = (part: TextPart): JsonObject => ({ type: "text", text: part.text })

/** An uploaded image can be named in the Responses API only. */
const image = (part: ImagePart, at: string): Encoded<JsonObject> =>
  "id" in part.source
    ? unsupported(`${at}.source.id`)
    : Either.right({ type: "image_url", image_url: defined({ url: urlOf(part.source), detail: part.detail }) })

/** The API asks for a name beside the bytes. */
const filenameOf = (part: FilePart, mediaType: string): string =>
  part.filename ?? `file.${/\/(\w+)(?:;|$)/.exec(mediaType)?.[1] ?? "bin"}`

/** Bytes or an uploaded file; URLs are taken by the Responses API only. */
const file = (part: FilePart, at: string): Encoded<JsonObject> => {
  const { source } = part
  if ("url" in source) return unsupported(`${at}.source.url`)
  return Either.right({
    type: "file",
    file: "id" in source
      ? defined({ file_id: source.id, filename: part.filename })
      : { file_data: urlOf(source), filename: filenameOf(part, source.mediaType) }
  })
}

/** The two formats that the API takes, under the names that they go by. */
const audioFormats: ReadonlyMap<string, string> = new Map([
  ["audio/wav", "wav"],
  ["audio/wave", "wav"],
  ["audio/x-wav", "wav"],
  ["audio/vnd.wave", "wav"],
  ["audio/mp3", "mp3"],
  ["audio/mpeg", "mp3"]
])

const audio = (part: AudioPart, at: string): Encoded<JsonObject> => {
  const { source } = part
  if ("url" in source) return unsupported(`${at}.source.url`)
  if ("id" in source) return unsupported(`${at}.source.id`)
  const format = audioFormats.get(source.mediaType.split(";", 1)[0]?.trim().toLowerCase() ?? "")
  return format === undefined
    ? unsupported(`${at}.source.mediaType`)
    : Either.right({ type: "input_audio", input_audio: { data: Base64.encode(source.data), format } })
}

const partOf = (part: Part, at: string): Encoded<JsonObject> => {
  switch (part.type) {
    case "text":
      return Either.right(text(part))
    case "image":
      return image(part, at)
    case "file":
      return file(part, at)
    case "audio":
      return audio(part, at)
  }
}

type Content = string | ReadonlyArray<JsonObject>

const content = (
  content: string | ReadonlyArray<Part>,
  at: string,
  { id, textParts }: Endpoint,
  encode: (part: Part, at: string) => Encoded<JsonObject> = partOf
): Encoded<Content> => {
  if (typeof content === "string") return Either.right(content)
  if (textParts === false && content.every((part) => part.type === "text" && part.extra?.[id] === undefined)) {
    return Either.right(content.map((part) => part.type === "text" ? part.text : "").join("\n"))
  }
  return Either.all(
    content.map((part, index) =>
      Either.map(encode(part, `${at}.content[${index}]`), (wire) => withExtra(wire, part.extra, id))
    )
  )
}

const callId = (id: string, { shortCallIds }: Endpoint): string => shortCallIds === true ? short(id) : id

const toolCalls = (message: AssistantMessage, endpoint: Endpoint): ReadonlyArray<Json> | undefined =>
  message.toolCalls === undefined || message.toolCalls.length === 0
    ? undefined
    : message.toolCalls.map((call) => ({
      id: callId(call.id, endpoint),
      type: "function",
      function: { name: call.function.name, arguments: call.function.arguments }
    }))

/** Who speaks, where the server wants to know. */
const nameField = (name: string | undefined, endpoint: Endpoint): { readonly [field: string]: Json | undefined } => {
  const field = Fields.nameOf(endpoint, "name")
  return field === false ? {} : { [field]: name }
}

/**
 * What the model thought goes back only where the server asks for it. In fields of its own: as the blocks that it sent
 * itself, or as text with the calls that came of it. A turn of another model, which may have told no thoughts, still
 * needs the field.
 */
const replayed = (
  { native, reasoning }: AssistantMessage,
  calls: ReadonlyArray<Json> | undefined,
  { dialect, replay }: Endpoint
): { readonly [field: string]: Json | undefined } => {
  switch (replay) {
    case "reasoning_content":
      return calls === undefined ? {} : { reasoning_content: reasoning?.content ?? "" }
    case "reasoning_details":
      return native?.dialect === dialect.id && native.blocks.length > 0 ? { reasoning_details: native.blocks } : {}
    case "thinking":
    case undefined:
      return {}
  }
}

/** The content with the thinking before it, where that is a part of it. */
const thoughtful = (
  { native, reasoning }: AssistantMessage,
  said: Content | undefined,
  { dialect, replay }: Endpoint
): Content | ReadonlyArray<Json> | undefined => {
  if (replay !== "thinking") return said
  const isOwn = native?.dialect === dialect.id && native.blocks.length > 0
  const thought = isOwn ? native.blocks : Thoughts.ofText(reasoning?.content)
  return thought.length === 0 ? said : Thoughts.partsOf(thought, said)
}

/**
 * The turn is rebuilt from what it said and called. OpenAI has no field for reasoning; and what `native` holds of other
 * dialects means nothing to the server.
 */
const assistant = (message: AssistantMessage, at: string, endpoint: Endpoint): Encoded<JsonObject> => {
  const calls = toolCalls(message, endpoint)
  const refusalField = Fields.nameOf(endpoint, "refusal")
  const spoken = message.content === undefined || message.content.length === 0 ? undefined : message.content
  const said = refusalField === false ? spoken ?? message.refusal : spoken
  const refusal = refusalField === false ? undefined : message.refusal
  // The API wants content where there are neither calls nor a refusal, even if the answer had none.
  const silent = said === undefined && calls === undefined && refusal === undefined
  return Either.map(said === undefined ? Either.right(undefined) : content(said, at, endpoint), (content) =>
    defined({
      role: "assistant",
      content: thoughtful(message, silent ? "" : content, endpoint),
      ...nameField(message.name, endpoint),
      ...(refusalField === false ? undefined : { [refusalField]: refusal }),
      ...replayed(message, calls, endpoint),
      tool_calls: calls
    }))
}

const onlyText = (part: Part, at: string): Encoded<JsonObject> =>
  part.type === "text" ? Either.right(text(part)) : unsupported(at)

const tool = (message: ToolMessage, at: string, endpoint: Endpoint): Encoded<JsonObject> =>
  Either.map(content(message.content, at, endpoint, onlyText), (content) => ({
    role: "tool",
    tool_call_id: callId(message.toolCallId, endpoint),
    content
  }))

const messageOf = (message: Message, at: string, endpoint: Endpoint): Encoded<JsonObject> => {
  switch (message.role) {
    case "assistant":
      return assistant(message, at, endpoint)
    case "tool":
      return tool(message, at, endpoint)
    default:
      return Either.map(content(message.content, at, endpoint), (content) =>
        defined({
          role: message.role === "developer" && endpoint.developerRole === false ? "system" : message.role,
          content,
          ...nameField(message.name, endpoint)
        }))
  }
}

/** Mistral takes no user right after a tool: the model is made to say that it has seen the result. */
const separated = (messages: ReadonlyArray<JsonObject>): ReadonlyArray<JsonObject> =>
  messages.flatMap((message, index) =>
    message["role"] === "user" && messages[index - 1]?.["role"] === "tool"
      ? [{ role: "assistant", content: "OK" }, message]
      : [message]
  )

/** The wire messages, or the path of the first thing that they cannot say. */
export const encode = (messages: ReadonlyArray<Message>, endpoint: Endpoint): Encoded<ReadonlyArray<JsonObject>> =>
  Either.map(
    Either.all(
      messages.map((message, index) =>
        Either.map(
          messageOf(message, `messages[${index}]`, endpoint),
          (wire) => withExtra(wire, message.extra, endpoint.id)
        )
      )
    ),
    (wire) => endpoint.userAfterTool === false ? separated(wire) : wire
  )

const droppedOf = (message: Message, at: string, endpoint: Endpoint): ReadonlyArray<Dropped> => {
  if (message.role === "tool") {
    // The model reads in the content that the tool failed.
    return message.isError === true
      ? [{ param: `${at}.isError`, why: "a tool message has no such field: its content says that it failed" }]
      : []
  }
  return message.name !== undefined && Fields.nameOf(endpoint, "name") === false
    ? [{ param: `${at}.name`, why: "the API knows no names of participants" }]
    : []
}

/** What of the messages has no field, and changes nothing that the model is told. */
export const dropped = (messages: ReadonlyArray<Message>, endpoint: Endpoint): ReadonlyArray<Dropped> =>
  messages.flatMap((message, index) => droppedOf(message, `messages[${index}]`, endpoint))
