/**
 * The way out: what the official clients send for a request that is written in their own types, and what this package
 * makes of the same request in its own.
 */
import { assert, describe, it } from "@effect/vitest"
// From 1.0 on the client speaks a version of the API that takes no sampling parameters; this is the last of the other.
import Anthropic from "anthropic-sdk-2023-06-01"
import * as Effect from "effect/Effect"
import OpenAI from "openai"
import type { CompletionParams } from "../../src/CompletionParams.ts"
import * as Server from "../kit/server.ts"
import * as Targets from "../kit/targets.ts"
import * as Kit from "./kit.ts"

const schema = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false
} as const

const png = Uint8Array.from([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
const pngText = "iVBORw0KGgo="

const weather = { name: "weather", description: "The weather in a city", parameters: schema } as const

const question = { role: "user", content: "How is the weather in Bern?" } as const

/** A turn with two calls, and their results. */
const toolTurn: CompletionParams = {
  messages: [
    { role: "system", content: "Be brief." },
    question,
    {
      role: "assistant",
      content: "Let me look.",
      toolCalls: [
        { id: "call_1", function: { name: "weather", arguments: "{\"city\":\"Bern\"}" } },
        { id: "call_2", function: { name: "weather", arguments: "{\"city\":\"Thun\"}" } }
      ]
    },
    { role: "tool", toolCallId: "call_1", content: "sunny" },
    { role: "tool", toolCallId: "call_2", content: "rain" },
    { role: "user", content: "And tomorrow?" }
  ],
  tools: [weather]
}

interface Case<Body> {
  readonly name: string
  readonly params: CompletionParams
  readonly body: Body
}

type OpenAiBody = OpenAI.ChatCompletionCreateParamsStreaming

const usage = { stream: true, stream_options: { include_usage: true } } as const

const openAi: ReadonlyArray<Case<OpenAiBody>> = [
  {
    name: "text and sampling",
    params: {
      messages: [{ role: "developer", content: "Be brief." }, question],
      temperature: 0.2,
      topP: 0.9,
      maxTokens: 64,
      stop: ["END"],
      n: 2,
      seed: 7,
      user: "u1",
      metadata: { tenant: "t1" },
      presencePenalty: 0.5,
      frequencyPenalty: -0.5,
      logitBias: { "50256": -100 },
      logprobs: true,
      topLogprobs: 3,
      serviceTier: "flex",
      reasoningEffort: "low"
    },
    body: {
      ...usage,
      model: "m",
      messages: [{ role: "developer", content: "Be brief." }, question],
      temperature: 0.2,
      top_p: 0.9,
      max_completion_tokens: 64,
      stop: ["END"],
      n: 2,
      seed: 7,
      user: "u1",
      metadata: { tenant: "t1" },
      presence_penalty: 0.5,
      frequency_penalty: -0.5,
      logit_bias: { "50256": -100 },
      logprobs: true,
      top_logprobs: 3,
      service_tier: "flex",
      reasoning_effort: "low"
    }
  },
  {
    name: "without usage",
    params: { messages: [question], includeUsage: false },
    body: { model: "m", messages: [question], stream: true }
  },
  {
    name: "tools and their results",
    params: { ...toolTurn, toolChoice: { name: "weather" }, parallelToolCalls: false },
    body: {
      ...usage,
      model: "m",
      messages: [
        { role: "system", content: "Be brief." },
        question,
        {
          role: "assistant",
          content: "Let me look.",
          tool_calls: [
            { id: "call_1", type: "function", function: { name: "weather", arguments: "{\"city\":\"Bern\"}" } },
            { id: "call_2", type: "function", function: { name: "weather", arguments: "{\"city\":\"Thun\"}" } }
          ]
        },
        { role: "tool", tool_call_id: "call_1", content: "sunny" },
        { role: "tool", tool_call_id: "call_2", content: "rain" },
        { role: "user", content: "And tomorrow?" }
      ],
      tools: [{ type: "function", function: weather }],
      tool_choice: { type: "function", function: { name: "weather" } },
      parallel_tool_calls: false
    }
  },
  {
    name: "images, files and sound",
    params: {
      messages: [{
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image", source: { url: "https://example.com/a.png" }, detail: "low" },
          { type: "image", source: { data: png, mediaType: "image/png" } },
          { type: "file", source: { id: "file-1" } },
          { type: "file", source: { data: png, mediaType: "application/pdf" }, filename: "a.pdf" },
          { type: "audio", source: { data: png, mediaType: "audio/wav" } }
        ]
      }]
    },
    body: {
      ...usage,
      model: "m",
      messages: [{
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: { url: "https://example.com/a.png", detail: "low" } },
          { type: "image_url", image_url: { url: `data:image/png;base64,${pngText}` } },
          { type: "file", file: { file_id: "file-1" } },
          { type: "file", file: { file_data: `data:application/pdf;base64,${pngText}`, filename: "a.pdf" } },
          { type: "input_audio", input_audio: { data: pngText, format: "wav" } }
        ]
      }]
    }
  },
  {
    name: "an answer in a schema",
    params: { messages: [question], responseFormat: { type: "json_schema", name: "weather", schema, strict: true } },
    body: {
      ...usage,
      model: "m",
      messages: [question],
      response_format: { type: "json_schema", json_schema: { name: "weather", schema, strict: true } }
    }
  },
  {
    name: "what only this provider knows",
    params: {
      messages: [question],
      extra: { openai: { prediction: { type: "content", content: "x" } }, anthropic: { top_k: 3 } }
    },
    body: { ...usage, model: "m", messages: [question], prediction: { type: "content", content: "x" } }
  }
]

type AnthropicBody = Anthropic.MessageCreateParamsStreaming

