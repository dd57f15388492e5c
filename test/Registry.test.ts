/**
 * Routing by `provider:model`, without a network: which provider is called, with what key, and when its key is read.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { CallOptions } from "../src/CallOptions.ts"
import type { CompletionParams } from "../src/CompletionParams.ts"
import type * as Endpoint from "../src/Endpoint.ts"
import * as Provider from "../src/Provider.ts"
import { isCancelled, isProviderError, type ProviderError } from "../src/ProviderError.ts"
import * as Anthropic from "../src/providers/Anthropic.ts"
import * as OpenAi from "../src/providers/OpenAi.ts"
import * as OpenAiCompatible from "../src/providers/OpenAiCompatible.ts"
import * as Registry from "../src/Registry.ts"
import { load } from "./kit/load.ts"
import * as Providers from "./kit/providers.ts"
import * as TestHttp from "./kit/testHttp.ts"
import * as Wire from "./loopback/wire.ts"

type Variables = Readonly<Record<string, string>>

type RegistryLayer = ReturnType<typeof Registry.layerConfig>

const environment = (variables: Variables): ConfigProvider.ConfigProvider =>
  ConfigProvider.fromMap(new Map(Object.entries(variables)))

const bothKeys = { OPENAI_API_KEY: "k-openai", ANTHROPIC_API_KEY: "k-anthropic" }

/** Answers in the language that it is asked in. */
const http = () =>
  TestHttp.make(({ url }) => Response.json(url.endsWith("/messages") ? Wire.anthropic.whole : Wire.openAi.whole))

/** An environment of which a test decides when it says what. */
const deciding = (load: (name: string, count: number) => Effect.Effect<string, ConfigError.ConfigError>) => {
  const asked: Array<string> = []
  const flat = ConfigProvider.fromMap(new Map()).flattened
  const provider = ConfigProvider.fromFlat(ConfigProvider.makeFlat({
    load: (path, primitive) => {
      const name = path.join("_")
      const count = asked.push(name)
      return Effect.flatMap(load(name, count), (text) => Effect.map(primitive.parse(text), (value) => [value]))
    },
    enumerateChildren: flat.enumerateChildren,
    patch: flat.patch
  }))
  return { asked, provider }
}

const nothing = (name: string) => Effect.fail(ConfigError.MissingData([name], "none"))

const hi = (model?: string): CompletionParams => ({ ...Wire.params, model })

/** The layer built in this environment, which the calls do not see any more. */
const built = (
  layer: RegistryLayer,
  variables: Variables | ConfigProvider.ConfigProvider,
  client: Layer.Layer<HttpClient.HttpClient>
) =>
  Layer.build(Layer.provide(layer, client)).pipe(
    Effect.withConfigProvider(
      // A ConfigProvider has no variable of this name.
      "load" in variables ? variables as ConfigProvider.ConfigProvider : environment(variables)
    )
  )

const ask = (
  context: Context.Context<Provider.Provider>,
  model?: string,
  options?: CallOptions
) => Effect.provide(Provider.completion(hi(model), options), context)

const refused = (error: Provider.CallError): ProviderError =>
  isProviderError(error) ? error : assert.fail(`no ProviderError: ${error._tag}`)

/** What a call is refused with before anything is sent. */
const refusal = (layer: RegistryLayer, model: string | undefined, variables: Variables = bothKeys) =>
  Effect.gen(function*() {
    const { layer: client, sent } = http()
    const context = yield* built(layer, variables, client)
    const whole = refused(yield* Effect.flip(ask(context, model)))
    const stream = refused(
      yield* Effect.flip(Stream.runDrain(Provider.completionStream(hi(model)))).pipe(Effect.provide(context))
    )
    assert.strictEqual(stream.message, whole.message)
    assert.deepInclude(whole, { attempts: 0, contentEmitted: false })
    assert.isFalse(whole.isRetryable)
    assert.lengthOf(sent, 0)
    return whole
  })

