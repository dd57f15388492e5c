/**
 * Every endpoint by its own transcripts and its own errors (`test/fixtures/<id>`): what any of them must do, shown for
 * each with what its server sends.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Arr from "effect/Array"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Embeddings from "../../src/Embeddings.ts"
import type { Endpoint } from "../../src/Endpoint.ts"
import { spellings } from "../../src/internal/variables.ts"
import * as Models from "../../src/Models.ts"
import * as Services from "../../src/Services.ts"
import * as Read from "../fuzz/read.ts"
import * as Answer from "../kit/answer.ts"
import * as Bytes from "../kit/bytes.ts"
import * as Corpus from "../kit/corpus.ts"
import * as Failure from "../kit/failure.ts"
import * as Habits from "../kit/habits.ts"
import * as Play from "../kit/play.ts"
import * as Providers from "../kit/providers.ts"
import * as Targets from "../kit/targets.ts"
import * as TestHttp from "../kit/testHttp.ts"
import * as Transcript from "../kit/transcript.ts"

const params = { messages: [{ role: "user", content: "Hi" }] } as const

/** What there has to be a transcript of. */
const required = ({ capabilities: { parallelTools, reasoning, tools } }: Endpoint): ReadonlyArray<string> => [
  "text",
  "error-in-stream",
  ...(reasoning ? ["reasoning"] : []),
  ...(tools ? ["tool-call", "tool-call-without-arguments"] : []),
  ...(tools && parallelTools ? ["parallel-tool-calls"] : [])
]

/** A word that no server says yet. */
const unknownWord = "a_reason_of_tomorrow"

/** The last place of a word as a JSON string: where a stream says how it ended. */
const lastOf = (text: string, word: string): number => {
  const at = text.lastIndexOf(`"${word}"`)
  return at < 0 ? assert.fail(`no "${word}" in the transcript`) : at
}

const replaced = (text: string, word: string, other: string): string => {
  const at = lastOf(text, word)
  return `${text.slice(0, at)}"${other}"${text.slice(at + word.length + 2)}`
}

/** The text up to the frame in which the answer ends. */
const unfinished = (text: string, word: string, { frameEnd }: Transcript.Format): string =>
  text.slice(0, text.lastIndexOf(frameEnd, lastOf(text, word)) + frameEnd.length)

const textOf = ({ chunks }: Pick<Read.Read, "chunks">): string => Answer.choice(chunks).text

const options = { apiKey: Targets.apiKey, retry: false } as const

/** Where there is a common server the module knows it; the others are told, or told the place. */
const placeOf = ({ baseUrl, places }: Habits.Habits) => ({
  ...(baseUrl === undefined ? undefined : { baseUrl }),
  ...places
})

/** One request without a network, to where the module itself wants to go. */
const asked = (module: Providers.Module, habits: Habits.Habits, respond: TestHttp.Respond) => {
  const http = TestHttp.make(respond)
  const layer = module.layer({ ...options, model: "a-model", ...placeOf(habits) })
  return Effect.map(
    Play.play(layer.pipe(Layer.provide(http.layer)), params),
    (played) => ({ ...played, sent: http.sent })
  )
}

/** The places as variables, by the first of their names or by another. */
const placesIn = ({ env }: Endpoint, { places }: Habits.Habits, which = 0): ReadonlyArray<readonly [string, string]> =>
  Object.entries(places).map(([option, place]) =>
    [spellings(env[option]).at(which) ?? assert.fail(`no variable of ${option}`), place] as const
  )

const defined = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

describe("transcripts", () => {
  it("none is that of another provider under its own name", () => {
    const all = Providers.all.flatMap(({ endpoint }) => Transcript.ofProvider(endpoint.id))
    const shared = Object.values(Arr.groupBy(all, ({ bytes }) => new TextDecoder().decode(bytes)))
      .filter(({ length }) => length > 1)
    assert.deepStrictEqual(shared.map((same) => same.map(({ name, provider }) => `${provider}/${name}`)), [])
  })
})

const protocols = new Set([
  "openai-chat",
  "openai-compat",
  "anthropic",
  "mistral",
  "cohere",
  "gemini",
  "ollama",
  "bedrock-converse"
])
const cases = Corpus.present ? Corpus.listed(protocols) : []

