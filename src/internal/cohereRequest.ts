/**
 * `CompletionParams` as the body of a request to Cohere's chat API.
 *
 * @see https://docs.cohere.com/reference/chat
 */
import * as Either from "effect/Either"
import type { CompletionParams, ResponseFormat, ToolDefinition } from "../CompletionParams.ts"
import type { Dropped, EncodeContext, Encoded } from "../Dialect.ts"
import * as Messages from "./cohereMessages.ts"
import * as Thinking from "./cohereThinking.ts"
import type { Context, Refusal, Unknowns } from "./encoding.ts"
import { additions, dropUnknown, extraOf, invalid, noTools, stopsOf, unsupported } from "./encoding.ts"
import { defined, type JsonObject } from "./json.ts"
import { merge } from "./merge.ts"
import { unsayable } from "./numbers.ts"

export const path = "/v2/chat"

const unknowns: Unknowns = [
  ["user", "the API knows no users"],
  ["metadata", "the API keeps no metadata"],
  ["logitBias", "the API takes no biases"],
  ["topLogprobs", "the API tells the probability of the token that was chosen, and of no other"],
  ["serviceTier", "the API has no tiers"]
]

const dropOthers = (params: CompletionParams, hasTools: boolean, to: Array<Dropped>): void => {
  dropUnknown(params, unknowns, to)
  if (params.parallelToolCalls === undefined) return
  if (!hasTools) to.push({ param: "parallelToolCalls", why: noTools })
  else if (!params.parallelToolCalls) {
    to.push({ param: "parallelToolCalls", why: "the API cannot keep a model from several calls" })
  }
}

/** The API wants a schema, also where there are no arguments. */
const toolOf = (tool: ToolDefinition, context: Context): JsonObject =>
  merge({
    type: "function",
    function: defined({
      name: tool.name,
      description: tool.description,
      parameters: tool.parameters ?? { type: "object", properties: {} }
    })
  }, extraOf(context, tool))

/** `strict_tools` is for all tools of a request. */
const strictOf = ({ tools = [] }: CompletionParams, context: Context): true | undefined => {
  const strict = tools.filter((tool) => tool.strict === true).length
  if (strict === 0) return undefined
  if (strict === tools.length) return true
  context.dropped.push({ param: "tools.strict", why: "the API is strict with all tools or with none" })
  return undefined
}

const choices: ReadonlyMap<unknown, string> = new Map([["none", "NONE"], ["required", "REQUIRED"]])

/** No choice is the model's own. One tool of several cannot be named. */
const choiceOf = (
  { toolChoice }: CompletionParams,
  hasTools: boolean,
  context: Context
): Either.Either<string | undefined, Refusal> => {
  if (toolChoice === undefined) return Either.right(undefined)
  if (typeof toolChoice === "object") return unsupported("toolChoice")
  if (hasTools) return Either.right(choices.get(toolChoice))
  if (toolChoice === "required") return invalid("toolChoice")
  context.dropped.push({ param: "toolChoice", why: noTools })
  return Either.right(undefined)
}

const formatOf = (format: ResponseFormat | undefined): JsonObject | undefined => {
  switch (format?.type) {
    case "json_object":
      return { type: "json_object" }
    case "json_schema":
      return { type: "json_object", json_schema: format.schema }
    default:
      return undefined
  }
}

export const encode = (
  params: CompletionParams,
  { endpoint, model, stream }: EncodeContext
): Either.Either<Encoded, Refusal> => {
  const param = unsayable(params)
  if (param !== undefined) return invalid(param)
  if (params.n !== undefined && params.n > 1) return unsupported("n")
  const context: Context = { providerId: endpoint.id, dropped: [] }
  const own = additions(params, context)
  const tools = (params.tools ?? []).map((tool) => toolOf(tool, context))
  const hasTools = tools.length > 0 || own["tools"] !== undefined
  const messages = Messages.encode(params.messages, context)
  if (Either.isLeft(messages)) return Either.left(messages.left)
  if (messages.right.length === 0) return invalid("messages")
  const choice = choiceOf(params, hasTools, context)
  if (Either.isLeft(choice)) return Either.left(choice.left)
  const { budget, dropped, thinking } = Thinking.encode(params, model)
  context.dropped.push(...dropped)
  dropOthers(params, hasTools, context.dropped)
  const body = defined({
    model,
    messages: messages.right,
    temperature: params.temperature,
    p: params.topP,
    max_tokens: params.maxTokens === undefined ? undefined : params.maxTokens + budget,
    stop_sequences: stopsOf(params.stop),
    seed: params.seed,
    presence_penalty: params.presencePenalty,
    frequency_penalty: params.frequencyPenalty,
    logprobs: params.logprobs,
    tools: tools.length === 0 ? undefined : tools,
    strict_tools: strictOf(params, context),
    tool_choice: choice.right,
    response_format: formatOf(params.responseFormat),
    thinking,
    stream
  })
  return Either.right({ path, body: merge(body, own), dropped: context.dropped })
}