describe("endpoints", () => {
  it("each by its own id", () => {
    for (const [id, endpoint] of Object.entries(Registry.endpoints)) assert.strictEqual(endpoint.id, id)
  })

  it("in the order of the alphabet, as errors list them", () => {
    const ids = Object.keys(Registry.endpoints)
    assert.deepStrictEqual(ids, [...ids].sort())
  })

  for (const [name, { endpoint }] of Providers.modules) {
    it(`${name} is known`, () => assert.include(Object.values<unknown>(Registry.endpoints), endpoint))
  }
})

describe("a model", () => {
  it.scoped("names the provider, which gets the rest of it", () =>
    Effect.gen(function*() {
      const { layer, sent } = http()
      const context = yield* built(Registry.layerConfig(), bothKeys, layer)
      yield* ask(context, "openai:gpt-5-mini")
      yield* ask(context, "anthropic:claude:beta/1")
      assert.deepStrictEqual(sent.map(({ url }) => url), [
        "https://api.openai.com/v1/chat/completions",
        "https://api.anthropic.com/v1/messages"
      ])
      assert.deepStrictEqual(sent.map(({ body }) => JSON.parse(body).model), ["gpt-5-mini", "claude:beta/1"])
      assert.strictEqual(sent[0]?.headers["authorization"], "Bearer k-openai")
      assert.strictEqual(sent[1]?.headers["x-api-key"], "k-anthropic")
    }))

  it.scoped("of which nothing is known is told with the nearest that is", () =>
    Effect.gen(function*() {
      const error = yield* refusal(Registry.layerConfig(), "opnai:gpt-5")
      assert.deepInclude(error, { provider: "opnai", model: "gpt-5", reason: { _tag: "UnsupportedProvider" } })
      assert.include(error.message, "opnai gpt-5: no such provider (did you mean `openai`? known are anthropic,")
      const far = yield* refusal(Registry.layerConfig(), "qwen3:8b")
      assert.strictEqual(far.reason._tag, "UnsupportedProvider")
      assert.notInclude(far.message, "did you mean")
      assert.include(far.message, "openai")
      // Not a property of any object.
      const inherited = yield* refusal(Registry.layerConfig(), "constructor:x")
      assert.strictEqual(inherited.reason._tag, "UnsupportedProvider")
    }))

  it.scoped("without a provider is told how it is written", () =>
    Effect.gen(function*() {
      const one = Registry.layerConfig({ openai: OpenAi.endpoint })
      const bare = yield* refusal(one, "gpt-5")
      assert.deepInclude(bare, { provider: "registry", model: "gpt-5" })
      assert.deepStrictEqual(bare.reason, { _tag: "InvalidRequest", param: "model" })
      assert.include(bare.message, "write `provider:gpt-5` with one of openai; nothing was sent")
      assert.include((yield* refusal(one, ":gpt-5")).message, "write `provider:gpt-5`")
      assert.include((yield* refusal(one, "openai/gpt-5/x")).message, "write `openai:gpt-5/x`; nothing was sent")
      assert.include((yield* refusal(one, "meta/llama")).message, "write `provider:meta/llama` with one of openai")
    }))

  it.scoped("is needed", () =>
    Effect.gen(function*() {
      for (const model of [undefined, ""]) {
        const error = yield* refusal(Registry.layerConfig(), model)
        assert.deepStrictEqual(error.reason, { _tag: "InvalidRequest", param: "model" })
        assert.include(error.message, "no model")
      }
      const error = yield* refusal(Registry.layerConfig(), "openai:")
      assert.deepInclude(error, { provider: "openai", reason: { _tag: "InvalidRequest", param: "model" } })
    }))

  it.scoped("of the layer is used where the params have none", () =>
    Effect.gen(function*() {
      const { layer, sent } = http()
      const registry = Registry.layerConfig(Registry.endpoints, {}, { model: "anthropic:claude" })
      const context = yield* built(registry, bothKeys, layer)
      yield* ask(context)
      yield* ask(context, "openai:gpt-5")
      assert.deepStrictEqual(sent.map(({ body }) => JSON.parse(body).model), ["claude", "gpt-5"])
    }))

  it.scoped("that is enormous makes no enormous error", () =>
    Effect.gen(function*() {
      const long = "x".repeat(1_000_000)
      assert.isBelow((yield* refusal(Registry.layerConfig(), `${long}:m`)).message.length, 5_000)
      assert.isBelow((yield* refusal(Registry.layerConfig(), long)).message.length, 5_000)
    }))
})

