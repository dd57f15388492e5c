/**
 * Nothing that a server sends or a caller asks for makes a dialect throw, breaks a rule of the stream, or reaches a
 * prototype.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import * as CompletionParams from "../../src/CompletionParams.ts"
import type { Json } from "../../src/CompletionParams.ts"
import type { Output } from "../../src/Dialect.ts"
import type { Endpoint } from "../../src/Endpoint.ts"
import * as ErrorFacts from "../../src/internal/errorFacts.ts"
import { Reason } from "../../src/ProviderError.ts"
import * as Anthropic from "../../src/providers/Anthropic.ts"
import * as Cohere from "../../src/providers/Cohere.ts"
import * as Gemini from "../../src/providers/Gemini.ts"
import * as Ollama from "../../src/providers/Ollama.ts"
import * as OpenAi from "../../src/providers/OpenAi.ts"
import * as Answer from "../kit/answer.ts"
import * as Bytes from "../kit/bytes.ts"
import * as Play from "../kit/play.ts"
import { check, timeout } from "./gauge.ts"
import { anyJson, deep, near } from "./json.ts"
import { endpointOf, endpoints, read, said, violations } from "./read.ts"

/** Where the dialects look, and what tells their events apart. */
const names = new Map([
  [
    "openai",
    ("choices delta message index content text thinking summary refusal reasoning reasoning_content reasoning_details " +
      "tool_calls function_call function id name arguments finish_reason finishReason logprobs token logprob bytes " +
      "top_logprobs usage x_groq prompt_tokens completion_tokens total_tokens prompt_tokens_details cached_tokens " +
      "annotations model created system_fingerprint service_tier error type code status").split(" ")
  ],
  [
    "anthropic",
    ("type message delta content_block index content id model usage text thinking signature partial_json citation " +
      "citations url title cited_text input name stop_reason stop_details input_tokens output_tokens service_tier " +
      "cache_read_input_tokens cache_creation_input_tokens output_tokens_details thinking_tokens error caller").split(
        " "
      )
  ],
  [
    "cohere",
    ("type index delta message content text thinking tool_plan tool_calls id function name arguments citations sources " +
      "start end document tool_output url title logprobs token_ids finish_reason error usage tokens billed_units " +
      "cached_tokens input_tokens output_tokens reasoning_tokens").split(" ")
  ],
  [
    "gemini",
    ("candidates content parts text thought thoughtSignature functionCall id name args partialArgs jsonPath stringValue " +
      "numberValue willContinue index finishReason finishMessage groundingMetadata groundingChunks web uri title " +
      "citationMetadata logprobsResult usageMetadata promptTokenCount candidatesTokenCount thoughtsTokenCount " +
      "totalTokenCount promptFeedback blockReason modelVersion responseId createTime error code status").split(" ")
  ],
  [
    "ollama",
    ("model created_at message role content thinking tool_calls id function index name arguments done done_reason " +
      "logprobs token logprob bytes top_logprobs prompt_eval_count eval_count total_duration error status").split(" ")
  ]
])
const words = new Map([
  [
    "cohere",
    ("message-start content-start content-delta content-end tool-plan-delta tool-call-start tool-call-delta " +
      "tool-call-end citation-start message-end COMPLETE ERROR TOOL_CALL TEXT_CONTENT https://a.b {} null").split(" ")
  ],
  ["gemini", ["STOP", "MAX_TOKENS", "SAFETY", "MALFORMED_FUNCTION_CALL", "$.a", "$.a[0].b", "$.", "f", "{}", "SAFETY"]],
  ["ollama", ["stop", "length", "load", "error", "{}", "null", "call_1", "2025-07-07T20:22:19.1Z"]],
  ["openai", ["stop", "length", "tool_calls", "error", "text", "thinking", "refusal", "{}", "null", "call_1"]],
  [
    "anthropic",
    ("message_start content_block_start content_block_delta content_block_stop message_delta message_stop ping error " +
      "text_delta thinking_delta signature_delta input_json_delta citations_delta compaction_delta text thinking " +
      "tool_use server_tool_use web_search_result_location direct end_turn tool_use {} message").split(" ")
  ],
  [
    "gemini",
    ("STOP MAX_TOKENS SAFETY MALFORMED_FUNCTION_CALL $.a $.a[0] $['b'].c c2ln {} f call_1 " +
      "PROHIBITED_CONTENT FINISH_REASON_UNSPECIFIED NULL_VALUE").split(" ")
  ]
])