const text = (said: string) => ({ type: "text", text: said }) as const

const model = "claude-haiku-4-5"

const anthropic: ReadonlyArray<Case<AnthropicBody>> = [
  {
    name: "text and sampling",
    params: {
      model,
      messages: [{ role: "system", content: "Be brief." }, question],
      temperature: 0.2,
      maxTokens: 64,
      stop: ["END"],
      user: "u1"
    },
    body: {
      stream: true,
      model,
      system: [text("Be brief.")],
      messages: [{ role: "user", content: [text(question.content)] }],
      temperature: 0.2,
      max_tokens: 64,
      stop_sequences: ["END"],
      metadata: { user_id: "u1" }
    }
  },
  {
    name: "tools and their results",
    params: { ...toolTurn, model, maxTokens: 64, toolChoice: "required", parallelToolCalls: false },
    body: {
      stream: true,
      model,
      max_tokens: 64,
      system: [text("Be brief.")],
      messages: [
        { role: "user", content: [text(question.content)] },
        {
          role: "assistant",
          content: [
            text("Let me look."),
            { type: "tool_use", id: "call_1", name: "weather", input: { city: "Bern" } },
            { type: "tool_use", id: "call_2", name: "weather", input: { city: "Thun" } }
          ]
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "call_1", content: "sunny" },
            { type: "tool_result", tool_use_id: "call_2", content: "rain" },
            text("And tomorrow?")
          ]
        }
      ],
      tools: [{
        name: "weather",
        description: weather.description,
        // The client's type wants a list that can be written to.
        input_schema: { ...schema, required: [...schema.required] }
      }],
      tool_choice: { type: "any", disable_parallel_tool_use: true }
    }
  },
  {
    name: "images and files",
    params: {
      model,
      maxTokens: 64,
      messages: [{
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image", source: { url: "https://example.com/a.png" } },
          { type: "image", source: { data: png, mediaType: "image/png" } },
          { type: "file", source: { data: png, mediaType: "application/pdf" }, filename: "a.pdf" }
        ]
      }]
    },
    body: {
      stream: true,
      model,
      max_tokens: 64,
      messages: [{
        role: "user",
        content: [
          text("What is this?"),
          { type: "image", source: { type: "url", url: "https://example.com/a.png" } },
          { type: "image", source: { type: "base64", media_type: "image/png", data: pngText } },
          {
            type: "document",
            source: { type: "base64", media_type: "application/pdf", data: pngText },
            title: "a.pdf"
          }
        ]
      }]
    }
  },
  {
    name: "thinking, and a cached prompt",
    params: {
      model,
      maxTokens: 4000,
      reasoningEffort: "low",
      messages: [
        { role: "system", content: "Be brief.", extra: { anthropic: { cache_control: { type: "ephemeral" } } } },
        question
      ]
    },
    body: {
      stream: true,
      model,
      // The budget comes on top of what the answer may have.
      max_tokens: 6048,
      thinking: { type: "enabled", budget_tokens: 2048 },
      system: [{ ...text("Be brief."), cache_control: { type: "ephemeral" } }],
      messages: [{ role: "user", content: [text(question.content)] }]
    }
  },
  {
    name: "an answer in a schema",
    params: { model, maxTokens: 64, messages: [question], responseFormat: { type: "json_schema", name: "w", schema } },
    body: {
      stream: true,
      model,
      max_tokens: 64,
      messages: [{ role: "user", content: [text(question.content)] }],
      output_config: { format: { type: "json_schema", schema: { ...schema } } }
    }
  }
]

/** Both requests, as they arrived. What is answered does not matter here. */
const both = (theirs: (server: Server.Server) => Promise<unknown>, ours: Targets.Target, params: CompletionParams) =>
  Effect.gen(function*() {
    const server = yield* Server.make(() => Server.json({ error: { message: "never mind" } }, { status: 400 }))
    yield* Kit.asked(() => theirs(server))
    yield* Effect.ignore(Kit.collected(ours, server.url, params))
    const [expected, actual] = server.requests
    if (expected === undefined || actual === undefined) return assert.fail("a request is missing")
    return { expected, actual }
  })

const headers = (exchange: Server.Exchange, names: ReadonlyArray<string>) =>
  Object.fromEntries(names.map((name) => [name, exchange.headers[name]]))

const compare = (
  { actual, expected }: { readonly actual: Server.Exchange; readonly expected: Server.Exchange },
  names: ReadonlyArray<string>
) => {
  assert.deepStrictEqual(JSON.parse(actual.body), JSON.parse(expected.body))
  assert.strictEqual(actual.method, expected.method)
  assert.strictEqual(actual.url, expected.url)
  assert.deepStrictEqual(headers(actual, names), headers(expected, names))
}

describe("requests to OpenAI", () => {
  for (const { body, name, params } of openAi) {
    it.scopedLive(name, () =>
      Effect.map(
        both(
          (server) =>
            new OpenAI({ apiKey: Kit.apiKey, baseURL: server.url, maxRetries: 0 }).chat.completions.create(body),
          Targets.openAi,
          { model: "m", ...params }
        ),
        (exchanges) => compare(exchanges, ["content-type", "authorization"])
      ))
  }
})

describe("requests to Anthropic", () => {
  for (const { body, name, params } of anthropic) {
    it.scopedLive(name, () =>
      Effect.map(
        both(
          (server) => new Anthropic({ apiKey: Kit.apiKey, baseURL: server.url, maxRetries: 0 }).messages.create(body),
          Targets.anthropic,
          params
        ),
        (exchanges) => compare(exchanges, ["content-type", "x-api-key", "anthropic-version"])
      ))
  }
})