describe("keys", () => {
  it.scoped("are not needed before their provider is called, and are named by their variable", () =>
    Effect.gen(function*() {
      for (const variables of [{}, { OPENAI_API_KEY: "", ANTHROPIC_API_KEY: " \n" }]) {
        const openAi = yield* refusal(Registry.layerConfig(), "openai:m", variables)
        assert.deepInclude(openAi, { provider: "openai", reason: { _tag: "MissingApiKey", envVar: "OPENAI_API_KEY" } })
        const anthropic = yield* refusal(Registry.layerConfig(), "anthropic:m", variables)
        assert.deepStrictEqual(anthropic.reason, { _tag: "MissingApiKey", envVar: "ANTHROPIC_API_KEY" })
      }
      // Of `layer` the environment is none of the business.
      const plain = yield* refusal(Registry.layer(Registry.endpoints, {}), "openai:m")
      assert.deepStrictEqual(plain.reason, { _tag: "MissingApiKey", envVar: "OPENAI_API_KEY" })
      const empty = Registry.layer(Registry.endpoints, { openai: { apiKey: Redacted.make(" ") } })
      assert.strictEqual((yield* refusal(empty, "openai:m")).reason._tag, "MissingApiKey")
    }))

  it.scoped("that come later are found, and are kept then", () =>
    Effect.gen(function*() {
      const { layer, sent } = http()
      const variables = new Map<string, string>()
      const { provider } = deciding((name) => {
        const value = variables.get(name)
        return value === undefined ? nothing(name) : Effect.succeed(value)
      })
      const context = yield* built(Registry.layerConfig(), provider, layer)
      assert.strictEqual(refused(yield* Effect.flip(ask(context, "openai:m"))).reason._tag, "MissingApiKey")
      variables.set("OPENAI_API_KEY", "first")
      variables.set("OPENAI_BASE_URL", "http://here.invalid/v9")
      yield* ask(context, "openai:m")
      variables.set("OPENAI_API_KEY", "second")
      yield* ask(context, "openai:m")
      assert.deepStrictEqual(sent.map(({ headers }) => headers["authorization"]), ["Bearer first", "Bearer first"])
      assert.strictEqual(sent[0]?.url, "http://here.invalid/v9/chat/completions")
    }))

  it.scoped("of a nested ConfigProvider are named by their whole path", () =>
    Effect.gen(function*() {
      const nested = ConfigProvider.nested(
        ConfigProvider.fromMap(new Map([["APP_ANTHROPIC_API_KEY", "k"]]), { pathDelim: "_", seqDelim: "," }),
        "APP"
      )
      const { layer, sent } = http()
      const context = yield* built(Registry.layerConfig(), nested, layer)
      assert.deepStrictEqual(refused(yield* Effect.flip(ask(context, "openai:m"))).reason, {
        _tag: "MissingApiKey",
        envVar: "APP_OPENAI_API_KEY"
      })
      yield* ask(context, "anthropic:m")
      assert.strictEqual(sent[0]?.headers["x-api-key"], "k")
    }))

  it.scoped("of a call are enough", () =>
    Effect.gen(function*() {
      const { layer, sent } = http()
      const context = yield* built(Registry.layerConfig(), { OPENAI_BASE_URL: "http://here.invalid" }, layer)
      yield* ask(context, "openai:m", { apiKey: Redacted.make("tenant") })
      assert.deepInclude(sent[0], { url: "http://here.invalid/chat/completions" })
      assert.strictEqual(sent[0]?.headers["authorization"], "Bearer tenant")
      assert.strictEqual(refused(yield* Effect.flip(ask(context, "openai:m"))).reason._tag, "MissingApiKey")
    }))

  it.scoped("that rotate are asked for at each attempt", () =>
    Effect.gen(function*() {
      let count = 0
      const apiKey = Effect.sync(() => Redacted.make(`k${++count}`))
      const { layer, sent } = http()
      const context = yield* built(Registry.layerConfig(Registry.endpoints, { openai: { apiKey } }), {}, layer)
      yield* ask(context, "openai:m")
      yield* ask(context, "openai:m")
      assert.deepStrictEqual(sent.map(({ headers }) => headers["authorization"]), ["Bearer k1", "Bearer k2"])
    }))

  it.scoped("are not needed by those who know none, and are sent where there is one", () =>
    Effect.gen(function*() {
      const local = OpenAiCompatible.endpoint({ id: "local", baseUrl: "http://local.invalid/v1" })
      const known = { ...Registry.endpoints, local, guarded: { ...local, env: { apiKey: "GUARDED_KEY" } } }
      const { layer, sent } = http()
      const context = yield* built(Registry.layerConfig(known), { GUARDED_KEY: "k" }, layer)
      yield* ask(context, "local:qwen3:8b")
      yield* ask(context, "guarded:m")
      assert.strictEqual(JSON.parse(sent[0]?.body ?? "").model, "qwen3:8b")
      assert.deepStrictEqual(sent.map(({ headers }) => headers["authorization"]), [undefined, "Bearer k"])
    }))

  it.scoped("that cannot be read are an error of the call, which names the variable and no value", () =>
    Effect.gen(function*() {
      const broken = ConfigProvider.fromFlat(ConfigProvider.makeFlat({
        load: (path) => Effect.fail(ConfigError.SourceUnavailable([...path], "sk-secret", Cause.empty)),
        enumerateChildren: () => Effect.die("nobody asks"),
        patch: ConfigProvider.fromMap(new Map()).flattened.patch
      }))
      const context = yield* built(Registry.layerConfig(), broken, http().layer)
      const error = refused(yield* Effect.flip(ask(context, "openai:m")))
      assert.deepInclude(error, { provider: "openai", attempts: 0 })
      assert.deepStrictEqual(error.reason, { _tag: "InvalidRequest", param: "OPENAI_API_KEY" })
      assert.notInclude(JSON.stringify(error) + String(error), "sk-secret")
    }))
})

