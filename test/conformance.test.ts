/**
 * Every recorded stream of the conformance corpus, through the real layers: as it was sent over real sockets on the
 * three clients, and cut small through a client without a network.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as zlib from "node:zlib"
import * as ChatCompletionChunk from "../src/ChatCompletionChunk.ts"
import type { Endpoint } from "../src/Endpoint.ts"
import * as OpenAiCompatible from "../src/providers/OpenAiCompatible.ts"
import * as Read from "./fuzz/read.ts"
import * as Answer from "./kit/answer.ts"
import * as Bytes from "./kit/bytes.ts"
import * as Clients from "./kit/clients.ts"
import * as Conformance from "./kit/conformance.ts"
import * as Corpus from "./kit/corpus.ts"
import * as Play from "./kit/play.ts"
import * as Providers from "./kit/providers.ts"
import * as Server from "./kit/server.ts"
import * as Targets from "./kit/targets.ts"
import * as TestHttp from "./kit/testHttp.ts"

/** A protocol that is one provider's own. */
const native = (protocol: string) => (): Targets.Target =>
  Targets.named(Providers.ofProtocol(protocol) ?? assert.fail(`no module for ${protocol}`))

/** The protocols that there are dialects for; a provider that has a module of its own is reached through that. */
const protocols = new Map<string, (provider: string) => Targets.Target>([
  ["openai-chat", (provider) => named(provider) ?? Targets.openAi],
  ["openai-compat", (provider) => named(provider) ?? Targets.compatible(provider, switchesOf(provider))],
  ["mistral", (provider) => named(provider) ?? Targets.compatible(provider, switchesOf(provider))],
  ["anthropic", () => Targets.anthropic],
  ["bedrock-converse", native("bedrock-converse")],
  ["gemini", native("gemini")],
  ["cohere", native("cohere")],
  ["ollama", native("ollama")]
])

const named = (provider: string): Targets.Target | undefined => {
  const module = Providers.ofCorpus(provider)
  return module === undefined ? undefined : Targets.named(module)
}

/** Servers that are known never to send a finish reason. */
const neverFinish = new Set(["snowflake"])

const switchesOf = (provider: string) => ({ lenientFinish: neverFinish.has(provider) })

interface Decision {
  readonly why: string
  /** A rule for all streams that the case cannot keep. */
  readonly breaks?: string
}

const tolerant = "decoding is tolerant: an index of the wrong type is absent, and text that was understood is not lost"

/** Where the corpus lets several outcomes pass the design decides: these take one of the others. */
const decisions = new Map<string, Decision>([
  ["edge/anthropic-no-message_start", {
    why: "decoding is tolerant: the answer is whole without the event that names id and model"
  }],
  ["edge/chunk-choice-index-fraction", { why: tolerant }],
  ["edge/chunk-choice-index-numeric-string", { why: tolerant }],
  ["edge/tool-index-proto-string", { why: tolerant }],
  ["edge/tool-never-gets-a-name", {
    why: "a call that the server never names is shown when the answer ends: dropping it would hide that there was one",
    breaks: "tool call 0 of choice 0 begins without a name"
  }]
])

/** Bodies that come to the pass over the bytes as they are; errors, gzip and broken connections are dealt with before. */
const isPlain = ({ response }: Corpus.Case): boolean =>
  response.status === 200 && !response.abort && response.contentEncoding._tag === "None"

const endpointOf = ({ expected: { protocol, provider } }: Corpus.Case): Endpoint =>
  Providers.ofCorpus(provider)?.endpoint ?? (protocol === "openai-compat"
    ? OpenAiCompatible.endpoint({ id: provider, baseUrl: "http://in.memory", ...switchesOf(provider) })
    : Providers.ofProtocol(protocol)?.endpoint ?? Read.endpointOf("openai"))

/** Through that pass, without what is around it. */
const reading = (one: Corpus.Case, pieces: Iterable<Uint8Array>): Read.Read =>
  Read.read(endpointOf(one), pieces, { contentType: one.response.headers["content-type"] })

const params = { messages: [{ role: "user", content: "Hi" }] } as const

const targetOf = ({ expected }: Corpus.Case): Targets.Target =>
  protocols.get(expected.protocol)?.(expected.provider) ?? Targets.openAi

/** Every chunk has an encoded form, and comes back from it as it was. */
const Chunks = Schema.Array(ChatCompletionChunk.ChatCompletionChunk)

/** Where a provider counts its reasoning apart the corpus has the provider's count, and the design one that includes it. */
const isTogether = (played: Play.Played, one: Corpus.Case, problem: string): boolean => {
  const [, got, expected] = /^completion tokens: got (\d+), expected (\d+)$/.exec(problem) ?? []
  return endpointOf(one).reasoningApart === true &&
    Number(got) - Number(expected) === Answer.usage(played.chunks)?.reasoningTokens
}

/** What is wrong, the named decisions aside. */
const problemsOf = (played: Play.Played, one: Corpus.Case): ReadonlyArray<string> => {
  const decision = decisions.get(one.name)
  const problems = Conformance.problems(played, one, decision === undefined ? undefined : "also accepted")
  return problems.filter((problem) => problem !== decision?.breaks && !isTogether(played, one, problem))
}

