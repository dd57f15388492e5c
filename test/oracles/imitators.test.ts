/**
 * The official OpenAI client, at the base URL of each server that imitates OpenAI's, reads the same bytes.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import OpenAI from "openai"
import * as Framing from "../../src/Framing.ts"
import * as Providers from "../kit/providers.ts"
import * as Server from "../kit/server.ts"
import * as Targets from "../kit/targets.ts"
import * as Kit from "./kit.ts"
import * as Sum from "./sum.ts"

/** Those that frame it like OpenAI: SageMaker does not, and has an oracle of its own. */
const imitators = Providers.imitators.filter(({ endpoint }) => endpoint.dialect.framing === Framing.sse)

const sources = imitators.flatMap((module) => Kit.transcripts(module.endpoint.id, Targets.named(module)))

const iterated = (server: Server.Server): Effect.Effect<Kit.Answer | undefined> =>
  Kit.asked(async () => {
    const client = new OpenAI({ apiKey: Kit.apiKey, baseURL: server.url, maxRetries: 0 })
    const sum = new Sum.Sum()
    const stream = await client.chat.completions.create({
      model: "a-model",
      messages: [{ role: "user", content: "Hi" }],
      stream: true
    })
    for await (const chunk of stream) sum.add(chunk)
    return sum.answer
  })

/** Where the client, which knows OpenAI's own server, reads something else, and why. */
const habits: ReadonlyArray<{
  readonly why: string
  readonly fields: ReadonlyArray<string>
  readonly sources: ReadonlyArray<string>
}> = [
  {
    why: "the reasoning is in the text, between tags, where the client leaves it",
    fields: ["text", "reasoning"],
    sources: [
      "azure/reasoning",
      "cascadia/reasoning",
      "edenai/reasoning-in-the-text",
      "fireworks/think-tags",
      "github/reasoning",
      "huggingface/think-tags",
      "llamacpp/reasoning-in-text",
      "llamafile/reasoning-in-text",
      "lmstudio/think-tags",
      "minimax/parallel-tool-calls",
      "minimax/reasoning",
      "minimax/tool-call",
      "minimax/tool-call-without-arguments",
      "perplexity/reasoning",
      "qiniu/reasoning-in-the-text",
      "sambanova/think-tags",
      "vllm/reasoning-in-text-without-a-parser"
    ]
  },
  {
    why: "the content is a list of parts, which the client writes down as [object Object]",
    fields: ["text", "reasoning"],
    sources: ["databricks/reasoning", "mistral/interleaved-thinking", "mistral/reasoning", "mistral/signed-thinking"]
  },
  {
    why: "the content is a list of parts, which the client writes down as [object Object]",
    fields: ["text"],
    sources: ["databricks/citations-in-parts", "mistral/references"]
  },
  {
    why: "the reasoning is an object with its text",
    fields: ["reasoning"],
    sources: ["mzai/reasoning", "otari/reasoning"]
  },
  {
    why: "the reasoning is in `content_blocks`, which the client does not know",
    fields: ["reasoning"],
    sources: ["portkey/reasoning"]
  },
  {
    why: "what was read from a cache, or thought, is counted under a name of its own",
    fields: ["usage"],
    sources: [
      "inception/reasoning-not-ready",
      "inception/text",
      "moonshot/parallel-tool-calls",
      "moonshot/reasoning",
      "moonshot/reasoning-before-a-tool-call",
      "moonshot/text",
      "moonshot/tool-call",
      "moonshot/tool-call-without-arguments",
      "moonshot/usage-in-the-choice",
      "perplexity/deep-research-counts",
      "portkey/cached",
      "together/parallel-tool-calls",
      "together/text",
      "together/tool-call",
      "together/tool-call-without-arguments"
    ]
  },
  {
    why: "a name of its own for what was read from a cache, and reasoning between tags in the text",
    fields: ["usage", "text", "reasoning"],
    sources: ["together/think-tags"]
  },
  {
    why: "a name of its own for what was read from a cache, and the reasoning as a summary beside the choices",
    fields: ["usage", "reasoning"],
    sources: ["inception/reasoning", "inception/reasoning-with-the-finish"]
  },
  {
    why: "tokens of reasoning come on top of those of the answer, which ours adds up",
    fields: ["usage"],
    sources: ["xai/reasoning", "xai/tool-call"]
  },
  {
    why: "the calls have no index: without one the client takes them for one call",
    fields: ["calls"],
    sources: ["mistral/parallel-tool-calls-without-index"]
  },
  {
    why: "two calls have one index and ids of their own: the client takes them for one call",
    fields: ["calls"],
    sources: ["portkey/parallel-tool-calls-at-one-index"]
  },
  {
    why: "the server's id is nothing, so ours makes one up",
    fields: ["id"],
    sources: ["huggingface/text-generation-inference"]
  }
]

const deviations = new Map(habits.flatMap(({ fields, sources }) => sources.map((name) => [name, fields] as const)))

describe("the official OpenAI client at other base URLs", () => {
  it("every imitator has something to compare", () => {
    const compared = new Set(sources.map(({ name }) => name.split("/")[0]))
    assert.deepStrictEqual(imitators.map(({ endpoint }) => endpoint.id).filter((id) => !compared.has(id)), [])
  })

  it("every deviation is about a source", () => {
    for (const name of deviations.keys()) assert.isTrue(sources.some((source) => source.name === name), name)
  })

  for (const source of sources) {
    it.scopedLive(`${source.name}: the same stream`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => Kit.script(source))
        const own = Kit.ours(yield* Kit.collected(source.target, server.url))
        const theirs = yield* iterated(server)
        const found = theirs === undefined ? ["rejects"] : Kit.differences(own, theirs)
        assert.deepStrictEqual(found, deviations.get(source.name) ?? [])
      }), 20_000)
  }
})
