/**
 * The wire transcripts of the two dialects, in `test/fixtures`, whole and cut in many ways: always the same chunks, and
 * the result that is written beside it. Those of single providers are in `providers/endpoints.test.ts`.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Cohere from "../src/providers/Cohere.ts"
import * as Read from "./fuzz/read.ts"
import * as Answer from "./kit/answer.ts"
import * as Bytes from "./kit/bytes.ts"
import * as Clients from "./kit/clients.ts"
import * as Play from "./kit/play.ts"
import * as Server from "./kit/server.ts"
import * as Targets from "./kit/targets.ts"
import * as TestHttp from "./kit/testHttp.ts"
import * as Transcript from "./kit/transcript.ts"

const params = { messages: [{ role: "user", content: "Hi" }] } as const

/** What a server may write without saying anything else. */
const rewrites: ReadonlyArray<readonly [string, (text: string) => string]> = [
  ["a byte order mark", (text) => `\uFEFF${text}`],
  ["without the last blank line", (text) => text.trimEnd()],
  ["comments", (text) => `: hello\n\n${text.replaceAll("\n\n", "\n\n: still here\n\n")}`],
  ["retry and id", (text) => `retry: 50\n\n${text.replaceAll(/^data:/gm, "retry: 1\nid: 7\ndata:")}`],
  ["no space after the colon", (text) => text.replaceAll(/^(data|event): /gm, "$1:")],
  ["fields nobody knows", (text) => text.replaceAll(/^data:/gm, "x-proxy: 1\nnonsense\ndata:")],
  ["events without data", (text) => text.replaceAll("\n\n", "\n\nevent: ping\n\n")]
]

const targets = new Map<string, Targets.Target>([
  ["openai", Targets.openAi],
  ["anthropic", Targets.anthropic],
  ["cohere", Targets.named(Cohere)]
])

const targetOf = ({ provider }: Transcript.Transcript): Targets.Target => targets.get(provider) ?? assert.fail(provider)

const transcripts = [...targets.keys()].flatMap(Transcript.ofProvider)

const inMemory = (transcript: Transcript.Transcript, pieces: Iterable<Uint8Array>): Effect.Effect<Play.Played> =>
  Play.play(
    targetOf(transcript)("http://in.memory").pipe(Layer.provide(TestHttp.make(() => TestHttp.sse(pieces)).layer)),
    params
  )

describe("transcripts", () => {
  it("there are some of every dialect", () => {
    assert.deepStrictEqual([...new Set(transcripts.map((one) => one.provider))], [...targets.keys()])
  })

  for (const transcript of transcripts) {
    const name = `${transcript.provider}/${transcript.name}`
    const sent = new TextDecoder().decode(transcript.bytes)
    const crlf = Bytes.crlf(transcript.bytes)
    const endpoint = Read.endpointOf(transcript.provider)
    /** Through a whole provider. */
    const played: ReadonlyArray<readonly [string, ReadonlyArray<Uint8Array>]> = [
      ["byte by byte", Bytes.byteByByte(transcript.bytes)],
      ["CRLF", [crlf]]
    ]
    /** Through the pass that all bytes go through: what is around it does not look into them. */
    const readings: ReadonlyArray<readonly [string, ReadonlyArray<Uint8Array>]> = [
      ["byte by byte", Bytes.byteByByte(transcript.bytes)],
      ["CRLF", [crlf]],
      ["CRLF byte by byte", Bytes.byteByByte(crlf)],
      ["CR", [Bytes.cr(transcript.bytes)]],
      ["CR byte by byte", Bytes.byteByByte(Bytes.cr(transcript.bytes))],
      ...rewrites.map(([how, rewrite]) => [how, [Bytes.rewritten(transcript.bytes, rewrite)]] as const),
      ...Array.from(
        { length: 20 },
        (_, seed) => [`cuts of seed ${seed}`, Bytes.randomCuts(transcript.bytes, seed, 3 + seed * 4)] as const
      )
    ]

    it.live(`${name}, in any pieces`, () =>
      Effect.gen(function*() {
        const whole = yield* inMemory(transcript, [transcript.bytes])
        Transcript.check(transcript, whole, "whole")
        for (const [how, pieces] of played) {
          const again = yield* inMemory(transcript, pieces)
          Transcript.check(transcript, again, how)
          assert.deepStrictEqual(
            Answer.comparable(again.chunks, sent),
            Answer.comparable(whole.chunks, sent),
            `${how}: the same chunks`
          )
        }
        const expected = Read.read(endpoint, [transcript.bytes])
        assert.strictEqual(expected.outcome, transcript.expected.error?.reason ?? "ok")
        assert.deepStrictEqual(Transcript.result(expected.chunks, transcript.expected), transcript.expected)
        assert.strictEqual(expected.chunks.length, whole.chunks.length)
        for (const [how, pieces] of readings) {
          assert.deepStrictEqual(Read.read(endpoint, pieces), expected, `${how}: the same chunks`)
        }
      }), 20_000)

    for (const client of Clients.all) {
      it.scopedLive(`${name}, over a socket, ${client.name}`, () =>
        Effect.gen(function*() {
          const server = yield* Server.make([
            Server.sse(transcript.bytes),
            Server.sse(...Bytes.randomCuts(transcript.bytes, 1, 30)),
            Server.sse(...Bytes.randomCuts(crlf, 2, 30))
          ])
          const layer = targetOf(transcript)(server.url).pipe(Layer.provide(client.layer))
          for (const how of ["whole", "cut", "CRLF and cut"]) {
            Transcript.check(transcript, yield* Play.play(layer, params), how)
          }
          assert.strictEqual(server.requests.length, 3)
        }), 20_000)
    }
  }
})
