/**
 * A chunk to OpenAI's wire, as a gateway needs it for each token: what its Schema's `encode` gives, without the checks of
 * what the compiler has checked. The Schema is interpreted, at some 20 µs a chunk; a property test holds the two together.
 */
import type * as Types from "effect/Types"
import type {
  ChatCompletionChunk,
  ChatCompletionChunkEncoded,
  ChunkChoice,
  ChunkChoiceEncoded,
  Delta,
  DeltaEncoded,
  Logprobs,
  LogprobsEncoded,
  TokenLogprob,
  ToolCallDelta,
  ToolCallDeltaEncoded,
  TopLogprob
} from "../ChatCompletionChunk.ts"
import * as Usage from "./chunkUsage.ts"

export const encode = (chunk: ChatCompletionChunk): ChatCompletionChunkEncoded => {
  const { choices, created, id, model, object, serviceTier, systemFingerprint, usage } = chunk
  // The keys stand in the Schema's order, so that a chunk has the same text either way.
  const wire: Types.Mutable<ChatCompletionChunkEncoded> = {
    id,
    created,
    model,
    object,
    choices: choices.map(encodeChoice)
  }
  if (usage !== undefined) wire.usage = Usage.encode(usage)
  if (systemFingerprint !== undefined) wire.system_fingerprint = systemFingerprint
  if (serviceTier !== undefined) wire.service_tier = serviceTier
  return wire
}

const encodeChoice = (choice: ChunkChoice): ChunkChoiceEncoded => {
  const { finishReason, logprobs, nativeFinishReason } = choice
  const wire: Types.Mutable<ChunkChoiceEncoded> = {
    index: choice.index,
    delta: encodeDelta(choice.delta),
    finish_reason: finishReason ?? null
  }
  if (nativeFinishReason !== undefined) wire.native_finish_reason = nativeFinishReason
  if (logprobs !== undefined) wire.logprobs = encodeLogprobs(logprobs)
  return wire
}

const encodeDelta = (delta: Delta): DeltaEncoded => {
  const { annotations, content, native, reasoning, refusal, role, toolCalls } = delta
  const wire: Types.Mutable<DeltaEncoded> = {}
  if (role !== undefined) wire.role = role
  if (content !== undefined) wire.content = content
  if (refusal !== undefined) wire.refusal = refusal
  if (reasoning !== undefined) wire.reasoning = { content: reasoning.content }
  if (toolCalls !== undefined) wire.tool_calls = toolCalls.map(encodeToolCall)
  if (annotations !== undefined) wire.annotations = annotations
  if (native !== undefined) wire.native = { dialect: native.dialect, block: native.block }
  return wire
}

const encodeToolCall = ({ function: called, id, index, type }: ToolCallDelta): ToolCallDeltaEncoded => {
  const wire: Types.Mutable<ToolCallDeltaEncoded> = { index }
  if (id !== undefined) wire.id = id
  if (type !== undefined) wire.type = type
  wire.function = encodeFunction(called)
  return wire
}

const encodeFunction = ({ arguments: text, name }: ToolCallDelta["function"]): ToolCallDeltaEncoded["function"] => {
  const wire: Types.Mutable<NonNullable<ToolCallDeltaEncoded["function"]>> = {}
  if (name !== undefined) wire.name = name
  if (text !== undefined) wire.arguments = text
  return wire
}

const encodeLogprobs = ({ content, refusal }: Logprobs): LogprobsEncoded => ({
  content: content?.map(encodeToken) ?? null,
  refusal: refusal?.map(encodeToken) ?? null
})

const encodeToken = ({ topLogprobs, ...token }: TokenLogprob) => ({
  ...encodeTop(token),
  top_logprobs: topLogprobs.map(encodeTop)
})

const encodeTop = ({ bytes, logprob, token }: TopLogprob) => ({ token, logprob, bytes: bytes ?? null })
