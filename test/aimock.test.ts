/**
 * The same promises against a server that nobody here wrote: `@copilotkit/aimock` over real HTTP, in the dialects that it
 * speaks, and as Azure and OpenRouter.
 */
import type { LLMock } from "@copilotkit/aimock"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { CallOptions } from "../src/CallOptions.ts"
import * as ChatCompletion from "../src/ChatCompletion.ts"
import * as Embeddings from "../src/Embeddings.ts"
import * as Models from "../src/Models.ts"
import * as Provider from "../src/Provider.ts"
import * as ProviderError from "../src/ProviderError.ts"
import * as AzureOpenAi from "../src/providers/AzureOpenAi.ts"
import * as Bedrock from "../src/providers/Bedrock.ts"
import * as Cohere from "../src/providers/Cohere.ts"
import * as Ollama from "../src/providers/Ollama.ts"
import * as OpenAi from "../src/providers/OpenAi.ts"
import * as OpenRouter from "../src/providers/OpenRouter.ts"
import * as VertexAi from "../src/providers/VertexAi.ts"
import * as Aimock from "./kit/aimock.ts"
import * as Answer from "./kit/answer.ts"
import * as Clients from "./kit/clients.ts"
import * as Play from "./kit/play.ts"
import * as Targets from "./kit/targets.ts"

const alphabet = "abcdefghijklmnopqrstuvwxyz"

/** What the server answers, by what the user says. */
const script = (mock: LLMock): LLMock =>
  mock
    .onMessage("text", { content: "Grüße 👋, friend" }, { chunkSize: 3 })
    .onMessage("reasoning", { content: "Hello there", reasoning: "let me think" }, { chunkSize: 4 })
    .onMessage("tools", {
      toolCalls: [
        { name: "get_weather", arguments: "{\"city\":\"Paris\"}", id: "call_a" },
        { name: "get_time", arguments: "{}", id: "call_b" }
      ]
    }, { chunkSize: 5 })
    .onMessage("interleaved", {
      blocks: [
        { type: "toolCall", name: "f", arguments: "{\"a\":1}", id: "call_f" },
        { type: "text", text: "after" },
        { type: "toolCall", name: "g", arguments: "{\"b\":2}", id: "call_g" }
      ]
    })
    .onMessage("length", { content: "too long", finishReason: "length" })
    .onMessage("slow down", {
      error: { message: "slow down", type: "rate_limit_error", code: "rate_limit_exceeded" },
      status: 429,
      retryAfter: 7
    })
    .onMessage("truncated", { content: alphabet }, { chunkSize: 2, truncateAfterChunks: 6, latency: 10 })
    .onMessage("disconnected", { content: alphabet.repeat(40) }, { chunkSize: 2, disconnectAfterMs: 600, latency: 5 })

const start = Aimock.start(script)

interface Place {
  readonly name: string
  readonly base: string
  /** Of a request, below the server. */
  readonly path: string
  readonly target: Targets.Target
  readonly clients: ReadonlyArray<Clients.Client>
  /** Where the mock puts reasoning and the real server does not: into the text, or into a field that there is not. */
  readonly reasons?: "in the text" | "nowhere"
  /** The mock gives calls no ids, and says the same word for each end. */
  readonly isTerse?: true
  /** The mock makes a plan in streams, and none in whole answers. */
  readonly plansInStreams?: true
}

const azure: Targets.Target = (baseUrl) =>
  AzureOpenAi.layer({ apiKey: Targets.apiKey, model: "a-model", retry: false, baseUrl, apiVersion: "2024-10-21" })

const vertexAi: Targets.Target = (baseUrl) =>
  VertexAi.layer({
    apiKey: Targets.apiKey,
    model: "a-model",
    retry: false,
    baseUrl,
    project: "a-project",
    location: "global"
  })

