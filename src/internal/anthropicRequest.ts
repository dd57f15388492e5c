/**
 * `CompletionParams` as the body of a request to Anthropic's Messages API.
 *
 * @see https://platform.claude.com/docs/en/api/messages
 */
import * as Either from "effect/Either"
import type { CompletionParams, ToolDefinition } from "../CompletionParams.ts"
import type { Dropped, EncodeContext, Encoded } from "../Dialect.ts"
import * as Messages from "./anthropicMessages.ts"
import type { Model } from "./anthropicModels.ts"
import * as Models from "./anthropicModels.ts"
import * as Thinking from "./anthropicThinking.ts"
import type { Context, Refusal, Unknowns } from "./encoding.ts"
import { additions, dropAboutTools, dropUnknown, extraOf, invalid, stopsOf, unsupported } from "./encoding.ts"
import { defined, type JsonObject } from "./json.ts"
import { merge } from "./merge.ts"
import { unsayable } from "./numbers.ts"
import { pathOf } from "./requestPath.ts"

const unknowns: Unknowns = [
  ["seed", "the API samples without a seed"],
  ["presencePenalty", "the API has no penalties"],
  ["frequencyPenalty", "the API has no penalties"],
  ["logitBias", "the API takes no biases"],
  ["topLogprobs", "the API tells no log probabilities"]
]

const dropOthers = (params: CompletionParams, to: Array<Dropped>): void => {
  dropUnknown(params, unknowns, to)
  if (params.logprobs === true) to.push({ param: "logprobs", why: "the API tells no log probabilities" })
  if (Object.keys(params.metadata ?? {}).some((key) => key !== "user_id")) {
    to.push({ param: "metadata", why: "the API takes only `user_id`" })
  }
}

/** The schema as it is, with its `$defs`; the API wants the type said. */
const schemaOf = (tool: ToolDefinition): JsonObject => ({ type: "object", ...tool.parameters })

const toolOf = (tool: ToolDefinition, context: Context): JsonObject => {
  const extra = extraOf(context, tool)
  const type = extra?.["type"]
  // A tool of Anthropic's own has a type, and no schema.
  if (typeof type === "string" && type !== "custom") return merge({ name: tool.name }, extra)
  return merge({
    name: tool.name,
    ...(tool.description === undefined ? undefined : { description: tool.description }),
    input_schema: schemaOf(tool),
    ...(tool.strict === undefined ? undefined : { strict: tool.strict })
  }, extra)
}

const choiceOf = ({ toolChoice }: CompletionParams): JsonObject | undefined => {
  if (toolChoice === undefined) return undefined
  if (typeof toolChoice === "object") return { type: "tool", name: toolChoice.name }
  return { type: toolChoice === "required" ? "any" : toolChoice }
}

interface Tools {
  readonly tools?: ReadonlyArray<JsonObject>
  readonly tool_choice?: JsonObject
}

const toolsOf = (params: CompletionParams, model: Model, context: Context): Either.Either<Tools, Refusal> => {
  const tools = (params.tools ?? []).map((tool) => toolOf(tool, context))
  const others = extraOf(context, params)?.["tools"]
  const hasTools = tools.length > 0 || (Array.isArray(others) && others.length > 0)
  const forced = Thinking.isForced(params)
  // The API takes no choice where there is nothing to choose from; `auto` and `none` come to the same there.
  if (!hasTools) {
    if (forced) return invalid("toolChoice")
    dropAboutTools(params, context.dropped)
    return Either.right({})
  }
  if (forced && model.forcedTools === "never") return unsupported("toolChoice")
  const serial = params.parallelToolCalls === false && params.toolChoice !== "none"
  const choice = choiceOf(params) ?? (serial ? { type: "auto" } : undefined)
  return Either.right({
    ...(tools.length > 0 ? { tools } : undefined),
    ...(choice === undefined
      ? undefined
      : { tool_choice: serial ? { ...choice, disable_parallel_tool_use: true } : choice })
  })
}

const outputConfig = ({ responseFormat }: CompletionParams, effort: string | undefined): JsonObject | undefined => {
  const format = responseFormat?.type === "json_schema"
    ? { type: "json_schema", schema: responseFormat.schema }
    : undefined
  if (format === undefined && effort === undefined) return undefined
  return { ...(effort === undefined ? undefined : { effort }), ...(format === undefined ? undefined : { format }) }
}

const userOf = ({ metadata, user }: CompletionParams): JsonObject | undefined => {
  const id = user ?? metadata?.["user_id"]
  return id === undefined ? undefined : { user_id: id }
}

export const encode = (dialectId: string) =>
(
  params: CompletionParams,
  request: EncodeContext
): Either.Either<Encoded, Refusal> => {
  const { endpoint, model: name, stream } = request
  const param = unsayable(params)
  if (param !== undefined) return invalid(param)
  if (params.n !== undefined && params.n > 1) return unsupported("n")
  if (params.responseFormat?.type === "json_object") return unsupported("responseFormat")
  const model = Models.of(name)
  const context: Context = { providerId: endpoint.id, dropped: [] }
  const conversation = Messages.encode(params.messages, {
    ...context,
    dialectId,
    systemTurns: model.systemTurns === true
  })
  if (Either.isLeft(conversation)) return Either.left(conversation.left)
  const tools = toolsOf(params, model, context)
  if (Either.isLeft(tools)) return Either.left(tools.left)
  const { messages, system } = conversation.right
  if (messages.length === 0) return invalid("messages")
  const thinking = Thinking.encode(params, model)
  context.dropped.push(...thinking.dropped)
  const body = defined({
    ...endpoint.body,
    ...(endpoint.modelField === false ? undefined : { [endpoint.modelField ?? "model"]: name }),
    max_tokens: Thinking.maxTokens(params, model, thinking),
    system: system.length === 0 ? undefined : system,
    messages,
    ...tools.right,
    thinking: thinking.thinking,
    output_config: outputConfig(params, thinking.effort),
    ...Thinking.sampling(params, model, thinking, context.dropped),
    stop_sequences: stopsOf(params.stop),
    metadata: userOf(params),
    service_tier: params.serviceTier,
    stream
  })
  dropOthers(params, context.dropped)
  return Either.right({
    path: pathOf(request, "/v1/messages"),
    body: merge(body, additions(params, context)),
    dropped: context.dropped
  })
}
