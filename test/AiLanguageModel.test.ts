/**
 * The bridge to `@effect/ai`, on scripts: what it asks a provider for, and what it makes of answers.
 */
import type * as AiError from "@effect/ai/AiError"
import * as Chat from "@effect/ai/Chat"
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Prompt from "@effect/ai/Prompt"
import type * as Response from "@effect/ai/Response"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as esbuild from "esbuild"
import * as AiLanguageModel from "../src/AiLanguageModel.ts"
import type { ChatCompletionChunk } from "../src/ChatCompletionChunk.ts"
import type { CompletionParams } from "../src/CompletionParams.ts"
import * as Endpoint from "../src/Endpoint.ts"
import * as Provider from "../src/Provider.ts"
import * as TestProvider from "../src/TestProvider.ts"
import * as Markdown from "./kit/markdown.ts"

const over = (script: TestProvider.Script, options?: TestProvider.Options, settings: AiLanguageModel.Settings = {}) =>
  AiLanguageModel.layerWith(settings).pipe(Layer.provideMerge(TestProvider.layer(script, options)))

/** What the provider was asked for. */
const asked: Effect.Effect<ReadonlyArray<CompletionParams>, never, TestProvider.TestProvider> = Effect.map(
  TestProvider.calls,
  (calls) => calls.map(({ params }) => params)
)

const lastAsked = Effect.map(asked, (calls) => calls.at(-1))

const Weather = Tool.make("get_weather", {
  description: "The weather in a city",
  parameters: { city: Schema.String },
  success: Schema.Struct({ degrees: Schema.Number })
})

const Time = Tool.make("get_time", { description: "The time", success: Schema.String })

const Kit = Toolkit.make(Weather, Time)

const weatherCall = TestProvider.toolCall({ name: "get_weather", arguments: "{\"city\":\"Paris\"}", id: "call_a" })
const timeCall = TestProvider.toolCall({ name: "get_time", id: "call_b" })

/** Handlers, and what they were asked. */
const handlers = Effect.map(Ref.make<ReadonlyArray<string>>([]), (ran) => ({
  ran,
  layer: Kit.toLayer({
    get_weather: ({ city }) => Effect.as(Ref.update(ran, (all) => [...all, `weather ${city}`]), { degrees: 18 }),
    get_time: () => Effect.as(Ref.update(ran, (all) => [...all, "time"]), "noon")
  })
}))

const parts = <Tools extends Record<string, Tool.Any>, E, R>(
  stream: Stream.Stream<Response.StreamPart<Tools>, E, R>
): Effect.Effect<ReadonlyArray<Response.StreamPart<Tools>>, E, R> =>
  Effect.map(Stream.runCollect(stream), (chunk) => [...chunk])

const types = (all: ReadonlyArray<{ readonly type: string }>): ReadonlyArray<string> => all.map(({ type }) => type)

describe("settings", () => {
  it.effect("those of the layer, those of a part of the program over them, and the prompt's own", () =>
    Effect.gen(function*() {
      const prompt = "Hi"
      const current = { params: { temperature: 0, extra: { b: { y: 2 }, c: {} } } }
      yield* LanguageModel.generateText({ prompt }).pipe(
        Effect.provideService(AiLanguageModel.CurrentSettings, current)
      )
      yield* Stream.runDrain(LanguageModel.streamText({ prompt })).pipe(
        Effect.provideService(AiLanguageModel.CurrentSettings, { call: { headers: { "x-a": "1" } } })
      )
      const params = { model: "m", temperature: 1, topP: 0.5, extra: { a: {}, b: { x: 1 } } }
      const messages = [{ role: "user", content: "Hi" }] as const
      const [first, second] = yield* TestProvider.calls
      assert.deepStrictEqual(first?.params, {
        ...params,
        temperature: 0,
        extra: { a: {}, b: { x: 1, y: 2 }, c: {} },
        messages
      })
      assert.deepStrictEqual(second?.params, { ...params, messages })
      assert.deepStrictEqual(second?.options, { retry: false, headers: { "x-a": "1" } })
    }).pipe(Effect.provide(over(TestProvider.text("ok"), {}, {
      params: { model: "m", temperature: 1, topP: 0.5, extra: { a: {}, b: { x: 1 } } },
      call: { retry: false }
    }))))
})

