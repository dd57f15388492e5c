/**
 * The official Anthropic client reads the same bytes: what it accumulates, and what it makes of whole answers.
 */
import Anthropic from "@anthropic-ai/sdk"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { isDeepStrictEqual } from "node:util"
import type * as ChatCompletion from "../../src/ChatCompletion.ts"
import * as Corpus from "../kit/corpus.ts"
import * as Server from "../kit/server.ts"
import * as Targets from "../kit/targets.ts"
import * as Kit from "./kit.ts"

type Message = Anthropic.Beta.BetaMessage

const sources = Kit.sources("anthropic", Targets.anthropic, new Map([["anthropic", Targets.anthropic]]))

const clientOf = (server: Server.Server) => new Anthropic({ apiKey: Kit.apiKey, baseURL: server.url, maxRetries: 0 })

const request = { model: "a-model", max_tokens: 1024, messages: [{ role: "user" as const, content: "Hi" }] }

const accumulated = (server: Server.Server): Effect.Effect<Message | undefined> =>
  Kit.asked(() => clientOf(server).beta.messages.stream(request).finalMessage())

const ofMessage = (message: Message): Kit.Answer => {
  const { cache_creation_input_tokens, cache_read_input_tokens, input_tokens, output_tokens } = message.usage
  const prompt = input_tokens + (cache_creation_input_tokens ?? 0) + (cache_read_input_tokens ?? 0)
  return {
    id: message.id,
    model: message.model,
    choices: [{
      index: 0,
      text: message.content.flatMap((block) => block.type === "text" ? [block.text] : []).join(""),
      reasoning: message.content.flatMap((block) => block.type === "thinking" ? [block.thinking] : []).join(""),
      refusal: "",
      calls: message.content.flatMap((block) =>
        block.type === "tool_use" ? [[block.id, block.name, block.input] as const] : []
      ),
      finish: message.stop_reason ?? undefined
    }],
    usage: {
      prompt,
      completion: output_tokens,
      total: prompt + output_tokens,
      cached: cache_read_input_tokens ?? 0,
      reasoning: message.usage.output_tokens_details?.thinking_tokens ?? 0
    }
  }
}

/** What would go back in the next turn must be what the client would send back. */
const replay = (completion: ChatCompletion.ChatCompletion, message: Message): ReadonlyArray<string> => {
  const native = completion.choices[0]?.message.native
  if (native === undefined) return []
  assert.strictEqual(native.dialect, "anthropic")
  return isDeepStrictEqual(native.blocks, JSON.parse(JSON.stringify(message.content))) ? [] : ["native"]
}

interface Deviation {
  readonly fields: ReadonlyArray<string>
  readonly why: string
}

const unknownBlock: Deviation = {
  fields: ["native"],
  why: "the client leaves the pieces of a block that it does not know out, ours adds them up"
}

const oneModel: Deviation = {
  fields: ["model"],
  why: "the client changes the model when a `fallback` block comes; ours is the same on all chunks of a stream"
}

const cutArguments: Deviation = {
  fields: ["calls"],
  why: "the client closes arguments that were cut, so that a call looks whole that is not; ours keeps what came"
}

const orderOfEvents: Deviation = {
  fields: ["rejects"],
  why: "the client insists on the order of the events; ours understood all that the answer says"
}

const deviations = new Map<string, Deviation>([
  ["anthropic/duplicate-message-start", orderOfEvents],
  ["edge/anthropic-duplicate-message_start", orderOfEvents],
  ["anthropic/missing-events", orderOfEvents],
  ["anthropic/odd-fields", orderOfEvents],
  ["anthropic/fallback", oneModel],
  ["anthropic/vercel-fallback", oneModel],
  ["anthropic/max-tokens", cutArguments],
  ["anthropic/max-tokens-after-thinking", {
    fields: ["calls", "native"],
    why: "as above, and the cut call is no block to send back: its input is not what the model meant"
  }],
  ["anthropic/unknown-events", unknownBlock],
  ["edge/anthropic-unknown-events-blocks-deltas", unknownBlock]
])

describe("the official Anthropic client", () => {
  it("there is something to compare", () => {
    assert.isAbove(sources.length, Corpus.present ? 30 : 5)
  })

  it("every deviation is about a source", () => {
    for (const name of deviations.keys()) {
      if (Corpus.present) assert.isTrue(sources.some((source) => source.name === name), name)
    }
  })

  for (const source of sources) {
    it.scopedLive(`${source.name}: the same stream`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => Kit.script(source))
        const own = yield* Kit.collected(source.target, server.url)
        const theirs = yield* accumulated(server)
        assert.deepStrictEqual(
          theirs === undefined
            ? ["rejects"]
            : [...Kit.differences(Kit.ours(own), ofMessage(theirs)), ...replay(own, theirs)],
          deviations.get(source.name)?.fields ?? []
        )
      }), 20_000)

    it.scopedLive(`${source.name}: its whole answer, read by both`, () =>
      Effect.gen(function*() {
        const streaming = yield* Server.make([Kit.script(source)])
        const message = yield* accumulated(streaming)
        if (message === undefined) return assert.include(deviations.get(source.name)?.fields ?? [], "rejects")
        const server = yield* Server.make(() => Server.json(message))
        const theirs = yield* Effect.promise(() => clientOf(server).beta.messages.create(request))
        const own = yield* Kit.completed(source.target, server.url)
        assert.deepStrictEqual([...Kit.differences(Kit.ours(own), ofMessage(theirs)), ...replay(own, theirs)], [])
      }), 20_000)
  }
})
