/**
 * Mistral's official client reads the same bytes: parts of content, calls, counts.
 */
import { assert, describe, it } from "@effect/vitest"
import { Mistral } from "@mistralai/mistralai"
import type { DeltaMessage, ToolCall, UsageInfo } from "@mistralai/mistralai/models/components"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as MistralProvider from "../../src/providers/Mistral.ts"
import * as Corpus from "../kit/corpus.ts"
import * as Server from "../kit/server.ts"
import * as Targets from "../kit/targets.ts"
import * as Kit from "./kit.ts"

const target = Targets.named(MistralProvider)

const sources = [
  ...Kit.transcripts("mistral", target),
  ...Kit.recordings(new Set(["mistral"]), () => target)
]

type Content = DeltaMessage["content"]

const textOf = (content: Content): string =>
  typeof content === "string"
    ? content
    : (content ?? []).map((part) => part.type === "text" && "text" in part ? part.text : "").join("")

const reasoningOf = (content: Content): string =>
  typeof content === "string" ? "" : (content ?? []).map((part) =>
    part.type === "thinking" && "thinking" in part
      ? part.thinking.map((piece) => piece.type === "text" && "text" in piece ? piece.text : "").join("")
      : ""
  ).join("")

/** Beside what the client knows it hands on what the server said. */
const Details = Schema.Struct({
  num_cached_tokens: Schema.optional(Schema.Number),
  prompt_tokens_details: Schema.optional(Schema.Struct({ cached_tokens: Schema.Number }))
})

const cachedOf = (beside: unknown): number => {
  const { num_cached_tokens, prompt_tokens_details } = Schema.decodeUnknownSync(Details)(beside)
  return prompt_tokens_details?.cached_tokens ?? num_cached_tokens ?? 0
}

const usageOf = (usage: UsageInfo | undefined): Kit.Counts | undefined =>
  usage === undefined ? undefined : {
    prompt: usage.promptTokens ?? 0,
    completion: usage.completionTokens ?? 0,
    total: usage.totalTokens ?? 0,
    cached: cachedOf(usage["additionalProperties"] ?? usage),
    reasoning: 0
  }

const argumentsOf = (call: ToolCall): unknown => {
  const { arguments: given } = call.function
  return typeof given === "string" ? Kit.parsed(given) : given
}

/** What the client streams, added up; each call comes whole, as Mistral's does. */
const iterated = (server: Server.Server): Effect.Effect<Kit.Answer | undefined> =>
  Kit.asked(async () => {
    const client = new Mistral({ apiKey: Kit.apiKey, serverURL: server.url, retryConfig: { strategy: "none" } })
    const stream = await client.chat.stream({ model: "a-model", messages: [{ role: "user", content: "Hi" }] })
    const choices = new Map<number, Kit.Choice>()
    let head: { readonly id: string; readonly model: string } | undefined
    let usage: Kit.Counts | undefined
    for await (const { data } of stream) {
      head ??= data
      usage = usageOf(data.usage) ?? usage
      for (const { delta, finishReason, index } of data.choices) {
        const before = choices.get(index) ??
          { index, text: "", reasoning: "", refusal: "", calls: [], finish: undefined }
        choices.set(index, {
          ...before,
          text: before.text + textOf(delta.content),
          reasoning: before.reasoning + reasoningOf(delta.content),
          calls: [
            ...before.calls,
            ...(delta.toolCalls ?? []).map((call) => [call.id ?? "", call.function.name, argumentsOf(call)] as const)
          ],
          finish: before.finish ?? finishReason ?? undefined
        })
      }
    }
    return { id: head?.id ?? "", model: head?.model ?? "", choices: [...choices.values()], usage }
  })

const inPieces = {
  fields: ["calls"],
  why: "the call comes in pieces, each of which the client gives as a call of its own"
}

const deviations = new Map([
  ["mistral/incremental-tool-call", inPieces],
  ["mistral/vercel-mistral-incremental-tool-call", inPieces]
])

describe("Mistral's official client", () => {
  it("there is something to compare", () => assert.isAbove(sources.length, Corpus.present ? 7 : 3))

  it("every deviation is about a source", () => {
    for (const name of deviations.keys()) {
      if (Corpus.present) assert.isTrue(sources.some((source) => source.name === name), name)
    }
  })

  for (const source of sources) {
    it.scopedLive(`${source.name}: the same stream`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => Kit.script(source))
        const own = Kit.ours(yield* Kit.collected(source.target, `${server.url}/v1`))
        const theirs = yield* iterated(server)
        const found = theirs === undefined ? ["rejects"] : Kit.differences(own, theirs)
        assert.deepStrictEqual(found, deviations.get(source.name)?.fields ?? [])
      }), 20_000)
  }
})
