/**
 * One piece of a streamed answer, in OpenAI's shape whatever provider sent it.
 */
import * as Chunk from "effect/Chunk"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as JsonWire from "./internal/chunkJson.ts"
import * as Wire from "./internal/chunkSchema.ts"
import type { UsageEncoded } from "./internal/chunkUsage.ts"
import * as UsageWire from "./internal/chunkUsage.ts"
import * as Writer from "./internal/chunkWire.ts"
import type { Json, JsonObject } from "./internal/json.ts"

export type { UsageEncoded }

/** Why a choice ended; words this package does not know pass through as they are. */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | (string & {})

export const FinishReason: Schema.Schema<FinishReason> = Wire.FinishReason

/** Token counts of one answer. `promptTokens` includes cache reads and writes, `completionTokens` includes reasoning. */
export interface Usage {
  readonly promptTokens: number
  readonly completionTokens: number
  readonly totalTokens: number
  readonly cachedTokens?: number | undefined
  readonly cacheWriteTokens?: number | undefined
  readonly reasoningTokens?: number | undefined
  /** What the provider counts beside that, in its own words. */
  readonly extra?: JsonObject | undefined
}

export const Usage: Schema.Schema<Usage, UsageEncoded> = UsageWire.Usage

/** A piece of a tool call: `id`, `type` and `function.name` come once, with the first piece. */
export interface ToolCallDelta {
  readonly index: number
  readonly id?: string | undefined
  readonly type?: "function" | undefined
  readonly function: { readonly name?: string | undefined; readonly arguments?: string | undefined }
}

export interface ToolCallDeltaEncoded extends Schema.Schema.Encoded<typeof Wire.ToolCallDelta> {}

export const ToolCallDelta: Schema.Schema<ToolCallDelta, ToolCallDeltaEncoded> = Wire.ToolCallDelta

/** A citation or other note about the text, in OpenAI's shape (`type: "url_citation"`) where the provider's fits it. */
export type Annotation = JsonObject

export const Annotation: Schema.Schema<Annotation> = JsonWire.JsonObject

export interface TopLogprob {
  readonly token: string
  readonly logprob: number
  readonly bytes?: ReadonlyArray<number> | undefined
}

export interface TokenLogprob extends TopLogprob {
  readonly topLogprobs: ReadonlyArray<TopLogprob>
}

export interface Logprobs {
  readonly content?: ReadonlyArray<TokenLogprob> | undefined
  readonly refusal?: ReadonlyArray<TokenLogprob> | undefined
}

export interface LogprobsEncoded extends Schema.Schema.Encoded<typeof Wire.Logprobs> {}

export const Logprobs: Schema.Schema<Logprobs, LogprobsEncoded> = Wire.Logprobs

export interface Delta {
  readonly role?: "assistant" | undefined
  readonly content?: string | undefined
  readonly refusal?: string | undefined
  readonly reasoning?: { readonly content: string } | undefined
  readonly toolCalls?: ReadonlyArray<ToolCallDelta> | undefined
  readonly annotations?: ReadonlyArray<Annotation> | undefined
  /** A block that must go back verbatim in the next turn, in the words of the dialect that sent it. */
  readonly native?: { readonly dialect: string; readonly block: Json } | undefined
}

export interface DeltaEncoded extends Schema.Schema.Encoded<typeof Wire.Delta> {}

export const Delta: Schema.Schema<Delta, DeltaEncoded> = Wire.Delta

export interface ChunkChoice {
  readonly index: number
  readonly delta: Delta
  readonly finishReason?: FinishReason | undefined
  /** The server's own word; absent when the end was known by other evidence. */
  readonly nativeFinishReason?: string | undefined
  readonly logprobs?: Logprobs | undefined
}

export interface ChunkChoiceEncoded extends Schema.Schema.Encoded<typeof Wire.ChunkChoice> {}

export const ChunkChoice: Schema.Schema<ChunkChoice, ChunkChoiceEncoded> = Wire.ChunkChoice

export interface ChatCompletionChunk {
  readonly id: string
  readonly object: "chat.completion.chunk"
  /** Seconds since the epoch. */
  readonly created: number
  readonly model: string
  readonly choices: ReadonlyArray<ChunkChoice>
  readonly usage?: Usage | undefined
  readonly systemFingerprint?: string | undefined
  readonly serviceTier?: string | undefined
  /** The decoded wire events behind this chunk, when `CallOptions.raw` asked for them; never encoded. */
  readonly raw?: ReadonlyArray<unknown> | undefined
}

export interface ChatCompletionChunkEncoded extends Schema.Schema.Encoded<typeof Wire.ChatCompletionChunk> {}

/**
 * A chunk from and to OpenAI's wire, with our additions: `delta.reasoning`, `delta.native`, `native_finish_reason`,
 * `usage.prompt_tokens_details.cache_write_tokens` and `usage.extra`.
 */
export const ChatCompletionChunk: Schema.Schema<ChatCompletionChunk, ChatCompletionChunkEncoded> =
  Wire.ChatCompletionChunk

/**
 * A chunk on OpenAI's wire, as `Schema.encode` of `ChatCompletionChunk` gives it, at a hundredth of the cost: the
 * compiler has checked what the Schema would check again.
 */
export const encode: (chunk: ChatCompletionChunk) => ChatCompletionChunkEncoded = Writer.encode

const event = (data: string): string => `data: ${data}\n\n`

/**
 * The chunks of an answer as OpenAI's event stream: the body of a `text/event-stream`, with one piece of bytes for all
 * that came at once. An answer that is whole ends with `[DONE]`; one that fails ends with its error and without it, so
 * that no client takes it for whole.
 */
export const toSse = <E, R>(self: Stream.Stream<ChatCompletionChunk, E, R>): Stream.Stream<Uint8Array, E, R> => {
  const encoder = new TextEncoder()
  const written = Stream.mapChunks(self, (chunks) => {
    let text = ""
    for (const chunk of chunks) text += event(JSON.stringify(encode(chunk)))
    return text === "" ? Chunk.empty<Uint8Array>() : Chunk.of(encoder.encode(text))
  })
  return Stream.concat(written, Stream.sync(() => encoder.encode(event("[DONE]"))))
}

/**
 * Which choice is read. An object, because `Stream.map` and `Array.map` give a function the element's index as well: a
 * plain number in second place would take it for the choice.
 */
export interface ChoiceOptions {
  /** The choice's `index`. Default: 0. */
  readonly choice?: number | undefined
}

const choiceOf = (chunk: ChatCompletionChunk, options: ChoiceOptions | undefined): ChunkChoice | undefined => {
  const index = options?.choice ?? 0
  return chunk.choices.find((candidate) => candidate.index === index)
}

/** The text of a choice in this chunk, `""` when there is none. */
export const text = (chunk: ChatCompletionChunk, options?: ChoiceOptions): string =>
  choiceOf(chunk, options)?.delta.content ?? ""

/** The reasoning of a choice in this chunk, `""` when there is none. */
export const reasoning = (chunk: ChatCompletionChunk, options?: ChoiceOptions): string =>
  choiceOf(chunk, options)?.delta.reasoning?.content ?? ""

/** Why a choice ended, on the one chunk that says so. */
export const finishReason = (chunk: ChatCompletionChunk, options?: ChoiceOptions): FinishReason | undefined =>
  choiceOf(chunk, options)?.finishReason