describe("tools", () => {
  it.effect("their definitions, the choice, and the calls in parallel", () =>
    Effect.gen(function*() {
      const { layer, ran } = yield* handlers
      const response = yield* LanguageModel.generateText({ prompt: "Hi", toolkit: Kit, toolChoice: "required" }).pipe(
        Effect.provide(layer)
      )
      assert.deepStrictEqual(yield* Ref.get(ran), ["weather Paris", "time"])
      assert.deepStrictEqual(types(response.content), [
        "response-metadata",
        "tool-call",
        "tool-call",
        "finish",
        "tool-result",
        "tool-result"
      ])
      assert.strictEqual(response.finishReason, "tool-calls")
      const params = yield* lastAsked
      assert.strictEqual(params?.toolChoice, "required")
      assert.deepStrictEqual(params?.tools, [
        {
          name: "get_weather",
          description: "The weather in a city",
          parameters: {
            type: "object",
            required: ["city"],
            properties: { city: { type: "string" } },
            additionalProperties: false
          }
        },
        {
          name: "get_time",
          description: "The time",
          parameters: { type: "object", required: [], properties: {}, additionalProperties: false }
        }
      ])
    }).pipe(Effect.provide(over(TestProvider.answer(weatherCall, timeCall)))))

  const choices: ReadonlyArray<readonly [LanguageModel.ToolChoice<"get_weather" | "get_time">, unknown, number]> = [
    ["auto", "auto", 2],
    ["none", "none", 2],
    [{ tool: "get_time" }, { name: "get_time" }, 2],
    [{ oneOf: ["get_time"] }, "auto", 1],
    [{ mode: "required", oneOf: ["get_time"] }, "required", 1]
  ]
  for (const [toolChoice, expected, count] of choices) {
    it.effect(`the choice ${JSON.stringify(toolChoice)}`, () =>
      Effect.gen(function*() {
        const { layer } = yield* handlers
        yield* Effect.provide(LanguageModel.generateText({ prompt: "Hi", toolkit: Kit, toolChoice }), layer)
        const params = yield* lastAsked
        assert.deepStrictEqual(params?.toolChoice, expected)
        assert.strictEqual(params?.tools?.length, count)
      }).pipe(Effect.provide(over(TestProvider.text("ok")))))
  }

  it.effect("a provider's own tool is refused before anything is sent", () =>
    Effect.gen(function*() {
      const Search = Tool.providerDefined({
        id: "openai.web_search",
        toolkitName: "Search",
        providerName: "web_search",
        args: {}
      })
      const error = yield* Effect.flip(
        LanguageModel.generateText({ prompt: "Hi", toolkit: Toolkit.make(Search({})) })
      )
      assert.strictEqual(error._tag, "MalformedInput")
      assert.include(error.message, "Search")
      assert.deepStrictEqual(yield* asked, [])
    }).pipe(Effect.provide(over(TestProvider.text("never")))))

  it.effect("parameters that their Schema transforms go back as the model wrote them", () =>
    Effect.gen(function*() {
      const At = Tool.make("at", { parameters: { time: Schema.Date, n: Schema.NumberFromString } })
      const kit = Toolkit.make(At)
      const seen: Array<unknown> = []
      const chat = yield* Chat.empty
      const say = (prompt: Prompt.RawInput) => chat.generateText({ prompt, toolkit: kit })
      yield* Effect.zipRight(say("Hi"), say([])).pipe(Effect.provide(kit.toLayer({
        at: (params) => Effect.sync(() => void seen.push(params))
      })))
      assert.deepStrictEqual(seen, [{ time: new Date(0), n: 5 }])
      const [, assistant] = (yield* lastAsked)?.messages ?? []
      assert.deepStrictEqual(assistant?.role === "assistant" && assistant.toolCalls?.map((call) => call.function), [
        { name: "at", arguments: "{\"time\":\"1970-01-01T00:00:00.000Z\",\"n\":\"5\"}" }
      ])
    }).pipe(Effect.provide(over([
      TestProvider.toolCall({ name: "at", arguments: { time: "1970-01-01T00:00:00.000Z", n: "5" } }),
      TestProvider.text("done")
    ]))))

  const broken: ReadonlyArray<readonly [name: string, answer: TestProvider.Answer, says: string]> = [
    [
      "cut by its length",
      TestProvider.answer(
        timeCall,
        TestProvider.toolCall({ name: "get_weather", arguments: "{\"city\":\"Par", id: "call_a" }),
        TestProvider.finish("length")
      ),
      "is not complete and was not run: the answer ended with length"
    ],
    [
      "whole, in an answer that was cut",
      TestProvider.answer(weatherCall, TestProvider.finish("length")),
      "the call of `get_weather` (call_a) is not complete and was not run: the answer ended with length"
    ],
    [
      "not JSON",
      TestProvider.toolCall({ name: "get_weather", arguments: "city: Paris", id: "call_a" }),
      "the answer ended with tool_calls, and the arguments are no JSON object"
    ],
    [
      "not an object",
      TestProvider.toolCall({ name: "get_weather", arguments: "[1]", id: "call_a" }),
      "the arguments are no JSON object"
    ]
  ]
  for (const [name, answer, says] of broken) {
    for (const disableToolCallResolution of [false, true]) {
      it.effect(`a call that is ${name} is never handed over; resolution ${!disableToolCallResolution}`, () =>
        Effect.gen(function*() {
          const { layer, ran } = yield* handlers
          const options = { prompt: "Hi", toolkit: Kit, disableToolCallResolution }
          const seen: Array<string> = []
          const [whole, streamed] = yield* Effect.all([
            Effect.flip(Effect.asVoid(LanguageModel.generateText(options))),
            Effect.flip(
              Stream.runForEach(
                LanguageModel.streamText(options),
                ({ type }) => Effect.sync(() => void seen.push(type))
              )
            )
          ]).pipe(Effect.provide(layer))
          for (const error of [whole, streamed]) {
            assert.strictEqual(error._tag, "MalformedOutput")
            assert.include(error.message, says)
          }
          assert.include(seen, "tool-params-end")
          assert.notInclude(seen, "tool-call")
          assert.deepStrictEqual(yield* Ref.get(ran), [])
        }).pipe(Effect.provide(over(answer))))
    }
  }

  it.effect("handlers are interrupted with the consumer", () =>
    Effect.gen(function*() {
      const begun = yield* Deferred.make<void>()
      const interrupted = yield* Deferred.make<void>()
      const layer = Kit.toLayer({
        get_weather: () =>
          Effect.zipRight(Deferred.succeed(begun, undefined), Effect.never).pipe(
            Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
          ),
        get_time: () => Effect.succeed("noon")
      })
      const fiber = yield* Effect.fork(
        Effect.provide(Stream.runDrain(LanguageModel.streamText({ prompt: "Hi", toolkit: Kit })), layer)
      )
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(fiber)
      assert.isTrue(yield* Deferred.isDone(interrupted))
    }).pipe(Effect.provide(over(TestProvider.answer(weatherCall, timeCall)))))

  it.effect("a stream that fails after its calls runs none of them", () =>
    Effect.gen(function*() {
      const { layer, ran } = yield* handlers
      const error = yield* Effect.flip(Stream.runDrain(LanguageModel.streamText({ prompt: "Hi", toolkit: Kit }))).pipe(
        Effect.provide(layer)
      )
      assert.strictEqual(error._tag, "MalformedOutput")
      assert.deepStrictEqual(yield* Ref.get(ran), [])
    }).pipe(Effect.provide(over(TestProvider.answer(weatherCall, TestProvider.truncate)))))
})

