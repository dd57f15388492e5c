/**
 * Endpoints that are in many places, and requests that are signed: by every way to make a service of an endpoint.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Embeddings from "../../src/Embeddings.ts"
import * as Endpoint from "../../src/Endpoint.ts"
import { missing } from "../../src/internal/address.ts"
import * as Models from "../../src/Models.ts"
import * as Provider from "../../src/Provider.ts"
import { isProviderError, type ProviderError } from "../../src/ProviderError.ts"
import * as OpenAi from "../../src/providers/OpenAi.ts"
import * as Registry from "../../src/Registry.ts"
import * as Services from "../../src/Services.ts"
import * as TestHttp from "../kit/testHttp.ts"
import * as Wire from "../loopback/wire.ts"

/** A server in many regions, whose list of models is elsewhere in each. */
const regional: typeof OpenAi.endpoint = {
  ...OpenAi.endpoint,
  id: "regional",
  baseUrl: "",
  baseUrlOf: ({ project = "all", region }) =>
    region === undefined ? undefined : `https://${region}.chat.invalid/${project}`,
  env: {
    apiKey: ["FIRST_KEY", "SECOND_KEY"],
    baseUrl: "REGIONAL_URL",
    region: ["FIRST_REGION", "SECOND_REGION"],
    project: "PROJECT"
  },
  models: {
    ...OpenAi.endpoint.models,
    baseUrlOf: ({ region }) => region === undefined ? undefined : `https://${region}.control.invalid`
  }
}

const apiKey = Redacted.make("a-key")
const chat = Provider.completion({ ...Wire.params, model: "m" })
const vectors = Embeddings.embed({ model: "e", input: "a" })
const list = Stream.runDrain(Models.list())

const answer: TestHttp.Respond = ({ url }) =>
  Response.json(
    url.endsWith("/embeddings") || url.endsWith("/models") ? { data: [{ embedding: [1] }] } : Wire.openAi.whole
  )

/** What is sent, or why nothing is. */
const sending = <A, E, R, E2>(
  program: Effect.Effect<A, E, R>,
  layer: Layer.Layer<R, E2, HttpClient.HttpClient>,
  variables: { readonly [name: string]: string } = {}
) => {
  const http = TestHttp.make(answer)
  return program.pipe(
    Effect.provide(layer.pipe(
      Layer.provide(http.layer),
      // The calls do not see it: what they need is read, or kept, when the layer is built.
      Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables)))))
    )),
    Effect.as(http.sent),
    Effect.catchAll((error) => {
      assert.lengthOf(http.sent, 0)
      return isProviderError(error) ? Effect.fail(error) : Effect.die(error)
    })
  )
}

const urls = (effect: Effect.Effect<ReadonlyArray<TestHttp.Sent>, ProviderError>) =>
  Effect.map(effect, (sent) => sent.map(({ url }) => url))

const refusal = (effect: Effect.Effect<unknown, ProviderError>) => Effect.flip(effect)

