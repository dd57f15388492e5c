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
import type { UnsupportedParameter } from "../ProviderError.ts"
import * as Base64 from "./base64.ts"
import type { Json, JsonObject } from "./json.ts"
import { merge } from "./merge.ts"
import { defined } from "./openAiJson.ts"

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
  provider: string,
  encode: (part: Part, at: string) => Encoded<JsonObject> = partOf
): Encoded<Content> =>
  typeof content === "string"
    ? Either.right(content)
    : Either.all(content.map((part, index) =>
      Either.map(encode(part, `${at}.content[${index}]`), (wire) => withExtra(wire, part.extra, provider))
    ))

const toolCalls = (message: AssistantMessage): ReadonlyArray<Json> | undefined =>
  message.toolCalls === undefined || message.toolCalls.length === 0
    ? undefined
    : message.toolCalls.map((call) => ({
      id: call.id,
      type: "function",
      function: { name: call.function.name, arguments: call.function.arguments }
    }))

/**
 * The turn is rebuilt from what it said and called. Reasoning stays here: the API has no field for it; and what
 * `native` holds of other dialects means nothing to it. Of its own there are no blocks that a replay would need.
 */
const assistant = (message: AssistantMessage, at: string, provider: string): Encoded<JsonObject> => {
  const calls = toolCalls(message)
  const said = message.content === undefined || message.content.length === 0 ? undefined : message.content
  // The API wants content where there are neither calls nor a refusal, even if the answer had none.
  const silent = said === undefined && calls === undefined && message.refusal === undefined
  return Either.map(said === undefined ? Either.right(undefined) : content(said, at, provider), (content) =>
    defined({
      role: "assistant",
      content: silent ? "" : content,
      name: message.name,
      refusal: message.refusal,
      tool_calls: calls
    }))
}

const onlyText = (part: Part, at: string): Encoded<JsonObject> =>
  part.type === "text" ? Either.right(text(part)) : unsupported(at)

const tool = (message: ToolMessage, at: string, provider: string): Encoded<JsonObject> =>
  Either.map(content(message.content, at, provider, onlyText), (content) => ({
    role: "tool",
    tool_call_id: message.toolCallId,
    content
  }))

const messageOf = (message: Message, at: string, provider: string): Encoded<JsonObject> => {
  switch (message.role) {
    case "assistant":
      return assistant(message, at, provider)
    case "tool":
      return tool(message, at, provider)
    default:
      return Either.map(
        content(message.content, at, provider),
        (content) => defined({ role: message.role, content, name: message.name })
      )
  }
}

/** The wire messages, or the path of the first thing that they cannot say. */
export const encode = (messages: ReadonlyArray<Message>, provider: string): Encoded<ReadonlyArray<JsonObject>> =>
  Either.all(
    messages.map((message, index) =>
      Either.map(messageOf(message, `messages[${index}]`, provider), (wire) => withExtra(wire, message.extra, provider))
    )
  )

/** A tool message has no mark for failure: the model reads in its content that the tool failed. */
export const dropped = (messages: ReadonlyArray<Message>): ReadonlyArray<Dropped> =>
  messages.flatMap((message, index) =>
    message.role === "tool" && message.isError === true
      ? [{
        param: `messages[${index}].isError`,
        why: "a tool message has no such field: its content says that it failed"
      }]
      : []
  )
