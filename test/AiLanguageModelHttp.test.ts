/**
 * `@effect/ai` over real HTTP in both dialects: its own examples, its `Chat` and `Toolkit` against aimock, and byte for
 * byte what goes out in a second turn, what fails in the middle, and what becomes of the socket.
 */
import { LLMock } from "@copilotkit/aimock"
import * as AiError from "@effect/ai/AiError"
import * as Chat from "@effect/ai/Chat"
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Prompt from "@effect/ai/Prompt"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { afterAll, beforeAll } from "vitest"
import * as AiLanguageModel from "../src/AiLanguageModel.ts"
import * as ProviderError from "../src/ProviderError.ts"
import * as Bedrock from "../src/providers/Bedrock.ts"
import * as Cohere from "../src/providers/Cohere.ts"
import * as Gemini from "../src/providers/Gemini.ts"
import * as Ollama from "../src/providers/Ollama.ts"
import * as Tracing from "./internal/tracing.ts"
import * as Examples from "./kit/aiExamples.ts"
import * as Clients from "./kit/clients.ts"
import * as Server from "./kit/server.ts"
import * as Targets from "./kit/targets.ts"
import * as Wire from "./loopback/wire.ts"

const dialects = [
  { name: "openai", base: "/v1", target: Targets.openAi },
  { name: "anthropic", base: "", target: Targets.anthropic }
] as const

/** Dialects in which the mock does not give calls their ids. */
const others = [
  { name: "gemini", base: "/v1beta", target: Targets.gemini },
  { name: "bedrock", base: "", target: Targets.named(Bedrock) },
  { name: "cohere", base: "", target: Targets.named(Cohere) },
  { name: "ollama", base: "", target: Targets.named(Ollama) }
] as const

type Dialect = typeof dialects[number] | typeof others[number]

const weather = (location: string) => ({
  id: `call_${location}`,
  name: "GetWeather",
  arguments: `{"location":"${location}"}`
})

/** What the server answers, by what the user says last. */
const script = (mock: LLMock): LLMock =>
  mock
    .on({ userMessage: "weather in two cities", hasToolResult: false }, {
      toolCalls: [weather("Paris"), weather("Rome")]
    }, { chunkSize: 5 })
    .on({ userMessage: "weather in two cities", hasToolResult: true }, { content: "Sunny in both." })
    .on({ userMessage: "tool first", hasToolResult: false }, {
      blocks: [
        { type: "toolCall", ...weather("Paris") },
        { type: "text", text: "I have asked." },
        { type: "toolCall", name: "GetTime", arguments: "{}", id: "call_time" }
      ]
    })
    .onMessage(/contact|user: John/i, { content: "{\"name\":\"John Doe\",\"email\":\"john@example.com\"}" })
    .onMessage("Extract event", {
      content: "{\"title\":\"Tech Conference\",\"date\":\"March 15th\",\"location\":\"San Francisco\"}"
    })
    .onMessage("slow down", {
      error: { message: "slow down", type: "rate_limit_error" },
      status: 429,
      retryAfter: 7
    })
    .onMessage(/./, { content: "An answer of some words." }, { chunkSize: 4 })

const mocked = Effect.map(
  Effect.acquireRelease(
    Effect.promise(async () => {
      const mock = script(new LLMock({ port: 0 }))
      await mock.start()
      return mock
    }),
    (mock) => Effect.promise(() => mock.stop())
  ),
  (mock) => ({
    mock,
    layerOf: ({ base, target }: Dialect) =>
      AiLanguageModel.layer.pipe(
        Layer.provide(target(`${mock.url}${base}`)),
        Layer.provide(Clients.undici.layer)
      )
  })
)

const GetWeather = Tool.make("GetWeather", {
  description: "Get weather for a location",
  parameters: { location: Schema.String },
  success: Schema.Struct({ temperature: Schema.Number })
})

const GetTime = Tool.make("GetTime", { success: Schema.String })

const Kit = Toolkit.make(GetWeather, GetTime)

