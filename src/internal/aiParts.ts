/**
 * An answer as the parts of `@effect/ai`, and what the streamed and the whole one have in common.
 */
import type * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Response from "@effect/ai/Response"
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { ChatCompletion, CompletedToolCall, CompletionChoice, CompletionMessage } from "../ChatCompletion.ts"
import type { Annotation, FinishReason, Usage } from "../ChatCompletionChunk.ts"
import * as Native from "./aiNative.ts"
import { isWhole } from "./finish.ts"
import { isObject } from "./json.ts"
import { parseJson } from "./parseJson.ts"

const reasons: ReadonlyMap<FinishReason, Response.FinishReason> = new Map([
  ["stop", "stop"],
  ["length", "length"],
  ["tool_calls", "tool-calls"],
  ["content_filter", "content-filter"],
  ["error", "error"],
  ["pause_turn", "pause"]
])

const finishReason = (reason: FinishReason | undefined): Response.FinishReason =>
  reason === undefined ? "unknown" : reasons.get(reason) ?? "other"

const usageOf = (usage: Usage | undefined): Response.FinishPartEncoded["usage"] => ({
  inputTokens: usage?.promptTokens,
  outputTokens: usage?.completionTokens,
  totalTokens: usage?.totalTokens,
  ...(usage?.reasoningTokens === undefined ? {} : { reasoningTokens: usage.reasoningTokens }),
  ...(usage?.cachedTokens === undefined ? {} : { cachedInputTokens: usage.cachedTokens })
})

const defined = (fields: Ours): Ours =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

export const responseMetadata = (
  { created, id, model }: Pick<ChatCompletion, "created" | "id" | "model">
): Response.ResponseMetadataPartEncoded => ({
  type: "response-metadata",
  id,
  modelId: model,
  ...Option.match(DateTime.make(created * 1000), {
    onNone: () => ({}),
    onSome: (time) => ({ timestamp: DateTime.formatIso(time) })
  })
})

/** What is known beside the reason and the counts is in the metadata. */
export const finish = (completion: ChatCompletion): Response.FinishPartEncoded => {
  const choice = choiceOf(completion)
  const { requestId, serviceTier, systemFingerprint, usage } = completion
  return {
    type: "finish",
    reason: finishReason(choice?.finishReason),
    usage: usageOf(usage),
    metadata: Native.metadata(defined({
      finishReason: choice?.nativeFinishReason ?? choice?.finishReason,
      cacheWriteTokens: usage?.cacheWriteTokens,
      usage: usage?.extra,
      requestId,
      serviceTier,
      systemFingerprint
    }))
  }
}

/** The choice that is handed over: `@effect/ai` knows one. */
export const choiceOf = (completion: ChatCompletion): CompletionChoice | undefined =>
  completion.choices.find(({ index }) => index === 0)

/** A source that has a URL; `@effect/ai` has no part for other notes. */
export const source = (annotation: Annotation, id: string): ReadonlyArray<Response.UrlSourcePartEncoded> => {
  const cited = annotation["url_citation"]
  const url = isObject(cited) ? cited["url"] : undefined
  if (!isObject(cited) || typeof url !== "string" || !URL.canParse(url)) return []
  const title = typeof cited["title"] === "string" ? cited["title"] : url
  return [{ type: "source", sourceType: "url", id, url, title, metadata: Native.metadata({ annotation }) }]
}

/** What a part says under our key. */
export interface Ours {
  readonly [key: string]: unknown
}

export const isNothing = (ours: Ours): boolean => Object.keys(ours).length === 0

/** What goes back in the next turn. */
export const nativeOf = (choice: CompletionChoice | undefined): Ours =>
  choice?.message.native === undefined ? {} : { native: choice.message.native }

/** A part's metadata, if there is something to say. */
export const withMetadata = (ours: Ours): { readonly metadata?: ReturnType<typeof Native.metadata> } =>
  isNothing(ours) ? {} : { metadata: Native.metadata(ours) }

const cut = ({ function: { name }, id }: CompletedToolCall, { finishReason }: CompletionChoice): string =>
  `the call of \`${name}\` (${id}) is not complete and was not run: the answer ended with ${
    finishReason ?? "no reason"
  }${isWhole(finishReason) ? ", and the arguments are no JSON object" : ""}`

/**
 * The calls of an answer, to be run: all of them are complete, or there are none. The last one carries what has to go
 * back.
 */
export const toolCalls = (
  choice: CompletionChoice | undefined
): Either.Either<ReadonlyArray<Response.ToolCallPartEncoded>, string> => {
  const calls = choice?.message.toolCalls ?? []
  const broken = calls.find(({ complete }) => !complete)
  if (choice !== undefined && broken !== undefined) return Either.left(cut(broken, choice))
  return Either.right(calls.map((call, index): Response.ToolCallPartEncoded => ({
    type: "tool-call",
    id: call.id,
    name: call.function.name,
    params: parseJson(call.function.arguments),
    ...(index === calls.length - 1 ? withMetadata(nativeOf(choice)) : {})
  })))
}

/** JSON as some models wrap it that were asked for it in words alone. */
const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/i

type Format = LanguageModel.ProviderOptions["responseFormat"]

/** An object that is not there for a reason we know. */
const objectFault = (choice: CompletionChoice | undefined, format: Format): string | undefined => {
  if (format.type === "text" || choice === undefined) return undefined
  const { finishReason, message: { refusal } } = choice
  if (refusal !== undefined && refusal !== "") return `the model refused to answer with an object: ${refusal}`
  return finishReason === "length" || finishReason === "content_filter"
    ? `the answer ended with ${finishReason} before the object was whole`
    : undefined
}

/** The parts that a prompt takes over, but for the calls. The last of them carries what has to go back, and is there. */
const said = (
  message: Pick<CompletionMessage, "content" | "reasoning" | "refusal">,
  format: Format,
  native: Ours
): ReadonlyArray<Response.PartEncoded> => {
  const content = message.content ?? ""
  const text = format.type === "json" ? fenced.exec(content)?.[1] ?? content : content
  const refusal = message.refusal ?? ""
  const reasoning = message.reasoning?.content ?? ""
  const isAlone = text === "" && refusal === ""
  const thought: ReadonlyArray<Response.PartEncoded> = reasoning === "" && (!isAlone || isNothing(native))
    ? []
    : [{ type: "reasoning", text: reasoning, ...withMetadata(isAlone ? native : {}) }]
  return [
    ...thought,
    ...(text === "" ? [] : [{ type: "text", text, ...withMetadata(refusal === "" ? native : {}) } as const]),
    ...(refusal === ""
      ? []
      : [{ type: "text", text: refusal, ...withMetadata({ refusal: true, ...native }) } as const])
  ]
}

/** All parts of a whole answer, in the order in which a stream would bring them. */
export const of = (
  completion: ChatCompletion,
  format: Format
): Either.Either<Array<Response.PartEncoded>, string> => {
  const choice = choiceOf(completion)
  const fault = objectFault(choice, format)
  if (fault !== undefined) return Either.left(fault)
  return Either.map(toolCalls(choice), (calls) => [
    responseMetadata(completion),
    ...said(choice?.message ?? {}, format, calls.length === 0 ? nativeOf(choice) : {}),
    ...(choice?.message.annotations ?? []).flatMap((annotation, index) =>
      source(annotation, `${completion.id}:source:${index}`)
    ),
    ...calls,
    finish(completion)
  ])
}