const finishReasons: ReadonlyArray<readonly [given: string, expected: Response.FinishReason]> = [
  ["stop", "stop"],
  ["length", "length"],
  ["content_filter", "content-filter"],
  ["pause_turn", "pause"],
  ["constructor", "other"]
]

describe("an answer", () => {
  for (const [given, expected] of finishReasons) {
    it.effect(`the finish reason ${given}, whole and streamed`, () =>
      Effect.gen(function*() {
        const whole = yield* LanguageModel.generateText({ prompt: "Hi" })
        const streamed = yield* parts(LanguageModel.streamText({ prompt: "Hi" }))
        const finish = streamed.find((part) => part.type === "finish")
        assert.deepStrictEqual([whole.finishReason, finish?.reason], [expected, expected])
        assert.strictEqual(finish?.metadata["effect-any-llm"]?.["finishReason"], given)
      }).pipe(Effect.provide(over(TestProvider.answer(TestProvider.text("a"), TestProvider.finish(given))))))
  }

  it.effect("texts and reasoning in blocks, calls at the end, their results before the finish", () =>
    Effect.gen(function*() {
      const { layer } = yield* handlers
      const all = yield* Effect.provide(parts(LanguageModel.streamText({ prompt: "Hi", toolkit: Kit })), layer)
      assert.deepStrictEqual(types(all), [
        "response-metadata",
        "reasoning-start",
        "reasoning-delta",
        "reasoning-delta",
        "reasoning-end",
        "text-start",
        "text-delta",
        "text-end",
        "tool-params-start",
        "tool-params-delta",
        "tool-params-start",
        "text-start",
        "text-delta",
        ...types(all).slice(13)
      ])
      const [metadata] = all
      assert.isTrue(metadata?.type === "response-metadata" && Option.contains(metadata.modelId, "test-model"))
      const end = types(all).slice(13)
      assert.deepStrictEqual(end.filter((type) => type !== "tool-params-delta"), [
        "text-end",
        "tool-params-end",
        "tool-params-end",
        "tool-call",
        "tool-call",
        "tool-result",
        "tool-result",
        "finish"
      ])
      const ids = all.flatMap((part) => part.type.endsWith("-start") && "id" in part ? [part.id] : [])
      assert.strictEqual(new Set(ids).size, 5)
      const calls = all.flatMap((part) => part.type === "tool-call" ? [[part.id, part.name, part.params]] : [])
      assert.deepStrictEqual(calls, [["call_a", "get_weather", { city: "Paris" }], ["call_b", "get_time", {}]])
    }).pipe(Effect.provide(over(TestProvider.answer(
      TestProvider.reasoning("let me ", "think"),
      TestProvider.text("So: "),
      weatherCall,
      timeCall,
      TestProvider.text("wait")
    )))))

  it.effect("usage, whole and streamed", () =>
    Effect.gen(function*() {
      const expected = {
        inputTokens: 10,
        outputTokens: 7,
        totalTokens: 17,
        reasoningTokens: 3,
        cachedInputTokens: 4
      }
      const { usage } = yield* LanguageModel.generateText({ prompt: "Hi" })
      assert.deepStrictEqual({ ...usage }, expected)
      const finish = (yield* parts(LanguageModel.streamText({ prompt: "Hi" }))).at(-1)
      assert.deepStrictEqual(finish?.type === "finish" && { ...finish.usage }, expected)
      assert.strictEqual(finish?.metadata["effect-any-llm"]?.["cacheWriteTokens"], 2)
    }).pipe(Effect.provide(over(TestProvider.answer(
      TestProvider.text("a"),
      TestProvider.usage({
        promptTokens: 10,
        completionTokens: 7,
        totalTokens: 17,
        reasoningTokens: 3,
        cachedTokens: 4,
        cacheWriteTokens: 2
      })
    )))))

  it.effect("a refusal is a text that says so", () =>
    Effect.gen(function*() {
      const whole = yield* LanguageModel.generateText({ prompt: "Hi" })
      assert.strictEqual(whole.text, "I will not.")
      const text = whole.content.find(({ type }) => type === "text")
      assert.deepStrictEqual(text?.metadata, { "effect-any-llm": { refusal: true } })
      const start = (yield* parts(LanguageModel.streamText({ prompt: "Hi" }))).find(({ type }) => type === "text-start")
      assert.deepStrictEqual(start?.metadata, { "effect-any-llm": { refusal: true } })
    }).pipe(Effect.provide(over(TestProvider.refusal("I will ", "not.")))))

  it.effect("sources that have a URL", () =>
    Effect.gen(function*() {
      const annotations = [
        { type: "url_citation", url_citation: { url: "https://a.example/", title: "A" } },
        { type: "url_citation", url_citation: { url: "https://b.example/" } },
        { type: "url_citation", url_citation: { url: "nowhere" } },
        { type: "file_citation" }
      ]
      const provider = Provider.fromStream({
        id: "test",
        completionStream: () =>
          Stream.make<[ChatCompletionChunk]>({
            id: "c1",
            object: "chat.completion.chunk",
            created: 1,
            model: "m",
            choices: [{ index: 0, delta: { content: "a", annotations }, finishReason: "stop" }]
          })
      })
      const layer = Layer.provide(AiLanguageModel.layer, Layer.succeed(Provider.Provider, provider))
      const { content } = yield* Effect.provide(LanguageModel.generateText({ prompt: "Hi" }), layer)
      const streamed = yield* Effect.provide(parts(LanguageModel.streamText({ prompt: "Hi" })), layer)
      for (const all of [content, streamed]) {
        const sources = all.flatMap((part) =>
          part.type === "source" && part.sourceType === "url" ? [[part.url.href, part.title]] : []
        )
        assert.deepStrictEqual(sources, [["https://a.example/", "A"], [
          "https://b.example/",
          "https://b.example/"
        ]])
      }
    }))
})

