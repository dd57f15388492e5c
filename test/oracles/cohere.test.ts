/**
 * Cohere's official client reads the same bytes: text, thinking, plans, calls, counts; streamed and whole.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { CohereClientV2 } from "cohere-ai"
import type { Cohere } from "cohere-ai"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { CompletionParams } from "../../src/CompletionParams.ts"
import * as Embeddings from "../../src/Embeddings.ts"
import * as CohereProvider from "../../src/providers/Cohere.ts"
import * as Corpus from "../kit/corpus.ts"
import * as Server from "../kit/server.ts"
import * as Targets from "../kit/targets.ts"
import * as Kit from "./kit.ts"

const target = Targets.named(CohereProvider)

const sources = Kit.sources("cohere", target, new Map([["cohere", target]]))

const clientOf = (server: Server.Server) =>
  new CohereClientV2({ token: Kit.apiKey, environment: server.url, maxRetries: 0 })

const request = { model: "a-model", messages: [{ role: "user" as const, content: "Hi" }] }

/** Beside what the client knows it hands on what the server said. */
const reasoningOf = (tokens: object): number => {
  const { reasoning_tokens: count = 0 } = tokens as { readonly reasoning_tokens?: number }
  return count
}

const usageOf = (usage: Cohere.Usage | undefined): Kit.Counts | undefined => {
  if (usage?.tokens === undefined) return undefined
  const { inputTokens = 0, outputTokens = 0 } = usage.tokens
  return {
    prompt: inputTokens,
    completion: outputTokens,
    total: inputTokens + outputTokens,
    cached: usage.cachedTokens ?? 0,
    reasoning: reasoningOf(usage.tokens)
  }
}

interface Call {
  readonly id: string
  readonly name: string
  text: string
}

const callsOf = (calls: ReadonlyArray<Call>): ReadonlyArray<Kit.Call> =>
  calls.map(({ id, name, text }) => [id, name, Kit.parsed(text)])

const answerOf = (
  id: string,
  said: { readonly text: string; readonly reasoning: string },
  calls: ReadonlyArray<Call>,
  finish: string | undefined,
  usage: Kit.Counts | undefined
): Kit.Answer => ({
  id,
  // The server names none.
  model: "a-model",
  choices: [{ index: 0, ...said, refusal: "", calls: callsOf(calls), finish }],
  usage
})

/** What the client streams, added up: thinking and plan are both what the model thought. */
const iterated = (server: Server.Server): Effect.Effect<Kit.Answer | undefined> =>
  Kit.asked(async () => {
    const said = { text: "", reasoning: "" }
    const calls = new Map<number, Call>()
    let id = ""
    let finish: string | undefined
    let usage: Kit.Counts | undefined
    for await (const event of await clientOf(server).chatStream(request)) {
      switch (event.type) {
        case "message-start":
          id = event.id ?? id
          break
        case "content-start":
        case "content-delta":
          said.text += event.delta?.message?.content?.text ?? ""
          said.reasoning += event.delta?.message?.content?.thinking ?? ""
          break
        case "tool-plan-delta":
          said.reasoning += event.delta?.message?.toolPlan ?? ""
          break
        case "tool-call-start": {
          const call = event.delta?.message?.toolCalls
          calls.set(event.index ?? 0, {
            id: call?.id ?? "",
            name: call?.function?.name ?? "",
            text: call?.function?.arguments ?? ""
          })
          break
        }
        case "tool-call-delta": {
          const call = calls.get(event.index ?? 0)
          if (call !== undefined) call.text += event.delta?.message?.toolCalls?.function?.arguments ?? ""
          break
        }
        case "message-end":
          finish = event.delta?.finishReason
          usage = usageOf(event.delta?.usage)
          break
        default:
      }
    }
    return answerOf(id, said, [...calls.values()], finish, usage)
  })

