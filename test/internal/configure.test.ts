/**
 * `layerConfig`: what a layer reads from the environment.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Embeddings from "../../src/Embeddings.ts"
import * as Endpoint from "../../src/Endpoint.ts"
import * as Models from "../../src/Models.ts"
import * as Provider from "../../src/Provider.ts"
import { isProviderError } from "../../src/ProviderError.ts"
import * as Anthropic from "../../src/providers/Anthropic.ts"
import * as OpenAi from "../../src/providers/OpenAi.ts"
import * as OpenAiCompatible from "../../src/providers/OpenAiCompatible.ts"
import * as Services from "../../src/Services.ts"
import * as Wire from "../loopback/wire.ts"
import * as Timed from "./timed.ts"

type Variables = Readonly<Record<string, string>>

type ConfigLayer = ReturnType<ReturnType<typeof Provider.layerConfig>>

const params = { ...Wire.params, model: "m" }

/** The request that a call over this layer sends in this environment, or why the layer could not be built. */
const sent = (
  layer: ConfigLayer,
  environment: Variables | ConfigProvider.ConfigProvider,
  wire: Wire.Wire = Wire.openAi
) => {
  const server = Timed.server(Timed.sse([Wire.answer(wire, "a")]))
  const provider = "load" in environment
    // A ConfigProvider has no variable of this name.
    ? environment as ConfigProvider.ConfigProvider
    : ConfigProvider.fromMap(new Map(Object.entries(environment)))
  return Stream.runDrain(Provider.completionStream(params)).pipe(
    Effect.map(() => server.sent[0] ?? assert.fail("no request")),
    Effect.provide(Layer.provide(layer, server.layer)),
    Effect.withConfigProvider(provider),
    Effect.either
  )
}

const missing = (result: Either.Either<unknown, unknown>): string => {
  const error = Either.isLeft(result) ? result.left : undefined
  if (!isProviderError(error) || error.reason._tag !== "MissingApiKey") {
    return assert.fail(`no MissingApiKey: ${String(error)}`)
  }
  assert.deepInclude(error, { attempts: 0, contentEmitted: false })
  assert.include(error.message, error.reason.envVar)
  return error.reason.envVar
}

const key = (result: Either.Either<{ readonly headers: Variables }, unknown>) =>
  Either.isRight(result) ? result.right.headers["authorization"] : `failed: ${String(result.left)}`

const url = (result: Either.Either<{ readonly url: string }, unknown>) =>
  Either.isRight(result) ? result.right.url : `failed: ${String(result.left)}`

describe("layerConfig of what is beside chat", () => {
  const environment = { OPENAI_API_KEY: "k1", OPENAI_BASE_URL: "http://here.invalid/v9", ANTHROPIC_API_KEY: "k2" }
  const requests = <A, E, R>(
    program: Effect.Effect<A, E, R>,
    layer: Layer.Layer<R, unknown, HttpClient.HttpClient>,
    variables: Variables = environment
  ) => {
    const server = Timed.server(Timed.json(200, { data: [{ embedding: [1] }] }))
    return program.pipe(
      Effect.provide(Layer.provide(layer, server.layer)),
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables)))),
      Effect.map(() => server.sent.map(({ body, headers, url }) => [url, headers["authorization"] ?? "", body])),
      Effect.either
    )
  }
  const embedding = Embeddings.embed({ input: "a" })
  const listing = Stream.runDrain(Models.list())
  const body = JSON.stringify({ model: "e", encoding_format: "base64", input: ["a"] })
  const embeddingModel = Config.succeed("e")

  it.effect("reads the same variables", () =>
    Effect.gen(function*() {
      const embedded = Either.right([["http://here.invalid/v9/embeddings", "Bearer k1", body]])
      const listed = Either.right([["http://here.invalid/v9/models", "Bearer k1", ""]])
      assert.deepStrictEqual(yield* requests(embedding, OpenAi.layerConfig({ embeddingModel })), embedded)
      const { endpoint } = OpenAi
      assert.deepStrictEqual(yield* requests(embedding, Embeddings.layerConfig(endpoint)({ embeddingModel })), embedded)
      assert.deepStrictEqual(yield* requests(embedding, Services.layerConfig(endpoint)({ embeddingModel })), embedded)
      assert.deepStrictEqual(yield* requests(listing, OpenAi.layerConfig()), listed)
      assert.deepStrictEqual(yield* requests(listing, Models.layerConfig(endpoint)()), listed)
      assert.deepStrictEqual(
        yield* requests(listing, Anthropic.layerConfig()),
        Either.right([["https://api.anthropic.com/v1/models?limit=1000", "", ""]])
      )
    }))

  it.effect("a key that is missing is named by its variable", () =>
    Effect.gen(function*() {
      const { endpoint } = OpenAi
      assert.strictEqual(missing(yield* requests(embedding, Embeddings.layerConfig(endpoint)(), {})), "OPENAI_API_KEY")
      assert.strictEqual(missing(yield* requests(listing, Models.layerConfig(endpoint)(), {})), "OPENAI_API_KEY")
    }))
})

