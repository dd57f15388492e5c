/**
 * The whole answer: what the chunks of one stream add up to.
 */
import type { Annotation, FinishReason, Logprobs, Usage } from "./ChatCompletionChunk.ts"
import type { NativeBlocks } from "./CompletionParams.ts"

/** A tool call of a whole answer. */
export interface CompletedToolCall {
  readonly id: string
  readonly type: "function"
  readonly function: { readonly name: string; readonly arguments: string }
  /** True when the answer ended with `stop` or `tool_calls` *and* the arguments parse to a JSON object: safe to run. */
  readonly complete: boolean
}

export interface CompletionMessage {
  readonly role: "assistant"
  readonly content?: string | undefined
  readonly refusal?: string | undefined
  readonly reasoning?: { readonly content: string } | undefined
  readonly toolCalls?: ReadonlyArray<CompletedToolCall> | undefined
  readonly annotations?: ReadonlyArray<Annotation> | undefined
  readonly native?: NativeBlocks | undefined
}

export interface CompletionChoice {
  readonly index: number
  readonly message: CompletionMessage
  readonly finishReason?: FinishReason | undefined
  readonly nativeFinishReason?: string | undefined
  readonly logprobs?: Logprobs | undefined
}

export interface ChatCompletion {
  readonly id: string
  readonly object: "chat.completion"
  /** Seconds since the epoch. */
  readonly created: number
  readonly model: string
  readonly choices: ReadonlyArray<CompletionChoice>
  readonly usage?: Usage | undefined
  readonly systemFingerprint?: string | undefined
  readonly serviceTier?: string | undefined
  /** The provider's id of the request, from the response's headers. */
  readonly requestId?: string | undefined
}