describe("an endpoint in many places", () => {
  it.effect("is where the options say, and each of its services in its own", () =>
    Effect.gen(function*() {
      const options = { apiKey, region: " here ", retry: false } as const
      const all = Services.layer(regional)(options)
      for (
        const layer of [
          all,
          Provider.layer(regional)(options),
          Layer.effect(Provider.Provider, Provider.make(regional, options))
        ]
      ) {
        assert.deepStrictEqual(yield* urls(sending(chat, layer)), ["https://here.chat.invalid/all/chat/completions"])
      }
      assert.deepStrictEqual(yield* urls(sending(vectors, all)), ["https://here.chat.invalid/all/embeddings"])
      assert.deepStrictEqual(yield* urls(sending(list, all)), ["https://here.control.invalid/models"])
      assert.deepStrictEqual(yield* urls(sending(list, Models.layer(regional)(options))), [
        "https://here.control.invalid/models"
      ])
      const project = Provider.layer(regional)({ ...options, project: "p" })
      assert.deepStrictEqual(yield* urls(sending(chat, project)), ["https://here.chat.invalid/p/chat/completions"])
    }))

  it.effect("is where its variables say, of whose names the first that is not empty counts", () =>
    Effect.gen(function*() {
      const named = Provider.completion({ ...Wire.params, model: "regional:m" })
      const ask = (variables: { readonly [name: string]: string }) =>
        Effect.all([
          urls(sending(chat, Services.of(regional).layerConfig(), variables)),
          urls(sending(named, Registry.layerConfig({ regional }), variables))
        ])
      const both = (url: string) => [[url], [url]]
      const key = { FIRST_KEY: "k" }
      assert.deepStrictEqual(
        yield* ask({ ...key, FIRST_REGION: "one", SECOND_REGION: "two" }),
        both("https://one.chat.invalid/all/chat/completions")
      )
      assert.deepStrictEqual(
        yield* ask({ ...key, FIRST_REGION: " ", SECOND_REGION: "two", PROJECT: "p" }),
        both("https://two.chat.invalid/p/chat/completions")
      )
      assert.deepStrictEqual(
        yield* ask({ ...key, REGIONAL_URL: "http://given.invalid/v1/" }),
        both("http://given.invalid/v1/chat/completions")
      )
    }))

  it.effect("has a key by any of its names", () =>
    Effect.gen(function*() {
      const layer = Services.of(regional).layerConfig()
      const keyOf = (variables: { readonly [name: string]: string }) =>
        Effect.map(
          sending(chat, layer, { FIRST_REGION: "r", ...variables }),
          (sent) => sent[0]?.headers["authorization"]
        )
      assert.strictEqual(yield* keyOf({ SECOND_KEY: "two" }), "Bearer two")
      assert.strictEqual(yield* keyOf({ FIRST_KEY: " ", SECOND_KEY: "two" }), "Bearer two")
      assert.strictEqual(yield* keyOf({ FIRST_KEY: "one", SECOND_KEY: "two" }), "Bearer one")
      for (const none of [{}, { FIRST_KEY: "" }, { SECOND_KEY: "\n" }, { FIRST_KEY: "", SECOND_KEY: " " }]) {
        const error = yield* refusal(keyOf(none))
        assert.deepStrictEqual(error.reason, { _tag: "MissingApiKey", envVar: "FIRST_KEY" })
      }
    }))

  it.effect("is nowhere without the place, which is named with its variable", () =>
    Effect.gen(function*() {
      const message = "there is none: give it to the layer, or set FIRST_REGION where the layer is one from Config"
      const named = Provider.completion({ ...Wire.params, model: "regional:m" })
      for (
        const effect of [
          sending(chat, Services.layer(regional)({ apiKey })),
          sending(chat, Services.layer(regional)({ apiKey, region: " ", project: "p" })),
          sending(chat, Services.of(regional).layerConfig(), { FIRST_KEY: "k" }),
          sending(named, Registry.layerConfig({ regional }), { FIRST_KEY: "k", SECOND_REGION: "" }),
          sending(named, Registry.layer({ regional }, { regional: { apiKey } })),
          sending(list, Services.layer(regional)({ apiKey })),
          sending(vectors, Services.layer(regional)({ apiKey }))
        ]
      ) {
        const error = yield* refusal(effect)
        assert.deepStrictEqual(error.reason, { _tag: "InvalidRequest", param: "region" })
        assert.strictEqual(error.detail, message)
        assert.isFalse(error.isRetryable)
      }
    }))

  it.effect("is at the base URL that is given, with whatever places", () =>
    Effect.gen(function*() {
      const options = { apiKey, baseUrl: "http://given.invalid/v1" }
      const url = "http://given.invalid/v1/chat/completions"
      assert.deepStrictEqual(yield* urls(sending(chat, Services.layer(regional)(options))), [url])
      assert.deepStrictEqual(yield* urls(sending(chat, Services.layer(regional)({ ...options, region: "r" }))), [url])
      const listed = sending(list, Services.layer(regional)({ ...options, region: "r" }))
      assert.deepStrictEqual(yield* urls(listed), ["http://given.invalid/v1/models"])
      const registry = Registry.layer({ regional }, { regional: options }, { model: "regional:m" })
      assert.deepStrictEqual(yield* urls(sending(Provider.completion(Wire.params), registry)), [url])
    }))

  it.effect("does not let a place lead to another host", () =>
    Effect.gen(function*() {
      for (const region of ["evil.test/", "evil.test#", "a@evil.test?", "a b", "\u212A", "..\\x"]) {
        const error = yield* refusal(sending(chat, Services.layer(regional)({ apiKey, region })))
        assert.deepStrictEqual(error.reason, { _tag: "InvalidRequest", param: "region" })
        assert.notInclude(error.message, "evil")
      }
      assert.deepStrictEqual(missing("region", undefined).detail, "there is none: give it to the layer")
    }))

  it.effect("takes a place from a Config of the caller's own", () =>
    Effect.gen(function*() {
      const layer = Provider.layerConfig(regional)({ region: Config.string("MINE"), apiKey })
      assert.deepStrictEqual(yield* urls(sending(chat, layer, { MINE: "mine", FIRST_REGION: "r" })), [
        "https://mine.chat.invalid/all/chat/completions"
      ])
    }))
})

