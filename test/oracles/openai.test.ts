/**
 * The official OpenAI client reads the same bytes: its plain iteration, its `stream` helper, its whole answers.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import OpenAI from "openai"
import * as ChatCompletion from "../../src/ChatCompletion.ts"
import * as ChatCompletionChunk from "../../src/ChatCompletionChunk.ts"
import * as Provider from "../../src/Provider.ts"
import * as Corpus from "../kit/corpus.ts"
import * as Server from "../kit/server.ts"
import * as Targets from "../kit/targets.ts"
import * as Kit from "./kit.ts"
import * as Sum from "./sum.ts"

const sources = Kit.sources(
  "openai",
  Targets.openAi,
  new Map([
    ["openai-chat", Targets.openAi],
    ["openai-compat", Targets.compatible("compatible", { lenientFinish: true })]
  ])
)

const clientOf = (server: Server.Server) => new OpenAI({ apiKey: Kit.apiKey, baseURL: server.url, maxRetries: 0 })

const request = { model: "a-model", messages: [{ role: "user" as const, content: "Hi" }] }

const iterated = (server: Server.Server): Effect.Effect<Kit.Answer | undefined> =>
  Kit.asked(async () => {
    const sum = new Sum.Sum()
    const stream = await clientOf(server).chat.completions.create({ ...request, stream: true })
    for await (const chunk of stream) sum.add(chunk)
    return sum.answer
  })

const helped = (server: Server.Server): Effect.Effect<OpenAI.ChatCompletion | undefined> =>
  Kit.asked(() => clientOf(server).chat.completions.stream(request).finalChatCompletion())

interface Deviations {
  /** From the plain iteration. */
  readonly iterate?: ReadonlyArray<string>
  /** From the `stream` helper. */
  readonly helper?: ReadonlyArray<string>
  /** From the whole answer. */
  readonly whole?: ReadonlyArray<string>
  readonly why: string
}

/** The helper overwrites strings that it does not know, so that only the last piece of the reasoning is left. */
const lastPieceOnly: Deviations = {
  helper: ["reasoning"],
  why: "the helper keeps the last piece of the reasoning, ours all of it"
}

const madeUpId = "the server names no id for the call; without one no result can be sent back, so ours makes one up"

const deviations = new Map<string, Deviations>([
  ...[
    "openai/reasoning-content",
    "openai-compat/ollama-cloud-gptoss-markdown",
    "openai-compat/ollama-v1-qwen3-reasoning-text",
    "openai-compat/openrouter-reasoning-details-tool",
    "openai-compat/vercel-cerebras-json-text-plus-tool",
    "openai-compat/vercel-deepseek-reasoning",
    "openai-compat/vercel-deepseek-tool-call",
    "openai-compat/vercel-moonshot-stream",
    "openai-compat/vercel-xai-grok3-text-long",
    "openai-compat/vercel-xai-grok3-tool-long",
    "openai-compat/zai-glm47-thinking"
  ].map((name) => [name, lastPieceOnly] as const),
  ["openai/content-parts", {
    iterate: ["usage", "text", "reasoning"],
    helper: ["usage", "text", "reasoning"],
    whole: ["usage"],
    why:
      "the content is a list of parts, which the client writes down as [object Object]; `num_cached_tokens` is Mistral's"
  }],
  ["openai/function-call", {
    iterate: ["calls"],
    helper: ["calls"],
    whole: ["calls"],
    why: "the deprecated `function_call` is a tool call for ours, so that a consumer has one place to look"
  }],
  ["edge/legacy-function_call-delta", {
    iterate: ["calls"],
    helper: ["calls"],
    whole: ["calls"],
    why: "the deprecated `function_call` is a tool call for ours, so that a consumer has one place to look"
  }],
  ["openai/odd-fields", {
    iterate: ["rejects"],
    helper: ["rejects"],
    why:
      "an event is `null`, another has no choices, a delta is `null`: the client hands them on, and whoever reads fails"
  }],
  ["openai/reasoning-details", {
    iterate: ["reasoning"],
    helper: ["reasoning"],
    why: "the reasoning is in `reasoning_details`, which the client does not know"
  }],
  ["openai/tool-arguments-object", {
    iterate: ["calls"],
    helper: ["calls"],
    why: "the arguments are an object, which the client writes down as [object Object]; ours as JSON"
  }],
  ["edge/tool-arguments-as-object", {
    iterate: ["calls"],
    helper: ["calls"],
    why: "the arguments are an object, which the client writes down as [object Object]; ours as JSON"
  }],
  ["openai/tool-calls-without-id", { iterate: ["calls"], helper: ["rejects"], why: madeUpId }],
  ["edge/tool-without-id", { iterate: ["calls"], helper: ["calls"], why: madeUpId }],
  ["openai/tool-calls-without-index", {
    iterate: ["calls"],
    helper: ["calls"],
    why: "the calls have ids and no index: without one the client takes them for one call"
  }],
  ["edge/tool-index-missing-parallel", {
    iterate: ["calls"],
    helper: ["calls"],
    why: "the calls have ids and no index: without one the client takes them for one call"
  }],
  ["edge/tool-index-missing-continuation", {
    helper: ["calls"],
    why: "the pieces have no index: without one the helper finds no call"
  }],
  ["edge/tool-index-gap-1-and-3", { helper: ["rejects"], why: "the helper needs indexes without gaps" }],
  ["openai/usage-in-x-groq", {
    iterate: ["usage"],
    helper: ["usage", "reasoning"],
    whole: ["usage"],
    why: "the token counts are in `x_groq`, which the client does not know; of the reasoning it keeps the last piece"
  }],
  ["openai/usage-on-every-chunk", {
    helper: ["text"],
    why: "each chunk repeats the text so far in `message`, which the helper takes for the answer"
  }],
  ["openai-compat/reasoning-and-reasoning_content-both", {
    iterate: ["usage"],
    helper: ["usage"],
    whole: ["usage"],
    why: "the server sends no total: ours adds it up"
  }],
  ["openai-compat/gpustack-qwen3-no-done", { helper: ["rejects"], why: "the helper needs a role in the first chunk" }],
  ["openai-compat/role-empty-string", { helper: ["rejects"], why: "the helper needs a role in the first chunk" }],
  ["openai-compat/snowflake-no-finish-reason", {
    iterate: ["id"],
    helper: ["rejects"],
    why: "the server names no id and never sends a finish reason; ours is told so with `lenientFinish`"
  }],
  ["edge/chunk-choice-index-missing", {
    helper: ["rejects"],
    why: "the choice has no index: there is only one, so it is choice 0"
  }],
  ["edge/sse-finish-chunk-without-trailing-newline", {
    iterate: ["finish"],
    helper: ["rejects"],
    why: "the client drops a last event without its blank line, and with it the finish reason"
  }]
])