const nearJson = (provider: string) => near(names.get(provider) ?? [], words.get(provider) ?? [])

/** With the shape of an event more often than chance has it. */
const nearEvent = (provider: string): FastCheck.Arbitrary<Json> => {
  const value = nearJson(provider)
  const index = FastCheck.constantFrom<Json>(0, 0, 1, 2, null, "__proto__", 4_294_967_294, -1)
  if (provider === "openai") {
    const delta = FastCheck.record({
      content: value,
      refusal: value,
      reasoning: value,
      reasoning_details: value,
      function_call: value,
      annotations: value,
      tool_calls: FastCheck.oneof(
        value,
        FastCheck.array(
          FastCheck.record({ index, id: value, function: FastCheck.record({ name: value, arguments: value }) }, {
            requiredKeys: []
          }),
          { maxLength: 3 }
        )
      )
    }, { requiredKeys: [] })
    const choice = FastCheck.record({
      index,
      delta,
      message: delta,
      finish_reason: value,
      logprobs: value,
      usage: value
    }, {
      requiredKeys: []
    })
    const event = FastCheck.record({
      id: value,
      created: value,
      model: value,
      choices: FastCheck.array(choice, { maxLength: 2 }),
      usage: value
    }, {
      requiredKeys: ["choices"]
    })
    // Records of JSON are JSON.
    return FastCheck.oneof({ weight: 3, arbitrary: event as FastCheck.Arbitrary<Json> }, {
      weight: 1,
      arbitrary: value
    })
  }
  if (provider === "cohere") {
    const call = FastCheck.record({ id: value, function: FastCheck.record({ name: value, arguments: value }) }, {
      requiredKeys: []
    })
    const message = FastCheck.record({
      content: FastCheck.oneof(value, FastCheck.record({ text: value, thinking: value }, { requiredKeys: [] })),
      tool_plan: value,
      tool_calls: FastCheck.oneof(value, call, FastCheck.array(call, { maxLength: 2 })),
      citations: value
    }, { requiredKeys: [] })
    const event = FastCheck.record({
      type: FastCheck.constantFrom(...(words.get("cohere") ?? []).slice(0, 10)),
      index,
      delta: FastCheck.record({ message, finish_reason: value, error: value, usage: value }, { requiredKeys: [] }),
      message,
      finish_reason: value,
      usage: value,
      logprobs: value
    }, { requiredKeys: ["type"] })
    // Records of JSON are JSON.
    return FastCheck.oneof({ weight: 3, arbitrary: event as FastCheck.Arbitrary<Json> }, {
      weight: 1,
      arbitrary: value
    })
  }
  if (provider === "gemini") {
    const argument = FastCheck.record({
      jsonPath: FastCheck.oneof(value, FastCheck.constantFrom<Json>("$.a", "$.a[0]", "$.a.b", "$['a b']")),
      stringValue: value,
      numberValue: value,
      willContinue: value
    }, { requiredKeys: [] })
    const call = FastCheck.record({
      id: value,
      name: value,
      args: value,
      partialArgs: FastCheck.oneof(value, FastCheck.array(argument, { maxLength: 3 })),
      willContinue: value
    }, { requiredKeys: [] })
    const part = FastCheck.record({
      text: value,
      thought: FastCheck.boolean(),
      thoughtSignature: value,
      functionCall: FastCheck.oneof(value, call)
    }, { requiredKeys: [] })
    const candidate = FastCheck.record({
      index,
      content: FastCheck.record({ parts: FastCheck.oneof(value, FastCheck.array(part, { maxLength: 3 })) }),
      finishReason: value,
      groundingMetadata: value,
      citationMetadata: value,
      logprobsResult: value
    }, { requiredKeys: [] })
    const event = FastCheck.record({
      candidates: FastCheck.array(candidate, { maxLength: 2 }),
      usageMetadata: value,
      modelVersion: value,
      createTime: value
    }, { requiredKeys: ["candidates"] })
    // Records of JSON are JSON.
    return FastCheck.oneof({ weight: 3, arbitrary: event as FastCheck.Arbitrary<Json> }, {
      weight: 1,
      arbitrary: value
    })
  }
  if (provider === "ollama") {
    const call = FastCheck.record({ id: value, function: FastCheck.record({ index, name: value, arguments: value }) }, {
      requiredKeys: []
    })
    const line = FastCheck.record({
      model: value,
      created_at: value,
      message: FastCheck.record({
        content: value,
        thinking: value,
        tool_calls: FastCheck.oneof(value, FastCheck.array(call, { maxLength: 3 }))
      }, { requiredKeys: [] }),
      // Most lines are not the last.
      done: FastCheck.constantFrom<Json>(false, false, false, false, null, "no", true),
      done_reason: value,
      logprobs: value,
      prompt_eval_count: value
    }, { requiredKeys: ["message"] })
    // Records of JSON are JSON.
    return FastCheck.oneof({ weight: 3, arbitrary: line as FastCheck.Arbitrary<Json> }, { weight: 1, arbitrary: value })
  }
  const type = FastCheck.constantFrom(
    ..."message_start content_block_start content_block_delta content_block_stop message_delta".split(" ")
  )
  const kind = FastCheck.constantFrom(
    ...("text thinking tool_use server_tool_use text_delta thinking_delta signature_delta input_json_delta " +
      "citations_delta compaction_delta").split(" ")
  )
  const piece = FastCheck.oneof(
    value,
    FastCheck.record({
      type: kind,
      text: value,
      thinking: value,
      partial_json: value,
      signature: value,
      citation: value,
      id: value,
      name: value,
      input: value,
      stop_reason: value,
      stop_details: value
    }, { requiredKeys: ["type"] })
  )
  const event = FastCheck.record({ type, index, delta: piece, content_block: piece, message: value, usage: value }, {
    requiredKeys: ["type"]
  })
  return FastCheck.oneof({ weight: 3, arbitrary: event as FastCheck.Arbitrary<Json> }, { weight: 1, arbitrary: value })
}