/** Handlers that run only when two of them do. */
const together = Effect.gen(function*() {
  const begun = yield* Ref.make(0)
  const both = yield* Deferred.make<void>()
  return Kit.toLayer({
    GetWeather: () =>
      Ref.updateAndGet(begun, (count) => count + 1).pipe(
        Effect.tap((count) => count === 2 ? Deferred.succeed(both, undefined) : Effect.void),
        Effect.zipRight(Deferred.await(both)),
        Effect.as({ temperature: 20 })
      ),
    GetTime: () => Effect.succeed("noon")
  })
})

/** Not run: they need what is not there, or take a Stream for an Effect, which is no program. */
const isRun = ({ text }: Examples.Example): boolean =>
  /\b(LanguageModel|[cC]hat|model)\.(generateText|generateObject|streamText)\(/.test(text) &&
  !/declare const|localStorage|yield\* Chat\.Chat\b|yield\* chat\.streamText\(\{[^}]*\}\)\n\n/.test(text)

const examples = ["LanguageModel", "Chat"].flatMap(Examples.ofModule).filter(isRun)

describe("the examples of @effect/ai, unchanged", () => {
  let loaded: Awaited<ReturnType<typeof Examples.load>>

  beforeAll(async () => {
    loaded = await Examples.load(examples)
  })

  afterAll(() => loaded.remove())

  it("there are some", () => assert.isAbove(examples.length, 12))

  for (const dialect of dialects) {
    for (const { name } of examples) {
      it.scopedLive(`${dialect.name}, ${name}`, () =>
        Effect.gen(function*() {
          const { layerOf, mock } = yield* mocked
          const program = loaded.programs.get(name) ?? assert.fail("it is not there")
          yield* Effect.provide(program, layerOf(dialect))
          assert.isAbove(mock.getRequests().length, name === "Chat.ts:114" ? -1 : 0)
        }))
    }
  }
})

for (const dialect of [...dialects, ...others]) {
  describe(`aimock, a Chat over ${dialect.name}`, () => {
    const inPlace = Effect.map(mocked, ({ layerOf, mock }) => ({ mock, layer: layerOf(dialect) }))

    for (const streamed of [false, true]) {
      it.scopedLive(`a Chat runs two tools at the same time, and tells the model; streamed ${streamed}`, () =>
        Effect.gen(function*() {
          const { layer, mock } = yield* inPlace
          const tools = yield* together
          const answer = yield* Effect.gen(function*() {
            const chat = yield* Chat.empty
            const options = { toolkit: Kit, concurrency: "unbounded" } as const
            const say = (prompt: Prompt.RawInput) =>
              streamed
                ? Effect.map(Stream.runCollect(chat.streamText({ prompt, ...options })), (parts) =>
                  [...parts].map((part) => part.type === "text-delta" ? part.delta : "").join(""))
                : Effect.map(chat.generateText({ prompt, ...options }), ({ text }) =>
                  text)
            yield* say("The weather in two cities")
            return yield* say([])
          }).pipe(Effect.provide([layer, tools]))
          assert.strictEqual(answer, "Sunny in both.")
          const body = JSON.stringify(mock.getLastRequest()?.body)
          assert.match(body, /temperature\\*":20.*temperature\\*":20/)
        }))
    }
  })
}

