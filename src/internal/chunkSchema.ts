/**
 * The streamed chunk on OpenAI's wire, and the parts that the whole answer shares with it.
 */
import * as Schema from "effect/Schema"
import * as Field from "./chunkField.ts"
import * as Json from "./chunkJson.ts"
import { Usage } from "./chunkUsage.ts"

/** Any word; the known ones first, for those who read the Schema. */
export const FinishReason = Schema.Union(
  Schema.Literal("stop", "length", "tool_calls", "content_filter"),
  Schema.String
)

/** UTF-8, a few bytes a token: said here for arbitraries, which else make the most of nested arrays. */
const bytes = Schema.Array(Field.Count).annotations({
  arbitrary: () => (fc) => fc.array(fc.nat(255), { maxLength: 4 })
})

const topLogprob = Schema.Struct({
  token: Schema.String,
  logprob: Field.Number,
  bytes: Field.nullable(bytes)
})

const tokenLogprob = Schema.Struct({
  ...topLogprob.fields,
  topLogprobs: Field.withDefault(Schema.Array(topLogprob), () => []).pipe(Schema.fromKey("top_logprobs"))
})

export const Logprobs = Schema.Struct({
  content: Field.nullable(Schema.Array(tokenLogprob)),
  refusal: Field.nullable(Schema.Array(tokenLogprob))
})

export const ToolCallDelta = Schema.Struct({
  index: Field.Count,
  id: Field.optional(Schema.String),
  type: Field.optionalLiteral("function"),
  function: Field.withDefault(
    Schema.Struct({ name: Field.optional(Schema.String), arguments: Field.optional(Schema.String) }),
    () => ({})
  )
})

const reasoning = Schema.Struct({ content: Schema.String })

const reasoningWire = Schema.Union(Schema.Struct({ content: Schema.String }), Schema.String)

/** Reasoning is `{ content }` on our wire; a bare string, as some servers have it, is read too. */
export const Reasoning = Schema.transform(reasoningWire, reasoning, {
  strict: true,
  decode: (wire) => typeof wire === "string" ? { content: wire } : wire,
  encode: (memory) => memory
})

/** Also reads `reasoning_content`, as DeepSeek and its followers have it, where there is no `reasoning`. */
export const readReasoningContent = <A, I extends { readonly reasoning?: string | object | null | undefined }>(
  schema: Schema.Schema<A, I>
) =>
  Field.reading(schema, "reasoning_content", Schema.String, (wire, content) => ({
    ...wire,
    reasoning: wire.reasoning ?? content
  }))

export const Native = Schema.Struct({ dialect: Schema.String, block: Json.Json })

export const Delta = readReasoningContent(Schema.Struct({
  role: Field.optionalLiteral("assistant"),
  content: Field.optional(Schema.String),
  refusal: Field.optional(Schema.String),
  reasoning: Field.optional(Reasoning),
  toolCalls: Field.optional(Schema.Array(ToolCallDelta)).pipe(Schema.fromKey("tool_calls")),
  annotations: Field.optional(Schema.Array(Json.JsonObject)),
  native: Field.optional(Native)
}))

export const ChunkChoice = Schema.Struct({
  index: Field.Count,
  delta: Field.withDefault(Delta, () => ({})),
  finishReason: Field.nullable(FinishReason).pipe(Schema.fromKey("finish_reason")),
  nativeFinishReason: Field.optional(Schema.String).pipe(Schema.fromKey("native_finish_reason")),
  logprobs: Field.optional(Logprobs)
})

/** What a chunk and a whole answer both begin with. */
export const head = {
  id: Field.withDefault(Schema.String, () => ""),
  created: Field.withDefault(Field.Count, () => 0),
  model: Field.withDefault(Schema.String, () => "")
}

/** What both end with. */
export const tail = {
  usage: Field.optional(Usage),
  systemFingerprint: Field.optional(Schema.String).pipe(Schema.fromKey("system_fingerprint")),
  serviceTier: Field.optional(Schema.String).pipe(Schema.fromKey("service_tier"))
}

export const ChatCompletionChunk = Schema.Struct({
  ...head,
  // Azure sends "" on chunks that carry only the verdict of its content filter.
  object: Field.constant("chat.completion.chunk", ""),
  choices: Schema.Array(ChunkChoice),
  ...tail,
  raw: Field.unwritten(Schema.Array(Schema.Unknown))
}).pipe(
  // Arbitraries hold what the wire can carry, and of choices two say as much as ten.
  Schema.filter(() => true, {
    arbitrary: (from) => (fc) =>
      from(fc).map(({ choices, raw: _, ...chunk }) => ({ ...chunk, choices: choices.slice(0, 2) }))
  })
)