const tags: ReadonlySet<Output["_tag"]> = new Set([
  "Head",
  "Text",
  "Reasoning",
  "Refusal",
  "ToolCall",
  "Annotations",
  "Logprobs",
  "Native",
  "Finish",
  "Usage",
  "End",
  "Failure",
  "Unknown"
])

const areOutputs = (outputs: ReadonlyArray<Output>): void => {
  for (const output of outputs) {
    assert.isTrue(tags.has(output._tag), output._tag)
    if ("text" in output) assert.isString(output.text)
    if ("choice" in output) assert.isTrue(Number.isSafeInteger(output.choice) && output.choice >= 0)
  }
}

const seed = { now: 1, id: "made-up", params: { messages: [] } } as const

const frameOf = ({ dialect }: Endpoint, json: string): string =>
  dialect.framing.jsonFrames ? `${json}\n` : `data: ${json}\n\n`

const body = (endpoint: Endpoint, events: ReadonlyArray<Json>): Uint8Array =>
  Bytes.bytesOf(events.map((event) => frameOf(endpoint, JSON.stringify(event))).join(""))

/** What was made from this body keeps the rules. */
const keepsRules = (bytes: Uint8Array, result: ReturnType<typeof read>): void => {
  assert.deepStrictEqual(violations(result, false), [])
  const { reasoning, refusal, text } = said(result.chunks)
  assert.deepStrictEqual(Answer.accidents(text + reasoning + refusal, new TextDecoder().decode(bytes)), [])
  assert.deepStrictEqual(Play.pollution(), [])
}

const runs = { quick: 100, full: 1500 }

/** A server that differs from OpenAI's in every way there is. */
const different: Endpoint = {
  ...OpenAi.endpoint,
  dialect: { ...OpenAi.dialect, id: "different" },
  capabilities: { ...OpenAi.endpoint.capabilities, responseFormat: "json_object" },
  fields: { maxTokens: "max_tokens", seed: "random_seed", n: false, user: false, name: false, refusal: false },
  efforts: new Map([["low", { thinking: { type: "enabled" } }]]),
  developerRole: false,
  textParts: false,
  userAfterTool: false,
  stopText: false,
  jsonObject: false,
  replay: "reasoning_details",
  thinkTags: "tagged",
  reasoningApart: true
}

const servers: ReadonlyArray<readonly [string, Endpoint]> = [
  ...endpoints.map((endpoint) => [endpoint.id, endpoint] as const),
  ["openai, with all differences", different]
]