describe("servers of AWS", () => {
  const identity = {
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "a-secret",
    AWS_SESSION_TOKEN: "a-token"
  }
  const said = {
    output: { message: { role: "assistant", content: [{ text: "Hello" }] } },
    stopReason: "end_turn",
    usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 }
  }
  const aws = () => TestHttp.make(() => Response.json(said))
  const one = (registry: RegistryLayer, variables: Variables, options?: CallOptions) =>
    Effect.gen(function*() {
      const { layer, sent } = aws()
      yield* ask(yield* built(registry, variables, layer), "bedrock:amazon.nova-lite-v1:0", options)
      return sent[0] ?? assert.fail("no request")
    })

  it.scoped("are asked in their region, with a token, or else with a signature", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(Date.parse("2026-11-23T00:00:00Z"))
      const places = { AWS_REGION: "eu-central-1", AWS_DEFAULT_REGION: "us-east-1" }
      const signed = yield* one(Registry.layerConfig(), { ...places, ...identity })
      assert.strictEqual(
        signed.url,
        "https://bedrock-runtime.eu-central-1.amazonaws.com/model/amazon.nova-lite-v1%3A0/converse"
      )
      assert.include(
        signed.headers["authorization"],
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/eu-central-1/bedrock/aws4_request, "
      )
      assert.strictEqual(signed.headers["x-amz-security-token"], "a-token")
      const bearer = yield* one(Registry.layerConfig(), { ...places, ...identity, AWS_BEARER_TOKEN_BEDROCK: "k" })
      assert.strictEqual(bearer.headers["authorization"], "Bearer k")
      assert.notProperty(bearer.headers, "x-amz-date")
      const ofCall = yield* one(Registry.layerConfig(), places, { apiKey: Redacted.make("tenant") })
      assert.strictEqual(ofCall.headers["authorization"], "Bearer tenant")
      const elsewhere = yield* one(Registry.layerConfig(), {
        ...identity,
        AWS_DEFAULT_REGION: "us-east-1",
        AWS_REGION: " ",
        AWS_ENDPOINT_URL_BEDROCK_RUNTIME: "http://vpc.invalid/"
      })
      assert.strictEqual(elsewhere.url, "http://vpc.invalid/model/amazon.nova-lite-v1%3A0/converse")
      assert.include(elsewhere.headers["authorization"], "/us-east-1/bedrock/")
    }))

  it.scoped("are asked with the credentials that are given, whatever token there is", () =>
    Effect.gen(function*() {
      const credentials = Effect.succeed({ accessKeyId: "AKIDGIVEN", secretAccessKey: Redacted.make("a-secret") })
      const registry = Registry.layerConfig(Registry.endpoints, { bedrock: { credentials, region: "eu-west-1" } })
      const { headers } = yield* one(registry, { ...identity, AWS_BEARER_TOKEN_BEDROCK: "k" })
      assert.include(headers["authorization"], "Credential=AKIDGIVEN/")
      const plain = Registry.layer(Registry.endpoints, { bedrock: { credentials, region: "eu-west-1" } })
      assert.include((yield* one(plain, {})).headers["authorization"], "Credential=AKIDGIVEN/")
    }))

  it.scoped("under a name of one's own", () =>
    Effect.gen(function*() {
      const { layer, sent } = aws()
      const registry = Registry.layerConfig({ europe: Registry.endpoints.bedrock }, { europe: { region: "eu-west-3" } })
      yield* ask(yield* built(registry, identity, layer), "europe:amazon.nova-lite-v1:0")
      assert.include(sent[0]?.url, "https://bedrock-runtime.eu-west-3.amazonaws.com/")
      assert.include(sent[0]?.headers["authorization"], "Credential=AKIDEXAMPLE/")
    }))

  it.scoped("are not asked without a region, or without anything to show who asks", () =>
    Effect.gen(function*() {
      const region = { AWS_REGION: "eu-west-1" }
      const noRegion = [{ _tag: "InvalidRequest", param: "region" }, "set AWS_REGION where the layer is"] as const
      const nobody = [
        { _tag: "MissingApiKey", envVar: "AWS_ACCESS_KEY_ID" },
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give `credentials`"
      ] as const
      // Of `layer` the environment is none of the business.
      const plain = Registry.layer(Registry.endpoints, {
        bedrock: { region: "eu-west-1" },
        sagemaker: { region: "eu-west-1" }
      })
      for (const id of ["bedrock", "sagemaker"]) {
        for (
          const [registry, variables, [reason, message]] of [
            [Registry.layerConfig(), identity, noRegion],
            [Registry.layerConfig(), region, nobody],
            [plain, { ...identity, ...region }, nobody]
          ] as const
        ) {
          const { layer, sent } = aws()
          const error = refused(yield* Effect.flip(ask(yield* built(registry, variables, layer), `${id}:m`)))
          assert.deepStrictEqual(error.reason, reason)
          assert.include(error.message, message)
          assert.isFalse(error.isRetryable)
          assert.lengthOf(sent, 0)
        }
      }
    }))

  it.scoped("are asked for credentials within the call, whose limits hold, and which can be cancelled", () =>
    Effect.gen(function*() {
      // It takes no time of the clock.
      yield* Effect.promise(load)
      const { layer, sent } = aws()
      const registry = Registry.layer(Registry.endpoints, { bedrock: { credentials: Effect.never, region: "r" } })
      const context = yield* built(registry, {}, layer)
      const stop = yield* Deferred.make<void>()
      const late = yield* Effect.fork(Effect.flip(ask(context, "bedrock:m", { timeouts: { total: "1 minute" } })))
      const stopped = yield* Effect.fork(Effect.flip(ask(context, "bedrock:m", { cancel: Deferred.await(stop) })))
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* Fiber.join(late), { _tag: "Timeout", phase: "total", provider: "bedrock" })
      yield* Deferred.succeed(stop, undefined)
      assert.isTrue(isCancelled(yield* Fiber.join(stopped)))
      assert.lengthOf(sent, 0)
    }))
})

