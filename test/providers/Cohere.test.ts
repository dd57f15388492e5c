/**
 * Cohere's endpoint: what its errors mean, vectors, the list of models, and a turn that goes back.
 */
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as ChatCompletion from "../../src/ChatCompletion.ts"
import { AssistantMessage } from "../../src/CompletionParams.ts"
import type { ErrorFacts } from "../../src/Dialect.ts"
import * as Embeddings from "../../src/Embeddings.ts"
import * as Models from "../../src/Models.ts"
import * as Provider from "../../src/Provider.ts"
import type { Reason } from "../../src/ProviderError.ts"
import * as Cohere from "../../src/providers/Cohere.ts"
import { messages } from "../internal/cohereWire.ts"
import * as Targets from "../kit/targets.ts"
import * as TestHttp from "../kit/testHttp.ts"
import * as Transcript from "../kit/transcript.ts"

const { apiKey } = Targets

describe("failure", () => {
  const bad = (message: string): ErrorFacts => ({ status: 400, message })
  const cases: ReadonlyArray<readonly [string, ErrorFacts, Reason]> = [
    ["a long prompt", bad("too many tokens: size limit exceeded by 11326 tokens."), { _tag: "ContextLength" }],
    [
      "a long prompt, of old",
      bad("too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292."),
      { _tag: "ContextLength" }
    ],
    [
      "too high a limit",
      bad("too many tokens: max tokens must be less than or equal to 4096, the maximum output for this model."),
      { _tag: "InvalidRequest", param: "max_tokens" }
    ],
    [
      "a field out of range",
      bad("invalid request: presence_penalty must be between 0 and 1 inclusive."),
      { _tag: "InvalidRequest", param: "presence_penalty" }
    ],
    ["another bad request", bad("tool call id not found in previous tool calls"), { _tag: "InvalidRequest" }],
    [
      "a model that is gone",
      { status: 404, message: "model 'command-r' was removed on September 15, 2025." },
      { _tag: "ModelNotFound" }
    ],
    ["a model that never was", { status: 404, message: "model 'x' not found" }, { _tag: "ModelNotFound" }],
    ["another 404", { status: 404, message: "not found" }, { _tag: "InvalidRequest" }],
    ["a key", { status: 401, message: "invalid api token" }, { _tag: "Authentication" }],
    ["money", { status: 402, message: "Please add or update your payment method" }, { _tag: "QuotaExceeded" }],
    [
      "a trial key's minute",
      { status: 429, message: "You are using a Trial key, which is limited to 40 API calls / minute." },
      { _tag: "RateLimit" }
    ],
    [
      "a trial key's month",
      { status: 429, message: "You are using a Trial key, which is limited to 1000 API calls / month." },
      { _tag: "QuotaExceeded" }
    ],
    ["a request that was cancelled", { status: 499 }, { _tag: "InvalidRequest" }],
    ["a server's fault", { status: 500, message: "internal server error" }, { _tag: "Server" }],
    ["a timeout of the gateway", { status: 504 }, { _tag: "Server" }]
  ]

  for (const [name, facts, reason] of cases) {
    it(`${name} is ${reason._tag}`, () => assert.deepStrictEqual(Cohere.dialect.failure(facts), reason))
  }
})

const embeddingsAnswer = (embeddings: unknown, meta?: unknown) => Cohere.embeddingsDialect.answer({ embeddings, meta })