const whole = (server: Server.Server): Effect.Effect<Kit.Answer | undefined> =>
  Kit.asked(async () => {
    const { finishReason, id, message, usage } = await clientOf(server).chat(request)
    const content = message.content ?? []
    return answerOf(
      id,
      {
        text: content.map((item) => item.type === "text" ? item.text : "").join(""),
        reasoning: (message.toolPlan ?? "") +
          content.map((item) => item.type === "thinking" ? item.thinking : "").join("")
      },
      (message.toolCalls ?? []).map((call) => ({
        id: call.id,
        name: call.function?.name ?? "",
        text: call.function?.arguments ?? ""
      })),
      finishReason,
      usageOf(usage)
    )
  })

const deviations = new Map([
  ["cohere/null-arguments", { fields: ["calls"], why: "the client hands `null` on where the arguments are none" }],
  ["cohere/odd-fields", {
    fields: ["id", "text"],
    why: "the client hands numbers on where texts belong, ours leaves them out"
  }]
])

/** The answers of `test/fixtures/cohere`, as the API gives them when they are not streamed. */
const answers: { readonly [name: string]: object } = {
  "thinking and text": {
    id: "c1",
    finish_reason: "COMPLETE",
    message: {
      role: "assistant",
      content: [{ type: "thinking", thinking: "Two and two." }, { type: "text", text: "Four." }]
    },
    usage: {
      billed_units: { input_tokens: 11, output_tokens: 12 },
      tokens: { input_tokens: 508, output_tokens: 40, reasoning_tokens: 25 },
      cached_tokens: 0
    }
  },
  "a plan and calls": {
    id: "c2",
    finish_reason: "TOOL_CALL",
    message: {
      role: "assistant",
      tool_plan: "I will look.",
      tool_calls: [
        { id: "weather_1", type: "function", function: { name: "weather", arguments: "{\"city\": \"Paris\"}" } },
        { id: "now_2", type: "function", function: { name: "now", arguments: "{}" } }
      ],
      citations: []
    },
    usage: { tokens: { input_tokens: 12, output_tokens: 7 } }
  }
}

interface Asked {
  readonly name: string
  readonly params: CompletionParams
  readonly request: Cohere.V2ChatStreamRequest
}

const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] } as const
const weather = { name: "weather", description: "The weather in a city", parameters: schema } as const
const wireWeather = { type: "function", function: weather } as const
const question = { role: "user", content: "How is the weather in Bern?" } as const
const wireCall = {
  id: "weather_1",
  type: "function",
  function: { name: "weather", arguments: "{\"city\":\"Bern\"}" }
} as const

const asks: ReadonlyArray<Asked> = [
  {
    name: "text and sampling",
    params: {
      messages: [{ role: "developer", content: "Be brief." }, question],
      temperature: 0.2,
      topP: 0.9,
      maxTokens: 64,
      stop: "END",
      seed: 7,
      presencePenalty: 0.5,
      frequencyPenalty: 0.25,
      logprobs: true,
      responseFormat: { type: "json_schema", name: "place", schema },
      extra: { cohere: { k: 5, safety_mode: "STRICT", citation_options: { mode: "OFF" }, documents: ["A."] } }
    },
    request: {
      model: "m",
      messages: [{ role: "system", content: "Be brief." }, question],
      temperature: 0.2,
      p: 0.9,
      maxTokens: 64,
      stopSequences: ["END"],
      seed: 7,
      presencePenalty: 0.5,
      frequencyPenalty: 0.25,
      logprobs: true,
      responseFormat: { type: "json_object", jsonSchema: schema },
      k: 5,
      safetyMode: "STRICT",
      citationOptions: { mode: "OFF" },
      documents: ["A."]
    }
  },
  {
    name: "tools, a plan, and what a tool said",
    params: {
      messages: [
        question,
        {
          role: "assistant",
          reasoning: { content: "I will look." },
          toolCalls: [{ id: "weather_1", function: { name: "weather", arguments: "{\"city\":\"Bern\"}" } }]
        },
        { role: "tool", toolCallId: "weather_1", content: [{ type: "text", text: "sunny" }] }
      ],
      tools: [{ ...weather, strict: true }],
      toolChoice: "required"
    },
    request: {
      model: "m",
      messages: [
        question,
        { role: "assistant", toolPlan: "I will look.", toolCalls: [wireCall] },
        { role: "tool", toolCallId: "weather_1", content: [{ type: "text", text: "sunny" }] }
      ],
      tools: [wireWeather],
      strictTools: true,
      toolChoice: "REQUIRED"
    }
  },
  {
    name: "thinking, and an image",
    params: {
      messages: [{
        role: "user",
        content: [
          { type: "text", text: "What is it?" },
          { type: "image", source: { url: "https://example.com/a.png" }, detail: "low" }
        ]
      }],
      reasoningEffort: "low"
    },
    request: {
      model: "m",
      messages: [{
        role: "user",
        content: [
          { type: "text", text: "What is it?" },
          { type: "image_url", imageUrl: { url: "https://example.com/a.png", detail: "low" } }
        ]
      }],
      thinking: { type: "enabled", tokenBudget: 2048 }
    }
  }
]

