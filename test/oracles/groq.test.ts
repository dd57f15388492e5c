/**
 * Groq's official client reads the same bytes.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Groq as GroqClient } from "groq-sdk"
import type OpenAI from "openai"
import * as Groq from "../../src/providers/Groq.ts"
import * as Corpus from "../kit/corpus.ts"
import * as Server from "../kit/server.ts"
import * as Targets from "../kit/targets.ts"
import * as Kit from "./kit.ts"
import * as Sum from "./sum.ts"

const target = Targets.named(Groq)

const sources = [
  ...Kit.transcripts("groq", target),
  ...Kit.recordings(
    new Set(["openai-compat"]),
    ({ expected: { provider } }) => provider === "groq" ? target : undefined
  )
]

/** Its counts are in `x_groq` and, of late, also where OpenAI has them. */
const iterated = (server: Server.Server): Effect.Effect<Kit.Answer | undefined> =>
  Kit.asked(async () => {
    const client = new GroqClient({ apiKey: Kit.apiKey, baseURL: server.url, maxRetries: 0 })
    const sum = new Sum.Sum()
    const stream = await client.chat.completions.create({
      model: "a-model",
      messages: [{ role: "user", content: "Hi" }],
      stream: true
    })
    for await (const { x_groq, ...chunk } of stream) {
      // Made from the same mould: the types differ in what may be null.
      sum.add({ ...chunk, usage: x_groq?.usage ?? null } as OpenAI.ChatCompletionChunk)
    }
    return sum.answer
  })

describe("Groq's official client", () => {
  it("there is something to compare", () => assert.isAbove(sources.length, Corpus.present ? 5 : 3))

  for (const source of sources) {
    it.scopedLive(`${source.name}: the same stream`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => Kit.script(source))
        // The client's base URL ends before `/openai/v1`.
        const own = Kit.ours(yield* Kit.collected(source.target, `${server.url}/openai/v1`))
        const theirs = yield* iterated(server)
        assert.deepStrictEqual(theirs === undefined ? ["rejects"] : Kit.differences(own, theirs), [])
        assert.deepStrictEqual(
          server.requests.map(({ url }) => url),
          ["/openai/v1/chat/completions", "/openai/v1/chat/completions"]
        )
      }), 20_000)
  }
})