const Person = Schema.Struct({ name: Schema.String, age: Schema.Number })

const person = "{\"name\":\"Ann\",\"age\":41}"

const generatedBy = <A, I extends Record<string, unknown>>(schema: Schema.Schema<A, I>) =>
  LanguageModel.generateObject({ prompt: "Who?", objectName: "a person", schema })

const generated = generatedBy(Person)

describe("generateObject", () => {
  it.effect("a JSON Schema is asked for, strictly where that can be", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* generated).value, { name: "Ann", age: 41 })
      const format = (yield* lastAsked)?.responseFormat
      assert.deepInclude(format, { type: "json_schema", name: "a_person", strict: true })
      yield* generatedBy(Schema.Struct({ name: Schema.String, nick: Schema.optional(Schema.String) }))
      assert.notProperty((yield* lastAsked)?.responseFormat ?? {}, "strict")
      yield* generatedBy(Schema.Union(Person, Schema.Struct({ name: Schema.String })))
      assert.notProperty((yield* lastAsked)?.responseFormat ?? {}, "strict")
      yield* generatedBy(Schema.Struct({ name: Schema.NonEmptyString }))
      assert.notProperty((yield* lastAsked)?.responseFormat ?? {}, "strict")
    }).pipe(Effect.provide(over(TestProvider.text(person)))))

  it.effect("where no format can be asked for, the prompt asks, and a fence is taken off", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* generated).value, { name: "Ann", age: 41 })
      const params = yield* lastAsked
      assert.notProperty(params, "responseFormat")
      const [system] = params?.messages ?? []
      assert.isTrue(system?.role === "system" && JSON.stringify(system.content).includes("additionalProperties"))
    }).pipe(
      Effect.provide(over(TestProvider.text(`\`\`\`json\n${person}\n\`\`\``), {
        capabilities: Endpoint.capabilities({ responseFormat: "none" })
      }))
    ))

  const faults: ReadonlyArray<readonly [name: string, answer: TestProvider.Answer, says: string]> = [
    ["a refusal", TestProvider.refusal("I will not."), "the model refused to answer with an object: I will not."],
    [
      "an answer that was cut",
      TestProvider.answer(TestProvider.text("{\"name\":"), TestProvider.finish("length")),
      "the answer ended with length before the object was whole"
    ],
    ["an answer that does not decode", TestProvider.text("{}"), "failed to conform to provided schema"]
  ]
  for (const [name, answer, says] of faults) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const error: AiError.AiError = yield* Effect.flip(generated)
        assert.strictEqual(error._tag, "MalformedOutput")
        assert.include(error.message, says)
      }).pipe(Effect.provide(over(answer))))
  }
})