describe("an endpoint that knows requests by their signatures", () => {
  /** Says what it signs; the seal is a secret from the environment of the layer. */
  const signed: Endpoint.Endpoint = {
    ...regional,
    id: "signed",
    env: { ...regional.env, apiKey: "SIGNED_KEY" },
    auth: Endpoint.signed(Effect.configProviderWith((environment) => {
      let count = 0
      return Effect.succeed(({ region = "nowhere" }) =>
        environment.load(Config.string("SEAL")).pipe(
          Effect.mapError(() => missing("seal", "SEAL")),
          Effect.map((seal) => ({ body, headers, method, url }: Endpoint.Unsigned) =>
            Effect.succeed({
              headers: {
                "x-signature": `${method} ${url} ${new TextDecoder().decode(body).length} ${headers["x-more"] ?? ""}`,
                "x-seal": `${seal} ${++count} in ${region}`
              },
              secrets: [seal]
            })
          )
        )
      )
    }))
  }
  const environment = { SEAL: "SEALMARK-0123456789" }

  it.effect("gets them where there is no key", () =>
    Effect.gen(function*() {
      const named = Provider.completion({ ...Wire.params, model: "signed:m" })
      for (
        const effect of [
          sending(Effect.zip(chat, chat), Services.layer(signed)({ region: "r" }), environment),
          sending(
            Effect.zip(chat, chat),
            Services.of<typeof signed, Provider.EndpointOptions>(signed).layerConfig({ region: "r" }),
            environment
          ),
          sending(
            Effect.zip(named, named),
            Registry.layerConfig({ signed }),
            { ...environment, SECOND_REGION: "r", SIGNED_KEY: " " }
          )
        ]
      ) {
        const sent = yield* effect
        for (const [index, { body, headers, url }] of sent.entries()) {
          assert.strictEqual(url, "https://r.chat.invalid/all/chat/completions")
          assert.strictEqual(headers["x-signature"], `POST ${url} ${body.length} `)
          assert.strictEqual(headers["x-seal"], `SEALMARK-0123456789 ${index + 1} in r`)
          assert.notProperty(headers, "authorization")
        }
        assert.lengthOf(sent, 2)
      }
    }))

  it.effect("gets a key where there is one, and then nothing is signed", () =>
    Effect.gen(function*() {
      const keyed = (options: Provider.KeylessOptions & Endpoint.Places) => Services.layer(signed)(options)
      const own = Provider.completion({ ...Wire.params, model: "m" }, { apiKey: Redacted.make("of-the-call") })
      const named = Provider.completion({ ...Wire.params, model: "signed:m" }, { apiKey: Redacted.make("of-the-call") })
      for (
        const [effect, key] of [
          [sending(chat, keyed({ apiKey, region: "r" })), "a-key"],
          [sending(own, keyed({ region: "r" })), "of-the-call"],
          [sending(chat, Services.of(signed).layerConfig(), { SIGNED_KEY: "k", FIRST_REGION: "r" }), "k"],
          [sending(named, Registry.layerConfig({ signed }), { FIRST_REGION: "r", SIGNED_KEY: "k" }), "of-the-call"]
        ] as const
      ) {
        const [sent] = yield* effect
        assert.strictEqual(sent?.headers["authorization"], `Bearer ${key}`)
        assert.notProperty(sent?.headers, "x-seal")
      }
    }))

  it.effect("is not asked where there is nothing to sign with", () =>
    Effect.gen(function*() {
      const error = yield* refusal(sending(chat, Services.layer(signed)({ region: "r" })))
      assert.deepStrictEqual(error.reason, { _tag: "InvalidRequest", param: "seal" })
    }))

  it.effect("the user's own client sees no signature, and what it changes is what is signed", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const transformClient = (client: HttpClient.HttpClient) =>
        client.pipe(
          HttpClient.mapRequest((request) => {
            seen.push(JSON.stringify(request))
            return HttpClientRequest.setHeader(request, "x-more", "more").pipe(
              HttpClientRequest.setUrlParam("a", "b c")
            )
          }),
          HttpClient.tap((response) => Effect.sync(() => seen.push(JSON.stringify(response.request))))
        )
      const [sent] = yield* sending(chat, Services.layer(signed)({ region: "r", transformClient }), environment)
      assert.strictEqual(sent?.url, "https://r.chat.invalid/all/chat/completions?a=b+c")
      assert.strictEqual(sent?.headers["x-signature"], `POST ${sent?.url} ${sent?.body.length} more`)
      assert.lengthOf(seen, 2)
      assert.notMatch(seen.join(), /SEALMARK|x-seal|x-signature/)
    }))

  it.effect("another origin gets no signature", () =>
    Effect.gen(function*() {
      const transformClient = HttpClient.mapRequest((request: HttpClientRequest.HttpClientRequest) =>
        HttpClientRequest.setUrl(request, "https://other.invalid/")
      )
      const [sent] = yield* sending(chat, Services.layer(signed)({ region: "r", transformClient }), environment)
      assert.strictEqual(sent?.url, "https://other.invalid/")
      assert.notMatch(JSON.stringify(sent), /SEALMARK|x-seal|x-signature/)
    }))

  it.effect("what it repeats of the secrets is not told", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(({ headers }) =>
        Response.json({ error: { message: headers["x-seal"] } }, { status: 400 })
      )
      const error = yield* Effect.flip(Effect.provide(
        chat,
        Services.layer(signed)({ region: "r" }).pipe(
          Layer.provide(http.layer),
          Layer.provide(Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(environment)))))
        )
      ))
      assert.include(error.message, "<redacted> 1 in r")
      assert.notInclude(JSON.stringify(error), "SEALMARK")
    }))
})