describe("reading is total", () => {
  it("openai: on every event of the Schema, one after the other", { timeout }, (context) =>
    check(
      context,
      FastCheck.property(FastCheck.array(Arbitrary.make(Schema.typeSchema(OpenAi.dialect.event))), (events) => {
        const state = OpenAi.dialect.initial({ ...seed, endpoint: OpenAi.endpoint })
        for (const event of events) areOutputs(OpenAi.dialect.step(state, event))
      }),
      { quick: 30, full: 500 }
    ))

  it("anthropic: on every event of the Schema, one after the other", { timeout }, (context) =>
    check(
      context,
      FastCheck.property(FastCheck.array(Arbitrary.make(Schema.typeSchema(Anthropic.dialect.event))), (events) => {
        const state = Anthropic.dialect.initial({ ...seed, endpoint: Anthropic.endpoint })
        for (const event of events) areOutputs(Anthropic.dialect.step(state, event))
      }),
      { quick: 50, full: 500 }
    ))

  it("cohere: on every event of the Schema, one after the other", { timeout }, (context) =>
    check(
      context,
      FastCheck.property(FastCheck.array(Arbitrary.make(Schema.typeSchema(Cohere.dialect.event))), (events) => {
        const state = Cohere.dialect.initial({ ...seed, endpoint: Cohere.endpoint })
        for (const event of events) areOutputs(Cohere.dialect.step(state, event))
      }),
      { quick: 50, full: 500 }
    ))

  it("gemini: on every event of the Schema, one after the other", { timeout }, (context) =>
    check(
      context,
      FastCheck.property(FastCheck.array(Arbitrary.make(Schema.typeSchema(Gemini.dialect.event))), (events) => {
        const state = Gemini.dialect.initial({ ...seed, endpoint: Gemini.endpoint })
        for (const event of events) areOutputs(Gemini.dialect.step(state, event))
      }),
      { quick: 50, full: 500 }
    ))

  it("ollama: on every line of the Schema, one after the other", { timeout }, (context) =>
    check(
      context,
      FastCheck.property(FastCheck.array(Arbitrary.make(Schema.typeSchema(Ollama.dialect.event))), (events) => {
        const state = Ollama.dialect.initial({ ...seed, endpoint: Ollama.endpoint })
        for (const event of events) areOutputs(Ollama.dialect.step(state, event))
      }),
      { quick: 50, full: 500 }
    ))

  for (const [name, endpoint] of servers) {
    const { id } = endpoint

    it(`${name}: on any JSON, as events and as a whole answer`, { timeout }, (context) =>
      check(
        context,
        FastCheck.property(FastCheck.array(FastCheck.oneof(nearEvent(id), anyJson), { maxLength: 8 }), (events) => {
          const decoder = endpoint.dialect.decoder({ ...seed, endpoint })
          for (const event of events) {
            areOutputs(decoder.event(event))
            areOutputs(endpoint.dialect.decoder({ ...seed, endpoint }).completion(event) ?? [])
          }
          assert.deepStrictEqual(Play.pollution(), [])
        }),
        runs
      ))

    it(`${name}: streams of any JSON keep the rules, whatever the cuts`, { timeout }, (context) =>
      check(
        context,
        FastCheck.property(
          FastCheck.array(nearEvent(id), { maxLength: 8 }),
          FastCheck.array(FastCheck.nat(2000), { maxLength: 8 }),
          (events, cuts) => {
            const bytes = body(endpoint, events)
            const whole = read(endpoint, [bytes])
            keepsRules(bytes, whole)
            assert.deepStrictEqual(read(endpoint, Bytes.cut(bytes, cuts)), whole)
          }
        ),
        runs
      ))

    it(`${name}: whole answers of any JSON keep the rules`, { timeout }, (context) =>
      check(
        context,
        FastCheck.property(nearEvent(id), nearJson(id), (event, content) => {
          const answer = id === "anthropic" ? { type: "message", content, usage: event } : event
          const bytes = Bytes.bytesOf(JSON.stringify(answer))
          for (const stream of [true, false]) {
            keepsRules(bytes, read(endpoint, [bytes], { stream, contentType: "application/json" }))
          }
        }),
        runs
      ))
  }

  // Deeper than a recursion can follow: `JSON.parse` reads it all the same.
  const openAiDelta = (delta: string) => `{"choices":[{"delta":{${delta}}}]}`
  const anthropicBlock = (block: string) => `{"type":"content_block_start","content_block":{${block}}}`
  const anthropicDelta = (delta: string) => `{"type":"content_block_delta","delta":{${delta}}}`
  const cohereMessage = (type: string, message: string) => `{"type":"${type}","delta":{"message":{${message}}}}`
  const geminiPart = (part: string) => `{"candidates":[{"content":{"parts":[{${part}}]}}]}`
  const deepPlaces: ReadonlyArray<readonly [string, string, (deep: string) => string]> = [
    ["openai", "content", (deep) => openAiDelta(`"content":${deep}`)],
    [
      "openai",
      "reasoning",
      (deep) => openAiDelta(`"reasoning":${deep},"reasoning_details":${deep},"thinking":${deep}`)
    ],
    [
      "openai",
      "arguments",
      (deep) => openAiDelta(`"tool_calls":[{"id":"a","function":{"name":"f","arguments":${deep}}}]`)
    ],
    ["openai", "annotations", (deep) => openAiDelta(`"annotations":[${deep}]`)],
    ["openai", "usage", (deep) => `{"choices":[],"usage":{"more":${deep},"prompt_tokens_details":${deep}}}`],
    ["openai", "an error", (deep) => `{"error":${deep},"code":${deep}}`],
    ["openai", "a choice's error", (deep) => `{"choices":[{"error":${deep}}]}`],
    ["anthropic", "a tool's input", (deep) => anthropicBlock(`"type":"tool_use","id":"a","name":"f","input":${deep}`)],
    ["anthropic", "an unknown block", (deep) => anthropicBlock(`"type":"new","data":${deep}`)],
    [
      "anthropic",
      "an unknown block's delta",
      (deep) => `${anthropicBlock(`"type":"new"`)}\n\ndata: ${anthropicDelta(`"type":"new","data":${deep}`)}`
    ],
    ["anthropic", "a citation", (deep) => anthropicDelta(`"type":"citations_delta","citation":{"more":${deep}}`)],
    ["anthropic", "usage", (deep) => `{"type":"message_delta","usage":{"more":${deep}}}`],
    [
      "anthropic",
      "stop details",
      (deep) => `{"type":"message_delta","delta":{"stop_reason":"x","stop_details":${deep}}}`
    ],
    ["anthropic", "the event", (deep) => deep],
    [
      "cohere",
      "a citation",
      (deep) => cohereMessage("citation-start", `"citations":{"sources":[${deep}],"more":${deep}}`)
    ],
    [
      "cohere",
      "arguments",
      (deep) => cohereMessage("tool-call-start", `"tool_calls":{"function":{"arguments":${deep}}}`)
    ],
    ["cohere", "usage", (deep) => `{"type":"debug","delta":{"usage":${deep}}}`],
    ["gemini", "arguments", (deep) => geminiPart(`"functionCall":{"name":"f","args":{"a":${deep}}}`)],
    ["gemini", "an unknown part", (deep) => geminiPart(`"new":${deep}`)],
    ["gemini", "usage", (deep) => `{"usageMetadata":{"more":${deep}}}`],
    ["ollama", "content and thinking", (deep) => `{"message":{"content":${deep},"thinking":${deep}}}`],
    ["ollama", "arguments", (deep) => `{"message":{"tool_calls":[{"function":{"name":"f","arguments":${deep}}}]}}`],
    ["ollama", "an error", (deep) => `{"error":${deep}}`],
    ["ollama", "the line", (deep) => deep]
  ]
  /** The text "a", and the end of the answer. */
  const around = new Map<string, readonly [before: string, end: string]>(
    [
      ["openai", [openAiDelta(`"content":"a"`), `{"choices":[{"delta":{},"finish_reason":"stop"}]}`]],
      ["anthropic", [anthropicDelta(`"type":"text_delta","text":"a"`), `{"type":"message_stop"}`]],
      ["cohere", [cohereMessage("content-delta", `"content":{"text":"a"}`), `{"type":"message-end"}`]],
      ["gemini", [geminiPart(`"text":"a"`), `{"candidates":[{"finishReason":"STOP"}]}`]],
      ["ollama", [`{"message":{"content":"a"}}`, `{"done":true}`]]
    ]
  )
  for (const [provider, name, write] of deepPlaces) {
    it(`${provider}: ${name}, 20,000 levels deep`, () => {
      for (const kind of ["array", "object"] as const) {
        const endpoint = endpointOf(provider)
        const [before, end] = around.get(provider) ?? assert.fail(provider)
        const bytes = Bytes.bytesOf(
          [before, write(deep(20_000, kind)), end].map((json) => frameOf(endpoint, json)).join("")
        )
        const { chunks, outcome } = read(endpoint, [bytes])
        assert.strictEqual(said(chunks).text, "a")
        assert.strictEqual(outcome, name.includes("error") ? "Server" : "ok")
      }
    })
  }
})