describe("layerConfig", () => {
  it.effect("without arguments reads key and base URL of the endpoint's variables", () =>
    Effect.gen(function*() {
      const openAi = yield* sent(OpenAi.layerConfig(), {
        OPENAI_API_KEY: "k1",
        OPENAI_BASE_URL: "http://here.invalid/v9/"
      })
      assert.strictEqual(key(openAi), "Bearer k1")
      assert.strictEqual(url(openAi), "http://here.invalid/v9/chat/completions")
      const anthropic = yield* sent(
        Anthropic.layerConfig(),
        { ANTHROPIC_API_KEY: "k2", ANTHROPIC_BASE_URL: "http://here.invalid" },
        Wire.anthropic
      )
      assert.strictEqual(url(anthropic), "http://here.invalid/v1/messages")
      assert.strictEqual(Either.isRight(anthropic) && anthropic.right.headers["x-api-key"], "k2")
    }))

  it.effect("without a base URL, or with an empty one, uses the endpoint's own", () =>
    Effect.gen(function*() {
      for (const environment of [{}, { OPENAI_BASE_URL: "" }, { OPENAI_BASE_URL: "  " }]) {
        const result = yield* sent(OpenAi.layerConfig(), { OPENAI_API_KEY: "k", ...environment })
        assert.strictEqual(url(result), "https://api.openai.com/v1/chat/completions")
      }
    }))

  it.effect("a key that is missing or empty is named by its variable", () =>
    Effect.gen(function*() {
      assert.strictEqual(missing(yield* sent(OpenAi.layerConfig(), {})), "OPENAI_API_KEY")
      assert.strictEqual(missing(yield* sent(OpenAi.layerConfig(), { OPENAI_API_KEY: "" })), "OPENAI_API_KEY")
      assert.strictEqual(missing(yield* sent(OpenAi.layerConfig(), { OPENAI_API_KEY: " \n" })), "OPENAI_API_KEY")
      assert.strictEqual(missing(yield* sent(Anthropic.layerConfig(), {}, Wire.anthropic)), "ANTHROPIC_API_KEY")
    }))

  it.effect("a key from a Config of one's own is named by its path", () =>
    Effect.gen(function*() {
      const own = OpenAi.layerConfig({ apiKey: Config.redacted("TENANT_KEY") })
      assert.strictEqual(missing(yield* sent(own, { OPENAI_API_KEY: "k" })), "TENANT_KEY")
      assert.strictEqual(missing(yield* sent(own, { OPENAI_API_KEY: "k", TENANT_KEY: " " })), "TENANT_KEY")
      assert.strictEqual(missing(yield* sent(OpenAi.layerConfig({ apiKey: Redacted.make("") }), {})), "OPENAI_API_KEY")
      assert.strictEqual(key(yield* sent(own, { TENANT_KEY: "k" })), "Bearer k")
      const nested = OpenAi.layerConfig({ apiKey: Config.nested(Config.redacted("KEY"), "TENANT") })
      const environment = (map: Variables) =>
        ConfigProvider.fromMap(new Map(Object.entries(map)), { pathDelim: "_", seqDelim: "," })
      assert.strictEqual(missing(yield* sent(nested, environment({}))), "TENANT_KEY")
      assert.strictEqual(missing(yield* sent(nested, environment({ TENANT_KEY: "" }))), "TENANT_KEY")
      assert.strictEqual(key(yield* sent(nested, environment({ TENANT_KEY: "k" }))), "Bearer k")
      const either = OpenAi.layerConfig({
        apiKey: Config.orElse(Config.redacted("FIRST"), () => Config.redacted("SECOND"))
      })
      assert.strictEqual(missing(yield* sent(either, {})), "FIRST")
      assert.strictEqual(key(yield* sent(either, { SECOND: "k" })), "Bearer k")
    }))

  it.effect("within a nested ConfigProvider the whole path is named", () =>
    Effect.gen(function*() {
      const provider = (map: Variables) =>
        ConfigProvider.nested(
          ConfigProvider.fromMap(new Map(Object.entries(map)), { pathDelim: "_", seqDelim: "," }),
          "APP"
        )
      assert.strictEqual(key(yield* sent(OpenAi.layerConfig(), provider({ APP_OPENAI_API_KEY: "k" }))), "Bearer k")
      assert.strictEqual(missing(yield* sent(OpenAi.layerConfig(), provider({}))), "APP_OPENAI_API_KEY")
      const empty = provider({ APP_OPENAI_API_KEY: "" })
      assert.strictEqual(missing(yield* sent(OpenAi.layerConfig(), empty)), "APP_OPENAI_API_KEY")
    }))

  it.effect("each option is a value or a Config", () =>
    Effect.gen(function*() {
      const layer = OpenAi.layerConfig({
        apiKey: Redacted.make("plain"),
        baseUrl: Config.string("URL"),
        organization: Config.string("ORG"),
        project: "p",
        retry: false
      })
      const result = yield* sent(layer, { URL: "http://here.invalid", ORG: "o", OPENAI_API_KEY: "unused" })
      assert.strictEqual(key(result), "Bearer plain")
      assert.strictEqual(url(result), "http://here.invalid/chat/completions")
      assert.deepInclude(Either.isRight(result) ? result.right.headers : {}, {
        "openai-organization": "o",
        "openai-project": "p"
      })
    }))

  it.effect("another option that is missing is a ConfigError", () =>
    Effect.gen(function*() {
      const layer = OpenAi.layerConfig({ organization: Config.string("ORG") })
      const result = yield* sent(layer, { OPENAI_API_KEY: "k" })
      assert.isTrue(Either.isLeft(result) && ConfigError.isConfigError(result.left))
    }))

  it.effect("a key that is there and cannot be read is a ConfigError", () =>
    Effect.gen(function*() {
      const apiKey = Config.map(Config.integer("N"), (n) => Redacted.make(String(n)))
      const result = yield* sent(OpenAi.layerConfig({ apiKey }), { N: "x" })
      assert.isTrue(Either.isLeft(result) && ConfigError.isConfigError(result.left))
    }))

  it.effect("a key that is an Effect is not run before it is needed", () =>
    Effect.gen(function*() {
      let asked = 0
      const apiKey = Effect.sync(() => {
        asked++
        return Redacted.make("rotating")
      })
      const layer = OpenAi.layerConfig({ apiKey })
      yield* Effect.scoped(Layer.build(Layer.provide(layer, Timed.server().layer))).pipe(
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map()))
      )
      assert.strictEqual(asked, 0)
      assert.strictEqual(key(yield* sent(layer, {})), "Bearer rotating")
      assert.strictEqual(asked, 1)
    }))

  it.effect("a server that needs no key gets none", () =>
    Effect.gen(function*() {
      const layer = OpenAiCompatible.layerConfig({ id: "local", baseUrl: Config.string("LOCAL_URL") })
      const result = yield* sent(layer, { LOCAL_URL: "http://here.invalid/v1", OPENAI_API_KEY: "not for you" })
      assert.strictEqual(key(result), undefined)
      const endpoint: Endpoint.Endpoint = { ...OpenAi.endpoint, auth: Endpoint.noAuth, env: { apiKey: "LOCAL_KEY" } }
      assert.strictEqual(key(yield* sent(Provider.layerConfig(endpoint)(), {})), undefined)
    }))
})
