/**
 * Answers as values: what is asked for, what is read, and what an answer that is no such value fails with.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { CompletionParams } from "../src/CompletionParams.ts"
import * as Endpoint from "../src/Endpoint.ts"
import type { Endpoint as AnEndpoint } from "../src/Endpoint.ts"
import { OutputError } from "../src/OutputError.ts"
import * as Provider from "../src/Provider.ts"
import { ProviderError } from "../src/ProviderError.ts"
import * as AnthropicProvider from "../src/providers/Anthropic.ts"
import * as DeepSeekProvider from "../src/providers/DeepSeek.ts"
import * as MiniMaxProvider from "../src/providers/MiniMax.ts"
import * as OpenAiProvider from "../src/providers/OpenAi.ts"
import * as ResponseFormat from "../src/ResponseFormat.ts"
import * as TestProvider from "../src/TestProvider.ts"
import * as TestHttp from "./kit/testHttp.ts"

const City = Schema.Struct({
  name: Schema.String,
  people: Schema.Int,
  founded: Schema.optional(Schema.NumberFromString)
})

const params: CompletionParams = { messages: [{ role: "user", content: "Paris?" }] }

const paris = "{\"name\":\"Paris\",\"people\":2100000,\"founded\":null}"

const value = { name: "Paris", people: 2_100_000 }

const kinds: ReadonlyArray<readonly [string, TestProvider.Answer, OutputError["kind"], text: string]> = [
  ["text that is no JSON", TestProvider.text("Paris, of course."), "notJson", "Paris, of course."],
  ["no text", TestProvider.answer(TestProvider.reasoning("Hm."), TestProvider.finish("stop")), "notJson", ""],
  ["JSON that does not decode", TestProvider.text("{\"name\":1}"), "invalid", "{\"name\":1}"],
  ["JSON that is another value", TestProvider.text("[]"), "invalid", "[]"],
  ["a refusal", TestProvider.refusal("I can't."), "refused", "I can't."],
  [
    "an answer that the filter stopped",
    TestProvider.answer(TestProvider.text("{\"na"), TestProvider.finish("content_filter")),
    "refused",
    "{\"na"
  ],
  [
    "an answer that was cut",
    TestProvider.answer(TestProvider.text("{\"na"), TestProvider.finish("length")),
    "cut",
    "{\"na"
  ],
  [
    "an answer that was cut where it looks whole",
    TestProvider.answer(TestProvider.text(paris), TestProvider.finish("length")),
    "cut",
    paris
  ]
]

describe("completionObject", () => {
  it.effect("a value, and the answer beside it", () =>
    Effect.gen(function*() {
      const answer = yield* Provider.completionObject(City, params)
      assert.deepStrictEqual(answer.value, value)
      assert.strictEqual(answer.completion.choices[0]?.message.content, paris)
      const [asked] = yield* TestProvider.calls
      assert.deepInclude(asked?.params.responseFormat, { type: "json_schema", name: "answer" })
    }).pipe(Effect.provide(TestProvider.layer(TestProvider.text(paris)))))

  it.effect("a value that is no object", () =>
    Effect.gen(function*() {
      const answer = yield* Provider.completionObject(Schema.Array(Schema.String), params, { name: "names" })
      assert.deepStrictEqual(answer.value, ["a", "b"])
    }).pipe(Effect.provide(TestProvider.layer(TestProvider.text("{\"value\":[\"a\",\"b\"]}")))))

  for (
    const text of [
      `\`\`\`json\n${paris}\n\`\`\``,
      `Here it is:\n\n\`\`\`\n${paris}\n\`\`\`\nAnything else?`,
      `\n ${paris}\n`
    ]
  ) {
    it.effect(`a value in ${JSON.stringify(text.slice(0, 12))}`, () =>
      Effect.map(Provider.completionObject(City, params), (answer) => assert.deepStrictEqual(answer.value, value)).pipe(
        Effect.provide(TestProvider.layer(TestProvider.text(text)))
      ))
  }

  for (const [name, script, kind, text] of kinds) {
    for (const streamed of [false, true]) {
      it.effect(`${name}${streamed ? ", streamed" : ""} is ${kind}`, () =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(
            streamed
              ? Stream.runDrain(Provider.objectStream(City, params))
              : Provider.completionObject(City, params)
          )
          if (!(error instanceof OutputError)) return assert.fail(`${error}`)
          assert.deepInclude(error, { kind, text })
          assert.strictEqual(error.completion.choices.length, 1)
          assert.strictEqual(error.issue !== undefined, kind === "invalid")
          if (text.length > 10) assert.notInclude(error.message, text)
        }).pipe(Effect.provide(TestProvider.layer(script))))
    }
  }

  it.effect("the issue is readable", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Provider.completionObject(City, params))
      assert.match(error instanceof OutputError ? error.issue ?? "" : "", /\["people"\][^]*Expected .*, actual "many"/)
    }).pipe(Effect.provide(TestProvider.layer(TestProvider.text("{\"name\":\"x\",\"people\":\"many\"}")))))

  it.effect("travels", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Provider.completionObject(City, params))
      if (!(error instanceof OutputError)) return assert.fail(`${error}`)
      const back = yield* Schema.decode(OutputError)(yield* Schema.encode(OutputError)(error))
      assert.deepInclude(back, { kind: "notJson", text: "No." })
    }).pipe(Effect.provide(TestProvider.layer(TestProvider.text("No.")))))

  it.effect("a Schema without JSON Schema is an invalid request, and nothing is sent", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Provider.completionObject(Schema.Struct({ a: Schema.BigIntFromSelf }), params))
      if (!(error instanceof ProviderError)) return assert.fail(`${error}`)
      assert.deepStrictEqual(error.reason, { _tag: "InvalidRequest", param: "responseFormat.schema.a" })
      assert.deepStrictEqual(yield* TestProvider.calls, [])
    }).pipe(Effect.provide(TestProvider.layer(TestProvider.text("x")))))
})

describe("objectStream", () => {
  const events = <A, I>(schema: Schema.Schema<A, I>, ...pieces: ReadonlyArray<string>) =>
    Stream.runCollect(Provider.objectStream(schema, params)).pipe(
      Effect.map((all) => Chunk.toReadonlyArray(all).map((event) => "partial" in event ? event.partial : event)),
      Effect.provide(TestProvider.layer(TestProvider.text(...pieces)))
    )

  it.effect("grows, and ends with the value and the answer", () =>
    Effect.gen(function*() {
      const all = yield* events(
        City,
        "{\"na",
        "me\":\"Pa",
        "ris\",\"peo",
        "ple\":21",
        "00000,",
        "\"founded\":null",
        "}"
      )
      assert.deepStrictEqual(all.slice(0, -1), [
        {},
        { name: "Pa" },
        { name: "Paris" },
        { name: "Paris", people: 2_100_000 },
        { name: "Paris", people: 2_100_000, founded: null }
      ])
      const last = all.at(-1)
      assert.deepStrictEqual(last !== undefined && "value" in last ? last.value : undefined, value)
    }))

  it.effect("of a value that is no object has that value only", () =>
    Effect.gen(function*() {
      const all = yield* events(Schema.Array(Schema.String), "{\"val", "ue\":[\"a", "\",\"b\"", "]}")
      assert.deepStrictEqual(all.slice(0, -1), [["a"], ["a", "b"]])
    }))

  it.effect("through a fence", () =>
    Effect.gen(function*() {
      const all = yield* events(City, "Sure:\n``", "`json\n{", "\"name\":\"x\",", "\"people\":1}\n", "```")
      assert.deepStrictEqual(all.slice(0, -1), [{}, { name: "x" }, { name: "x", people: 1 }])
    }))

  it.effect("what came before an error comes before it", () =>
    Effect.gen(function*() {
      const seen: Array<unknown> = []
      const exit = yield* Effect.exit(Stream.runForEach(Provider.objectStream(City, params), (event) =>
        Effect.sync(() => {
          seen.push(event)
        })))
      assert.deepStrictEqual(seen, [{ partial: {} }, { partial: { name: "x" } }])
      assert.isTrue(Exit.isFailure(exit))
    }).pipe(Effect.provide(TestProvider.layer(
      TestProvider.answer(TestProvider.text("{", "\"name\":\"x\""), TestProvider.fail({ _tag: "Server" }))
    ))))
})

/** The body of a request, and the answer to a text. */
const asked = (
  endpoint: AnEndpoint,
  schema: Schema.Schema.AnyNoContext,
  answer: unknown,
  options?: Provider.ObjectOptions
) =>
  Effect.gen(function*() {
    const http = TestHttp.make(() => Response.json(answer))
    const service = yield* Provider.make(endpoint, {
      model: "claude-sonnet-4-5",
      apiKey: Redacted.make("sk-test"),
      retry: false
    }).pipe(Effect.provide(http.layer))
    const exit = yield* Effect.exit(
      Provider.completionObject(schema, params, options).pipe(Effect.provideService(Provider.Provider, service))
    )
    const body: { readonly [key: string]: unknown } = JSON.parse(String(http.sent[0]?.body ?? "{}"))
    return { exit, body }
  })

