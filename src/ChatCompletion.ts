/**
 * The whole answer: what the chunks of one stream add up to.
 */
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Schema from "effect/Schema"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
import type {
  Annotation,
  ChatCompletionChunk,
  ChoiceOptions,
  FinishReason,
  Logprobs,
  Usage
} from "./ChatCompletionChunk.ts"
import type { AssistantMessage, NativeBlocks, ToolCall } from "./CompletionParams.ts"
import * as Fold from "./internal/completionFold.ts"
import * as Wire from "./internal/completionSchema.ts"

/** A tool call of a whole answer. */
export interface CompletedToolCall {
  readonly id: string
  readonly type: "function"
  readonly function: { readonly name: string; readonly arguments: string }
  /** True when the answer ended with `stop` or `tool_calls` *and* the arguments parse to a JSON object of a named function. */
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

export interface CompletionChoiceEncoded extends Schema.Schema.Encoded<typeof Wire.Choice> {}

export const CompletionChoice: Schema.Schema<CompletionChoice, CompletionChoiceEncoded> = Wire.Choice

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

export interface ChatCompletionEncoded extends Schema.Schema.Encoded<typeof Wire.ChatCompletion> {}

/**
 * An answer from and to OpenAI's wire, with our additions: `message.reasoning`, `message.native`,
 * `native_finish_reason`, `request_id`, `usage.prompt_tokens_details.cache_write_tokens` and `usage.extra`. `complete`
 * of a tool call is not written: reading derives it again.
 */
export const ChatCompletion: Schema.Schema<ChatCompletion, ChatCompletionEncoded> = Wire.ChatCompletion

/**
 * Gathers the chunks of one answer: `Stream.run(ChatCompletion.collect)`. No chunks give an answer without choices,
 * with `id` and `model` `""`. Linear in the size of the answer, however it was cut.
 */
export const collect: Sink.Sink<ChatCompletion, ChatCompletionChunk> = Sink.suspend(() => {
  const fold = Fold.make()
  return Sink.map(Sink.forEachChunk((chunks) => Effect.sync(() => fold.addAll(chunks))), fold.snapshot)
})

/** `collect` without a stream. */
export const fromChunks = (chunks: Iterable<ChatCompletionChunk>): ChatCompletion => {
  const fold = Fold.make()
  for (const chunk of chunks) fold.add(chunk)
  return fold.snapshot()
}

/** An answer, whole or not, and how its stream ended. */
export interface CollectedExit<E> {
  readonly completion: ChatCompletion
  readonly exit: Exit.Exit<void, E>
}

/**
 * What came of an answer together with the end of its stream, for callers that can use half an answer. Never fails: a
 * failure, a defect or an interruption inside the stream is in `exit`. Interrupting the Effect itself is interruption.
 */
export const collectExit = <E, R>(
  stream: Stream.Stream<ChatCompletionChunk, E, R>
): Effect.Effect<CollectedExit<E>, never, R> =>
  Effect.suspend(() => {
    const fold = Fold.make()
    return Stream.runForEachChunk(stream, (chunks) => Effect.sync(() => fold.addAll(chunks))).pipe(
      Effect.exit,
      Effect.map((exit) => ({ completion: fold.snapshot(), exit }))
    )
  })

/**
 * Each chunk with the answer so far, its own choices included. A snapshot copies no text; it costs as much as there
 * are choices, and in the choices that the chunk is about tool calls, annotations, native blocks and logprobs.
 */
export const scan = <E, R>(
  stream: Stream.Stream<ChatCompletionChunk, E, R>
): Stream.Stream<{ readonly chunk: ChatCompletionChunk; readonly completion: ChatCompletion }, E, R> =>
  Stream.suspend(() => {
    const fold = Fold.make()
    return Stream.map(stream, (chunk) => {
      fold.add(chunk)
      return { chunk, completion: fold.snapshot() }
    })
  })

/** The assistant's message for the next turn; a choice that is not there gives a message that says nothing. */
export const toMessage = (completion: ChatCompletion, options?: ChoiceOptions): AssistantMessage => {
  const index = options?.choice ?? 0
  const message = completion.choices.find((candidate) => candidate.index === index)?.message
  if (message === undefined) return { role: "assistant" }
  const { content, native, reasoning, refusal, toolCalls } = message
  return {
    role: "assistant",
    ...(content === undefined ? {} : { content }),
    ...(refusal === undefined ? {} : { refusal }),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(toolCalls === undefined ? {} : { toolCalls: toolCalls.map(toToolCall) }),
    ...(native === undefined ? {} : { native })
  }
}

const toToolCall = (call: CompletedToolCall): ToolCall => ({ id: call.id, type: call.type, function: call.function })