describe("an error is some reason", () => {
  const isReason = Schema.is(Reason)
  for (const { dialect } of endpoints) {
    it(`${dialect.id}: whatever its facts`, { timeout }, (context) => {
      const text = FastCheck.oneof(
        FastCheck.string(),
        FastCheck.constantFrom(
          "",
          "__proto__",
          "constructor",
          "model: x",
          "429",
          "prompt is too long",
          "a ".repeat(20_000)
        )
      )
      const facts = FastCheck.record({
        status: FastCheck.oneof(FastCheck.integer(), FastCheck.double(), FastCheck.constantFrom(400, 403, 429, 503)),
        code: text,
        type: text,
        message: text,
        param: text
      }, { requiredKeys: [] })
      const bodies = near(
        "error message type code status param detail errors msg metadata raw retry_after request_id object".split(" "),
        ["error", "rate_limit_error", "insufficient_quota", "429", "prompt is too long"]
      )
      return check(
        context,
        FastCheck.property(facts, bodies, (facts, json) => {
          assert.isTrue(isReason(dialect.failure(facts)))
          assert.isTrue(isReason(dialect.failure(ErrorFacts.ofBody(json))))
          const inStream = ErrorFacts.ofEvent(json, undefined)
          if (inStream !== undefined) assert.isTrue(isReason(dialect.failure(inStream)))
        }),
        runs
      )
    })
  }
})

