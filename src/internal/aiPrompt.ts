/**
 * A prompt of `@effect/ai` as messages.
 */
import type * as Prompt from "@effect/ai/Prompt"
import type * as Tool from "@effect/ai/Tool"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { AssistantMessage, Extra, Message, Part, Source, TextPart, ToolCall } from "../CompletionParams.ts"
import * as CompletionParams from "../CompletionParams.ts"
import * as Native from "./aiNative.ts"
import type { JsonObject } from "./json.ts"
import { merge } from "./merge.ts"

/** The messages, or what is wrong with the prompt. */
type Result<A> = Either.Either<A, string>

export type Tools = ReadonlyArray<Tool.Any>

const isExtra = Schema.is(CompletionParams.Extra)

/** What is said to providers: by their ids, and under our own key as `extra`. Who is not called ignores it. */
const extraOf = (options: Prompt.ProviderOptions): { readonly extra?: Extra } => {
  const { [Native.key]: ours, ...others } = options
  const named = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined))
  const extra = isExtra(named) ? named : {}
  const own = isExtra(ours?.["extra"]) ? ours["extra"] : {}
  // An `Extra` is a JSON object of JSON objects, and merging two of them gives another.
  const all = merge(extra, own) as Extra
  return Object.keys(all).length === 0 ? {} : { extra: all }
}

/** The beginnings of the formats that every provider takes. */
const signatures: ReadonlyArray<readonly [mediaType: string, bytes: ReadonlyArray<number>]> = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47]],
  ["image/gif", [0x47, 0x49, 0x46]],
  ["image/webp", [0x52, 0x49, 0x46, 0x46]]
]

/** Providers want to know which image it is. */
const mediaTypeOf = (mediaType: string, data: Uint8Array): string =>
  mediaType === "image/*"
    ? signatures.find(([, bytes]) => bytes.every((byte, index) => data[index] === byte))?.[0] ?? "image/jpeg"
    : mediaType

const isUrl = (text: string): boolean => /^(?:https?|data|gs|s3):/i.test(text)

const sourceOf = ({ data, mediaType }: Prompt.FilePart, path: string): Result<Source> => {
  if (data instanceof URL) return Either.right({ url: data.href })
  if (data instanceof Uint8Array) return Either.right({ data, mediaType: mediaTypeOf(mediaType, data) })
  // A history that was JSON has its URLs as texts.
  if (isUrl(data)) return Either.right({ url: data })
  return Either.mapBoth(Encoding.decodeBase64(data), {
    onLeft: () => `${path}.data is neither a URL nor base64`,
    onRight: (bytes) => ({ data: bytes, mediaType: mediaTypeOf(mediaType, bytes) })
  })
}

const detailOf = (options: Prompt.ProviderOptions): { readonly detail?: string } => {
  const detail = options[Native.key]?.["detail"]
  return Predicate.isString(detail) ? { detail } : {}
}

const filePart = (part: Prompt.FilePart, path: string): Result<Part> =>
  Either.map(sourceOf(part, path), (given): Part => {
    const id = part.options[Native.key]?.["id"]
    const source = Predicate.isString(id) ? { id } : given
    const extra = extraOf(part.options)
    if (part.mediaType.startsWith("image/")) return { type: "image", source, ...detailOf(part.options), ...extra }
    if (part.mediaType.startsWith("audio/")) return { type: "audio", source, ...extra }
    return { type: "file", source, ...(part.fileName === undefined ? {} : { filename: part.fileName }), ...extra }
  })

const textPart = (part: Prompt.TextPart): TextPart => ({ type: "text", text: part.text, ...extraOf(part.options) })

const userMessage = (message: Prompt.UserMessage, path: string): Result<ReadonlyArray<Message>> => {
  const content = Either.all(
    message.content.map((part, index) =>
      part.type === "text" ? Either.right(textPart(part)) : filePart(part, `${path}.content[${index}]`)
    )
  )
  return Either.map(content, (parts) => {
    const [only] = parts
    const isPlain = parts.length === 1 && only?.type === "text" && only.extra === undefined
    return [CompletionParams.user(isPlain ? only.text : parts, extraOf(message.options))]
  })
}