for (const dialect of dialects) {
  describe(`aimock, ${dialect.name}`, () => {
    const inPlace = Effect.map(mocked, ({ layerOf, mock }) => ({ mock, layer: layerOf(dialect) }))

    it.scopedLive("calls around a text", () =>
      Effect.gen(function*() {
        const { layer } = yield* inPlace
        const options = { prompt: "tool first", toolkit: Kit, disableToolCallResolution: true } as const
        const [whole, streamed] = yield* Effect.all([
          LanguageModel.generateText(options),
          Stream.runCollect(LanguageModel.streamText(options))
        ]).pipe(Effect.provide([layer, yield* together]))
        const calls = whole.toolCalls.map(({ id, name, params }) => [id, name, params])
        assert.deepStrictEqual(calls, [["call_Paris", "GetWeather", { location: "Paris" }], [
          "call_time",
          "GetTime",
          {}
        ]])
        assert.deepStrictEqual(
          [...streamed].flatMap((part) => part.type === "tool-call" ? [[part.id, part.name, part.params]] : []),
          calls
        )
        assert.strictEqual(whole.text, "I have asked.")
      }))

    it.scopedLive("what the provider refuses is an HttpResponseError, with its facts", () =>
      Effect.gen(function*() {
        const { layer } = yield* inPlace
        const error = yield* LanguageModel.generateText({ prompt: "slow down" }).pipe(
          Effect.catchTag("HttpResponseError", (error) => Effect.succeed(error)),
          Effect.provide(layer)
        )
        if (!AiError.isAiError(error)) return assert.fail("it did not fail")
        assert.strictEqual(error._tag, "HttpResponseError")
        assert.deepInclude(error.response, { status: 429 })
        assert.strictEqual(error.response.headers["retry-after"], "7")
        assert.include(error.message, `${dialect.name} a-model: the rate limit was reached (slow down), HTTP 429`)
        assert.isTrue(ProviderError.hasReason("RateLimit")(error.cause))
      }))
  })
}

/** Over a script of exact bytes. */
const scripted = (wire: Wire.Wire, scripts: Server.Scripts) =>
  Effect.map(Server.make(scripts), (server) => ({
    server,
    layer: AiLanguageModel.layer.pipe(
      Layer.provide(wire.layer({ baseUrl: server.url, retry: false })),
      Layer.provide(Clients.undici.layer)
    )
  }))

for (const wire of Wire.ofEvery) {
  describe(`bytes, ${wire.name}`, () => {
    it.scopedLive("an error in the middle: what came is delivered, then catchTag gets it", () =>
      Effect.gen(function*() {
        const { layer } = yield* scripted(wire, [Wire.script(wire, wire.open, wire.text("So far"), wire.overloaded)])
        const seen: Array<string> = []
        const error = yield* LanguageModel.streamText({ prompt: "Hi" }).pipe(
          Stream.runForEach((part) => Effect.sync(() => void (part.type === "text-delta" && seen.push(part.delta)))),
          Effect.as(undefined),
          Effect.catchTag("HttpResponseError", (error) => Effect.succeed(error)),
          Effect.provide(layer)
        )
        assert.deepStrictEqual(seen, ["So far"])
        assert.include([503, 529], error?.response.status)
        assert.include(error?.message, `${wire.name} m: the provider is overloaded`)
        assert.deepStrictEqual([error?.request.url, error?.request.headers], [wire.name, {}])
      }))

    it.scopedLive("the same for a stream that goes on over another model", () =>
      Effect.gen(function*() {
        const { layer } = yield* scripted(wire, [
          Wire.script(wire, wire.open, wire.text("So far"), Server.sleep(10), Server.reset),
          Wire.script(wire, Wire.answer(wire, " and on"))
        ])
        const text = yield* LanguageModel.streamText({ prompt: "Hi" }).pipe(
          Stream.catchTag("HttpRequestError", () => LanguageModel.streamText({ prompt: "Hi" })),
          Stream.runFold("", (text, part) => part.type === "text-delta" ? text + part.delta : text),
          Effect.provide(layer)
        )
        assert.strictEqual(text, "So far and on")
      }))

    for (const streamed of [true, false]) {
      it.scopedLive(`interruption closes the socket; streamed ${streamed}`, () =>
        Effect.gen(function*() {
          const { layer, server } = yield* scripted(wire, [
            streamed
              ? Wire.script(wire, wire.open, wire.text("a"), Server.expectClose())
              : { before: [Server.expectClose()], steps: [] }
          ])
          const begun = yield* Deferred.make<void>()
          const call = streamed
            ? Stream.runForEach(LanguageModel.streamText({ prompt: "Hi", toolkit: Kit }), (part) =>
              part.type === "text-delta" ? Deferred.succeed(begun, undefined) : Effect.void)
            : Effect.asVoid(LanguageModel.generateText({ prompt: "Hi", toolkit: Kit }))
          const fiber = yield* Effect.fork(Effect.provide(call, [layer, yield* together]))
          yield* server.awaitRequests(1)
          if (streamed) {
            yield* Deferred.await(begun)
          }
          yield* Fiber.interrupt(fiber)
          const { outcome } = yield* server.awaitEnded(0)
          assert.strictEqual(outcome, "client")
        }))
    }

    it.scopedLive("our span is in theirs", () =>
      Effect.gen(function*() {
        const { layer } = yield* scripted(wire, [Server.json(wire.whole), Wire.script(wire, Wire.answer(wire, "a"))])
        const recorder = Tracing.make()
        yield* LanguageModel.generateText({ prompt: "Hi" }).pipe(
          Effect.zipRight(Stream.runDrain(LanguageModel.streamText({ prompt: "Hi" }))),
          Effect.provide(layer),
          Effect.withTracer(recorder.tracer)
        )
        const calls = recorder.spans.filter(({ name }) => name === "chat m")
        const parents = calls.map(({ parent }) =>
          parent._tag === "Some" && parent.value._tag === "Span" && parent.value.name
        )
        assert.deepStrictEqual(parents, ["LanguageModel.generateText", "LanguageModel.streamText"])
      }))
  })
}