describe("native blocks", () => {
  const block = { type: "thinking", thinking: "hm", signature: "sig" }
  const answer = TestProvider.answer(TestProvider.reasoning("hm"), TestProvider.text("yes"), TestProvider.native(block))
  const native = { dialect: "test", blocks: [block] }

  const replayed = Effect.map(lastAsked, (params) => params?.messages.find(({ role }) => role === "assistant"))

  it.effect("come back through a Chat, whole and streamed, of whichever layer", () =>
    Effect.gen(function*() {
      for (const streamed of [false, true]) {
        const chat = yield* Chat.empty
        const say = (prompt: string) =>
          streamed ? Stream.runDrain(chat.streamText({ prompt })) : chat.generateText({ prompt })
        yield* Effect.provide(say("one"), over(answer))
        yield* Effect.gen(function*() {
          yield* say("two")
          assert.deepStrictEqual(yield* replayed, {
            role: "assistant",
            content: "yes",
            reasoning: { content: "hm" },
            native
          })
        }).pipe(Effect.provide(over(answer)))
      }
    }))

  it.effect("are not found in another conversation, nor for another answer", () =>
    Effect.gen(function*() {
      const prompt = Prompt.make("one")
      const { content } = yield* LanguageModel.generateText({ prompt })
      const next = (before: Prompt.RawInput, text: string) =>
        Effect.zipRight(
          LanguageModel.generateText({
            prompt: Prompt.make(before).pipe(
              Prompt.merge([{
                role: "assistant",
                content: [{ type: "reasoning", text: "hm" }, { type: "text", text }]
              }]),
              Prompt.merge("two")
            )
          }),
          replayed
        )
      assert.deepInclude(yield* next(prompt, "yes"), { native })
      assert.notProperty(yield* next("one", "yes"), "native")
      assert.notProperty(yield* next(prompt, "no"), "native")
      assert.strictEqual(content.length, 4)
    }).pipe(Effect.provide(over(answer))))

  it.effect("are kept by toPrompt, also as JSON", () =>
    Effect.gen(function*() {
      const { content } = yield* LanguageModel.generateText({ prompt: "one" })
      const streamed = yield* parts(LanguageModel.streamText({ prompt: "one" }))
      for (const all of [content, streamed]) {
        const history = Prompt.make("one").pipe(Prompt.merge(AiLanguageModel.toPrompt(all)))
        const json = yield* Schema.encode(Prompt.FromJson)(history)
        const read = yield* Schema.decode(Prompt.FromJson)(json)
        yield* LanguageModel.generateText({ prompt: Prompt.merge(read, "two") })
        assert.deepInclude(yield* replayed, { native })
      }
    }).pipe(Effect.provide(over(answer))))

  it.effect("without a text or a call, an empty reasoning part brings them", () =>
    Effect.gen(function*() {
      const whole = yield* LanguageModel.generateText({ prompt: "one" })
      const streamed = yield* parts(LanguageModel.streamText({ prompt: "one" }))
      assert.deepStrictEqual(types(whole.content), ["response-metadata", "reasoning", "finish"])
      assert.deepStrictEqual(types(streamed), ["response-metadata", "reasoning-start", "reasoning-end", "finish"])
      assert.deepInclude(AiLanguageModel.toPrompt(streamed).content[0]?.options, { "effect-any-llm": { native } })
    }).pipe(Effect.provide(over(TestProvider.answer(TestProvider.native(block), TestProvider.finish("stop"))))))
})

