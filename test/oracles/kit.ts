/**
 * What the official clients and this package are compared by: the same answer in the same few words.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { isDeepStrictEqual } from "node:util"
import * as ChatCompletion from "../../src/ChatCompletion.ts"
import type { CompletionParams } from "../../src/CompletionParams.ts"
import * as Provider from "../../src/Provider.ts"
import * as Corpus from "../kit/corpus.ts"
import * as Server from "../kit/server.ts"
import * as Targets from "../kit/targets.ts"
import * as Transcript from "../kit/transcript.ts"

export const apiKey = Redacted.value(Targets.apiKey)

export const params: CompletionParams = { model: "a-model", messages: [{ role: "user", content: "Hi" }] }

/** A call: its id, name and arguments as a value, so that spacing does not count. */
export type Call = readonly [id: string, name: string, args: unknown]

export interface Choice {
  readonly index: number
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
  readonly calls: ReadonlyArray<Call>
  /** The server's own word. */
  readonly finish: string | undefined
}

export interface Counts {
  readonly prompt: number
  readonly completion: number
  readonly total: number
  readonly cached: number
  readonly reasoning: number
}

export interface Answer {
  readonly id: string
  readonly model: string
  readonly choices: ReadonlyArray<Choice>
  readonly usage: Counts | undefined
}

/** Bytes that both sides read. */
export interface Source {
  readonly name: string
  readonly bytes: Uint8Array
  readonly target: Targets.Target
  readonly headers: { readonly [name: string]: string }
}

/** The transcripts of one provider whose answers are whole. */
export const transcripts = (provider: string, target: Targets.Target): ReadonlyArray<Source> =>
  Transcript.ofProvider(provider).filter(({ expected }) => expected.error === undefined).map((
    { bytes, contentType, name }
  ) => ({
    name: `${provider}/${name}`,
    bytes,
    target,
    headers: { "content-type": contentType }
  }))

/** The recordings of the conformance corpus, when it is there. */
export const recordings = (
  protocols: ReadonlySet<string>,
  targetOf: (one: Corpus.Case) => Targets.Target | undefined
): ReadonlyArray<Source> =>
  Corpus.cases(protocols).filter(({ expected, response }) =>
    expected.outcome === "success" && response.contentEncoding._tag === "None"
  ).flatMap((one) => {
    const target = targetOf(one)
    return target === undefined ? [] : [{ name: one.name, bytes: one.bytes, target, headers: one.response.headers }]
  })

/** The transcripts of a dialect's own provider, and the recordings of its protocols. */
export const sources = (
  provider: string,
  target: Targets.Target,
  corpus: ReadonlyMap<string, Targets.Target>
): ReadonlyArray<Source> => [
  ...transcripts(provider, target),
  ...recordings(new Set(corpus.keys()), ({ expected }) => corpus.get(expected.protocol))
]

export const script = ({ bytes, headers }: Source): Server.Script => ({ headers, steps: [Server.write(bytes)] })

/** JSON text as a value; what is no JSON stays text. */
export const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json === "" ? "{}" : json)
  } catch {
    return json
  }
}

/** What this package makes of an answer. */
export const ours = (completion: ChatCompletion.ChatCompletion): Answer => ({
  id: completion.id,
  model: completion.model,
  choices: completion.choices.map(({ index, message, nativeFinishReason }) => ({
    index,
    text: message.content ?? "",
    reasoning: message.reasoning?.content ?? "",
    refusal: message.refusal ?? "",
    calls: (message.toolCalls ?? []).map((call) =>
      [call.id, call.function.name, parsed(call.function.arguments)] as const
    ),
    finish: nativeFinishReason
  })),
  usage: completion.usage === undefined ? undefined : {
    prompt: completion.usage.promptTokens,
    completion: completion.usage.completionTokens,
    total: completion.usage.totalTokens,
    cached: completion.usage.cachedTokens ?? 0,
    reasoning: completion.usage.reasoningTokens ?? 0
  }
})

const connected = (target: Targets.Target, baseUrl: string) =>
  target(baseUrl).pipe(Layer.provide(NodeHttpClient.layerUndici))

export const collected = (target: Targets.Target, baseUrl: string, asked = params) =>
  Stream.run(Provider.completionStream(asked), ChatCompletion.collect).pipe(
    Effect.provide(connected(target, baseUrl))
  )

export const completed = (target: Targets.Target, baseUrl: string, asked = params) =>
  Provider.completion(asked).pipe(Effect.provide(connected(target, baseUrl)))

/** Where two answers differ, by field. */
export const differences = (left: Answer, right: Answer): ReadonlyArray<string> => [
  ...(left.id === right.id ? [] : ["id"]),
  ...(left.model === right.model ? [] : ["model"]),
  ...(isDeepStrictEqual(left.usage, right.usage) ? [] : ["usage"]),
  ...(left.choices.length === right.choices.length ? [] : ["number of choices"]),
  ...left.choices.flatMap((choice, place) => {
    const other = right.choices[place]
    if (other === undefined) return []
    return (["index", "text", "reasoning", "refusal", "calls", "finish"] as const).filter((field) =>
      !isDeepStrictEqual(choice[field], other[field])
    )
  })
]

/** The promise of a client, as the Effect it is; its failure is a value here. */
export const asked = <A>(ask: () => Promise<A>): Effect.Effect<A | undefined> =>
  Effect.promise(() => ask().catch(() => undefined))