describe("what is read at the first call", () => {
  it.scoped("is read once, however many calls come first, and for no other provider", () =>
    Effect.gen(function*() {
      const { asked, provider } = deciding((name) =>
        Effect.delay(name.endsWith("KEY") ? Effect.succeed("k") : nothing(name), "1 seconds")
      )
      const { layer, sent } = http()
      const context = yield* built(Registry.layerConfig(), provider, layer)
      assert.deepStrictEqual(asked, [])
      const fibers = yield* Effect.forEach(Array.from({ length: 10 }), () => Effect.fork(ask(context, "openai:m")))
      yield* TestClock.adjust("10 seconds")
      yield* Effect.forEach(fibers, (fiber) => Fiber.join(fiber))
      yield* ask(context, "openai:m")
      assert.deepStrictEqual([...asked].sort(), ["OPENAI_API_KEY", "OPENAI_BASE_URL"])
      assert.lengthOf(sent, 11)
    }))

  it.scoped("is read again after a failure", () =>
    Effect.gen(function*() {
      let down = true
      const { provider } = deciding((name) =>
        name.endsWith("URL")
          ? nothing(name)
          : Effect.suspend(() =>
            down ? Effect.fail(ConfigError.SourceUnavailable([name], "down", Cause.empty)) : Effect.succeed("k")
          )
      )
      const context = yield* built(Registry.layerConfig(), provider, http().layer)
      assert.strictEqual(refused(yield* Effect.flip(ask(context, "openai:m"))).reason._tag, "InvalidRequest")
      down = false
      yield* ask(context, "openai:m")
      down = true
      yield* ask(context, "openai:m")
    }))

  it.scoped("is read by those who wait when the first caller goes away", () =>
    Effect.gen(function*() {
      const { asked, provider } = deciding((name) =>
        Effect.delay(name.endsWith("KEY") ? Effect.succeed("k") : nothing(name), "1 seconds")
      )
      const context = yield* built(Registry.layerConfig(), provider, http().layer)
      const first = yield* Effect.fork(ask(context, "openai:m"))
      yield* TestClock.adjust("10 millis")
      const second = yield* Effect.fork(ask(context, "openai:m"))
      yield* TestClock.adjust("500 millis")
      const exit = yield* Fiber.interrupt(first)
      assert.isTrue(Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause))
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(second)
      assert.strictEqual(asked.filter((name) => name === "OPENAI_API_KEY").length, 2)
    }))

  it.scoped("is read under the call's own limits, and can be cancelled", () =>
    Effect.gen(function*() {
      const { provider } = deciding(() => Effect.never)
      const context = yield* built(Registry.layerConfig(), provider, http().layer)
      const stop = yield* Deferred.make<void>()
      const late = yield* Effect.fork(Effect.flip(ask(context, "openai:m", { timeouts: { total: "1 minute" } })))
      const stopped = yield* Effect.fork(Effect.flip(ask(context, "openai:m", { cancel: Deferred.await(stop) })))
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* Fiber.join(late), { _tag: "Timeout", phase: "total", provider: "openai" })
      yield* Deferred.succeed(stop, undefined)
      assert.strictEqual((yield* Fiber.join(stopped))._tag, "Cancelled")
    }))
})

