/**
 * What a caller asks for: the messages, the tools and the sampling parameters of one chat completion.
 *
 * The Schemas read and write the body of OpenAI's `POST /chat/completions`. Keys they do not know, of the request and
 * of each message, part and tool, are `extra.openai` in memory and go back where they came from. Of ours on that wire:
 * `extra` beside them (the entries of other providers, and what of `openai`'s a known field would hide), `reasoning`
 * and `native` of an assistant message, `is_error` of a tool message, `file_id` for the id of an image or a sound, and
 * `file_url` and `input_audio.url` for URLs.
 */
import type * as Schema from "effect/Schema"
import * as JsonWire from "./internal/chunkJson.ts"
import type { Json, JsonObject } from "./internal/json.ts"
import * as MessageWire from "./internal/paramsMessage.ts"
import * as OpenWire from "./internal/paramsOpen.ts"
import * as PartWire from "./internal/paramsPart.ts"
import * as Wire from "./internal/paramsSchema.ts"
import type { SourceEncoded } from "./internal/paramsSource.ts"
import * as SourceWire from "./internal/paramsSource.ts"

export type { SourceEncoded }

export type { Json, JsonObject }

/** Per-provider additions: the entry of the provider that is called is deep-merged last into the wire object. */
export interface Extra {
  readonly [providerId: string]: JsonObject
}

export const Extra: Schema.Schema<Extra> = OpenWire.Extra

/** Where the bytes of an image, a file or a sound are: inline, at a URL, or uploaded to the provider before. */
export type Source =
  | { readonly data: Uint8Array; readonly mediaType: string }
  | { readonly url: string }
  | { readonly id: string }

export const Source: Schema.Schema<Source, SourceEncoded> = SourceWire.Source

export interface TextPart {
  readonly type: "text"
  readonly text: string
  readonly extra?: Extra | undefined
}

export interface TextPartEncoded extends Schema.Schema.Encoded<typeof PartWire.Text> {}

export const TextPart: Schema.Schema<TextPart, TextPartEncoded> = PartWire.Text

export interface ImagePart {
  readonly type: "image"
  readonly source: Source
  readonly detail?: "auto" | "low" | "high" | (string & {}) | undefined
  readonly extra?: Extra | undefined
}

export interface ImagePartEncoded extends Schema.Schema.Encoded<typeof PartWire.Image> {}

export const ImagePart: Schema.Schema<ImagePart, ImagePartEncoded> = PartWire.Image

export interface FilePart {
  readonly type: "file"
  readonly source: Source
  readonly filename?: string | undefined
  readonly extra?: Extra | undefined
}

export interface FilePartEncoded extends Schema.Schema.Encoded<typeof PartWire.File> {}

export const FilePart: Schema.Schema<FilePart, FilePartEncoded> = PartWire.File

export interface AudioPart {
  readonly type: "audio"
  readonly source: Source
  readonly extra?: Extra | undefined
}

export interface AudioPartEncoded extends Schema.Schema.Encoded<typeof PartWire.Audio> {}

export const AudioPart: Schema.Schema<AudioPart, AudioPartEncoded> = PartWire.Audio

export type Part = TextPart | ImagePart | FilePart | AudioPart

export type PartEncoded = typeof PartWire.Part.Encoded

export const Part: Schema.Schema<Part, PartEncoded> = PartWire.Part

export interface SystemMessage {
  readonly role: "system"
  readonly content: string | ReadonlyArray<TextPart>
  readonly name?: string | undefined
  readonly extra?: Extra | undefined
}

export interface SystemMessageEncoded extends Schema.Schema.Encoded<typeof MessageWire.System> {}

export const SystemMessage: Schema.Schema<SystemMessage, SystemMessageEncoded> = MessageWire.System

export interface DeveloperMessage {
  readonly role: "developer"
  readonly content: string | ReadonlyArray<TextPart>
  readonly name?: string | undefined
  readonly extra?: Extra | undefined
}

export interface DeveloperMessageEncoded extends Schema.Schema.Encoded<typeof MessageWire.Developer> {}

export const DeveloperMessage: Schema.Schema<DeveloperMessage, DeveloperMessageEncoded> = MessageWire.Developer

export interface UserMessage {
  readonly role: "user"
  readonly content: string | ReadonlyArray<Part>
  readonly name?: string | undefined
  readonly extra?: Extra | undefined
}

export interface UserMessageEncoded extends Schema.Schema.Encoded<typeof MessageWire.User> {}

export const UserMessage: Schema.Schema<UserMessage, UserMessageEncoded> = MessageWire.User

/** A call the model made; `arguments` is JSON text, exactly as the model wrote it. */
export interface ToolCall {
  readonly id: string
  readonly type?: "function" | undefined
  readonly function: { readonly name: string; readonly arguments: string }
}

export interface ToolCallEncoded extends Schema.Schema.Encoded<typeof MessageWire.ToolCall> {}

export const ToolCall: Schema.Schema<ToolCall, ToolCallEncoded> = MessageWire.ToolCall

/** The answer's blocks in the words of the dialect that sent them, opaque, to be replayed verbatim and in order. */
export interface NativeBlocks {
  readonly dialect: string
  readonly blocks: ReadonlyArray<Json>
}

export const NativeBlocks: Schema.Schema<NativeBlocks> = MessageWire.NativeBlocks

export interface AssistantMessage {
  readonly role: "assistant"
  readonly content?: string | ReadonlyArray<TextPart> | undefined
  readonly refusal?: string | undefined
  readonly reasoning?: { readonly content: string } | undefined
  readonly toolCalls?: ReadonlyArray<ToolCall> | undefined
  readonly native?: NativeBlocks | undefined
  readonly name?: string | undefined
  readonly extra?: Extra | undefined
}