describe("vectors", () => {
  const { embeddings } = Cohere.endpoint

  const encode = (params: Partial<Embeddings.Params>, more: object = {}) =>
    Cohere.embeddingsDialect.encode({ input: "a", ...params }, {
      endpoint: { ...Cohere.endpoint, embeddings: { ...embeddings, ...more } },
      model: "m",
      texts: ["a"]
    })

  const bodyOf = (params: Partial<Embeddings.Params>, more?: object) => Either.getOrThrow(encode(params, more)).body

  it("types have Cohere's names, and there always is one", () => {
    assert.strictEqual(bodyOf({})["input_type"], "search_document")
    assert.strictEqual(bodyOf({ inputType: "document" })["input_type"], "search_document")
    assert.strictEqual(bodyOf({ inputType: "query" })["input_type"], "search_query")
    assert.strictEqual(bodyOf({ inputType: "clustering" })["input_type"], "clustering")
  })

  it("length, form, additions", () => {
    assert.deepStrictEqual(bodyOf({ dimensions: 256 })["output_dimension"], 256)
    assert.deepStrictEqual(bodyOf({}, { encodingFormat: "base64" })["embedding_types"], ["base64"])
    const given = { extra: { cohere: { truncate: "NONE", texts: ["b"], embedding_types: ["int8"] } } }
    assert.deepInclude(bodyOf(given), { truncate: "NONE", texts: ["a"], embedding_types: ["int8"] })
    assert.deepStrictEqual(Either.getOrThrow(encode(given)).dropped.map(({ param }) => param), ["extra.cohere.texts"])
    assert.deepStrictEqual(Either.getOrUndefined(Either.flip(encode({ dimensions: NaN }))), {
      _tag: "InvalidRequest",
      param: "dimensions"
    })
  })

  it("in any form", () => {
    const vectors = (embeddings: unknown) => embeddingsAnswer(embeddings)?.vectors.map(({ vector }) => vector)
    assert.deepStrictEqual(vectors({ int8: [[1]], float: [[0.5]] }), [[0.5]])
    assert.deepStrictEqual(vectors({ float: [], base64: ["AAAAPw=="] }), ["AAAAPw=="])
    assert.deepStrictEqual(vectors({ float: null, ubinary: [[255]] }), [[255]])
    assert.isUndefined(vectors({ float: [] }))
    assert.isUndefined(vectors("none"))
  })

  it("tokens, or else what is billed", () => {
    const usage = (meta: unknown) => embeddingsAnswer({ float: [[1]] }, meta)?.usage
    const billed_units = { input_tokens: 2 }
    assert.deepStrictEqual(usage({ billed_units, tokens: { input_tokens: 3 } }), { promptTokens: 3, totalTokens: 3 })
    assert.deepStrictEqual(usage({ billed_units }), { promptTokens: 2, totalTokens: 2 })
    assert.isUndefined(usage({}))
  })

  it.effect("96 texts a request", () =>
    Effect.gen(function*() {
      const http = TestHttp.make(({ body }) => {
        const { texts }: { readonly texts: ReadonlyArray<string> } = JSON.parse(body)
        return Response.json({ embeddings: { float: texts.map((text) => [Number(text)]) } })
      })
      const layer = Cohere.layer({ apiKey, embeddingModel: "m" }).pipe(Layer.provide(http.layer))
      const input = Array.from({ length: 100 }, (_, i) => String(i))
      const { embeddings } = yield* Effect.provide(Embeddings.embed({ input }), layer)
      assert.deepStrictEqual(embeddings, input.map((text) => [Number(text)]))
      assert.strictEqual(http.sent.length, 2)
    }))
})

describe("models", () => {
  it.effect("page after page", () =>
    Effect.gen(function*() {
      const http = TestHttp.make((_, index) =>
        Response.json(
          index === 0
            ? { models: [{ name: "a", context_length: 7 }, { name: "" }, 7], next_page_token: "to/b" }
            : { models: [{ name: "b", context_length: 0 }] }
        )
      )
      const layer = Cohere.layer({ apiKey }).pipe(Layer.provide(http.layer))
      const models = yield* Effect.provide(Stream.runCollect(Models.list()), layer)
      assert.deepStrictEqual([...models], [
        { id: "a", contextWindow: 7, raw: { name: "a", context_length: 7 } },
        { id: "b", raw: { name: "b", context_length: 0 } }
      ])
      assert.deepStrictEqual(http.sent.map(({ url }) => url), [
        "https://api.cohere.com/v1/models?page_size=1000",
        "https://api.cohere.com/v1/models?page_size=1000&page_token=to%2Fb"
      ])
    }))

  it("what has no list is none", () => assert.isUndefined(Cohere.modelsDialect.page({ message: "no" })))
})

describe("the next turn", () => {
  it.effect("a plan that was stored as JSON goes back as the plan", () =>
    Effect.gen(function*() {
      const transcript = Transcript.ofProvider("cohere").find(({ name }) => name === "tool-call")
      const http = TestHttp.make(() => TestHttp.sse([transcript?.bytes ?? new Uint8Array()]))
      const layer = Cohere.layer({ apiKey, model: "m" }).pipe(Layer.provide(http.layer))
      const completion = yield* Stream.run(
        Provider.completionStream({ messages: [{ role: "user", content: "Hi" }] }),
        ChatCompletion.collect
      ).pipe(Effect.provide(layer))
      const stored = JSON.stringify(yield* Schema.encode(AssistantMessage)(ChatCompletion.toMessage(completion)))
      const message = yield* Schema.decode(Schema.parseJson(AssistantMessage))(stored)
      assert.deepStrictEqual(messages(message), [{
        role: "assistant",
        tool_plan: "I will look up the weather in Paris.",
        tool_calls: [{
          id: "get_weather_8xzm1wd4c1k3",
          type: "function",
          function: { name: "get_weather", arguments: "{\n    \"city\": \"Paris\"\n}" }
        }]
      }])
    }))
})