/** The dialects on every client; the servers that differ in paths and headers on the one that is recommended. */
const places: ReadonlyArray<Place> = [
  { name: "openai", base: "/v1", path: "/v1/chat/completions", target: Targets.openAi, clients: Clients.all },
  { name: "anthropic", base: "", path: "/v1/messages", target: Targets.anthropic, clients: Clients.all },
  {
    name: "gemini",
    base: "/v1beta",
    path: "/v1beta/models/a-model:streamGenerateContent?alt=sse",
    target: Targets.gemini,
    clients: Clients.all
  },
  {
    name: "vertexai",
    base: "",
    path: "/v1/projects/a-project/locations/global/publishers/google/models/a-model:streamGenerateContent?alt=sse",
    target: vertexAi,
    clients: [Clients.undici]
  },
  {
    name: "azureopenai",
    base: "",
    path: "/openai/deployments/a-model/chat/completions?api-version=2024-10-21",
    target: azure,
    clients: [Clients.undici]
  },
  {
    name: "openrouter",
    base: "/api/v1",
    path: "/api/v1/chat/completions",
    target: Targets.named(OpenRouter),
    clients: [Clients.undici]
  },
  {
    name: "bedrock",
    base: "",
    path: "/model/a-model/converse-stream",
    target: Targets.named(Bedrock),
    clients: Clients.all
  },
  {
    name: "cohere",
    base: "",
    path: "/v2/chat",
    target: Targets.named(Cohere),
    clients: Clients.all,
    reasons: "in the text",
    plansInStreams: true
  },
  {
    name: "ollama",
    base: "",
    path: "/api/chat",
    target: Targets.named(Ollama),
    clients: Clients.all,
    reasons: "nowhere",
    isTerse: true
  }
]

const ask = (content: string) => ({ messages: [{ role: "user", content }] }) as const

/** What no stream may do, and how this one ended. */
const reasonOf = ({ chunks, exit }: Play.Played): ProviderError.ProviderError => {
  assert.deepStrictEqual(Answer.violations(chunks), [])
  const error = Exit.isFailure(exit) && exit.cause._tag === "Fail" ? exit.cause.error : undefined
  if (!ProviderError.isProviderError(error)) assert.fail(`no ProviderError but ${exit}`)
  return error
}

