/**
 * `CompletionParams` to the body of a chat completion request.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
import * as Either from "effect/Either"
import type { CompletionParams, ResponseFormat, ToolChoice, ToolDefinition } from "../CompletionParams.ts"
import type { Dropped, EncodeContext, Encoded } from "../Dialect.ts"
import type { InvalidRequest, UnsupportedParameter } from "../ProviderError.ts"
import type { Json, JsonObject } from "./json.ts"
import { merge } from "./merge.ts"
import { unsayable } from "./numbers.ts"
import { defined } from "./openAiJson.ts"
import * as Messages from "./openAiMessages.ts"

const tool = (definition: ToolDefinition, provider: string): JsonObject =>
  merge({
    type: "function",
    function: defined({
      name: definition.name,
      description: definition.description,
      parameters: definition.parameters,
      strict: definition.strict
    })
  }, definition.extra?.[provider])

const toolChoice = (choice: ToolChoice): Json =>
  typeof choice === "string" ? choice : { type: "function", function: { name: choice.name } }

const responseFormat = (format: ResponseFormat): JsonObject =>
  format.type !== "json_schema"
    ? { type: format.type }
    : {
      type: "json_schema",
      json_schema: defined({
        name: format.name,
        description: format.description,
        schema: format.schema,
        strict: format.strict
      })
    }

/** An empty list is refused, and says nothing. */
const nonEmpty = <A>(list: ReadonlyArray<A> | undefined): ReadonlyArray<A> | undefined =>
  list === undefined || list.length === 0 ? undefined : list

const stopOf = (stop: CompletionParams["stop"]): Json | undefined => typeof stop === "string" ? stop : nonEmpty(stop)

/** What the call itself decides. */
const isReserved = (key: string, stream: boolean): boolean =>
  key === "messages" || key === "stream" || (key === "stream_options" && !stream)

interface Split {
  readonly own: JsonObject
  readonly reserved: ReadonlyArray<string>
}

const split = (extra: JsonObject | undefined, stream: boolean): Split => {
  const entries = Object.entries(extra ?? {})
  return {
    own: Object.fromEntries(entries.filter(([key]) => !isReserved(key, stream))),
    reserved: entries.flatMap(([key]) => isReserved(key, stream) ? [key] : [])
  }
}

/** The parameters that are about tools; both are refused where there are none. */
const aboutTools = (params: CompletionParams, hasTools: boolean): JsonObject =>
  defined({
    // A choice that only tools can fulfil is sent all the same: the provider's refusal says what is missing.
    tool_choice: params.toolChoice === undefined || (!hasTools && isIdle(params.toolChoice))
      ? undefined
      : toolChoice(params.toolChoice),
    parallel_tool_calls: hasTools ? params.parallelToolCalls : undefined
  })

const isIdle = (choice: ToolChoice): boolean => choice === "auto" || choice === "none"

const droppedOf = (
  params: CompletionParams,
  context: EncodeContext,
  hasTools: boolean,
  reserved: ReadonlyArray<string>
): ReadonlyArray<Dropped> => {
  const why = "there are no tools"
  return [
    ...(!hasTools && params.toolChoice !== undefined && isIdle(params.toolChoice)
      ? [{ param: "toolChoice", why }]
      : []),
    ...(!hasTools && params.parallelToolCalls !== undefined ? [{ param: "parallelToolCalls", why }] : []),
    ...reserved.map((key) => ({ param: `extra.${context.endpoint.id}.${key}`, why: "the call itself decides it" })),
    ...Messages.dropped(params.messages)
  ]
}

const settings = (params: CompletionParams, { endpoint, model, stream }: EncodeContext): JsonObject =>
  defined({
    model,
    temperature: params.temperature,
    top_p: params.topP,
    [endpoint.maxTokensField ?? "max_completion_tokens"]: params.maxTokens,
    stop: stopOf(params.stop),
    n: params.n,
    seed: params.seed,
    user: params.user,
    metadata: params.metadata,
    presence_penalty: params.presencePenalty,
    frequency_penalty: params.frequencyPenalty,
    logit_bias: params.logitBias,
    logprobs: params.logprobs,
    top_logprobs: params.topLogprobs,
    tools: nonEmpty(params.tools)?.map((definition) => tool(definition, endpoint.id)),
    response_format: params.responseFormat === undefined ? undefined : responseFormat(params.responseFormat),
    // "auto" is the provider's own choice, which is what it makes when not asked.
    reasoning_effort: params.reasoningEffort === "auto" ? undefined : params.reasoningEffort,
    service_tier: params.serviceTier,
    stream_options: stream && params.includeUsage !== false && endpoint.streamUsage !== false
      ? { include_usage: true }
      : undefined
  })

/** The request, or what of it this wire cannot say. */
export const encode = (
  params: CompletionParams,
  context: EncodeContext
): Either.Either<Encoded, UnsupportedParameter | InvalidRequest> => {
  const param = unsayable(params)
  if (param !== undefined) return Either.left({ _tag: "InvalidRequest", param })
  const { own, reserved } = split(params.extra?.[context.endpoint.id], context.stream)
  const hasTools = nonEmpty(params.tools) !== undefined || own["tools"] !== undefined
  return Either.map(Messages.encode(params.messages, context.endpoint.id), (messages) => ({
    path: "/chat/completions",
    body: {
      ...merge({ ...settings(params, context), ...aboutTools(params, hasTools) }, own),
      messages,
      ...(context.stream ? { stream: true } : undefined)
    },
    dropped: droppedOf(params, context, hasTools, reserved)
  }))
}