describe("a whole answer", () => {
  const contents = ["reasoning", "tool-call", "parallel-tool-calls", "tool-call-without-arguments", "citations"]

  interface Call {
    readonly id: string
    readonly type: "function"
    readonly function: { readonly name: string; readonly arguments: string }
  }

  interface Event {
    readonly type: string
    readonly index?: number
    readonly delta?: {
      readonly finish_reason?: string
      readonly message?: {
        readonly content?: { readonly text?: string; readonly thinking?: string }
        readonly tool_plan?: string
        readonly tool_calls?: Call
        readonly citations?: object
      }
    }
  }

  /** The stream of a transcript put together, as the API answers when it is not asked for a stream. */
  const wholeOf = (bytes: Uint8Array) => {
    const events = new TextDecoder().decode(bytes).split("\n").flatMap((line): ReadonlyArray<Event> =>
      line.startsWith("data: {") ? [JSON.parse(line.slice(6))] : []
    )
    const messages = (type: string) => events.flatMap((event) => event.type === type ? event.delta?.message ?? [] : [])
    const join = (texts: ReadonlyArray<string | undefined>) => texts.join("")
    const contents = messages("content-delta").flatMap(({ content }) => content ?? [])
    const thinking = join(contents.map((content) => content.thinking))
    const text = join(contents.map((content) => content.text))
    const inputOf = (index: number | undefined) =>
      join(
        events.flatMap((event) =>
          event.type === "tool-call-delta" && event.index === index
            ? event.delta?.message?.tool_calls?.function.arguments ?? []
            : []
        )
      )
    const calls = events.filter(({ type }) => type === "tool-call-start").map(({ delta, index }) => {
      const call = delta?.message?.tool_calls
      return { ...call, function: { ...call?.function, arguments: inputOf(index) } }
    })
    return {
      id: "c1",
      finish_reason: events.at(-1)?.delta?.finish_reason,
      message: {
        role: "assistant",
        tool_plan: join(messages("tool-plan-delta").map(({ tool_plan }) => tool_plan)),
        content: [
          ...(thinking === "" ? [] : [{ type: "thinking", thinking }]),
          ...(text === "" ? [] : [{ type: "text", text }])
        ],
        tool_calls: calls,
        citations: messages("citation-start").map(({ citations }) => citations)
      },
      usage: { tokens: { input_tokens: 9, output_tokens: 4 }, cached_tokens: 0 }
    }
  }

  for (const name of contents) {
    it.effect(`is the collected stream: ${name}`, () =>
      Effect.gen(function*() {
        const { bytes } = Transcript.ofProvider("cohere").find((one) => one.name === name) ?? assert.fail(name)
        const http = TestHttp.make(({ body }) =>
          JSON.parse(body).stream === true ? TestHttp.sse([bytes]) : Response.json(wholeOf(bytes))
        )
        const layer = Cohere.layer({ apiKey, model: "m" }).pipe(Layer.provide(http.layer))
        const params = { messages: [{ role: "user", content: "Hi" }] } as const
        const [collected, whole] = yield* Effect.all([
          Stream.run(Provider.completionStream(params), ChatCompletion.collect),
          Provider.completion(params)
        ]).pipe(Effect.provide(layer))
        const comparable = (completion: ChatCompletion.ChatCompletion) => ({
          ...completion,
          id: "",
          created: 0,
          usage: undefined
        })
        assert.deepStrictEqual(comparable(whole), comparable(collected))
      }))
  }
})

describe("variables", () => {
  for (const variable of ["COHERE_API_KEY", "CO_API_KEY"]) {
    it.effect(variable, () =>
      Effect.gen(function*() {
        const http = TestHttp.make(() => Response.json({ models: [] }))
        const environment = Layer.setConfigProvider(ConfigProvider.fromMap(new Map([[variable, "a-key"]])))
        const layer = Cohere.layerConfig().pipe(Layer.provide(http.layer), Layer.provide(environment))
        yield* Effect.provide(Stream.runDrain(Models.list()), layer)
        assert.strictEqual(http.sent[0]?.headers["authorization"], "Bearer a-key")
      }))
  }
})