const checkSources = (name: string, module: Providers.Module | Providers.VectorsModule, habits: Habits.Habits) => {
  const source = Providers.sources.get(name) ?? ""
  assert.match(source, /@see https:\/\//)
  assert.isNotEmpty(Providers.evidenceOf(module))
  for (const variable of Object.values(module.endpoint.env).flatMap(spellings)) {
    assert.include(source, `\`${variable}\``)
  }
  assert.isNotEmpty(habits.sources)
  for (const one of habits.sources) {
    if ("documented" in one) assert.match(`${one.documented} ${one.read}`, /^\S.* 20\d\d-\d\d-\d\d$/)
    else if (Corpus.present) assert.include(cases, one.recorded)
  }
}

/** The one header that the key is in, where there is a key. */
const checkKey = (sent: TestHttp.Sent | undefined, { key: line }: Habits.Habits) => {
  const key = Redacted.value(Targets.apiKey)
  const headers = Object.entries(sent?.headers ?? {}).map((entry) => entry.join(": "))
  const withKey = headers.filter((header) => header.includes(key))
  assert.deepStrictEqual(withKey, line === undefined ? withKey : [line.replace("{key}", key)])
}

/** An answer with an error, as the server gives it. */
const errorOf = ({ body, headers }: Habits.Habits["errors"]["400"], status: string) =>
  new Response(typeof body === "string" ? body : JSON.stringify(body), {
    status: Number(status),
    headers: { "content-type": typeof body === "string" ? "text/plain" : "application/json", ...headers }
  })

for (const [name, module] of Providers.modules) {
  const { endpoint } = module

  describe(endpoint.id, () => {
    if (!Habits.isKnown(endpoint.id)) return it("is described", () => assert.fail("it has no server.json"))
    const habits = Habits.ofProvider(endpoint.id)
    const transcripts = Transcript.ofProvider(endpoint.id)
    const text = transcripts.find((one) => one.name === "text") ?? assert.fail("no transcript of a text")
    const whole = text.text
    const word = text.expected.nativeFinishReason ?? assert.fail("the text does not say how it ended")
    const { contentType, encode } = text
    const read = (text: string): Read.Read => Read.read(endpoint, [encode(text)], { contentType })

    it("the module says where it is documented, and on what evidence it stands", () =>
      checkSources(name, module, habits))

    it("has a transcript of all that it can do", () =>
      assert.includeMembers(transcripts.map((one) => one.name), [...required(endpoint)]))

    for (const transcript of transcripts) {
      it.live(transcript.name, () =>
        Effect.gen(function*() {
          const played = (pieces: Iterable<Uint8Array>) =>
            asked(module, habits, () => TestHttp.stream(contentType, pieces))
          const read = (pieces: Iterable<Uint8Array>) => Read.read(endpoint, pieces, { contentType })
          Transcript.check(transcript, yield* played([transcript.bytes]), "whole")
          Transcript.check(
            transcript,
            yield* played(Bytes.byteByByte(encode(transcript.text.replaceAll("\n", "\r\n")))),
            "CRLF byte by byte"
          )
          const expected = read([transcript.bytes])
          assert.deepStrictEqual(read(Bytes.byteByByte(transcript.bytes)), expected, "byte by byte")
          for (let seed = 0; seed < 5; seed++) {
            const pieces = Bytes.randomCuts(transcript.bytes, seed, 3 + seed * 10)
            assert.deepStrictEqual(read(pieces), expected, `cuts of seed ${seed}`)
          }
        }))
    }

    it.live("asks its own server, with the key in its place", () =>
      Effect.gen(function*() {
        const { sent } = yield* asked(module, habits, () => TestHttp.stream(contentType, [text.bytes]))
        assert.deepStrictEqual(sent.map(({ method, url }) => `${method} ${url}`), [`POST ${habits.url}`])
        checkKey(sent[0], habits)
      }))

    it.live("from its variables", () =>
      Effect.gen(function*() {
        const [[apiKey], [baseUrl]] = [spellings(endpoint.env.apiKey), spellings(endpoint.env.baseUrl)]
        const http = TestHttp.make(() => TestHttp.stream(contentType, [text.bytes]))
        const variables = ConfigProvider.fromMap(
          new Map([
            ...Object.entries(habits.variables),
            ...placesIn(endpoint, habits),
            ...(apiKey === undefined ? [] : [[apiKey, "key-of-the-variable"]] as const),
            ...(baseUrl === undefined ? [] : [[baseUrl, "http://variable.test/here"]] as const)
          ])
        )
        const played = yield* Play.play(
          module.layerConfig({ model: "a-model" }).pipe(
            Layer.provide(http.layer),
            Layer.provide(Layer.setConfigProvider(variables)),
            Layer.orDie
          ),
          params
        )
        assert.strictEqual(textOf(played), text.expected.text)
        if (baseUrl !== undefined) assert.match(http.sent[0]?.url ?? "", /^http:\/\/variable\.test\/here/)
        if (apiKey !== undefined) assert.include(JSON.stringify(http.sent[0]?.headers), "key-of-the-variable")
      }))

    it.live("in a place from its variables, by each of their names, and nowhere without one", () =>
      Effect.gen(function*() {
        const places = Object.entries(habits.places)
        if (places.length === 0) return assert.isUndefined(endpoint.baseUrlOf)
        const key = spellings(endpoint.env.apiKey).slice(0, 1).map((name) => [name, "key-of-the-variable"] as const)
        const asked = (variables: Iterable<readonly [string, string]>) => {
          const http = TestHttp.make(() => TestHttp.stream(contentType, [text.bytes]))
          const environment = Layer.setConfigProvider(
            ConfigProvider.fromMap(new Map([...Object.entries(habits.variables), ...key, ...variables]))
          )
          const layer = module.layerConfig({ model: "a-model" }).pipe(
            Layer.provide(http.layer),
            Layer.provide(environment),
            Layer.orDie
          )
          return Effect.map(Play.play(layer, params), ({ exit }) => ({ exit, urls: http.sent.map(({ url }) => url) }))
        }
        for (const which of [0, -1]) {
          const { urls } = yield* asked(
            places.map(([option, place]) =>
              [spellings(endpoint.env[option]).at(which) ?? assert.fail(`no variable of ${option}`), place] as const
            )
          )
          assert.deepStrictEqual(urls, [habits.url])
        }
        const { exit, urls } = yield* asked([])
        assert.deepStrictEqual(urls, [])
        const param = Object.keys(endpoint.env).find((option) => option in habits.places) ?? ""
        const message = `there is none: give it to the layer, or set ${spellings(endpoint.env[param])[0]} where`
        assert.deepStrictEqual(
          Failure.ofExit(exit, { reason: "InvalidRequest", param }),
          { reason: "InvalidRequest", param }
        )
        assert.include(String(exit), message)
      }))

    for (const [said, meant] of [...Object.entries(habits.finishReasons), [unknownWord, unknownWord] as const]) {
      it(`finishes with ${said}`, () => {
        const answer = read(replaced(whole, word, said))
        assert.strictEqual(textOf(answer), text.expected.text)
        if (typeof meant !== "string") return assert.strictEqual(answer.outcome, meant.fails)
        assert.strictEqual(answer.outcome, "ok")
        const { finishReason, nativeFinishReason } = Answer.choice(answer.chunks)
        assert.deepStrictEqual({ finishReason, nativeFinishReason }, { finishReason: meant, nativeFinishReason: said })
      })
    }

    it("cut before its end it is not whole, and what came is there", () => {
      const begun = unfinished(whole, word, text)
      const answer = read(begun)
      assert.strictEqual(answer.outcome, endpoint.lenientFinish === true ? "ok" : "TruncatedStream")
      assert.strictEqual(textOf(answer), text.expected.text)
      const half = read(begun.slice(0, Math.floor(begun.length * 0.6)))
      assert.isTrue(text.expected.text.startsWith(textOf(half)))
    })

    it("says that it has vectors and a list of models where it has", () => {
      const { capabilities, embeddings, models } = endpoint
      assert.strictEqual(capabilities.embeddings, embeddings !== undefined)
      assert.strictEqual(capabilities.models, models !== undefined)
    })

    it.live("vectors", () =>
      Effect.gen(function*() {
        if (!Services.hasEmbeddings(endpoint)) return assert.isUndefined(habits.embeddings)
        const { answer, body, expected, url } = habits.embeddings ?? assert.fail("no answer with vectors")
        const http = TestHttp.make(() => Response.json(answer))
        const service = yield* Embeddings.make(endpoint, { ...options, ...placeOf(habits) }).pipe(
          Effect.provide(http.layer)
        )
        const { embeddings, usage } = yield* service.embed({ model: "a-model", input: ["a", "b"] })
        assert.deepStrictEqual({ embeddings, ...(usage === undefined ? undefined : { usage }) }, expected)
        assert.deepStrictEqual(http.sent.map(({ method, url }) => `${method} ${url}`), [`POST ${url}`])
        assert.deepStrictEqual(JSON.parse(http.sent[0]?.body ?? ""), body)
      }))

    it.live("the list of models", () =>
      Effect.gen(function*() {
        if (!Services.hasModels(endpoint)) return assert.isUndefined(habits.models)
        const { answer, expected, url } = habits.models ?? assert.fail("no list of models")
        const http = TestHttp.make(() => Response.json(answer))
        const service = yield* Models.make(endpoint, { ...options, ...placeOf(habits) }).pipe(
          Effect.provide(http.layer)
        )
        const models = yield* Stream.runCollect(service.list())
        assert.deepStrictEqual([...models].map(({ raw: _, ...model }) => defined(model)), [...expected])
        assert.deepStrictEqual(http.sent.map(({ method, url }) => `${method} ${url}`), [`GET ${url}`])
      }))

    for (const status of Habits.statuses) {
      it.live(`HTTP ${status}`, () =>
        Effect.gen(function*() {
          const { chunks, exit } = yield* asked(module, habits, () => errorOf(habits.errors[status], status))
          assert.deepStrictEqual(chunks, [])
          const complete = { ...habits.errors[status].expected, status: Number(status) }
          assert.deepStrictEqual(Failure.ofExit(exit, complete), complete)
        }))
    }
  })
}

/** Those without chat completions: what of the above is about vectors. */
for (const [name, module] of Providers.ofVectors) {
  const { endpoint } = module

  describe(endpoint.id, () => {
    if (!Habits.isKnown(endpoint.id)) return it("is described", () => assert.fail("it has no server.json"))
    const habits = Habits.ofProvider(endpoint.id)
    const { answer, body, expected, url } = habits.embeddings ?? assert.fail("no answer with vectors")

    const embedded = (layer: ReturnType<typeof module.layerConfig>, respond: TestHttp.Respond) => {
      const http = TestHttp.make(respond)
      return Embeddings.embed({ model: "a-model", input: ["a", "b"] }).pipe(
        Effect.provide(Layer.provide(layer, http.layer)),
        Effect.exit,
        Effect.map((exit) => ({ exit, sent: http.sent }))
      )
    }

    it("the module says where it is documented, and on what evidence it stands", () =>
      checkSources(name, module, habits))

    it.live("vectors, from its own server, with the key in its place", () =>
      Effect.gen(function*() {
        const { exit, sent } = yield* embedded(module.layer(options), () => Response.json(answer))
        const { embeddings, usage } = yield* exit
        assert.deepStrictEqual({ embeddings, ...(usage === undefined ? undefined : { usage }) }, expected)
        assert.strictEqual(url, habits.url)
        assert.deepStrictEqual(sent.map(({ method, url }) => `${method} ${url}`), [`POST ${url}`])
        assert.deepStrictEqual(JSON.parse(sent[0]?.body ?? ""), body)
        checkKey(sent[0], habits)
      }))

    it.live("from its variables", () =>
      Effect.gen(function*() {
        const [[apiKey = ""], [baseUrl = ""]] = [spellings(endpoint.env.apiKey), spellings(endpoint.env.baseUrl)]
        const variables = ConfigProvider.fromMap(
          new Map([[apiKey, "key-of-the-variable"], [baseUrl, "http://variable.test/here"]])
        )
        const layer = module.layerConfig().pipe(Layer.provide(Layer.setConfigProvider(variables)))
        const { sent } = yield* embedded(layer, () => Response.json(answer))
        assert.match(sent[0]?.url ?? "", /^http:\/\/variable\.test\/here/)
        assert.include(JSON.stringify(sent[0]?.headers), "key-of-the-variable")
      }))

    for (const status of Habits.statuses) {
      it.live(`HTTP ${status}`, () =>
        Effect.gen(function*() {
          const { exit } = yield* embedded(module.layer(options), () => errorOf(habits.errors[status], status))
          const complete = { ...habits.errors[status].expected, status: Number(status) }
          assert.deepStrictEqual(Failure.ofExit(exit, complete), complete)
        }))
    }
  })
}
