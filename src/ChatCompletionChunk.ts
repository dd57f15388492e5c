/**
 * One piece of a streamed answer, in OpenAI's shape whatever provider sent it.
 */
import type { Json, JsonObject } from "./internal/json.ts"

/** Why a choice ended; words this package does not know pass through as they are. */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | (string & {})

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

/** A piece of a tool call: `id`, `type` and `function.name` come once, with the first piece. */
export interface ToolCallDelta {
  readonly index: number
  readonly id?: string | undefined
  readonly type?: "function" | undefined
  readonly function: { readonly name?: string | undefined; readonly arguments?: string | undefined }
}

/** A citation or other note about the text, in OpenAI's shape (`type: "url_citation"`) where the provider's fits it. */
export type Annotation = JsonObject

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

export interface ChunkChoice {
  readonly index: number
  readonly delta: Delta
  readonly finishReason?: FinishReason | undefined
  /** The server's own word; absent when the end was known by other evidence. */
  readonly nativeFinishReason?: string | undefined
  readonly logprobs?: Logprobs | undefined
}

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

const choiceAt = (chunk: ChatCompletionChunk, choice: number): ChunkChoice | undefined =>
  chunk.choices.find((candidate) => candidate.index === choice)

/** The text of a choice in this chunk, `""` when there is none. */
export const text = (chunk: ChatCompletionChunk, choice = 0): string => choiceAt(chunk, choice)?.delta.content ?? ""

/** The reasoning of a choice in this chunk, `""` when there is none. */
export const reasoning = (chunk: ChatCompletionChunk, choice = 0): string =>
  choiceAt(chunk, choice)?.delta.reasoning?.content ?? ""

/** Why a choice ended, on the one chunk that says so. */
export const finishReason = (chunk: ChatCompletionChunk, choice = 0): FinishReason | undefined =>
  choiceAt(chunk, choice)?.finishReason
