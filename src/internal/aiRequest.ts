/**
 * What `@effect/ai` asks a provider for as `CompletionParams`.
 */
import type * as LanguageModel from "@effect/ai/LanguageModel"
import * as Tool from "@effect/ai/Tool"
import * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import type { JsonSchema, Message, ResponseFormat, ToolChoice, ToolDefinition } from "../CompletionParams.ts"
import * as CompletionParams from "../CompletionParams.ts"
import type { Capabilities } from "../Endpoint.ts"
import * as Prompt from "./aiPrompt.ts"
import { isObject, type Json } from "./json.ts"

type Options = LanguageModel.ProviderOptions

type Asked = Pick<CompletionParams.CompletionParams, "messages" | "tools" | "toolChoice" | "responseFormat">

/** What is asked, or what of it cannot be. */
type Result<A> = Either.Either<A, string>

const jsonSchema = (ast: Schema.Schema.Any["ast"], of: string): Result<JsonSchema> =>
  Either.try({
    try: (): unknown => Tool.getJsonSchemaFromSchemaAst(ast),
    catch: (error) => `${of} has no JSON Schema: ${error instanceof Error ? error.message : String(error)}`
  }).pipe(Either.filterOrLeft(isObject, () => `${of} has no JSON Schema`))

const toolOf = (tool: Tool.Any): Result<ToolDefinition> => {
  if (Tool.isProviderDefined(tool)) {
    return Either.left(
      `the tool \`${tool.name}\` is one of its provider's own (${tool.id}), which go into \`extra\` of the call`
    )
  }
  const description = tool.description ?? Tool.getDescriptionFromSchemaAst(tool.parametersSchema.ast)
  return Either.map(jsonSchema(tool.parametersSchema.ast, `the tool \`${tool.name}\``), (parameters) => ({
    name: tool.name,
    ...(description === undefined ? {} : { description }),
    parameters
  }))
}

const choiceOf = (choice: Options["toolChoice"]): ToolChoice => {
  if (typeof choice === "string") return choice
  // The tools of the call are those that may be chosen from.
  return "tool" in choice ? { name: choice.tool } : choice.mode ?? "auto"
}

/** What OpenAI's strict mode knows; a schema with another keyword would be refused. */
const strictKeywords: ReadonlySet<string> = new Set([
  "type",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "enum",
  "const",
  "anyOf",
  "$ref",
  "$defs",
  "title",
  "description"
])

const values = (json: Json | undefined): ReadonlyArray<Json> => isObject(json) ? Object.values(json) : []

/** Whether a server can be held to a schema: strict mode wants every property required and no others allowed. */
const isStrict = (schema: Json): boolean => {
  if (!isObject(schema) || !Object.keys(schema).every((keyword) => strictKeywords.has(keyword))) return false
  const { $defs, additionalProperties, anyOf, items, properties, required } = schema
  if (schema["type"] === "object") {
    const names = isObject(properties) ? Object.keys(properties) : []
    const isClosed = additionalProperties === false && Array.isArray(required) && required.length === names.length
    if (!isClosed) return false
  }
  const below = [...values(properties), ...values($defs), ...(Array.isArray(anyOf) ? anyOf : [])]
  return [...below, ...(isObject(items) ? [items] : [])].every(isStrict)
}

/** For servers that can be asked for no format at all. */
const instruction = (schema: JsonSchema): Message =>
  CompletionParams.system(
    `Answer with one JSON object, and nothing else, that is valid by this JSON Schema:\n${JSON.stringify(schema)}`
  )

type Format = Extract<Options["responseFormat"], { readonly type: "json" }>

const nameOf = (name: string): string => name.replace(/[^\w-]/g, "_").slice(0, 64)

const formatOf = (
  { objectName, schema }: Format
): Result<Extract<ResponseFormat, { readonly type: "json_schema" }>> => {
  const description = Tool.getDescriptionFromSchemaAst(schema.ast)
  return Either.map(jsonSchema(schema.ast, `the object \`${objectName}\``), (json) => ({
    type: "json_schema",
    name: nameOf(objectName),
    ...(description === undefined ? {} : { description }),
    schema: json,
    // Nor is a choice between objects taken at the root.
    ...(json["type"] === "object" && isStrict(json) ? { strict: true } : {})
  }))
}

export const of = (options: Options, capabilities: Capabilities): Result<Asked> =>
  Either.gen(function*() {
    const messages = yield* Prompt.messages(options.prompt, options.tools)
    const tools = yield* Either.all(options.tools.map(toolOf))
    const choice = tools.length === 0 ? {} : { tools, toolChoice: choiceOf(options.toolChoice) }
    if (options.responseFormat.type === "text") return { messages, ...choice }
    const responseFormat = yield* formatOf(options.responseFormat)
    return capabilities.responseFormat === "none"
      ? { messages: [instruction(responseFormat.schema), ...messages], ...choice }
      : { messages, ...choice, responseFormat }
  })
