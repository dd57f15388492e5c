/**
 * Messages on OpenAI's wire.
 */
import * as Schema from "effect/Schema"
import * as Field from "./chunkField.ts"
import * as Json from "./chunkJson.ts"
import { readReasoningContent, Reasoning } from "./chunkSchema.ts"
import { extra, open } from "./paramsOpen.ts"
import { Part, Text } from "./paramsPart.ts"

const texts = Schema.Union(Schema.String, Schema.Array(Text))
const parts = Schema.Union(Schema.String, Schema.Array(Part))
const name = Field.optional(Schema.String)

export const System = open(
  "SystemMessage",
  Schema.Struct({ role: Schema.Literal("system"), content: texts, name, ...extra })
)

export const Developer = open(
  "DeveloperMessage",
  Schema.Struct({ role: Schema.Literal("developer"), content: texts, name, ...extra })
)

export const User = open("UserMessage", Schema.Struct({ role: Schema.Literal("user"), content: parts, name, ...extra }))

/** The type is always written, and then read. */
export const ToolCall = Schema.Struct({
  id: Schema.String,
  type: Field.written("function"),
  function: Schema.Struct({ name: Schema.String, arguments: Schema.String })
}).pipe(
  Schema.filter(() => true, {
    arbitrary: (from) => (fc) => from(fc).map((call) => ({ ...call, type: "function" as const }))
  })
)

export const NativeBlocks = Schema.Struct({ dialect: Schema.String, blocks: Schema.Array(Json.Json) })

const refusalPart = Schema.Struct({ type: Schema.Literal("refusal"), refusal: Schema.String })

/** OpenAI allows a refusal among the parts: it is the message's `refusal`. */
const assistantContent = Schema.transform(
  Schema.Union(Schema.String, Schema.Array(Schema.Union(Text, refusalPart))),
  Schema.typeSchema(texts),
  {
    strict: true,
    decode: (content) => typeof content === "string" ? content : content.filter((part) => part.type === "text"),
    encode: (content) => content
  }
)

const assistant = readReasoningContent(Schema.Struct({
  role: Schema.Literal("assistant"),
  content: Field.optional(assistantContent),
  refusal: Field.optional(Schema.String),
  reasoning: Field.optional(Reasoning),
  toolCalls: Field.optional(Schema.Array(ToolCall)).pipe(Schema.fromKey("tool_calls")),
  native: Field.optional(NativeBlocks),
  name,
  ...extra
}))

const refusalIn = (content: typeof assistant.Encoded["content"]): string | undefined => {
  if (!Array.isArray(content)) return undefined
  const refusals = content.flatMap((part: typeof Text.Encoded | typeof refusalPart.Type) =>
    part.type === "refusal" ? [part.refusal] : []
  )
  return refusals.length === 0 ? undefined : refusals.join("")
}

export const Assistant = open(
  "AssistantMessage",
  Schema.transform(Field.wireOf(assistant), assistant, {
    strict: true,
    decode: (message) => ({ ...message, refusal: message.refusal ?? refusalIn(message.content) }),
    encode: (message) => message
  })
)

export const Tool = open(
  "ToolMessage",
  Schema.Struct({
    role: Schema.Literal("tool"),
    content: parts,
    toolCallId: Schema.propertySignature(Schema.String).pipe(Schema.fromKey("tool_call_id")),
    isError: Field.optional(Schema.Boolean).pipe(Schema.fromKey("is_error")),
    ...extra
  })
)

export const Message = Schema.Union(System, Developer, User, Assistant, Tool)
