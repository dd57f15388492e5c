import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { CompletedToolCall } from "../src/ChatCompletion.ts"
import type { CompletionParams } from "../src/CompletionParams.ts"
import * as CompletionParamsSchema from "../src/CompletionParams.ts"
import type { Endpoint } from "../src/Endpoint.ts"
import * as Origin from "../src/internal/jsonSchemaOrigin.ts"
import * as AnthropicProvider from "../src/providers/Anthropic.ts"
import * as BedrockProvider from "../src/providers/Bedrock.ts"
import * as CohereProvider from "../src/providers/Cohere.ts"
import * as GeminiProvider from "../src/providers/Gemini.ts"
import * as OllamaProvider from "../src/providers/Ollama.ts"
import * as OpenAiProvider from "../src/providers/OpenAi.ts"
import * as ResponseFormat from "../src/ResponseFormat.ts"
import * as Tool from "../src/Tool.ts"

const weather = Tool.make("get_weather", {
  description: "The weather in a city, now",
  parameters: Schema.Struct({
    city: Schema.NonEmptyString,
    days: Schema.optional(Schema.NumberFromString)
  })
})

const call = (text: string, rest: Partial<CompletedToolCall> = {}, name = "get_weather"): CompletedToolCall => ({
  id: "call_1",
  type: "function",
  function: { name, arguments: text },
  complete: true,
  ...rest
})

/** Why a call is not executed. */
const kindOf = (of: CompletedToolCall) =>
  Either.match(weather.decode(of), { onLeft: ({ kind }) => kind, onRight: () => "valid" })

describe("a tool's definition", () => {
  it("is a plain ToolDefinition, with the Schema's encoded side", () => {
    assert.deepStrictEqual(weather.definition, {
      name: "get_weather",
      description: "The weather in a city, now",
      parameters: {
        type: "object",
        properties: {
          city: { type: "string", title: "nonEmptyString", description: "a non empty string", minLength: 1 },
          days: { type: "string", description: "a string to be decoded into a number" }
        },
        required: ["city"],
        additionalProperties: false
      }
    })
  })

  it("travels: encoded and decoded it is the same", () => {
    const params = { messages: [{ role: "user", content: "Hi" }], tools: [weather.definition] } as const
    const { CompletionParams: wire } = CompletionParamsSchema
    assert.deepStrictEqual(Schema.decodeSync(wire)(Schema.encodeSync(wire)(params)).tools, [weather.definition])
  })

  it("of no parameters is an empty object", () => {
    const { parameters } = Tool.make("now").definition
    assert.deepStrictEqual(parameters, { type: "object", properties: {}, additionalProperties: false })
  })

  it("of parameters that are no object has them as the value of one", () => {
    const tool = Tool.make("echo", { parameters: Schema.Array(Schema.String) })
    assert.deepStrictEqual(tool.definition.parameters?.["required"], ["value"])
    assert.deepStrictEqual(tool.decode(call("{\"value\":[\"a\"]}", {}, "echo")), Either.right(["a"]))
  })

  it("of parameters without JSON Schema is a mistake, told with tool and path", () => {
    const parameters = Schema.Struct({ a: Schema.Struct({ b: Schema.BigIntFromSelf }) })
    assert.throws(() => Tool.make("count", { parameters }), /the parameters of count at a\.b: .*JSON Schema/)
  })
})

describe("a call", () => {
  it("decodes", () => {
    assert.deepStrictEqual(
      weather.decode(call("{\"city\":\"Paris\",\"days\":\"3\"}")),
      Either.right({ city: "Paris", days: 3 })
    )
  })

  it("has null for an absent key where null means nothing else", () => {
    assert.deepStrictEqual(weather.decode(call("{\"city\":\"Paris\",\"days\":null}")), Either.right({ city: "Paris" }))
  })

  it("keeps a null that the Schema takes", () => {
    const tool = Tool.make("f", { parameters: Schema.Struct({ a: Schema.optional(Schema.NullOr(Schema.String)) }) })
    assert.deepStrictEqual(tool.decode(call("{\"a\":null}", {}, "f")), Either.right({ a: null }))
  })

  it("of another tool, cut, not JSON, no object or invalid is none", () => {
    assert.strictEqual(kindOf(call("{\"city\":\"Paris\"}", {}, "other")), "unknownTool")
    assert.strictEqual(kindOf(call("{\"city\":\"Paris\"}", { complete: false })), "cut")
    assert.strictEqual(kindOf(call("{\"city\":\"Par", { complete: false })), "notJson")
    assert.strictEqual(kindOf(call("[]", { complete: false })), "notJson")
    assert.strictEqual(kindOf(call("{\"city\":\"\"}")), "invalid")
  })

  it("that does not decode says why, as the Schema does", () => {
    const { issue = "" } = Either.getOrThrow(Either.flip(weather.decode(call("{\"city\":1}"))))
    assert.match(issue, /\["city"\][^]*Expected .*string.*, actual 1/)
  })
})

/** The body of a request, or why there is none. */
const bodyOf = (endpoint: Endpoint, params: Partial<CompletionParams>) =>
  Origin.params({ messages: [{ role: "user", content: "Hi" }], ...params }, endpoint).pipe(
    Either.map((written) =>
      Either.getOrThrow(endpoint.dialect.encode(written, { endpoint, model: "claude-sonnet-4-5", stream: false })).body
    )
  )