const chat = (message: object, finish_reason = "stop") => ({
  id: "1",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason }]
})

const calling = (name: string) =>
  chat({ tool_calls: [{ id: "c", type: "function", function: { name, arguments: paris } }] }, "tool_calls")

const noForm = (tools: boolean): AnEndpoint => ({
  ...OpenAiProvider.endpoint,
  capabilities: Endpoint.capabilities({ responseFormat: "none", tools })
})

const valueOf = <A, E>(exit: Exit.Exit<Provider.Answered<A>, E>): unknown =>
  Exit.isSuccess(exit) ? exit.value.value : exit

describe("how a provider is asked", () => {
  const Short = Schema.Struct({ a: Schema.optional(Schema.String) })
  const short = chat({ content: "{\"a\":null}" })

  it.effect("OpenAI: by a strict schema", () =>
    Effect.gen(function*() {
      const { body, exit } = yield* asked(OpenAiProvider.endpoint, Short, short)
      assert.deepStrictEqual(body["response_format"], {
        type: "json_schema",
        json_schema: {
          name: "answer",
          schema: {
            type: "object",
            properties: { a: { anyOf: [{ type: "string" }, { type: "null" }] } },
            required: ["a"],
            additionalProperties: false
          },
          strict: true
        }
      })
      assert.deepStrictEqual(valueOf(exit), {})
    }))

  it.effect("OpenAI: loosely where the schema cannot be said strictly", () =>
    Effect.gen(function*() {
      const { body } = yield* asked(
        OpenAiProvider.endpoint,
        Schema.Record({ key: Schema.String, value: Schema.String }),
        short
      )
      assert.deepStrictEqual(body["response_format"], {
        type: "json_schema",
        json_schema: {
          name: "answer",
          schema: { type: "object", properties: {}, additionalProperties: { type: "string" } }
        }
      })
    }))

  it.effect("OpenAI: or not at all, where strictness is asked for", () =>
    Effect.gen(function*() {
      const schema = Schema.Record({ key: Schema.String, value: Schema.String })
      const { body, exit } = yield* asked(OpenAiProvider.endpoint, schema, short, { strict: true })
      assert.deepStrictEqual(body, {})
      assert.include(`${exit}`, "a record")
    }))

  it.effect("Anthropic: by the schema that it takes", () =>
    Effect.gen(function*() {
      const { body } = yield* asked(AnthropicProvider.endpoint, Short, {})
      assert.deepStrictEqual(body["output_config"], {
        format: {
          type: "json_schema",
          schema: { type: "object", properties: { a: { type: "string" } }, required: [], additionalProperties: false }
        }
      })
    }))

  it.effect("DeepSeek: for an object, with the schema in the prompt", () =>
    Effect.gen(function*() {
      const { body, exit } = yield* asked(DeepSeekProvider.endpoint, City, chat({ content: paris }))
      assert.deepStrictEqual(body["response_format"], { type: "json_object" })
      assert.include(JSON.stringify(body["messages"]), "\\\"people\\\"")
      assert.deepStrictEqual(valueOf(exit), value)
    }))

  it.effect("a server without forms: by a tool that has to be called", () =>
    Effect.gen(function*() {
      const { body, exit } = yield* asked(noForm(true), City, calling("answer"))
      assert.notProperty(body, "response_format")
      assert.deepStrictEqual(body["tool_choice"], { type: "function", function: { name: "answer" } })
      assert.include(JSON.stringify(body["tools"]), "\"people\"")
      assert.deepStrictEqual(valueOf(exit), value)
    }))

  for (const endpoint of [noForm(false), MiniMaxProvider.endpoint]) {
    it.effect(`${endpoint.id}, where no tool can be forced: in the prompt`, () =>
      Effect.gen(function*() {
        const { body, exit } = yield* asked(endpoint, City, chat({ content: paris }))
        assert.notProperty(body, "response_format")
        assert.notProperty(body, "tools")
        assert.include(JSON.stringify(body["messages"]), "\\\"people\\\"")
        assert.deepStrictEqual(valueOf(exit), value)
      }))
  }

  it.effect("a tool's arguments grow as a text does", () =>
    Effect.gen(function*() {
      const capabilities = Endpoint.capabilities({ responseFormat: "none" })
      const all = yield* Stream.runCollect(Provider.objectStream(City, params)).pipe(
        Effect.provide(TestProvider.layer(
          TestProvider.toolCall({ name: "answer", arguments: ["{\"name\":\"Pa", "ris\",\"people\":1}"] }),
          { capabilities }
        ))
      )
      assert.deepStrictEqual(Chunk.toReadonlyArray(all).slice(0, -1), [
        { partial: { name: "Pa" } },
        { partial: { name: "Paris", people: 1 } }
      ])
    }))

  it("the way is in the capabilities", () => {
    const mode = (endpoint: AnEndpoint) => ResponseFormat.modeOf(endpoint.capabilities)
    assert.deepStrictEqual(
      [OpenAiProvider.endpoint, DeepSeekProvider.endpoint, noForm(true), noForm(false), MiniMaxProvider.endpoint].map(
        mode
      ),
      ["json_schema", "json_object", "tool", "prompt", "prompt"]
    )
  })

  it("a form that was written by hand goes out untouched", () => {
    const schema = { type: "object", properties: { a: { type: "string" } } }
    const encoded = OpenAiProvider.dialect.encode(
      { ...params, responseFormat: { type: "json_schema", name: "x", schema } },
      { endpoint: OpenAiProvider.endpoint, model: "m", stream: false }
    )
    assert.include(JSON.stringify(encoded), JSON.stringify({ name: "x", schema }))
  })

  it("ResponseFormat.fromSchema is a plain format", () => {
    const format = ResponseFormat.fromSchema("city", City, { description: "A city" })
    assert.deepInclude(format, { type: "json_schema", name: "city", description: "A city" })
    assert.deepStrictEqual(format.schema["required"], ["name", "people"])
    assert.throws(
      () => ResponseFormat.fromSchema("x", Schema.Struct({ a: Schema.DateFromSelf })),
      /the format x at a: /
    )
  })
})