describe("the layer", () => {
  it.effect("ends its calls, whatever they wait for", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { provider } = deciding((name) => name.startsWith("ANTHROPIC") ? Effect.never : Effect.succeed("http://k"))
      const silent = TestHttp.make(() => Effect.never)
      const context = yield* Scope.extend(built(Registry.layerConfig(), provider, silent.layer), scope)
      const fibers = yield* Effect.forEach(
        ["openai:m", "anthropic:m"],
        (model) => Effect.fork(Effect.flip(ask(context, model)))
      )
      yield* TestClock.adjust("1 seconds")
      yield* Scope.close(scope, Exit.void)
      const errors = yield* Effect.forEach(fibers, (fiber) => Fiber.join(fiber))
      assert.isTrue(errors.every(isCancelled))
      assert.deepStrictEqual(errors.map((error) => error.provider), ["openai", "anthropic"])
      assert.strictEqual((yield* Effect.flip(ask(context, "openai:m")))._tag, "Cancelled")
    }))

  it.scoped("gives each provider its options, and all of them the defaults", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const watching = (name: string) =>
        HttpClient.mapRequest((request) => {
          seen.push(name)
          return request
        })
      const server = TestHttp.make(() => new Response("{}", { status: 500 }))
      const registry = Registry.layer(Registry.endpoints, {
        openai: {
          apiKey: Redacted.make("k1"),
          baseUrl: "http://one.invalid",
          organization: "o",
          project: "p",
          headers: { "x-team": "t" }
        },
        anthropic: {
          apiKey: Redacted.make("k2"),
          version: "2030-01-01",
          betas: ["b1", "b2"],
          retry: { times: 2, schedule: Schedule.recurs(5) },
          transformClient: watching("own")
        }
      }, { retry: false, transformClient: watching("all") })
      const context = yield* built(registry, {}, server.layer)
      yield* Effect.flip(ask(context, "openai:m"))
      yield* Effect.flip(ask(context, "anthropic:m"))
      assert.deepStrictEqual(seen, ["all", "own", "own", "own"])
      assert.strictEqual(server.sent[0]?.url, "http://one.invalid/chat/completions")
      assert.deepInclude(server.sent[0]?.headers, {
        authorization: "Bearer k1",
        "openai-organization": "o",
        "openai-project": "p",
        "x-team": "t"
      })
      assert.deepInclude(server.sent[1]?.headers, {
        "x-api-key": "k2",
        "anthropic-version": "2030-01-01",
        "anthropic-beta": "b1,b2"
      })
    }))

  it.scoped("time limits and dropped parameters: a call's, a provider's, those of all, an endpoint's", () =>
    Effect.gen(function*() {
      const registry = Registry.layer(
        { ...Registry.endpoints, patient: { ...OpenAi.endpoint, timeouts: { firstContent: "9 minutes" } } },
        {
          openai: { apiKey: Redacted.make("k"), timeouts: { firstContent: "3 minutes" }, onDropped: "ignore" },
          patient: { apiKey: Redacted.make("k") },
          anthropic: { apiKey: Redacted.make("k") }
        },
        { timeouts: { firstContent: "2 minutes", total: "5 minutes" }, retry: false, onDropped: "fail" }
      )
      const context = yield* built(registry, {}, TestHttp.make(() => Effect.never).layer)
      const after = (model: string, options?: CallOptions) =>
        Effect.gen(function*() {
          const fiber = yield* Effect.fork(Effect.flip(ask(context, model, options)))
          yield* TestClock.adjust("1 hour")
          const error = yield* Fiber.join(fiber)
          return error._tag === "Timeout" ? error.message : assert.fail(error.message)
        })
      assert.include(yield* after("openai:m"), "no content within 3m")
      assert.include(yield* after("anthropic:m"), "no content within 2m")
      assert.include(yield* after("patient:m"), "no content within 2m")
      assert.include(yield* after("openai:m", { timeouts: { firstContent: "1 hour" } }), "not done within 5m")
      const dropped = { ...hi("anthropic:m"), seed: 1 }
      const error = yield* Effect.flip(Effect.provide(Provider.completion(dropped), context))
      assert.deepStrictEqual(refused(error).reason, { _tag: "UnsupportedParameter", param: "seed" })
    }))

  it.scoped("what stands in it under another name goes by that name", () =>
    Effect.gen(function*() {
      const known = { europe: { ...OpenAi.endpoint, baseUrl: "https://eu.api.openai.com/v1" } }
      const { layer, sent } = http()
      const context = yield* built(Registry.layerConfig(known), { OPENAI_API_KEY: "k" }, layer)
      const extra = { europe: { store: true }, openai: { store: false } }
      yield* Effect.provide(Provider.completion({ ...hi("europe:m"), extra }), context)
      assert.strictEqual(sent[0]?.url, "https://eu.api.openai.com/v1/chat/completions")
      assert.strictEqual(JSON.parse(sent[0]?.body ?? "").store, true)
      assert.strictEqual((yield* refusal(Registry.layerConfig(known), "europe:")).provider, "europe")
    }))

  it.scoped("extra of the provider that is called is sent, and of no other", () =>
    Effect.gen(function*() {
      const { layer, sent } = http()
      const context = yield* built(Registry.layerConfig(), bothKeys, layer)
      const extra = { openai: { store: true }, anthropic: { service: "x" }, registry: { no: "no" } }
      for (const model of ["openai:m", "anthropic:m"]) {
        yield* Effect.provide(Provider.completion({ ...hi(model), extra }), context)
      }
      const [openAi, anthropic] = sent.map(({ body }) => JSON.parse(body))
      assert.deepInclude(openAi, { store: true })
      assert.deepInclude(anthropic, { service: "x" })
      assert.doesNotHaveAnyKeys(openAi, ["service", "no"])
      assert.doesNotHaveAnyKeys(anthropic, ["store", "no"])
    }))
})

