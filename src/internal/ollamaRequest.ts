/**
 * `CompletionParams` as the body of a request to Ollama's chat API.
 *
 * @see https://docs.ollama.com/api/chat
 * @see https://docs.ollama.com/capabilities/thinking
 */
import * as Either from "effect/Either"
import type { CompletionParams, ToolDefinition } from "../CompletionParams.ts"
import type { Dropped, EncodeContext, Encoded } from "../Dialect.ts"
import type { Context, Refusal, Unknowns } from "./encoding.ts"
import { additions, dropAboutTools, dropUnknown, invalid, stopsOf, unsupported } from "./encoding.ts"
import { defined, type Json, type JsonObject } from "./json.ts"
import { merge } from "./merge.ts"
import { unsayable } from "./numbers.ts"
import * as Messages from "./ollamaMessages.ts"

export const path = "/api/chat"

const unknowns: Unknowns = [
  ["user", "the API knows no users"],
  ["metadata", "the API takes no metadata"],
  ["logitBias", "the API takes no biases"],
  ["serviceTier", "the API has no tiers"]
]

/** The words of gpt-oss for how much it is to think. Others are told whether to, and their servers refuse these words. */
const levels: ReadonlyMap<string, string> = new Map([
  ["minimal", "low"],
  ["low", "low"],
  ["medium", "medium"],
  ["high", "high"],
  ["xhigh", "high"],
  ["max", "high"]
])

const hasLevels = (model: string): boolean => /(?:^|\/)gpt-oss\b/i.test(model)

const thinkOf = ({ reasoningEffort: effort }: CompletionParams, model: string, to: Array<Dropped>) => {
  if (effort === undefined || effort === "auto") return undefined
  if (!hasLevels(model)) return effort !== "none"
  const why = effort === "none"
    ? "this model always thinks; the lowest effort is sent instead"
    : `this model knows no effort \`${effort}\``
  const level = levels.get(effort)
  if (level === undefined) to.push({ param: "reasoningEffort", why })
  return effort === "none" ? "low" : level
}

const formatOf = ({ responseFormat }: CompletionParams): Json | undefined => {
  switch (responseFormat?.type) {
    case "json_object":
      return "json"
    case "json_schema":
      return responseFormat.schema
    default:
      return undefined
  }
}

/** What the model's runtime is told; the server's own defaults, and the model's, hold for the rest. */
const optionsOf = (params: CompletionParams): JsonObject | undefined => {
  const options = defined({
    temperature: params.temperature,
    top_p: params.topP,
    num_predict: params.maxTokens,
    stop: stopsOf(params.stop),
    seed: params.seed,
    presence_penalty: params.presencePenalty,
    frequency_penalty: params.frequencyPenalty
  })
  return Object.keys(options).length === 0 ? undefined : options
}

/** Templates go through the properties, so that there have to be some. */
const toolOf = (tool: ToolDefinition, index: number, { dropped, providerId }: Context): JsonObject => {
  if (tool.strict !== undefined) {
    dropped.push({ param: `tools[${index}].strict`, why: "the API does not hold a model to a tool's schema" })
  }
  return merge({
    type: "function",
    function: defined({
      name: tool.name,
      description: tool.description,
      parameters: { type: "object", properties: {}, ...tool.parameters }
    })
  }, tool.extra?.[providerId])
}

/** There is no choice of tools: none is chosen where there are none. */
const toolsOf = (params: CompletionParams, context: Context): Either.Either<ReadonlyArray<JsonObject>, Refusal> => {
  const { parallelToolCalls, toolChoice } = params
  const hasTools = (params.tools ?? []).length > 0 || params.extra?.[context.providerId]?.["tools"] !== undefined
  if (toolChoice === "required" || typeof toolChoice === "object") return unsupported("toolChoice")
  if (!hasTools) {
    dropAboutTools(params, context.dropped)
    return Either.right([])
  }
  if (parallelToolCalls === false) {
    context.dropped.push({ param: "parallelToolCalls", why: "the API cannot be told to call one tool at a time" })
  }
  return Either.right(toolChoice === "none" ? [] : (params.tools ?? []).map((tool, at) => toolOf(tool, at, context)))
}

/** The request, or what of it this wire cannot say. */
export const encode = (
  params: CompletionParams,
  { endpoint, model, stream }: EncodeContext
): Either.Either<Encoded, Refusal> => {
  const param = unsayable(params)
  if (param !== undefined) return invalid(param)
  if (params.n !== undefined && params.n > 1) return unsupported("n")
  const context: Context = { providerId: endpoint.id, dropped: [] }
  const parts = Either.all({ messages: Messages.encode(params.messages, context), tools: toolsOf(params, context) })
  return Either.map(parts, ({ messages, tools }) => {
    dropUnknown(params, unknowns, context.dropped)
    const body = defined({
      model,
      messages,
      tools: tools.length === 0 ? undefined : tools,
      format: formatOf(params),
      think: thinkOf(params, model, context.dropped),
      logprobs: params.logprobs,
      top_logprobs: params.topLogprobs,
      options: optionsOf(params),
      // Without it the server streams.
      stream
    })
    return { path, body: merge(body, additions(params, context)), dropped: context.dropped }
  })
}
