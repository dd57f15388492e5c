/**
 * The request on OpenAI's wire: the body of `POST /chat/completions`.
 */
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { ResponseFormat as Format } from "../CompletionParams.ts"
import * as Field from "./chunkField.ts"
import * as Json from "./chunkJson.ts"
import { Message } from "./paramsMessage.ts"
import { Extra, extra, open } from "./paramsOpen.ts"

const nullish = Field.nullish

const functionWire = Schema.Struct({
  name: Schema.String,
  description: nullish(Schema.String),
  parameters: nullish(Json.JsonObject),
  strict: nullish(Schema.Boolean)
})

const toolWire = Schema.Struct({ type: Schema.Literal("function"), function: functionWire, extra: nullish(Extra) })

const definition = Schema.Struct({
  name: Schema.String,
  description: Field.optional(Schema.String),
  parameters: Field.optional(Json.JsonObject),
  strict: Field.optional(Schema.Boolean),
  ...extra
})

/** `{ type: "function", function: { ... } }` on the wire, flat in memory. */
export const ToolDefinition = open(
  "ToolDefinition",
  Schema.transform(toolWire, definition, {
    strict: true,
    decode: ({ extra, function: fields }) => ({ ...fields, extra }),
    encode: ({ extra, ...fields }) => ({
      type: "function" as const,
      function: fields,
      ...(extra === undefined ? {} : { extra })
    })
  })
)

const toolChoiceMode = Schema.Literal("auto", "none", "required")

const namedFunction = Schema.Struct({ name: Schema.String })

export const ToolChoice = Schema.transform(
  Schema.Union(toolChoiceMode, Schema.Struct({ type: Schema.Literal("function"), function: namedFunction })),
  Schema.Union(toolChoiceMode, namedFunction),
  {
    strict: true,
    decode: (choice) => typeof choice === "string" ? choice : choice.function,
    encode: (choice) => typeof choice === "string" ? choice : { type: "function" as const, function: choice }
  }
)

const responseFormatWire = Schema.Struct({
  type: Schema.Literal("text", "json_object", "json_schema"),
  json_schema: nullish(Schema.Struct({
    name: Schema.String,
    description: nullish(Schema.String),
    schema: nullish(Json.JsonObject),
    strict: nullish(Schema.Boolean)
  }))
})

const responseFormat = Schema.typeSchema(Schema.Union(
  Schema.Struct({ type: Schema.Literal("text") }),
  Schema.Struct({ type: Schema.Literal("json_object") }),
  Schema.Struct({
    type: Schema.Literal("json_schema"),
    name: Schema.String,
    description: Field.optional(Schema.String),
    schema: Json.JsonObject,
    strict: Field.optional(Schema.Boolean)
  })
))

const ofResponseFormat = ({ json_schema, type }: typeof responseFormatWire.Type): Format | undefined => {
  if (type !== "json_schema") return { type }
  if (json_schema === undefined || json_schema === null) return undefined
  const { description, name, schema, strict } = json_schema
  return {
    type,
    name,
    ...(typeof description === "string" ? { description } : {}),
    // OpenAI makes the schema optional: then any object will do.
    schema: schema ?? {},
    ...(typeof strict === "boolean" ? { strict } : {})
  }
}

const toResponseFormat = (format: Format): typeof responseFormatWire.Type => {
  if (format.type !== "json_schema") return { type: format.type }
  const { description, name, schema, strict, type } = format
  return {
    type,
    json_schema: {
      name,
      ...(description === undefined ? {} : { description }),
      schema,
      ...(strict === undefined ? {} : { strict })
    }
  }
}

export const ResponseFormat = Schema.transformOrFail(responseFormatWire, responseFormat, {
  strict: true,
  decode: (wire, _, ast) =>
    ParseResult.fromOption(
      Option.fromNullable(ofResponseFormat(wire)),
      () => new ParseResult.Type(ast, wire, "Expected json_schema beside type \"json_schema\"")
    ),
  encode: (format) => ParseResult.succeed(toResponseFormat(format))
})

export const ReasoningEffort = Schema.Union(
  Schema.Literal("none", "minimal", "low", "medium", "high", "xhigh", "auto"),
  Schema.String
)

const includeUsage = Schema.optionalToOptional(
  Schema.NullishOr(Schema.Struct({ include_usage: nullish(Schema.Boolean) })),
  Field.orUndefined(Schema.Boolean),
  {
    decode: Option.flatMap((options) => Option.fromNullable(options?.include_usage)),
    encode: (include) =>
      Option.map(Option.filter(include, Predicate.isNotUndefined), (include_usage) => ({ include_usage }))
  }
)

const { optional } = Field

const body = Schema.Struct({
  model: optional(Schema.String),
  messages: Schema.Array(Message),
  temperature: optional(Field.Number),
  topP: optional(Field.Number).pipe(Schema.fromKey("top_p")),
  maxTokens: optional(Field.Count).pipe(Schema.fromKey("max_completion_tokens")),
  stop: optional(Schema.Union(Schema.String, Schema.Array(Schema.String))),
  n: optional(Field.Count),
  seed: optional(Field.Number),
  user: optional(Schema.String),
  metadata: optional(Json.dictionary(Predicate.isString, (fc) => fc.string())),
  presencePenalty: optional(Field.Number).pipe(Schema.fromKey("presence_penalty")),
  frequencyPenalty: optional(Field.Number).pipe(Schema.fromKey("frequency_penalty")),
  logitBias: optional(Json.dictionary(Predicate.isNumber, (fc) => fc.integer())).pipe(Schema.fromKey("logit_bias")),
  logprobs: optional(Schema.Boolean),
  topLogprobs: optional(Field.Count).pipe(Schema.fromKey("top_logprobs")),
  tools: optional(Schema.Array(ToolDefinition)),
  toolChoice: optional(ToolChoice).pipe(Schema.fromKey("tool_choice")),
  parallelToolCalls: optional(Schema.Boolean).pipe(Schema.fromKey("parallel_tool_calls")),
  responseFormat: optional(ResponseFormat).pipe(Schema.fromKey("response_format")),
  reasoningEffort: optional(ReasoningEffort).pipe(Schema.fromKey("reasoning_effort")),
  serviceTier: optional(Schema.String).pipe(Schema.fromKey("service_tier")),
  includeUsage: includeUsage.pipe(Schema.fromKey("stream_options")),
  ...extra
})

/** The old name. */
const readMaxTokens = Field.reading(body, "max_tokens", Schema.Number, (wire, max) => ({
  ...wire,
  max_completion_tokens: wire.max_completion_tokens ?? max
}))

/** Whether to stream is said by the method that is called. */
export const CompletionParams = open(
  "CompletionParams",
  Field.reading(readMaxTokens, "stream", Schema.Boolean, identity)
)