describe("what it can do", () => {
  const serviceOf = (known: Registry.Endpoints) =>
    Effect.map(
      built(Registry.layerConfig(known), {}, http().layer),
      (context) => Context.get(context, Provider.Provider)
    )

  it.scoped("is what each of its providers can", () =>
    Effect.gen(function*() {
      const all = yield* serviceOf(Registry.endpoints)
      assert.strictEqual(all.id, "registry")
      for (const { capabilities } of Object.values<Endpoint.Endpoint>(Registry.endpoints)) {
        for (const [name, value] of Object.entries(all.capabilities)) {
          if (value === true) assert.propertyVal(capabilities, name, true)
        }
      }
      const poor: Endpoint.Endpoint = {
        ...OpenAi.endpoint,
        capabilities: { ...OpenAi.endpoint.capabilities, tools: false, responseFormat: "json_object" }
      }
      const two = (yield* serviceOf({ openai: OpenAi.endpoint, poor })).capabilities
      assert.deepStrictEqual(two, poor.capabilities)
      assert.deepStrictEqual((yield* serviceOf({ openai: OpenAi.endpoint })).capabilities, OpenAi.endpoint.capabilities)
      const none = (yield* serviceOf({})).capabilities
      assert.deepInclude(none, { streaming: false, tools: false, responseFormat: "none" })
    }))
})