const json = (value: unknown, path: string): Result<string> =>
  Either.try({
    // Nothing, as a handler without a result gives it, is no JSON.
    try: () => JSON.stringify(value) ?? "null",
    catch: () => `${path} has a value that JSON cannot hold`
  })

/** A history has the parameters as their Schema decoded them: the model gets them as it wrote them. */
const encodeParams = (part: Prompt.ToolCallPart, tools: Tools): unknown => {
  const tool = tools.find(({ name }) => name === part.name)
  if (tool === undefined) return part.params
  // The Schema of a tool's parameters may need services to decode; to encode without them is tried, and not relied on.
  const schema = tool.parametersSchema as Schema.Schema<unknown>
  return Either.getOrElse(Schema.encodeUnknownEither(schema)(part.params), () => part.params)
}

const toolCall = (part: Prompt.ToolCallPart, tools: Tools, path: string): Result<ToolCall> =>
  Either.map(json(encodeParams(part, tools), `${path}.params`), (text) => ({
    id: part.id,
    type: "function",
    function: { name: part.name, arguments: text === "null" ? "{}" : text }
  }))

const toolResult = (part: Prompt.ToolResultPart, extra: JsonObject | undefined, path: string): Result<Message> =>
  Either.map(
    Predicate.isString(part.result) ? Either.right(part.result) : json(part.result, `${path}.result`),
    (content) => {
      const own = extraOf(part.options).extra
      // An `Extra` on both sides, as above.
      const all = extra === undefined ? own : merge(extra, own) as Extra
      return CompletionParams.tool(part.id, content, {
        ...(part.isFailure ? { isError: true } : {}),
        ...(all === undefined ? {} : { extra: all })
      })
    }
  )

const textOf = (parts: ReadonlyArray<TextPart>): Pick<AssistantMessage, "content"> => {
  if (parts.length === 0) return {}
  return { content: parts.some(({ extra }) => extra !== undefined) ? parts : parts.map(({ text }) => text).join("") }
}

const assistantMessage = (
  message: Prompt.AssistantMessage,
  before: Prompt.Message | undefined,
  tools: Tools,
  path: string
): Result<ReadonlyArray<Message>> => {
  const texts: Array<TextPart> = []
  const calls: Array<Result<ToolCall>> = []
  const results: Array<Result<Message>> = []
  for (const [index, part] of message.content.entries()) {
    const at = `${path}.content[${index}]`
    if (part.type === "text") texts.push(textPart(part))
    if (part.type === "file") {
      return Either.left(`${at} is a file in a message of the assistant, which no provider takes`)
    }
    if (part.type === "tool-call" && !part.providerExecuted) calls.push(toolCall(part, tools, at))
    if (part.type === "tool-result" && !part.providerExecuted) results.push(toolResult(part, undefined, at))
  }
  return Either.map(Either.all([Either.all(calls), Either.all(results)]), ([toolCalls, answers]) => {
    const { reasoning } = Native.fingerprint(message)
    const native = Native.of(message, before)
    return [{
      role: "assistant",
      ...textOf(texts),
      ...(reasoning === "" ? {} : { reasoning: { content: reasoning } }),
      ...(toolCalls.length === 0 ? {} : { toolCalls }),
      ...(native === undefined ? {} : { native }),
      ...extraOf(message.options)
    }, ...answers]
  })
}

const messagesOf = (
  message: Prompt.Message,
  before: Prompt.Message | undefined,
  tools: Tools,
  path: string
): Result<ReadonlyArray<Message>> => {
  switch (message.role) {
    case "system":
      return Either.right([CompletionParams.system(message.content, extraOf(message.options))])
    case "user":
      return userMessage(message, path)
    case "assistant":
      return assistantMessage(message, before, tools, path)
    case "tool": {
      const { extra } = extraOf(message.options)
      return Either.all(
        message.content.map((part, index) => toolResult(part, extra, `${path}.content[${index}]`))
      )
    }
  }
}

/** All messages of a prompt. `tools` are those of the call, by whose Schemas the calls of the history are written. */
export const messages = (prompt: Prompt.Prompt, tools: Tools): Result<ReadonlyArray<Message>> =>
  Either.map(
    Either.all(
      prompt.content.map((message, index, all) => messagesOf(message, all[index - 1], tools, `prompt[${index}]`))
    ),
    (groups) => groups.flat()
  )