for (const { base, clients, isTerse = false, name, path, plansInStreams, reasons, target } of places) {
  for (const client of clients) {
    const connected = Effect.map(start, (mock) => {
      const layer = target(`${mock.url}${base}`).pipe(Layer.provide(client.layer))
      return {
        mock,
        layer,
        play: (content: string, call?: CallOptions) => Play.play(layer, ask(content), { call })
      }
    })

    const answered = (content: string) =>
      Effect.gen(function*() {
        const { play } = yield* connected
        const { chunks, exit } = yield* play(content)
        assert.isTrue(Exit.isSuccess(exit), `${exit}`)
        assert.deepStrictEqual(Answer.violations(chunks), [])
        return { answer: Answer.choice(chunks), usage: Answer.usage(chunks), chunks }
      })

    /** A call, without the id where that is made up here. */
    const known = (call: Answer.AnsweredToolCall) => isTerse ? { ...call, id: "" } : call

    describe(`aimock, ${name}, ${client.name}`, () => {
      it.scopedLive("text, in more than one piece", () =>
        Effect.gen(function*() {
          const { answer, chunks, usage } = yield* answered("text")
          assert.deepInclude(answer, { text: "Grüße 👋, friend", reasoning: "", finishReason: "stop", toolCalls: [] })
          assert.isAbove(chunks.length, 3)
          assert.isAtLeast(usage?.totalTokens ?? -1, 0)
        }))

      it.scopedLive("reasoning before text", () =>
        Effect.gen(function*() {
          const { answer } = yield* answered("reasoning")
          assert.deepInclude(answer, {
            text: reasons === "in the text" ? "let me thinkHello there" : "Hello there",
            reasoning: reasons === undefined ? "let me think" : "",
            finishReason: "stop"
          })
        }))

      it.scopedLive("parallel tool calls", () =>
        Effect.gen(function*() {
          const { answer } = yield* answered("tools")
          assert.deepInclude(answer, { text: "", finishReason: "tool_calls" })
          assert.deepStrictEqual(
            answer.toolCalls.map(known),
            [
              { index: 0, id: "call_a", name: "get_weather", arguments: "{\"city\":\"Paris\"}" },
              { index: 1, id: "call_b", name: "get_time", arguments: "{}" }
            ].map(known)
          )
        }))

      it.scopedLive("text between tool calls", () =>
        Effect.gen(function*() {
          const { answer } = yield* answered("interleaved")
          assert.deepInclude(answer, { text: "after", finishReason: "tool_calls" })
          assert.deepStrictEqual(
            answer.toolCalls.map(known),
            [
              { index: 0, id: "call_f", name: "f", arguments: "{\"a\":1}" },
              { index: 1, id: "call_g", name: "g", arguments: "{\"b\":2}" }
            ].map(known)
          )
        }))

      it.scopedLive("an answer cut by its length", () =>
        Effect.gen(function*() {
          const { answer } = yield* answered("length")
          assert.deepInclude(answer, { text: "too long", finishReason: isTerse ? "stop" : "length" })
        }))

      for (const content of ["text", "reasoning", "tools", "interleaved", "length"]) {
        it.scopedLive(`the whole answer is the collected stream: ${content}`, () =>
          Effect.gen(function*() {
            const { layer } = yield* connected
            const [collected, whole] = yield* Effect.all([
              Stream.run(Provider.completionStream(ask(content)), ChatCompletion.collect),
              Provider.completion(ask(content))
            ]).pipe(Effect.provide(layer))
            const comparable = (completion: ChatCompletion.ChatCompletion) => ({
              ...completion,
              choices: completion.choices.map(({ message, ...choice }) => ({
                ...choice,
                message: {
                  ...message,
                  ...(plansInStreams === true ? { reasoning: undefined } : undefined),
                  toolCalls: message.toolCalls?.map((call) => isTerse ? { ...call, id: "" } : call)
                }
              })),
              id: "",
              created: 0,
              requestId: ""
            })
            assert.deepStrictEqual(comparable(collected), comparable(whole))
          }))
      }

      it.scopedLive("an HTTP error, with the time to wait", () =>
        Effect.gen(function*() {
          const { mock, play } = yield* connected
          const error = reasonOf(yield* play("slow down"))
          assert.deepInclude(error, { status: 429, contentEmitted: false, attempts: 1 })
          assert.deepStrictEqual(error.reason, { _tag: "RateLimit", retryAfter: Duration.seconds(7) })
          assert.include(error.message, "slow down")
          assert.strictEqual(mock.getRequests().length, 1)
        }))

      it.scopedLive("a request that matches nothing is an invalid request", () =>
        Effect.gen(function*() {
          const { play } = yield* connected
          const error = reasonOf(yield* play("something else"))
          assert.deepInclude(error, { status: 404, isRetryable: false })
          assert.strictEqual(error.reason._tag, "InvalidRequest")
        }))

      for (const content of ["truncated", "disconnected"]) {
        it.scopedLive(`${content} in the middle: what came is delivered, then the stream fails`, () =>
          Effect.gen(function*() {
            const { play } = yield* connected
            const played = yield* play(content)
            const error = reasonOf(played)
            assert.include(["TruncatedStream", "Network"], error.reason._tag)
            assert.isTrue(error.contentEmitted)
            const { finishReason, text } = Answer.choice(played.chunks)
            assert.isTrue(text !== "" && alphabet.repeat(40).startsWith(text), text)
            assert.isUndefined(finishReason)
          }))
      }

      it.scopedLive("chaos: a dropped request is the server's fault", () =>
        Effect.gen(function*() {
          const { play } = yield* connected
          const error = reasonOf(yield* play("text", { headers: { "x-aimock-chaos-drop": "1" } }))
          assert.deepInclude(error, { status: 500, code: "chaos_drop", isRetryable: true })
          assert.strictEqual(error.reason._tag, "Server")
        }))

      it.scopedLive("chaos: a 200 that is no JSON is never an empty answer", () =>
        Effect.gen(function*() {
          const { play } = yield* connected
          const played = yield* play("text", { headers: { "x-aimock-chaos-malformed": "1" } })
          assert.include(["UnexpectedBody", "MalformedChunk", "TruncatedStream"], reasonOf(played).reason._tag)
          assert.deepStrictEqual(played.chunks, [])
        }))

      it.scopedLive("chaos: a connection closed before the headers", () =>
        Effect.gen(function*() {
          const { play } = yield* connected
          const error = reasonOf(yield* play("text", { headers: { "x-aimock-chaos-disconnect": "1" } }))
          assert.strictEqual(error.reason._tag, "Network")
          assert.isTrue(error.isRetryable)
        }))

      it.scopedLive("chaos: a rate limit", () =>
        Effect.gen(function*() {
          const { play } = yield* connected
          const error = reasonOf(yield* play("text", { headers: { "x-aimock-chaos-ratelimit": "1" } }))
          assert.deepStrictEqual(error.reason, { _tag: "RateLimit", retryAfter: Duration.seconds(1) })
        }))

      it.scopedLive("chaos: latency before the headers is a timeout of its own", () =>
        Effect.gen(function*() {
          const { play } = yield* connected
          const { exit } = yield* play("text", {
            headers: { "x-aimock-chaos-latency": "3000" },
            timeouts: { headers: "100 millis" }
          })
          const error = Exit.isFailure(exit) && exit.cause._tag === "Fail" ? exit.cause.error : undefined
          if (!ProviderError.isTimeout(error)) assert.fail(`no Timeout but ${exit}`)
          assert.strictEqual(error.phase, "headers")
        }))

      it.scopedLive("an error before the answer is retried, and nothing comes twice", () =>
        Effect.gen(function*() {
          const { mock, play } = yield* connected
          mock.nextRequestError(503, { message: "busy" })
          const { chunks, exit } = yield* play("text", { retry: { times: 2, schedule: Schedule.spaced("1 millis") } })
          assert.isTrue(Exit.isSuccess(exit), `${exit}`)
          assert.strictEqual(Answer.choice(chunks).text, "Grüße 👋, friend")
          assert.strictEqual(mock.getRequests().length, 2)
        }))

      it.scopedLive("the path is the server's, and streaming is asked for", () =>
        Effect.gen(function*() {
          const { mock, play } = yield* connected
          yield* play("text")
          const request = mock.getLastRequest()
          assert.strictEqual(request?.path, path)
          assert.strictEqual(request?.body?.["stream"], true)
        }))

      it.scopedLive("a wrong key is an authentication error", () =>
        Effect.gen(function*() {
          const { play } = yield* connected
          const error = reasonOf(yield* play("text", { apiKey: Redacted.make("sk-wrong-0123456789") }))
          assert.deepInclude(error, { status: 401, isRetryable: false })
          assert.strictEqual(error.reason._tag, "Authentication")
        }))
    })
  }
}