const bullets = (text: string): ReadonlyArray<string> =>
  text.replaceAll(/\n +(?=\S)/g, " ").split("\n").filter((line) => line.startsWith("- "))

describe("what is lost", () => {
  for (const [heading, title] of [["to the provider", "on the way to the provider"], ["back", "on the way back"]]) {
    it(`${heading}: docs/migrate-from-effect-ai.md says what the docstring says`, () => {
      const [docs = ""] = Markdown.read("src/AiLanguageModel.ts").replaceAll(/^ \* ?/gm, "").split("*/")
      const docstring = docs.split(`Lost on the way ${heading}:\n\n`)[1]?.split("\n\n")[0] ?? ""
      const page = Markdown.read("docs/migrate-from-effect-ai.md").split(`## What is lost ${title}\n\n`)[1] ?? ""
      assert.isAbove(bullets(docstring).length, 3)
      assert.deepStrictEqual(bullets(page.split("\n\n")[0] ?? ""), bullets(docstring))
    })
  }
})

it("the root of the package does not load @effect/ai", async () => {
  const inputs = async (entry: string): Promise<ReadonlyArray<string>> => {
    const { metafile } = await esbuild.build({
      absWorkingDir: Markdown.root,
      entryPoints: [entry],
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      packages: "external",
      outdir: "out"
    })
    const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path))
    return [...new Set(imported)].filter((path) => /^@effect\/ai|src\/(Ai|internal\/ai)[A-Z]/.test(path))
  }
  assert.deepStrictEqual(await inputs("src/index.ts"), [])
  assert.isAbove((await inputs("src/AiLanguageModel.ts")).length, 5)
})