const nested = Schema.Struct({
  a: Schema.optional(Schema.Int),
  more: Schema.Record({ key: Schema.String, value: Schema.Int })
})

interface Tree {
  readonly children: ReadonlyArray<Tree>
}

const Tree: Schema.Schema<Tree> = Schema.Struct({
  children: Schema.Array(Schema.suspend((): Schema.Schema<Tree> => Tree))
}).annotations({ identifier: "Tree" })

describe("what is sent", () => {
  const strict = Tool.make("get_weather", { parameters: weather.parameters, strict: true }).definition

  it("OpenAI, strict: every key is required, and one that may be absent may be null", () => {
    const body = Either.getOrThrow(bodyOf(OpenAiProvider.endpoint, { tools: [strict] }))
    assert.deepStrictEqual(body["tools"], [{
      type: "function",
      function: {
        name: "get_weather",
        parameters: {
          type: "object",
          properties: {
            city: { type: "string", description: "a non empty string; minLength: 1" },
            days: { anyOf: [{ type: "string", description: "a string to be decoded into a number" }, { type: "null" }] }
          },
          required: ["city", "days"],
          additionalProperties: false
        },
        strict: true
      }
    }])
  })

  it("Anthropic, strict: one that may be absent is not required, and no bound is there", () => {
    const body = Either.getOrThrow(bodyOf(AnthropicProvider.endpoint, { tools: [strict] }))
    assert.deepStrictEqual(body["tools"], [{
      name: "get_weather",
      input_schema: {
        type: "object",
        properties: {
          city: { type: "string", description: "a non empty string; minLength: 1" },
          days: { type: "string", description: "a string to be decoded into a number" }
        },
        required: ["city"],
        additionalProperties: false
      },
      strict: true
    }])
  })

  for (const endpoint of [OpenAiProvider.endpoint, AnthropicProvider.endpoint]) {
    it(`${endpoint.id}: a tool that is not strict is as the Schema means it`, () => {
      const { definition } = Tool.make("f", { parameters: nested })
      const text = JSON.stringify(Either.getOrThrow(bodyOf(endpoint, { tools: [definition] })))
      assert.include(text, JSON.stringify(definition.parameters))
    })

    it(`${endpoint.id}: what was written by hand goes out untouched`, () => {
      const parameters = { type: "object", properties: { a: { type: "string", minLength: 1 } } }
      const tools = [{ name: "f", parameters, strict: true }]
      assert.include(JSON.stringify(Either.getOrThrow(bodyOf(endpoint, { tools }))), JSON.stringify(parameters))
    })

    it(`${endpoint.id}: a record in a strict tool is refused, with tool and path`, () => {
      const { definition } = Tool.make("f", { parameters: nested, strict: true })
      const refusal = Either.getOrThrow(Either.flip(bodyOf(endpoint, { tools: [definition] })))
      assert.deepInclude(refusal, { _tag: "InvalidRequest", param: "tools.f.parameters.more" })
      assert.include(refusal.detail, "a record")
    })
  }

  it("Gemini: references are inlined, and bounds that it does not know are told", () => {
    const Town = Schema.Struct({ name: Schema.NonEmptyString }).annotations({ identifier: "Town" })
    const { definition } = Tool.make("f", { parameters: Schema.Struct({ from: Town, to: Town }) })
    const text = JSON.stringify(Either.getOrThrow(bodyOf(GeminiProvider.endpoint, { tools: [definition] })))
    assert.include(text, "\"parametersJsonSchema\"")
    for (const word of ["$ref", "\"minLength\""]) assert.notInclude(text, word)
    assert.include(text, "minLength: 1")
    assert.include(JSON.stringify(definition.parameters), "$ref")
    const refusal = Either.getOrThrow(
      Either.flip(bodyOf(GeminiProvider.endpoint, { tools: [Tool.make("g", { parameters: Tree }).definition] }))
    )
    assert.deepInclude(refusal, { _tag: "InvalidRequest", param: "tools.g.parameters.children[]" })
  })

  for (const endpoint of [BedrockProvider.endpoint, CohereProvider.endpoint, OllamaProvider.endpoint]) {
    it(`${endpoint.id}: the form of an answer is written for it`, () => {
      const format = ResponseFormat.fromSchema("town", Schema.Struct({ name: Schema.NonEmptyString }))
      const text = JSON.stringify(Either.getOrThrow(bodyOf(endpoint, { responseFormat: format }))).replaceAll("\\", "")
      if (endpoint === OllamaProvider.endpoint) assert.include(text, "\"minLength\":1")
      else assert.include(text, "\"name\":{\"type\":\"string\",\"description\":\"a non empty string; minLength: 1\"}")
    })
  }

  it("a Schema that contains itself is for OpenAI, and no strict tool for Anthropic", () => {
    const { definition } = Tool.make("f", { parameters: Tree, strict: true })
    assert.isTrue(Either.isRight(bodyOf(OpenAiProvider.endpoint, { tools: [definition] })))
    const refusal = Either.getOrThrow(Either.flip(bodyOf(AnthropicProvider.endpoint, { tools: [definition] })))
    assert.deepInclude(refusal, { _tag: "InvalidRequest", param: "tools.f.parameters.children[]" })
  })
})