for (const client of Clients.all) {
  describe(`aimock, vectors and models, ${client.name}`, () => {
    const connected = Effect.map(start, (mock) => {
      mock.onEmbedding("cat", { embedding: [0.5, -1, 0.25] })
      return OpenAi.layer({ apiKey: Targets.apiKey, baseUrl: `${mock.url}/v1` }).pipe(Layer.provide(client.layer))
    })

    it.scopedLive("vectors", () =>
      Effect.gen(function*() {
        const layer = yield* connected
        const embed = (params: Embeddings.Params) => Effect.provide(Embeddings.embed({ model: "m", ...params }), layer)
        const two = yield* embed({ input: ["a cat", "a cat"] })
        assert.deepStrictEqual([two.model, two.embeddings], ["m", [[0.5, -1, 0.25], [0.5, -1, 0.25]]])
        const [one] = (yield* embed({ input: "a dog", dimensions: 4 })).embeddings
        assert.strictEqual(one?.length, 4)
        const error = yield* Effect.flip(embed({ input: "a cat", dimensions: 4 }))
        assert.strictEqual(ProviderError.isProviderError(error) && error.reason._tag, "UnexpectedBody")
      }))

    it.scopedLive("vectors of Cohere", () =>
      Effect.gen(function*() {
        const mock = yield* start
        mock.onEmbedding("cat", { embedding: [0.5, -1, 0.25] })
        const layer = Cohere.layer({ apiKey: Targets.apiKey, baseUrl: mock.url }).pipe(Layer.provide(client.layer))
        const embed = (params: Embeddings.Params) => Effect.provide(Embeddings.embed({ model: "m", ...params }), layer)
        const two = yield* embed({ input: ["a cat", "a cat"], inputType: "query" })
        assert.deepStrictEqual(two.embeddings, [[0.5, -1, 0.25], [0.5, -1, 0.25]])
        assert.deepInclude(mock.getLastRequest(), { path: "/v2/embed" })
      }))

    // At `/api/embed` the mock answers as `/api/embeddings` once did, with one vector.
    it.scopedLive("models of Ollama", () =>
      Effect.gen(function*() {
        const mock = yield* start
        const layer = Ollama.layer({ apiKey: Targets.apiKey, baseUrl: mock.url }).pipe(Layer.provide(client.layer))
        const models = yield* Effect.provide(Stream.runCollect(Models.list()), layer)
        assert.include([...models].map(({ id }) => id), "text-embedding-3-small")
        assert.isTrue([...models].every(({ created = 0 }) => created > 1_700_000_000))
      }))

    it.scopedLive("models", () =>
      Effect.gen(function*() {
        const layer = yield* connected
        const models = yield* Effect.provide(Stream.runCollect(Models.list()), layer)
        const model = [...models].find(({ id }) => id === "text-embedding-3-small")
        assert.deepInclude(model, { created: 1686935002, ownedBy: "aimock" })
      }))
  })
}