export interface AssistantMessageEncoded extends Schema.Schema.Encoded<typeof MessageWire.Assistant> {}

export const AssistantMessage: Schema.Schema<AssistantMessage, AssistantMessageEncoded> = MessageWire.Assistant

export interface ToolMessage {
  readonly role: "tool"
  readonly content: string | ReadonlyArray<Part>
  readonly toolCallId: string
  readonly isError?: boolean | undefined
  readonly extra?: Extra | undefined
}

export interface ToolMessageEncoded extends Schema.Schema.Encoded<typeof MessageWire.Tool> {}

export const ToolMessage: Schema.Schema<ToolMessage, ToolMessageEncoded> = MessageWire.Tool

export type Message = SystemMessage | DeveloperMessage | UserMessage | AssistantMessage | ToolMessage

export type MessageEncoded = typeof MessageWire.Message.Encoded

export const Message: Schema.Schema<Message, MessageEncoded> = MessageWire.Message

/** A JSON Schema, as the provider gets it. */
export type JsonSchema = JsonObject

export const JsonSchema: Schema.Schema<JsonSchema> = JsonWire.JsonObject

export interface ToolDefinition {
  readonly name: string
  readonly description?: string | undefined
  readonly parameters?: JsonSchema | undefined
  readonly strict?: boolean | undefined
  readonly extra?: Extra | undefined
}

export interface ToolDefinitionEncoded extends Schema.Schema.Encoded<typeof Wire.ToolDefinition> {}

export const ToolDefinition: Schema.Schema<ToolDefinition, ToolDefinitionEncoded> = Wire.ToolDefinition

export type ToolChoice = "auto" | "none" | "required" | { readonly name: string }

export type ToolChoiceEncoded = typeof Wire.ToolChoice.Encoded

export const ToolChoice: Schema.Schema<ToolChoice, ToolChoiceEncoded> = Wire.ToolChoice

export type ResponseFormat =
  | { readonly type: "text" }
  | { readonly type: "json_object" }
  | {
    readonly type: "json_schema"
    readonly name: string
    readonly description?: string | undefined
    readonly schema: JsonSchema
    readonly strict?: boolean | undefined
  }

export interface ResponseFormatEncoded extends Schema.Schema.Encoded<typeof Wire.ResponseFormat> {}

export const ResponseFormat: Schema.Schema<ResponseFormat, ResponseFormatEncoded> = Wire.ResponseFormat

export type ReasoningEffort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "auto" | (string & {})

export const ReasoningEffort: Schema.Schema<ReasoningEffort> = Wire.ReasoningEffort

export interface CompletionParams {
  /** The provider's own name for the model; the layer's `model` is used when this is absent. */
  readonly model?: string | undefined
  readonly messages: ReadonlyArray<Message>
  readonly temperature?: number | undefined
  readonly topP?: number | undefined
  readonly maxTokens?: number | undefined
  readonly stop?: string | ReadonlyArray<string> | undefined
  readonly n?: number | undefined
  readonly seed?: number | undefined
  readonly user?: string | undefined
  readonly metadata?: { readonly [key: string]: string } | undefined
  readonly presencePenalty?: number | undefined
  readonly frequencyPenalty?: number | undefined
  readonly logitBias?: { readonly [token: string]: number } | undefined
  readonly logprobs?: boolean | undefined
  readonly topLogprobs?: number | undefined
  readonly tools?: ReadonlyArray<ToolDefinition> | undefined
  readonly toolChoice?: ToolChoice | undefined
  readonly parallelToolCalls?: boolean | undefined
  readonly responseFormat?: ResponseFormat | undefined
  readonly reasoningEffort?: ReasoningEffort | undefined
  readonly serviceTier?: string | undefined
  /** Ask for token counts at the end of the answer. Default: true. */
  readonly includeUsage?: boolean | undefined
  readonly extra?: Extra | undefined
}

export interface CompletionParamsEncoded extends Schema.Schema.Encoded<typeof Wire.CompletionParams> {}

/**
 * A request from and to OpenAI's wire. `stream` is read and says nothing: streaming is chosen by the method called.
 * `max_tokens` is read where there is no `max_completion_tokens`.
 */
export const CompletionParams: Schema.Schema<CompletionParams, CompletionParamsEncoded> = Wire.CompletionParams

/** Params from messages, or from a text as one user message. */
export const make = (
  input: string | ReadonlyArray<Message>,
  options?: Omit<CompletionParams, "messages">
): CompletionParams => ({ ...options, messages: typeof input === "string" ? [user(input)] : input })

export const system = (
  content: SystemMessage["content"],
  options?: Omit<SystemMessage, "role" | "content">
): SystemMessage => ({ ...options, role: "system", content })

export const developer = (
  content: DeveloperMessage["content"],
  options?: Omit<DeveloperMessage, "role" | "content">
): DeveloperMessage => ({ ...options, role: "developer", content })

export const user = (
  content: UserMessage["content"],
  options?: Omit<UserMessage, "role" | "content">
): UserMessage => ({ ...options, role: "user", content })

/** A turn of the model; for one that was received, `ChatCompletion.toMessage`. */
export const assistant = (
  content: NonNullable<AssistantMessage["content"]>,
  options?: Omit<AssistantMessage, "role" | "content">
): AssistantMessage => ({ ...options, role: "assistant", content })

/** The result of a tool call. */
export const tool = (
  toolCallId: string,
  content: ToolMessage["content"],
  options?: Omit<ToolMessage, "role" | "content" | "toolCallId">
): ToolMessage => ({ ...options, role: "tool", content, toolCallId })
