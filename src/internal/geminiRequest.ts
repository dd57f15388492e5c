/**
 * `CompletionParams` as the body of a request to Gemini's `generateContent`.
 *
 * @see https://ai.google.dev/api/generate-content
 */
import * as Either from "effect/Either"
import type { CompletionParams, ToolDefinition } from "../CompletionParams.ts"
import type { Dialect, Dropped, EncodeContext } from "../Dialect.ts"
import type { Context, OrRefusal, Unknowns } from "./encoding.ts"
import { additions, dropUnknown, extraOf, invalid, noTools, stopsOf } from "./encoding.ts"
import * as Messages from "./geminiMessages.ts"
import * as Models from "./geminiModels.ts"
import * as Thinking from "./geminiThinking.ts"
import { defined, type JsonObject } from "./json.ts"
import { merge } from "./merge.ts"
import { unsayable } from "./numbers.ts"

const unknowns: Unknowns = [
  ["user", "the API knows no users"],
  ["metadata", "the API knows no metadata"],
  ["logitBias", "the API takes no biases"]
]

const dropOthers = (params: CompletionParams, to: Array<Dropped>): void => {
  dropUnknown(params, unknowns, to)
  const tools = params.tools ?? []
  if (params.parallelToolCalls !== undefined && tools.length === 0) {
    to.push({ param: "parallelToolCalls", why: noTools })
  } else if (params.parallelToolCalls === false) {
    to.push({ param: "parallelToolCalls", why: "the API cannot be told to call one tool at a time" })
  }
  for (const [index, { strict }] of tools.entries()) {
    if (strict === true) {
      to.push({ param: `tools[${index}].strict`, why: "the API does not hold a model to a tool's schema" })
    }
  }
}

/** Tools that Google runs: each is a tool of its own, and no function. */
const own: ReadonlySet<string> = new Set([
  "codeExecution",
  "computerUse",
  "enterpriseWebSearch",
  "fileSearch",
  "googleMaps",
  "googleSearch",
  "googleSearchRetrieval",
  "mcpServers",
  "parallelAiSearch",
  "retrieval",
  "urlContext"
])

const isOwn = (extra: JsonObject | undefined): extra is JsonObject =>
  extra !== undefined && Object.keys(extra).some((key) => own.has(key))

/** The schema as it is: `parameters` would take but a part of JSON Schema. */
const declarationOf = ({ description, name, parameters }: ToolDefinition, extra: JsonObject | undefined): JsonObject =>
  merge({
    name,
    ...(description === undefined ? undefined : { description }),
    ...(parameters === undefined ? undefined : { parametersJsonSchema: parameters })
  }, extra)

const toolsOf = (params: CompletionParams, context: Context): ReadonlyArray<JsonObject> => {
  const functions: Array<JsonObject> = []
  const others: Array<JsonObject> = []
  for (const tool of params.tools ?? []) {
    const extra = extraOf(context, tool)
    if (isOwn(extra)) others.push(extra)
    else functions.push(declarationOf(tool, extra))
  }
  return functions.length === 0 ? others : [{ functionDeclarations: functions }, ...others]
}

const modes = { auto: "AUTO", none: "NONE", required: "ANY" } as const

const choiceOf = (choice: NonNullable<CompletionParams["toolChoice"]>): JsonObject =>
  typeof choice === "object" ? { mode: "ANY", allowedFunctionNames: [choice.name] } : { mode: modes[choice] }

interface Tools {
  readonly tools?: ReadonlyArray<JsonObject>
  readonly toolConfig?: JsonObject
}

const withChoice = (params: CompletionParams, context: Context): OrRefusal<Tools> => {
  const tools = toolsOf(params, context)
  const others = extraOf(context, params)?.["tools"]
  const choice = params.toolChoice
  const given = tools.length > 0 ? { tools } : undefined
  if (choice === undefined) return Either.right({ ...given })
  if (tools.length === 0 && !(Array.isArray(others) && others.length > 0)) {
    if (choice === "required" || typeof choice === "object") return invalid("toolChoice")
    context.dropped.push({ param: "toolChoice", why: noTools })
    return Either.right({})
  }
  return Either.right({ ...given, toolConfig: { functionCallingConfig: choiceOf(choice) } })
}