const none: Deviations = { why: "" }

/** The finish reason is ours in what comes out, and the helper keeps only the last piece of fields it does not know. */
const known = (answer: Kit.Answer): Kit.Answer => ({
  ...answer,
  choices: answer.choices.map((choice) => ({ ...choice, finish: undefined, reasoning: "" }))
})

describe("the official OpenAI client", () => {
  it("there is something to compare", () => {
    assert.isAbove(sources.length, Corpus.present ? 40 : 5)
  })

  it("every deviation is about a source", () => {
    for (const name of deviations.keys()) {
      if (Corpus.present) assert.isTrue(sources.some((source) => source.name === name), name)
    }
  })

  for (const source of sources) {
    const deviation = deviations.get(source.name) ?? none

    it.scopedLive(`${source.name}: the same stream`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => Kit.script(source))
        const own = Kit.ours(yield* Kit.collected(source.target, server.url))
        const theirs = yield* iterated(server)
        const helper = yield* helped(server)
        assert.deepStrictEqual({
          iterate: theirs === undefined ? ["rejects"] : Kit.differences(own, theirs),
          helper: helper === undefined ? ["rejects"] : Kit.differences(own, Sum.ofCompletion(helper))
        }, { iterate: deviation.iterate ?? [], helper: deviation.helper ?? [] })
      }), 20_000)

    it.scopedLive(`${source.name}: its whole answer, read by both`, () =>
      Effect.gen(function*() {
        const streaming = yield* Server.make([Kit.script(source)])
        const helper = yield* helped(streaming)
        if (helper === undefined) return assert.deepStrictEqual(deviation.helper, ["rejects"])
        const server = yield* Server.make(() => Server.json(helper))
        const theirs = yield* Effect.promise(() => clientOf(server).chat.completions.create(request))
        const own = yield* Kit.completed(source.target, server.url)
        assert.deepStrictEqual(Kit.differences(Kit.ours(own), Sum.ofCompletion(theirs)), deviation.whole ?? [])
      }), 20_000)

    it.scopedLive(`${source.name}: what comes out can be served to it`, () =>
      Effect.gen(function*() {
        const upstream = yield* Server.make([Kit.script(source)])
        const chunks = Array.from(
          yield* Stream.runCollect(Provider.completionStream(Kit.params)).pipe(
            Effect.provide(source.target(upstream.url).pipe(Layer.provide(NodeHttpClient.layerUndici)))
          )
        )
        const encode = Schema.encodeSync(ChatCompletionChunk.ChatCompletionChunk)
        const lines = chunks.map((chunk) => `data: ${JSON.stringify(encode(chunk))}\n\n`)
        const server = yield* Server.make([Server.sse([...lines, "data: [DONE]\n\n"].join(""))])
        const helper = yield* helped(server)
        if (helper === undefined) return assert.fail("the client rejects it")
        assert.deepStrictEqual(known(Sum.ofCompletion(helper)), known(Kit.ours(ChatCompletion.fromChunks(chunks))))
      }), 20_000)
  }
})