const script = ({ bytes, response }: Corpus.Case): Server.Script => ({
  status: response.status,
  headers: response.headers,
  gzip: response.contentEncoding._tag === "Some",
  steps: [
    ...Server.writes(Bytes.cut(bytes, response.writeSplits)),
    response.abort ? Server.destroy : Server.end
  ]
})

/** The case through a client without a network, one piece a read. */
const cut = (one: Corpus.Case, pieces: Iterable<Uint8Array>): Effect.Effect<Play.Played> => {
  const http = TestHttp.make(() =>
    new Response(TestHttp.body(pieces, { then: one.response.abort ? new Error("reset") : "end" }), {
      status: one.response.status,
      headers: one.response.headers
    })
  )
  return Play.play(targetOf(one)("http://in.memory").pipe(Layer.provide(http.layer)), params)
}

/** Everything but the last byte, and that one only when the consumer saw a chunk. */
const held = (one: Corpus.Case): Effect.Effect<Play.Played> =>
  Effect.suspend(() => {
    let release: () => void = () => undefined
    const seen = new Promise<void>((resolve) => {
      release = resolve
    })
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(one.bytes.subarray(0, -1)),
      pull: async (controller) => {
        await seen
        controller.enqueue(one.bytes.subarray(-1))
        controller.close()
      }
    })
    const http = TestHttp.make(() => new Response(stream, { headers: one.response.headers }))
    return Play.play(targetOf(one)("http://in.memory").pipe(Layer.provide(http.layer)), params, {
      onChunk: () => release()
    })
  })

describe("conformance", () => {
  if (!Corpus.present) {
    it("the corpus is not beside the repository: no case was run", () => {
      // Not silently: whoever reads the output of a run should know.
      process.stdout.write("conformance: ../shared/conformance is not there, no case was run\n")
      assert.isFalse(Corpus.present)
    })
  }

  const cases = Corpus.cases(new Set(protocols.keys()))

  for (const one of cases) {
    for (const client of Clients.all) {
      it.scopedLive(`${one.name} as it was sent, ${client.name}`, () =>
        Effect.gen(function*() {
          const server = yield* Server.make([script(one)])
          const layer = targetOf(one)(server.url).pipe(Layer.provide(client.layer))
          assert.deepStrictEqual(problemsOf(yield* Play.play(layer, params), one), [])
          assert.strictEqual(server.requests.length, 1)
        }), 20_000)
    }

    it.live(`${one.name} cut small`, () =>
      Effect.gen(function*() {
        const gzip = one.response.contentEncoding._tag === "Some"
        const sent = new TextDecoder().decode(one.bytes)
        const whole = yield* cut(one, [gzip ? zlib.gzipSync(one.bytes) : one.bytes])
        assert.deepStrictEqual(problemsOf(whole, one), [])
        assert.deepStrictEqual(yield* Schema.decode(Chunks)(yield* Schema.encode(Chunks)(whole.chunks)), whole.chunks)
        const cuts = Conformance.cuts(gzip ? { ...one, bytes: zlib.gzipSync(one.bytes) } : one)
        const expected = isPlain(one) ? reading(one, [one.bytes]) : undefined
        if (expected !== undefined) assert.strictEqual(expected.chunks.length, whole.chunks.length)
        for (const [name, pieces] of cuts) {
          // The most pieces take the shortest way.
          if (expected !== undefined && name === "byte by byte") {
            assert.deepStrictEqual(reading(one, pieces), expected, name)
            continue
          }
          const played = yield* cut(one, pieces)
          assert.deepStrictEqual(problemsOf(played, one), [], name)
          assert.deepStrictEqual(
            Answer.comparable(played.chunks, sent),
            Answer.comparable(whole.chunks, sent),
            `${name}: the same chunks`
          )
        }
      }), 20_000)

    // The only event of a body ends with it.
    if (one.real && !Option.contains(one.expected.chunkCount, 1)) {
      it.live(
        `${one.name} comes before the body is complete`,
        () => Effect.map(held(one), (played) => assert.deepStrictEqual(problemsOf(played, one), [])),
        20_000
      )
    }
  }

  if (Corpus.present) {
    it("whose evidence is a recording has a case", () => {
      const cased = new Set(cases.map(({ expected }) => Providers.ofCorpus(expected.provider)?.endpoint.id))
      const recorded = Providers.imitators.filter((module) => Providers.evidenceOf(module).includes("recorded"))
      assert.isNotEmpty(recorded)
      assert.deepStrictEqual(recorded.map(({ endpoint }) => endpoint.id).filter((id) => !cased.has(id)), [])
    })

    it("no case of these protocols is left out", () => {
      assert.sameMembers(cases.map((one) => one.name), [...Corpus.listed(new Set(protocols.keys()))])
    })

    it.live("leaves the prototypes as they were", () =>
      Effect.gen(function*() {
        for (const one of cases.filter(({ name }) => name.includes("proto"))) yield* cut(one, [one.bytes])
        assert.deepStrictEqual(Play.pollution(), [])
      }))

    for (const [name, { breaks, why }] of decisions) {
      it.live(`decided: ${name}: ${why}`, () =>
        Effect.gen(function*() {
          const one = yield* Effect.fromNullable(cases.find((candidate) => candidate.name === name))
          const found = Conformance.problems(yield* cut(one, [one.bytes]), one)
          assert.isNotEmpty(found, "the decision is not needed")
          if (breaks !== undefined) assert.include(found, breaks)
        }))
    }
  }
})