describe("writing is total", () => {
  const params = Arbitrary.make(Schema.typeSchema(CompletionParams.CompletionParams))
  const models = FastCheck.constantFrom(
    "gpt-5",
    "claude-3-5-haiku-latest",
    "claude-sonnet-4-5",
    "claude-opus-4-6",
    "claude-opus-5-5",
    "claude-next-9",
    "somebody-else",
    "__proto__",
    ""
  )
  // Numbers to TypeScript, and not to JSON.
  const noNumber = FastCheck.constantFrom(Number.NaN, Number.POSITIVE_INFINITY)
  const unsayable = FastCheck.oneof(
    { weight: 8, arbitrary: FastCheck.constant({}) },
    { weight: 1, arbitrary: noNumber.map((temperature) => ({ temperature })) },
    { weight: 1, arbitrary: noNumber.map((maxTokens) => ({ maxTokens })) },
    { weight: 1, arbitrary: noNumber.map((bias) => ({ logitBias: { "50256": bias } })) }
  )
  for (const [name, endpoint] of servers) {
    it(`${name}: any params are a body of JSON, or a refusal`, { timeout }, (context) =>
      check(
        context,
        FastCheck.property(params, unsayable, models, FastCheck.boolean(), (params, more, model, stream) => {
          const encoded = endpoint.dialect.encode({ ...params, ...more, model }, { endpoint, model, stream })
          if (Either.isLeft(encoded)) {
            assert.oneOf(encoded.left._tag, ["UnsupportedParameter", "InvalidRequest"])
            assert.isTrue(Schema.is(Reason)(encoded.left))
            return
          }
          const { body, dropped, path } = encoded.right
          const written = JSON.stringify(body)
          // What was written is what was meant: nothing undefined, no NaN, nothing with a `toJSON` of its own.
          assert.deepStrictEqual(JSON.parse(written), body)
          // In the body, or in the path.
          assert.strictEqual(body["stream"] ?? path.includes(":stream"), stream)
          assert.isArray(body["messages"] ?? body["contents"])
          assert.match(path, /^\/[\w/.:?=-]+$/)
          for (const { param, why } of dropped) assert.isTrue(param !== "" && why !== "")
          assert.deepStrictEqual(Play.pollution(), [])
        }),
        { quick: 60, full: 1000 }
      ))
  }
})
