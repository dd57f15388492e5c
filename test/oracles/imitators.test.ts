/**
 * The official OpenAI client, at the base URL of each server that imitates OpenAI's, reads the same bytes.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import OpenAI from "openai"
import * as Providers from "../kit/providers.ts"
import * as Server from "../kit/server.ts"
import * as Targets from "../kit/targets.ts"
import * as Kit from "./kit.ts"
import * as Sum from "./sum.ts"

const sources = Providers.imitators.flatMap((module) => Kit.transcripts(module.endpoint.id, Targets.named(module)))

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
const deviations = new Map<string, { readonly fields: ReadonlyArray<string>; readonly why: string }>([])

describe("the official OpenAI client at other base URLs", () => {
  it("every imitator has something to compare", () => {
    const compared = new Set(sources.map(({ name }) => name.split("/")[0]))
    assert.deepStrictEqual(Providers.imitators.map(({ endpoint }) => endpoint.id).filter((id) => !compared.has(id)), [])
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
        assert.deepStrictEqual(found, deviations.get(source.name)?.fields ?? [])
      }), 20_000)
  }
})