const event = (json: { readonly type: string; readonly [key: string]: unknown }) =>
  `event: ${json.type}\ndata: ${JSON.stringify(json)}\n\n`

const thinking = { type: "thinking", thinking: "Ask for it.", signature: "EqQBCgIYAhIM/+a=" }
const redacted = { type: "redacted_thinking", data: "EmwKAhgBEgy3" }
const call = { type: "tool_use", id: "toolu_1", name: "GetWeather", input: { location: "Paris" } }

const message = { id: "msg_1", type: "message", role: "assistant", model: "m" } as const

const thought = {
  ...message,
  content: [thinking, redacted, { type: "text", text: "I will ask." }, call],
  stop_reason: "tool_use",
  usage: { input_tokens: 3, output_tokens: 5 }
}

const thoughtStream = [
  event({ type: "message_start", message: { ...message, content: [], usage: { input_tokens: 3 } } }),
  event({ type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } }),
  event({ type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Ask " } }),
  event({ type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "for it." } }),
  event({ type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: thinking.signature } }),
  event({ type: "content_block_stop", index: 0 }),
  event({ type: "content_block_start", index: 1, content_block: redacted }),
  event({ type: "content_block_stop", index: 1 }),
  event({ type: "content_block_start", index: 2, content_block: { type: "text", text: "" } }),
  event({ type: "content_block_delta", index: 2, delta: { type: "text_delta", text: "I will ask." } }),
  event({ type: "content_block_stop", index: 2 }),
  event({ type: "content_block_start", index: 3, content_block: { ...call, input: {} } }),
  event({ type: "content_block_delta", index: 3, delta: { type: "input_json_delta", partial_json: "{\"location\":" } }),
  event({ type: "content_block_delta", index: 3, delta: { type: "input_json_delta", partial_json: "\"Paris\"}" } }),
  event({ type: "content_block_stop", index: 3 }),
  event({ type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 5 } }),
  event({ type: "message_stop" })
]

const handlers = Kit.toLayer({
  GetWeather: () => Effect.succeed({ temperature: 20 }),
  GetTime: () => Effect.succeed("noon")
})

/** A question whose answer calls a tool, and what the model makes of the result. */
const twoTurns = (streamed: boolean) =>
  Effect.gen(function*() {
    const chat = yield* Chat.fromPrompt([{ role: "system", content: "Be brief." }])
    const say = (
      prompt: Prompt.RawInput
    ): Effect.Effect<
      unknown,
      AiError.AiError,
      LanguageModel.LanguageModel | Tool.HandlersFor<typeof Kit.tools>
    > =>
      streamed
        ? Stream.runDrain(chat.streamText({ prompt, toolkit: Kit }))
        : chat.generateText({ prompt, toolkit: Kit })
    yield* say("The weather in Paris?")
    // What a program does with a history in between.
    yield* Ref.update(chat.history, Prompt.setSystem("Be very brief."))
    yield* say([])
  })

