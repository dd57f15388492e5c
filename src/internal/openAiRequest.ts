/**
 * `CompletionParams` to the body of a chat completion request.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
import * as Either from "effect/Either"
import type { CompletionParams, ToolChoice, ToolDefinition } from "../CompletionParams.ts"
import type { Dropped, EncodeContext, Encoded } from "../Dialect.ts"
import type { Endpoint } from "../Endpoint.ts"
import type { InvalidRequest, UnsupportedParameter } from "../ProviderError.ts"
import { defined, type Json, type JsonObject } from "./json.ts"
import { merge } from "./merge.ts"
import { unsayable } from "./numbers.ts"
import { effortOf } from "./openAiEfforts.ts"
import * as Fields from "./openAiFields.ts"
import * as Format from "./openAiFormat.ts"
import * as Messages from "./openAiMessages.ts"
import { pathOf } from "./requestPath.ts"

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

/** An empty list is refused, and says nothing. */
const nonEmpty = <A>(list: ReadonlyArray<A> | undefined): ReadonlyArray<A> | undefined =>
  list === undefined || list.length === 0 ? undefined : list

const stopOf = (stop: CompletionParams["stop"], { stopText }: Endpoint): Json | undefined =>
  typeof stop === "string" ? stopText === false ? [stop] : stop : nonEmpty(stop)

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
const aboutTools = (params: CompletionParams, endpoint: Endpoint, hasTools: boolean) => ({
  // A choice that only tools can fulfil is sent all the same: the provider's refusal says what is missing.
  toolChoice: params.toolChoice === undefined || (!hasTools && isIdle(params.toolChoice)) ||
      byName(params, endpoint) !== undefined
    ? undefined
    : toolChoice(params.toolChoice),
  parallelToolCalls: hasTools ? params.parallelToolCalls : undefined
})

/** Where a tool that is chosen by name has a place of its own, or none. */
const byName = ({ toolChoice }: CompletionParams, endpoint: Endpoint): string | false | undefined =>
  typeof toolChoice === "object" ? endpoint.toolByName : undefined

const isIdle = (choice: ToolChoice): boolean => choice === "auto" || choice === "none"

const droppedOf = (
  params: CompletionParams,
  { endpoint }: EncodeContext,
  hasTools: boolean,
  reserved: ReadonlyArray<string>
): ReadonlyArray<Dropped> => {
  const why = "there are no tools"
  return [
    ...(!hasTools && params.toolChoice !== undefined && isIdle(params.toolChoice)
      ? [{ param: "toolChoice", why }]
      : []),
    ...(!hasTools && params.parallelToolCalls !== undefined ? [{ param: "parallelToolCalls", why }] : []),
    ...reserved.map((key) => ({ param: `extra.${endpoint.id}.${key}`, why: "the call itself decides it" })),
    ...Messages.dropped(params.messages, endpoint)
  ]
}

/** All that goes by a name of its own, which is not the same for all servers. */
const fieldsOf = (params: CompletionParams, endpoint: Endpoint, hasTools: boolean) =>
  Fields.named({
    temperature: params.temperature,
    topP: params.topP,
    maxTokens: params.maxTokens,
    stop: stopOf(params.stop, endpoint),
    n: params.n,
    seed: params.seed,
    user: params.user,
    metadata: params.metadata,
    presencePenalty: params.presencePenalty,
    frequencyPenalty: params.frequencyPenalty,
    logitBias: params.logitBias,
    logprobs: params.logprobs,
    topLogprobs: params.topLogprobs,
    tools: nonEmpty(params.tools)?.map((definition) => tool(definition, endpoint.id)),
    serviceTier: params.serviceTier,
    ...aboutTools(params, endpoint, hasTools)
  }, endpoint)

const asksForUsage = (params: CompletionParams, { endpoint, stream }: EncodeContext): boolean =>
  stream && params.includeUsage !== false && endpoint.streamUsage !== false

/** The request, or what of it this wire cannot say. */
export const encode = (
  params: CompletionParams,
  context: EncodeContext
): Either.Either<Encoded, UnsupportedParameter | InvalidRequest> => {
  const param = unsayable(params)
  if (param !== undefined) return Either.left({ _tag: "InvalidRequest", param })
  const { endpoint, model, stream } = context
  const named = byName(params, endpoint)
  if (named === false) return Either.left({ _tag: "UnsupportedParameter", param: "toolChoice" })
  const { own, reserved } = split(params.extra?.[endpoint.id], stream)
  const hasTools = nonEmpty(params.tools) !== undefined || own["tools"] !== undefined
  const effort = effortOf(params.reasoningEffort, endpoint)
  const parts = Either.all({
    messages: Messages.encode(params.messages, endpoint),
    fields: fieldsOf(params, endpoint, hasTools),
    form: Format.formatOf(params.responseFormat, endpoint)
  })
  return Either.map(parts, ({ fields, form, messages }) => ({
    path: pathOf(context, "/chat/completions"),
    body: {
      ...merge({
        ...endpoint.body,
        ...(endpoint.modelField === false ? undefined : { [endpoint.modelField ?? "model"]: model }),
        ...fields.body,
        ...(named === undefined || params.toolChoice === undefined
          ? undefined
          : { [named]: toolChoice(params.toolChoice) }),
        ...effort.body,
        ...(form.format === undefined ? undefined : { response_format: form.format }),
        ...(asksForUsage(params, context) ? { stream_options: { include_usage: true } } : undefined)
      }, own),
      messages: Format.instructed(messages, form.instruction),
      ...(stream && (endpoint.streamInBody ?? endpoint.streamPath === undefined) ? { stream: true } : undefined)
    },
    dropped: [
      ...fields.dropped,
      ...effort.dropped,
      ...form.dropped,
      ...droppedOf(params, context, hasTools, reserved)
    ]
  }))
}