describe("resolve", () => {
  const within = <A, E>(effect: Effect.Effect<A, E, Registry.Registry>) =>
    Effect.gen(function*() {
      const { layer, sent } = http()
      const result = yield* Effect.either(Effect.provide(effect, yield* built(Registry.layerConfig(), bothKeys, layer)))
      return { result, sent }
    })

  it.scoped("gives the provider and its model, before any call", () =>
    Effect.gen(function*() {
      const { result, sent } = yield* within(Registry.resolve("anthropic:claude:beta"))
      if (result._tag === "Left") return assert.fail(result.left.message)
      const { model, provider } = result.right
      assert.strictEqual(model, "claude:beta")
      assert.strictEqual(provider.id, "anthropic")
      assert.deepStrictEqual(provider.capabilities, Anthropic.endpoint.capabilities)
      assert.lengthOf(sent, 0)
      yield* provider.completion(hi(model))
      assert.strictEqual(JSON.parse(sent[0]?.body ?? "").model, "claude:beta")
    }))

  it.scoped("refuses as a call does", () =>
    Effect.gen(function*() {
      const { result } = yield* within(Effect.all([
        Effect.flip(Registry.resolve("opnai:m")),
        Effect.flip(Registry.resolve("gpt-5"))
      ]))
      if (result._tag === "Left") return assert.fail("it resolved")
      assert.deepStrictEqual(result.right.map(({ reason }) => reason._tag), ["UnsupportedProvider", "InvalidRequest"])
    }))
})