describe("thinking and a tool, over two turns of a Chat", () => {
  for (const streamed of [false, true]) {
    it.scopedLive(`the signature goes back verbatim; streamed ${streamed}`, () =>
      Effect.gen(function*() {
        const { layer, server } = yield* scripted(
          Wire.anthropic,
          streamed
            ? [Server.sse(...thoughtStream), Wire.script(Wire.anthropic, Wire.answer(Wire.anthropic, "20 degrees."))]
            : [Server.json(thought), Server.json(Wire.anthropic.whole)]
        )
        yield* twoTurns(streamed).pipe(Effect.provide([layer, handlers]))
        const { messages }: { readonly messages: ReadonlyArray<unknown> } = JSON.parse(server.requests[1]?.body ?? "{}")
        assert.deepStrictEqual(messages.slice(1), [
          { role: "assistant", content: [thinking, redacted, { type: "text", text: "I will ask." }, call] },
          {
            role: "user",
            content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "{\"temperature\":20}" }]
          }
        ])
      }))
  }

  it.scopedLive("a file, as each dialect has it", () =>
    Effect.gen(function*() {
      const content = [
        { type: "text", text: "What is it?" },
        { type: "file", mediaType: "image/png", data: new Uint8Array([1, 2, 3]) },
        { type: "file", mediaType: "application/pdf", data: "AQID", fileName: "a.pdf" }
      ] as const
      const told: Array<string> = []
      for (const wire of Wire.all) {
        const { layer, server } = yield* scripted(wire, [Server.json(wire.whole)])
        yield* Effect.provide(LanguageModel.generateText({ prompt: [{ role: "user", content }] }), layer)
        told.push(server.requests[0]?.body ?? "")
      }
      assert.include(told[0], "\"image_url\":{\"url\":\"data:image/png;base64,AQID\"}")
      assert.include(told[0], "\"file_data\":\"data:application/pdf;base64,AQID\"")
      assert.include(told[1], "{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"AQID\"}")
      assert.include(told[1], "{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"AQID\"}")
    }))
})

describe("Gemini's signatures, over two turns of a Chat", () => {
  const call = {
    functionCall: { id: "c1", name: "GetWeather", args: { location: "Paris" } },
    thoughtSignature: "c2lnbmF0dXJl"
  }
  const answer = (parts: ReadonlyArray<object>) => ({
    candidates: [{ content: { role: "model", parts }, finishReason: "STOP", index: 0 }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    modelVersion: "m"
  })

  for (const streamed of [false, true]) {
    it.scopedLive(`they go back verbatim; streamed ${streamed}`, () =>
      Effect.gen(function*() {
        const script = (json: object) => streamed ? Server.sse(`data: ${JSON.stringify(json)}\n\n`) : Server.json(json)
        const server = yield* Server.make([
          script(answer([{ text: "Ask for it.", thought: true }, { text: "I will ask." }, call])),
          script(answer([{ text: "20 degrees." }]))
        ])
        const layer = AiLanguageModel.layer.pipe(
          Layer.provide(
            Gemini.layer({ apiKey: Targets.apiKey, model: "gemini-3-pro", baseUrl: server.url, retry: false })
          ),
          Layer.provide(Clients.undici.layer)
        )
        yield* twoTurns(streamed).pipe(Effect.provide([layer, handlers]))
        const body: {
          readonly contents: ReadonlyArray<{ readonly role: string; readonly parts: ReadonlyArray<unknown> }>
        } = JSON.parse(server.requests[1]?.body ?? "{}")
        const [model, results] = body.contents.slice(body.contents.findIndex(({ role }) => role === "model"))
        assert.deepInclude(model?.parts ?? [], call)
        assert.include(JSON.stringify(results), "\"temperature\":20")
      }))
  }
})
