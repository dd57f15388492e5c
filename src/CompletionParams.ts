/**
 * What a caller asks for: the messages, the tools and the sampling parameters of one chat completion.
 */
import type { Json, JsonObject } from "./internal/json.ts"

export type { Json, JsonObject }

/** Per-provider additions: the entry of the provider that is called is deep-merged last into the wire object. */
export interface Extra {
  readonly [providerId: string]: JsonObject
}

/** Where the bytes of an image, a file or a sound are: inline, at a URL, or uploaded to the provider before. */
export type Source =
  | { readonly data: Uint8Array; readonly mediaType: string }
  | { readonly url: string }
  | { readonly id: string }

export interface TextPart {
  readonly type: "text"
  readonly text: string
  readonly extra?: Extra | undefined
}

export interface ImagePart {
  readonly type: "image"
  readonly source: Source
  readonly detail?: "auto" | "low" | "high" | (string & {}) | undefined
  readonly extra?: Extra | undefined
}

export interface FilePart {
  readonly type: "file"
  readonly source: Source
  readonly filename?: string | undefined
  readonly extra?: Extra | undefined
}

export interface AudioPart {
  readonly type: "audio"
  readonly source: Source
  readonly extra?: Extra | undefined
}

export type Part = TextPart | ImagePart | FilePart | AudioPart

export interface SystemMessage {
  readonly role: "system"
  readonly content: string | ReadonlyArray<TextPart>
  readonly name?: string | undefined
  readonly extra?: Extra | undefined
}

export interface DeveloperMessage {
  readonly role: "developer"
  readonly content: string | ReadonlyArray<TextPart>
  readonly name?: string | undefined
  readonly extra?: Extra | undefined
}

export interface UserMessage {
  readonly role: "user"
  readonly content: string | ReadonlyArray<Part>
  readonly name?: string | undefined
  readonly extra?: Extra | undefined
}

/** A call the model made; `arguments` is JSON text, exactly as the model wrote it. */
export interface ToolCall {
  readonly id: string
  readonly type?: "function" | undefined
  readonly function: { readonly name: string; readonly arguments: string }
}

/** The answer's blocks in the words of the dialect that sent them, opaque, to be replayed verbatim and in order. */
export interface NativeBlocks {
  readonly dialect: string
  readonly blocks: ReadonlyArray<Json>
}

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

export interface ToolMessage {
  readonly role: "tool"
  readonly content: string | ReadonlyArray<Part>
  readonly toolCallId: string
  readonly isError?: boolean | undefined
  readonly extra?: Extra | undefined
}

export type Message = SystemMessage | DeveloperMessage | UserMessage | AssistantMessage | ToolMessage

/** A JSON Schema, as the provider gets it. */
export type JsonSchema = JsonObject

export interface ToolDefinition {
  readonly name: string
  readonly description?: string | undefined
  readonly parameters?: JsonSchema | undefined
  readonly strict?: boolean | undefined
  readonly extra?: Extra | undefined
}

export type ToolChoice = "auto" | "none" | "required" | { readonly name: string }

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

export type ReasoningEffort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "auto" | (string & {})

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
