/**
 * Requests as Gemini and Vertex AI take them: what depends on the model, and where it is.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import type { CompletionParams, Json } from "../../src/CompletionParams.ts"
import * as VertexAi from "../../src/providers/VertexAi.ts"
import { body, encode, refused } from "./geminiEncode.ts"

const thinking = (model: string, reasoningEffort: string): Json | undefined => {
  const config = body({ reasoningEffort }, { model })["generationConfig"]
  return typeof config === "object" && config !== null && "thinkingConfig" in config
    ? config["thinkingConfig"]
    : undefined
}

const level = (thinkingLevel: string) => ({ thinkingLevel, includeThoughts: true })
const budget = (thinkingBudget: number) => ({ thinkingBudget, includeThoughts: true })

describe("thinking", () => {
  const rows: ReadonlyArray<readonly [model: string, effort: string, expected: Json | undefined]> = [
    ["gemini-2.5-pro", "none", { thinkingBudget: 128 }],
    ["gemini-2.5-pro", "xhigh", budget(32_768)],
    ["gemini-2.5-flash-lite", "minimal", budget(512)],
    ["gemini-2.5-flash-lite-preview-09-2025", "none", { thinkingBudget: 0 }],
    ["models/gemini-2.5-flash", "high", budget(24_576)],
    ["gemini-3-pro-preview", "none", { thinkingLevel: "LOW" }],
    ["gemini-3-pro-preview", "minimal", level("LOW")],
    ["gemini-3-pro-preview", "medium", level("HIGH")],
    ["gemini-3-flash-preview", "none", { thinkingLevel: "MINIMAL" }],
    ["gemini-3.1-pro-preview", "medium", level("MEDIUM")],
    ["gemini-3.1-flash-lite", "minimal", level("MINIMAL")],
    ["gemini-3.8-flash", "minimal", level("LOW")],
    ["gemini-3.8-flash", "xhigh", level("HIGH")],
    ["gemini-3.8-flash", "ultra", level("ULTRA")],
    ["gemini-flash-latest", "low", level("LOW")],
    ["gemini-2.0-flash", "low", undefined],
    ["gemma-3-27b-it", "low", undefined]
  ]

  for (const [model, effort, expected] of rows) {
    it(`${model}, ${effort}`, () => assert.deepStrictEqual(thinking(model, effort), expected))
  }

  it("what is not sent as it was asked for is told", () => {
    const dropped = (model: string, reasoningEffort: string) =>
      Either.getOrThrow(encode({ reasoningEffort }, { model })).dropped.map(({ param }) => param)
    assert.deepStrictEqual(dropped("gemini-2.5-pro", "none"), ["reasoningEffort"])
    assert.deepStrictEqual(dropped("gemini-3-pro-preview", "none"), ["reasoningEffort"])
    assert.deepStrictEqual(dropped("gemini-2.5-flash", "none"), [])
  })
})

describe("where a model is", () => {
  const pathOf = (model: string, endpoint = undefined as typeof VertexAi.endpoint | undefined, stream = false) =>
    Either.getOrThrow(encode({}, { model, stream, ...(endpoint === undefined ? undefined : { endpoint }) })).path

  it("of the Gemini API", () => {
    assert.strictEqual(pathOf("gemini-2.5-flash"), "/models/gemini-2.5-flash:generateContent")
    assert.strictEqual(pathOf("models/gemini-2.5-flash"), "/models/gemini-2.5-flash:generateContent")
    assert.strictEqual(pathOf("tunedModels/mine"), "/tunedModels/mine:generateContent")
    assert.strictEqual(pathOf("a b?c"), "/models/a%20b%3Fc:generateContent")
  })

  it("of Vertex AI", () => {
    const google = "/publishers/google/models"
    assert.strictEqual(
      pathOf("gemini-2.5-flash", VertexAi.endpoint, true),
      `${google}/gemini-2.5-flash:streamGenerateContent?alt=sse`
    )
    assert.strictEqual(
      pathOf("google/gemini-2.5-flash", VertexAi.endpoint),
      `${google}/gemini-2.5-flash:generateContent`
    )
    assert.strictEqual(pathOf("meta/llama-4", VertexAi.endpoint), "/publishers/meta/models/llama-4:generateContent")
    assert.strictEqual(
      pathOf("projects/p/locations/l/endpoints/123", VertexAi.endpoint),
      "/endpoints/123:generateContent"
    )
  })

  it("a model that would lead elsewhere is refused", () => {
    for (const model of ["..", "a/../b", "a//b"]) {
      assert.deepStrictEqual(refused({}, { model }), { _tag: "InvalidRequest", param: "model" }, model)
    }
  })
})

describe("tools", () => {
  const weather = {
    name: "weather",
    parameters: {
      $defs: { city: { type: "string", pattern: "^[A-Z]" } },
      type: "object",
      properties: { city: { $ref: "#/$defs/city" }, days: { anyOf: [{ type: "integer" }, { type: "null" }] } },
      required: ["city"],
      additionalProperties: false
    }
  }

  it("their schemas go out in full", () => {
    assert.deepStrictEqual(body({ tools: [weather] })["tools"], [
      { functionDeclarations: [{ name: "weather", parametersJsonSchema: weather.parameters }] }
    ])
  })

  it("Google's own stand beside the functions", () => {
    const search = { name: "search", extra: { gemini: { googleSearch: {} } } }
    assert.deepStrictEqual(body({ tools: [search, { name: "f" }] })["tools"], [
      { functionDeclarations: [{ name: "f" }] },
      { googleSearch: {} }
    ])
    assert.deepStrictEqual(body({ tools: [search], toolChoice: "auto" })["toolConfig"], {
      functionCallingConfig: { mode: "AUTO" }
    })
  })
})

it("extra goes in last, and the entry of the other is not sent", () => {
  const extra: CompletionParams["extra"] = {
    gemini: { safetySettings: [], generationConfig: { topK: 3 } },
    vertexai: { labels: { team: "a" } }
  }
  assert.deepInclude(body({ extra, temperature: 1 }), {
    safetySettings: [],
    generationConfig: { temperature: 1, topK: 3 }
  })
  assert.deepInclude(body({ extra, temperature: 1 }, { endpoint: VertexAi.endpoint }), {
    labels: { team: "a" },
    generationConfig: { temperature: 1 }
  })
})