const formatOf = ({ responseFormat }: CompletionParams): JsonObject => {
  if (responseFormat === undefined || responseFormat.type === "text") return {}
  return {
    responseMimeType: "application/json",
    ...(responseFormat.type === "json_schema" ? { responseJsonSchema: responseFormat.schema } : undefined)
  }
}

const generationConfig = (params: CompletionParams, thinkingConfig: JsonObject | undefined): JsonObject | undefined => {
  const { n, stop, topLogprobs } = params
  const config = defined({
    temperature: params.temperature,
    topP: params.topP,
    maxOutputTokens: params.maxTokens,
    stopSequences: stopsOf(stop),
    // Models of today take no number of candidates, not even 1.
    candidateCount: n === 1 ? undefined : n,
    seed: params.seed,
    presencePenalty: params.presencePenalty,
    frequencyPenalty: params.frequencyPenalty,
    // One without the other is refused.
    responseLogprobs: params.logprobs === true || topLogprobs !== undefined ? true : undefined,
    logprobs: topLogprobs,
    ...formatOf(params),
    thinkingConfig
  })
  return Object.keys(config).length === 0 ? undefined : config
}

/** `models/x` and `tunedModels/x` are places of their own. */
export const geminiResource = (model: string): string =>
  /^(?:models|tunedModels)\//.test(model) ? model : `models/${model}`

/**
 * On Vertex AI a model is its publisher's, Google's where none is named; `endpoints/1` is one that was tuned. What says
 * of it all that the base URL says, too, is what comes after that.
 */
export const vertexResource = (model: string): string => {
  const name = model.replace(/^projects\/[^/]+\/locations\/[^/]+\//, "")
  if (/^(?:publishers|endpoints|models)\//.test(name)) return name
  const [publisher, ...rest] = name.split("/")
  return rest.length === 0 ? `publishers/google/models/${name}` : `publishers/${publisher}/models/${rest.join("/")}`
}

/** The place of a model as a path; `undefined` for one that would lead elsewhere. */
export const placeOf = (resource: string): string | undefined => {
  const names = resource.split("/")
  return names.some((name) => name === "" || name === "." || name === "..")
    ? undefined
    : names.map(encodeURIComponent).join("/")
}

export interface Place {
  /** The `dialect` of native blocks. */
  readonly dialectId: string
  /** Where a model is, below `prefix`. */
  readonly resource: (model: string) => string
  readonly prefix: string
}

export const pathOf = ({ prefix, resource }: Pick<Place, "prefix" | "resource">, model: string): string | undefined => {
  const place = placeOf(resource(model))
  return place === undefined ? undefined : `${prefix}/${place}`
}

export const encode =
  (place: Place): Dialect["encode"] => (params, { endpoint, model: name, stream }: EncodeContext) => {
    const param = unsayable(params)
    if (param !== undefined) return invalid(param)
    const path = pathOf(place, name)
    if (path === undefined) return invalid("model")
    const model = Models.of(name)
    const context: Context = { providerId: endpoint.id, dropped: [] }
    const conversation = Messages.encode(params.messages, {
      ...context,
      dialectId: place.dialectId,
      signedCalls: model.signedCalls
    })
    if (Either.isLeft(conversation)) return Either.left(conversation.left)
    const { contents, system } = conversation.right
    if (contents.length === 0) return invalid("messages")
    const tools = withChoice(params, context)
    if (Either.isLeft(tools)) return Either.left(tools.left)
    const thinking = Thinking.encode(params.reasoningEffort, model)
    context.dropped.push(...thinking.dropped)
    dropOthers(params, context.dropped)
    const body = defined({
      systemInstruction: system.length === 0 ? undefined : { parts: system },
      contents,
      ...tools.right,
      generationConfig: generationConfig(params, thinking.config),
      serviceTier: params.serviceTier
    })
    return Either.right({
      path: `${path}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
      body: merge(body, additions(params, context, ["stream", "messages", "contents"])),
      dropped: context.dropped
    })
  }
