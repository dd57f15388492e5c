/**
 * The whole answer on OpenAI's wire.
 */
import * as Schema from "effect/Schema"
import type { CompletionChoice } from "../ChatCompletion.ts"
import * as Field from "./chunkField.ts"
import * as Json from "./chunkJson.ts"
import * as Chunk from "./chunkSchema.ts"
import { completedToolCall } from "./completionChoice.ts"
import { NativeBlocks } from "./paramsMessage.ts"

/** The type is always told on the wire. */
const toolCall = Schema.Struct({
  id: Schema.String,
  type: Field.constant("function"),
  function: Schema.Struct({ name: Schema.String, arguments: Schema.String })
})

const message = {
  role: Field.constant("assistant"),
  content: Field.nullable(Schema.String),
  refusal: Field.nullable(Schema.String),
  reasoning: Field.optional(Chunk.Reasoning),
  annotations: Field.optional(Schema.Array(Json.JsonObject)),
  native: Field.optional(NativeBlocks)
}

const choice = {
  index: Field.withDefault(Field.Count, () => 0),
  finishReason: Field.nullable(Chunk.FinishReason).pipe(Schema.fromKey("finish_reason")),
  nativeFinishReason: Field.optional(Schema.String).pipe(Schema.fromKey("native_finish_reason")),
  logprobs: Field.nullable(Chunk.Logprobs)
}

const wire = Schema.Struct({
  ...choice,
  message: Chunk.readReasoningContent(Schema.Struct({
    ...message,
    toolCalls: Field.optional(Schema.Array(toolCall)).pipe(Schema.fromKey("tool_calls"))
  }))
})

const memory = Schema.typeSchema(Schema.Struct({
  ...choice,
  message: Schema.Struct({
    ...message,
    toolCalls: Field.optional(Schema.Array(Schema.Struct({ ...toolCall.fields, complete: Schema.Boolean })))
  })
}))

/** `complete` says nothing that the finish reason and the arguments do not say. */
const derive = (choice: typeof wire.Type): CompletionChoice => {
  const { message: { toolCalls, ...message }, ...rest } = choice
  if (toolCalls === undefined) return { ...rest, message }
  const completed = toolCalls.map((call) => completedToolCall(call, choice.finishReason))
  return { ...rest, message: { ...message, toolCalls: completed } }
}

export const Choice = Schema.transform(
  wire,
  memory.pipe(Schema.filter(() => true, { arbitrary: (from) => (fc) => from(fc).map(derive) })),
  { strict: true, decode: derive, encode: (choice) => choice }
)

export const ChatCompletion = Schema.Struct({
  ...Chunk.head,
  object: Field.constant("chat.completion"),
  choices: Schema.Array(Choice),
  ...Chunk.tail,
  requestId: Field.optional(Schema.String).pipe(Schema.fromKey("request_id"))
}).pipe(
  // As of chunks.
  Schema.filter(() => true, {
    arbitrary: (from) => (fc) => from(fc).map((answer) => ({ ...answer, choices: answer.choices.slice(0, 2) }))
  })
)
