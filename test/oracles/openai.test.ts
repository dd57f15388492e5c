/**
 * The official OpenAI client reads the same bytes: its plain iteration, its `stream` helper, its whole answers.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Layer from "effect/Layer"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import OpenAI from "openai"
import * as ChatCompletionChunk from "../../src/ChatCompletionChunk.ts"
import * as Provider from "../../src/Provider.ts"
import * as Bytes from "../kit/bytes.ts"
import * as Conformance from "../kit/conformance.ts"
import * as Server from "../kit/server.ts"
import * as Targets from "../kit/targets.ts"
import * as Kit from "./kit.ts"

const sources = Kit.sources("openai", new Map([
  ["openai-chat", Targets.openAi],
  ["openai-compat", Targets.compatible("compatible", { lenientFinish: true })]
]))

const clientOf = (server: Server.Server) => new OpenAI({ apiKey: Kit.apiKey, baseURL: server.url, maxRetries: 0 })

const request = { model: "a-model", messages: [{ role: "user" as const, content: "Hi" }] }

/** Fields that are no part of OpenAI's own types, which the client hands on. */
interface Beside {
  readonly reasoning_content?: unknown
  readonly reasoning?: unknown
}

const reasoningOf = ({ reasoning, reasoning_content }: Beside): string =>
  typeof reasoning_content === "string" ? reasoning_content : typeof reasoning === "string" ? reasoning : ""

const usageOf = (usage: OpenAI.CompletionUsage | null | undefined): Kit.Counts | undefined =>
  usage === null || usage === undefined ? undefined : {
    prompt: usage.prompt_tokens,
    completion: usage.completion_tokens,
    total: usage.total_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
    reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0
  }

const ofCompletion = (completion: OpenAI.ChatCompletion): Kit.Answer => ({
  id: completion.id,
  model: completion.model,
  choices: completion.choices.map(({ finish_reason, index, message }) => ({
    index,
    text: message.content ?? "",
    reasoning: reasoningOf(message as Beside),
    refusal: message.refusal ?? "",
    calls: (message.tool_calls ?? []).flatMap((call) =>
      call.type === "function" ? [[call.id, call.function.name, Kit.parsed(call.function.arguments)] as const] : []
    ),
    finish: finish_reason
  })),
  usage: usageOf(completion.usage)
})

/** The client's chunks, added up in the plainest way. */
class Sum {
  id = ""
  model = ""
  usage: Kit.Counts | undefined = undefined
  private readonly choices = new Map<number, Kit.Choice & { readonly pieces: Map<number, [string, string, string]> }>()

  add(chunk: OpenAI.ChatCompletionChunk): void {
    if (this.id === "") this.id = chunk.id
    if (this.model === "") this.model = chunk.model
    this.usage = usageOf(chunk.usage) ?? this.usage
    for (const { delta, finish_reason, index } of chunk.choices) {
      const before = this.choices.get(index) ??
        { index, text: "", reasoning: "", refusal: "", calls: [], finish: undefined, pieces: new Map() }
      for (const piece of delta.tool_calls ?? []) {
        const [id, name, args] = before.pieces.get(piece.index) ?? ["", "", ""]
        before.pieces.set(piece.index, [
          id === "" ? piece.id ?? "" : id,
          name === "" ? piece.function?.name ?? "" : name,
          args + (piece.function?.arguments ?? "")
        ])
      }
      this.choices.set(index, {
        ...before,
        text: before.text + (delta.content ?? ""),
        reasoning: before.reasoning + reasoningOf(delta as Beside),
        refusal: before.refusal + (delta.refusal ?? ""),
        finish: before.finish ?? finish_reason ?? undefined
      })
    }
  }

  get answer(): Kit.Answer {
    return {
      id: this.id,
      model: this.model,
      usage: this.usage,
      choices: [...this.choices.values()].map(({ pieces, ...choice }) => ({
        ...choice,
        calls: [...pieces.values()].map(([id, name, args]) => [id, name, Kit.parsed(args)] as const)
      }))
    }
  }
}

const iterated = (server: Server.Server): Effect.Effect<Kit.Answer> =>
  Effect.promise(async () => {
    const sum = new Sum()
    const stream = await clientOf(server).chat.completions.create({ ...request, stream: true })
    for await (const chunk of stream) sum.add(chunk)
    return sum.answer
  })

const helped = (server: Server.Server): Effect.Effect<OpenAI.ChatCompletion | undefined> =>
  Kit.asked(() => clientOf(server).chat.completions.stream(request).finalChatCompletion())

/** From the plain iteration. */
const iterating = new Map<string, Kit.Deviation>()

/** From the helper, which stumbles where the iteration does not. */
const helping = new Map<string, Kit.Deviation>()

describe("the official OpenAI client", () => {
  it("there is something to compare", () => {
    assert.isAbove(sources.length, Conformance.present ? 40 : 5)
  })

  it("every deviation is about a source", () => {
    for (const name of [...iterating.keys(), ...helping.keys()]) {
      if (Conformance.present) assert.isTrue(sources.some((source) => source.name === name), name)
    }
  })

  for (const source of sources) {
    it.scopedLive(`${source.name}: the same stream`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => Kit.script(source))
        const own = Kit.ours(yield* Kit.collected(source.target, server.url))
        const theirs = yield* iterated(server)
        assert.deepStrictEqual(Kit.differences(own, theirs), iterating.get(source.name)?.fields ?? [])
        const helper = yield* helped(server)
        assert.deepStrictEqual(
          helper === undefined ? ["rejects"] : Kit.differences(own, ofCompletion(helper)),
          helping.get(source.name)?.fields ?? []
        )
      }), 20_000)

    it.scopedLive(`${source.name}: its whole answer, read by both`, () =>
      Effect.gen(function*() {
        const streaming = yield* Server.make([Kit.script(source)])
        const helper = yield* helped(streaming)
        if (helper === undefined) return assert.include(helping.get(source.name)?.fields, "rejects")
        const server = yield* Server.make(() => Server.json(helper))
        const theirs = yield* Effect.promise(() => clientOf(server).chat.completions.create(request))
        const own = yield* Kit.completed(source.target, server.url)
        assert.deepStrictEqual(Kit.differences(Kit.ours(own), ofCompletion(theirs)), [])
      }), 20_000)

    it.scopedLive(`${source.name}: what comes out can be served to it`, () =>
      Effect.gen(function*() {
        const upstream = yield* Server.make(() => Kit.script(source))
        const chunks = yield* Stream.runCollect(Provider.completionStream(Kit.params)).pipe(
          Effect.provide(source.target(upstream.url).pipe(Layer.provide(NodeHttpClient.layerUndici)))
        )
        const encode = Schema.encodeSync(ChatCompletionChunk.ChatCompletionChunk)
        const lines = Array.from(chunks, (chunk) => `data: ${JSON.stringify(encode(chunk))}\n\n`)
        const server = yield* Server.make(() => Server.sse(Bytes.bytesOf([...lines, "data: [DONE]\n\n"].join(""))))
        const own = Kit.ours(yield* Kit.collected(source.target, upstream.url))
        const helper = yield* helped(server)
        if (helper === undefined) return assert.fail("the client rejects it")
        // The finish reason is ours here, and the helper keeps only the last piece of fields it does not know.
        const known = (answer: Kit.Answer): Kit.Answer => ({
          ...answer,
          choices: answer.choices.map((choice) => ({ ...choice, finish: undefined, reasoning: "" }))
        })
        assert.deepStrictEqual(known(ofCompletion(helper)), known(own))
      }), 20_000)
  }
})
