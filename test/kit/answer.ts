/**
 * What a list of chunks adds up to, counted here and not with the package's own `fromChunks`, and what about the
 * chunks themselves breaks the rules that hold for every provider.
 */
import type { ChatCompletionChunk, ChunkChoice, ToolCallDelta, Usage } from "../../src/ChatCompletionChunk.ts"
import type { Json } from "../../src/CompletionParams.ts"

export interface AnsweredToolCall {
  readonly index: number
  readonly id: string
  readonly name: string
  readonly arguments: string
}

export interface AnsweredChoice {
  readonly index: number
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
  readonly toolCalls: ReadonlyArray<AnsweredToolCall>
  readonly finishReason: string | undefined
  readonly nativeFinishReason: string | undefined
  readonly native: ReadonlyArray<Json>
}

const empty = (index: number): AnsweredChoice => ({
  index,
  text: "",
  reasoning: "",
  refusal: "",
  toolCalls: [],
  finishReason: undefined,
  nativeFinishReason: undefined,
  native: []
})

const addToolCall = (
  calls: ReadonlyArray<AnsweredToolCall>,
  delta: ToolCallDelta
): ReadonlyArray<AnsweredToolCall> => {
  const known = calls.find((call) => call.index === delta.index)
  const next: AnsweredToolCall = {
    index: delta.index,
    id: (known?.id ?? "") + (delta.id ?? ""),
    name: (known?.name ?? "") + (delta.function.name ?? ""),
    arguments: (known?.arguments ?? "") + (delta.function.arguments ?? "")
  }
  return known === undefined ? [...calls, next] : calls.map((call) => call === known ? next : call)
}

const add = (answer: AnsweredChoice, { delta, ...choice }: ChunkChoice): AnsweredChoice => ({
  index: answer.index,
  text: answer.text + (delta.content ?? ""),
  reasoning: answer.reasoning + (delta.reasoning?.content ?? ""),
  refusal: answer.refusal + (delta.refusal ?? ""),
  toolCalls: (delta.toolCalls ?? []).reduce(addToolCall, answer.toolCalls),
  finishReason: choice.finishReason ?? answer.finishReason,
  nativeFinishReason: choice.nativeFinishReason ?? answer.nativeFinishReason,
  native: delta.native === undefined ? answer.native : [...answer.native, delta.native.block]
})

/** Every choice that began, by index. Choice 0 is there even if nothing came. */
export const choices = (chunks: ReadonlyArray<ChatCompletionChunk>): ReadonlyArray<AnsweredChoice> => {
  const all = new Map<number, AnsweredChoice>([[0, empty(0)]])
  for (const chunk of chunks) {
    for (const choice of chunk.choices) {
      all.set(choice.index, add(all.get(choice.index) ?? empty(choice.index), choice))
    }
  }
  return [...all.values()].sort((a, b) => a.index - b.index)
}

export const choice = (chunks: ReadonlyArray<ChatCompletionChunk>, index = 0): AnsweredChoice =>
  choices(chunks).find((candidate) => candidate.index === index) ?? empty(index)

export const usage = (chunks: ReadonlyArray<ChatCompletionChunk>): Usage | undefined =>
  chunks.flatMap((chunk) => chunk.usage === undefined ? [] : [chunk.usage]).at(-1)

/** The chunks without what differs from run to run: what the server did not send was made up. */
export const comparable = (
  chunks: ReadonlyArray<ChatCompletionChunk>,
  sent: string
): ReadonlyArray<ChatCompletionChunk> => {
  const kept = (id: string) => sent.includes(JSON.stringify(id)) ? id : "made up"
  return chunks.map((chunk) => ({
    ...chunk,
    id: kept(chunk.id),
    created: sent.includes(String(chunk.created)) ? chunk.created : 0,
    choices: chunk.choices.map((choice) => ({
      ...choice,
      delta: {
        ...choice.delta,
        ...(choice.delta.toolCalls === undefined ? undefined : {
          toolCalls: choice.delta.toolCalls.map((call) => call.id === undefined ? call : { ...call, id: kept(call.id) })
        })
      }
    }))
  }))
}

const saysSomething = ({ delta, finishReason, logprobs }: ChunkChoice): boolean =>
  [delta.content, delta.refusal, delta.reasoning, delta.toolCalls, delta.annotations, delta.native, finishReason]
    .some((part) => part !== undefined) || logprobs !== undefined

