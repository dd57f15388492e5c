/**
 * Bytes through the engine without a network, and what must be true of whatever comes out.
 */
import { assert } from "@effect/vitest"
import type { ChatCompletionChunk } from "../../src/ChatCompletionChunk.ts"
import type { Endpoint } from "../../src/Endpoint.ts"
import * as Normalise from "../../src/Normalise.ts"
import * as Anthropic from "../../src/providers/Anthropic.ts"
import * as Cohere from "../../src/providers/Cohere.ts"
import * as Gemini from "../../src/providers/Gemini.ts"
import * as Ollama from "../../src/providers/Ollama.ts"
import * as OpenAi from "../../src/providers/OpenAi.ts"
import * as Answer from "../kit/answer.ts"
import { load } from "../kit/load.ts"

// Here is no engine that would do it.
await load()

export const endpoints: ReadonlyArray<Endpoint> = [
  OpenAi.endpoint,
  Anthropic.endpoint,
  Cohere.endpoint,
  Gemini.endpoint,
  Ollama.endpoint
]

export const endpointOf = (provider: string): Endpoint =>
  endpoints.find((endpoint) => endpoint.id === provider) ?? assert.fail(provider)

export interface Read {
  readonly chunks: ReadonlyArray<ChatCompletionChunk>
  /** `ok`, or the reason of the failure. */
  readonly outcome: string
}

export interface Setting {
  readonly stream?: boolean
  readonly contentType?: string | undefined
}

/** A whole body; with `stream: false` a whole answer. */
export const read = (endpoint: Endpoint, pieces: Iterable<Uint8Array>, setting: Setting = {}): Read => {
  const normaliser = new Normalise.Normaliser({
    endpoint,
    params: { model: "asked", messages: [{ role: "user", content: "Hi" }] },
    now: 1_234_567_000,
    id: "made-up",
    stream: setting.stream ?? true,
    raw: false,
    limit: 1_000_000,
    contentType: "contentType" in setting ? setting.contentType : "text/event-stream"
  })
  const chunks: Array<ChatCompletionChunk> = []
  for (const piece of pieces) {
    normaliser.push(piece)
    chunks.push(...normaliser.take())
  }
  normaliser.end()
  chunks.push(...normaliser.take())
  const outcome = normaliser.outcome ?? assert.fail("no outcome")
  return { chunks, outcome: outcome._tag === "Failed" ? outcome.fault.reason._tag : "ok" }
}

const isNameless = (violation: string): boolean => violation.endsWith("begins without a name")

/** What breaks the rules of every stream; a call whose name the server never sent has none. */
export const violations = ({ chunks, outcome }: Read, named: boolean): ReadonlyArray<string> => {
  const found = Answer.violations(chunks).filter((violation) => named || !isNameless(violation))
  const finishes = chunks.flatMap((chunk) => chunk.choices).filter((choice) => choice.finishReason !== undefined).length
  // A choice that nothing was said of yet is only in the engine's mind.
  const begun = new Set(chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.index))).size
  return outcome === "ok" && finishes !== begun ? [...found, `${begun} choices and ${finishes} finishes`] : found
}

/** All that was said, in the order of its arrival and whichever choice it went to. */
export interface Said {
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
  readonly names: ReadonlyArray<string>
  readonly arguments: ReadonlyArray<string>
}

export const said = (chunks: ReadonlyArray<ChatCompletionChunk>): Said => {
  const deltas = chunks.flatMap((chunk) => chunk.choices).map((choice) => choice.delta)
  const calls = Answer.choices(chunks).flatMap((choice) => choice.toolCalls)
  return {
    text: deltas.map((delta) => delta.content ?? "").join(""),
    reasoning: deltas.map((delta) => delta.reasoning?.content ?? "").join(""),
    refusal: deltas.map((delta) => delta.refusal ?? "").join(""),
    names: calls.map((call) => call.name),
    // A call without arguments is told so only at a finish.
    arguments: calls.map((call) => call.arguments.trim() === "" ? "{}" : call.arguments)
  }
}