const refuse = () => Server.json({ message: "never mind" }, { status: 400 })

/** Two requests, as they arrived: the client's, and ours. */
const compare = (server: Server.Server) => {
  const [expected, actual] = server.requests
  if (expected === undefined || actual === undefined) return assert.fail("a request is missing")
  assert.deepStrictEqual(`${actual.method} ${actual.url}`, `${expected.method} ${expected.url}`)
  assert.deepStrictEqual(JSON.parse(actual.body || "{}"), JSON.parse(expected.body || "{}"))
  assert.strictEqual(actual.headers["authorization"], expected.headers["authorization"])
}

describe("requests to Cohere", () => {
  for (const { name, params, request } of asks) {
    it.scopedLive(name, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(refuse)
        yield* Kit.asked(() => clientOf(server).chatStream(request))
        yield* Effect.ignore(Kit.collected(target, server.url, { model: "m", ...params }))
        compare(server)
      }))
  }

  it.scopedLive("vectors", () =>
    Effect.gen(function*() {
      const server = yield* Server.make(refuse)
      yield* Kit.asked(() =>
        clientOf(server).embed({
          model: "m",
          texts: ["a", "b"],
          inputType: "search_query",
          embeddingTypes: ["float"],
          outputDimension: 256
        })
      )
      const layer = CohereProvider.layer({ apiKey: Targets.apiKey, baseUrl: server.url, retry: false })
      yield* Embeddings.embed({ model: "m", input: ["a", "b"], inputType: "query", dimensions: 256 }).pipe(
        Effect.provide(Layer.provide(layer, NodeHttpClient.layerUndici)),
        Effect.ignore
      )
      compare(server)
    }))
})

describe("Cohere's official client", () => {
  it("there is something to compare", () => assert.isAbove(sources.length, Corpus.present ? 12 : 7))

  it("every deviation is about a source", () => {
    for (const name of deviations.keys()) assert.isTrue(sources.some((source) => source.name === name), name)
  })

  for (const source of sources) {
    it.scopedLive(`${source.name}: the same stream`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => Kit.script(source))
        const own = Kit.ours(yield* Kit.collected(source.target, server.url))
        const theirs = yield* iterated(server)
        const found = theirs === undefined ? ["rejects"] : Kit.differences(own, theirs)
        assert.deepStrictEqual(found, deviations.get(source.name)?.fields ?? [])
      }), 20_000)
  }

  for (const [name, body] of Object.entries(answers)) {
    it.scopedLive(`${name}: the same whole answer`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => Server.json(body))
        const own = Kit.ours(yield* Kit.completed(target, server.url))
        const theirs = yield* whole(server)
        assert.deepStrictEqual(theirs && Kit.differences(own, theirs), [])
      }))
  }
})