const nulls = (value: unknown, path: string): ReadonlyArray<string> =>
  value === null
    ? [path]
    : Array.isArray(value)
    ? value.flatMap((item: unknown, index) => nulls(item, `${path}[${index}]`))
    : typeof value === "object"
    ? Object.entries(value).flatMap(([key, item]: [string, unknown]) =>
      // These four are the server's own JSON.
      ["block", "annotations", "extra", "raw"].includes(key) ? [] : nulls(item, `${path}.${key}`)
    )
    : []

const numbers = (counts: Usage): ReadonlyArray<string> =>
  Object.entries(counts).flatMap(([key, count]: [string, unknown]) =>
    key === "extra" || count === undefined || (typeof count === "number" && Number.isFinite(count) && count >= 0)
      ? []
      : [`usage.${key} is ${String(count)}`]
  )

interface Seen {
  readonly roles: Set<number>
  readonly finished: Set<number>
  /** Tool calls by choice. */
  readonly calls: Map<number, number>
}

const ofCall = (seen: Seen, choice: number, call: ToolCallDelta): ReadonlyArray<string> => {
  const known = seen.calls.get(choice) ?? 0
  const at = `tool call ${call.index} of choice ${choice}`
  if (call.index > known || call.index < 0) return [`${at} is not the next of ${known}`]
  if (call.index === known) {
    seen.calls.set(choice, known + 1)
    return [
      ...(call.id === undefined || call.id === "" ? [`${at} begins without an id`] : []),
      ...(call.function.name === undefined || call.function.name === "" ? [`${at} begins without a name`] : []),
      ...(call.type !== "function" ? [`${at} begins without its type`] : [])
    ]
  }
  return [
    ...(call.id === undefined && call.function.name === undefined && call.type === undefined
      ? []
      : [`${at} repeats its id, type or name`]),
    ...(call.function.arguments === undefined || call.function.arguments === "" ? [`${at} goes on with nothing`] : [])
  ]
}

const ofChoice = (seen: Seen, choice: ChunkChoice): ReadonlyArray<string> => {
  const at = `choice ${choice.index}`
  const first = !seen.roles.has(choice.index)
  const late = seen.finished.has(choice.index)
  seen.roles.add(choice.index)
  if (choice.finishReason !== undefined) seen.finished.add(choice.index)
  return [
    ...(Number.isInteger(choice.index) && choice.index >= 0 ? [] : [`${at} has no index`]),
    ...(first === (choice.delta.role === "assistant") ? [] : [`${at}: the role is on its first chunk and only there`]),
    ...(saysSomething(choice) ? [] : [`${at} says nothing`]),
    ...(choice.delta.content === "" || choice.delta.refusal === "" || choice.delta.reasoning?.content === ""
      ? [`${at} has an empty text`]
      : []),
    ...(choice.delta.toolCalls?.length === 0 ? [`${at} has an empty list of tool calls`] : []),
    ...(late ? [`${at} goes on after its finish reason`] : []),
    ...(choice.finishReason === "" ? [`${at} has an empty finish reason`] : []),
    ...(choice.delta.toolCalls ?? []).flatMap((call) => ofCall(seen, choice.index, call))
  ]
}

/** What breaks the rules of every stream. `[]` is what a test wants to see. */
export const violations = (chunks: ReadonlyArray<ChatCompletionChunk>): ReadonlyArray<string> => {
  const seen: Seen = { roles: new Set(), finished: new Set(), calls: new Map() }
  const [head] = chunks
  const found = chunks.flatMap((chunk, index) => [
    ...(chunk.object === "chat.completion.chunk" ? [] : [`object is ${String(chunk.object)}`]),
    ...(chunk.id !== "" && chunk.id === head?.id ? [] : [`the id changes to "${chunk.id}"`]),
    ...(chunk.model === head?.model ? [] : [`the model changes to "${chunk.model}"`]),
    ...(chunk.created === head?.created && Number.isInteger(chunk.created) ? [] : ["created changes"]),
    ...(chunk.choices.length > 0 || chunk.usage !== undefined ? [] : [`chunk ${index} says nothing`]),
    ...(chunk.usage === undefined || (index === chunks.length - 1 && chunk.choices.length === 0)
      ? []
      : ["usage is not on a last chunk of its own"]),
    ...(chunk.usage === undefined ? [] : numbers(chunk.usage)),
    ...nulls(chunk, "chunk").map((path) => `${path} is null`),
    ...chunk.choices.flatMap((choice) => ofChoice(seen, choice))
  ])
  return [...new Set(found)]
}

/** Strings that only a mistake puts into an answer, unless the server sent them. */
export const accidents = (said: string, sent: string): ReadonlyArray<string> =>
  ["[object Object]", "undefined", "NaN"].filter((word) => said.includes(word) && !sent.includes(word))
