/**
 * `CompletionParams` as the body of a request to Bedrock's Converse.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
 */
import * as Either from "effect/Either"
import type { CompletionParams, ToolDefinition } from "../CompletionParams.ts"
import type { Dropped, EncodeContext, Encoded } from "../Dialect.ts"
import * as Thinking from "./anthropicThinking.ts"
import * as Messages from "./bedrockMessages.ts"
import { type Context, withExtra } from "./bedrockParts.ts"
import * as Reasoning from "./bedrockReasoning.ts"
import type { Refusal, Unknowns } from "./encoding.ts"
import { additions, dropAboutTools, dropUnknown, extraOf, invalid, stopsOf, unsupported } from "./encoding.ts"
import { defined, isObject, type JsonObject } from "./json.ts"
import { merge } from "./merge.ts"
import { unsayable } from "./numbers.ts"

/** Ids have colons, those that are ARNs slashes: both are part of one segment. */
export const pathOf = (model: string, operation: string): string =>
  `/model/${encodeURIComponent(model).replace(/[!'()*]/g, escaped)}/${operation}`

/** What `encodeURIComponent` leaves as it is, and AWS's signatures do not. */
const escaped = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`

const unknowns: Unknowns = [
  ["seed", "the API samples without a seed"],
  ["user", "the API knows no users"],
  ["presencePenalty", "the API has no penalties"],
  ["frequencyPenalty", "the API has no penalties"],
  ["logitBias", "the API takes no biases"],
  ["topLogprobs", "the API tells no log probabilities"]
]

const dropOthers = (params: CompletionParams, to: Array<Dropped>): void => {
  dropUnknown(params, unknowns, to)
  if (params.logprobs === true) to.push({ param: "logprobs", why: "the API tells no log probabilities" })
}

/** The schema as it is, with its `$defs`; the API wants the type said. */
const schemaOf = (tool: ToolDefinition): JsonObject => ({ type: "object", ...tool.parameters })

const toolOf = (tool: ToolDefinition, context: Context): ReadonlyArray<JsonObject> => {
  const extra = extraOf(context, tool)
  // A tool of the service's own has a name, and no schema.
  if (isObject(extra?.["systemTool"])) return withExtra({}, extra)
  return withExtra({
    toolSpec: {
      name: tool.name,
      ...(tool.description === undefined ? undefined : { description: tool.description }),
      inputSchema: { json: schemaOf(tool) },
      ...(tool.strict === undefined ? undefined : { strict: tool.strict })
    }
  }, extra)
}

const choiceOf = ({ toolChoice }: CompletionParams): JsonObject | undefined => {
  if (toolChoice === undefined) return undefined
  if (typeof toolChoice === "object") return { tool: { name: toolChoice.name } }
  return toolChoice === "required" ? { any: {} } : { auto: {} }
}

/** The API has no word for `none`: where no tool has been called, it is the same to name none. */
const toolsOf = (
  params: CompletionParams,
  model: string,
  context: Context,
  hasTools: boolean
): Either.Either<JsonObject | undefined, Refusal> => {
  const { parallelToolCalls, toolChoice, tools = [] } = params
  const forced = Thinking.isForced(params)
  if (tools.length === 0) {
    if (forced) return invalid("toolChoice")
    dropAboutTools(params, context.dropped)
    return Either.right(undefined)
  }
  if (parallelToolCalls === false) {
    context.dropped.push({ param: "parallelToolCalls", why: "the API has no switch for parallel calls" })
  }
  if (forced && !Reasoning.takesForcedTools(model)) return unsupported("toolChoice")
  if (toolChoice === "none") return hasTools ? unsupported("toolChoice") : Either.right(undefined)
  const choice = choiceOf(params)
  return Either.right({
    tools: tools.flatMap((tool) => toolOf(tool, context)),
    ...(choice === undefined ? undefined : { toolChoice: choice })
  })
}

/** The schema goes as text. */
const outputConfig = ({ responseFormat }: CompletionParams): JsonObject | undefined => {
  if (responseFormat?.type !== "json_schema") return undefined
  const { description, name, schema } = responseFormat
  const jsonSchema = defined({ schema: JSON.stringify(schema), name, description })
  return { textFormat: { type: "json_schema", structure: { jsonSchema } } }
}

const orNothing = (fields: JsonObject): JsonObject | undefined => Object.keys(fields).length === 0 ? undefined : fields

export const encode = (dialectId: string) =>
(
  params: CompletionParams,
  { endpoint, model, stream }: EncodeContext
): Either.Either<Encoded, Refusal> => {
  const param = unsayable(params)
  if (param !== undefined) return invalid(param)
  if (params.n !== undefined && params.n > 1) return unsupported("n")
  if (params.responseFormat?.type === "json_object") return unsupported("responseFormat")
  const context: Context = { providerId: endpoint.id, dropped: [], names: new Set() }
  const conversation = Messages.encode(params.messages, { ...context, dialectId })
  if (Either.isLeft(conversation)) return Either.left(conversation.left)
  const { hasTools, messages, system } = conversation.right
  if (messages.length === 0) return invalid("messages")
  const tools = toolsOf(params, model, context, hasTools)
  if (Either.isLeft(tools)) return Either.left(tools.left)
  const { fields, maxTokens, temperature, topP } = Reasoning.of(params, model, context.dropped)
  const body = defined({
    messages,
    system: system.length === 0 ? undefined : system,
    inferenceConfig: orNothing(defined({ maxTokens, temperature, topP, stopSequences: stopsOf(params.stop) })),
    toolConfig: tools.right,
    outputConfig: outputConfig(params),
    serviceTier: params.serviceTier === undefined ? undefined : { type: params.serviceTier },
    requestMetadata: params.metadata,
    additionalModelRequestFields: fields
  })
  dropOthers(params, context.dropped)
  return Either.right({
    path: pathOf(model, stream ? "converse-stream" : "converse"),
    body: merge(body, additions(params, context)),
    dropped: context.dropped
  })
}
