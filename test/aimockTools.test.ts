/**
 * Loops of tools and typed answers against a server that nobody here wrote: `@copilotkit/aimock` over real HTTP, in each
 * dialect.
 */
import type { LLMock } from "@copilotkit/aimock"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as ChatCompletionChunk from "../src/ChatCompletionChunk.ts"
import * as Provider from "../src/Provider.ts"
import * as Bedrock from "../src/providers/Bedrock.ts"
import * as Cohere from "../src/providers/Cohere.ts"
import * as Ollama from "../src/providers/Ollama.ts"
import * as Tool from "../src/Tool.ts"
import * as Toolkit from "../src/Toolkit.ts"
import * as Aimock from "./kit/aimock.ts"
import * as Clients from "./kit/clients.ts"
import * as Targets from "./kit/targets.ts"

const city = Schema.Struct({ city: Schema.String })

const toolkit = Toolkit.make(Tool.make("get_weather", { parameters: city }), Tool.make("get_time"))

const handlers = toolkit.toLayer({
  get_weather: ({ city }) => Effect.succeed(`18 degrees in ${city}`),
  get_time: () => Effect.succeed("noon")
})

const weather = (city: string, id: string) => ({ name: "get_weather", arguments: JSON.stringify({ city }), id })

/** What the server answers, by what the user says and how often it was asked. */
const script = (mock: LLMock): LLMock =>
  mock
    .on({ userMessage: "turns", turnIndex: 0 }, { toolCalls: [weather("Paris", "call_1")] }, { chunkSize: 4 })
    .on({ userMessage: "turns", turnIndex: 1 }, { toolCalls: [weather("Rome", "call_2")] }, { chunkSize: 4 })
    .on({ userMessage: "turns", turnIndex: 2 }, { content: "Both are mild." })
    .on({ userMessage: "parallel", hasToolResult: false }, {
      toolCalls: [
        weather("Paris", "call_1"),
        { name: "get_time", arguments: "{}", id: "call_2" },
        weather("Rome", "call_3")
      ]
    }, { chunkSize: 5 })
    .on({ userMessage: "parallel", hasToolResult: true }, { content: "Mild at noon." })
    .on({ userMessage: "tool first", hasToolResult: false }, {
      blocks: [
        { type: "toolCall", name: "get_time", arguments: "{}", id: "call_1" },
        { type: "text", text: "I am looking." }
      ]
    })
    .on({ userMessage: "tool first", hasToolResult: true }, { content: "It is noon." })
    .onMessage("object", { content: "{\"city\":\"Paris\",\"people\":2100000}" }, { chunkSize: 6 })

const start = Aimock.start(script)

const ask = (content: string) => ({ messages: [{ role: "user", content }] }) as const

interface Place {
  readonly name: string
  readonly base: string
  readonly target: Targets.Target
  readonly clients: ReadonlyArray<Clients.Client>
}

/** Two dialects on every client; the others on the one that is recommended. */
const places: ReadonlyArray<Place> = [
  { name: "openai", base: "/v1", target: Targets.openAi, clients: Clients.all },
  { name: "anthropic", base: "", target: Targets.anthropic, clients: Clients.all },
  { name: "gemini", base: "/v1beta", target: Targets.gemini, clients: [Clients.undici] },
  { name: "bedrock", base: "", target: Targets.named(Bedrock), clients: [Clients.undici] },
  { name: "cohere", base: "", target: Targets.named(Cohere), clients: [Clients.undici] },
  { name: "ollama", base: "", target: Targets.named(Ollama), clients: [Clients.undici] }
]

for (const { base, clients, name, target } of places) {
  for (const client of clients) {
    const connected = Effect.map(start, (mock) => ({
      mock,
      layer: target(`${mock.url}${base}`).pipe(Layer.provide(client.layer))
    }))

    /** The texts and results of a loop, by step. */
    const loop = (content: string) =>
      Effect.gen(function*() {
        const { layer, mock } = yield* connected
        const events = yield* Stream.runCollect(Toolkit.stream(toolkit, ask(content))).pipe(
          Effect.provide(Layer.merge(layer, handlers))
        )
        const all = Chunk.toReadonlyArray(events)
        return {
          requests: mock.getRequests().length,
          ends: all.flatMap((event) =>
            event._tag === "StepEnd" ? [[event.step, event.completion.choices[0]?.finishReason]] : []
          ),
          results: all.flatMap((event) => event._tag === "ToolResult" ? [`${event.step} ${event.result.content}`] : []),
          text: all.map((event) => event._tag === "Chunk" ? ChatCompletionChunk.text(event.chunk) : "").join("")
        }
      })

    describe(`aimock, tools, ${name}, ${client.name}`, () => {
      it.scopedLive("several turns", () =>
        Effect.gen(function*() {
          const { ends, requests, results, text } = yield* loop("turns")
          assert.deepStrictEqual(results, ["1 18 degrees in Paris", "2 18 degrees in Rome"])
          assert.deepStrictEqual(ends, [[1, "tool_calls"], [2, "tool_calls"], [3, "stop"]])
          assert.strictEqual(text, "Both are mild.")
          assert.strictEqual(requests, 3)
        }))

      it.scopedLive("parallel calls", () =>
        Effect.gen(function*() {
          const { requests, results, text } = yield* loop("parallel")
          assert.sameMembers(results, ["1 18 degrees in Paris", "1 noon", "1 18 degrees in Rome"])
          assert.strictEqual(text, "Mild at noon.")
          assert.strictEqual(requests, 2)
        }))

      it.scopedLive("a call before the text", () =>
        Effect.gen(function*() {
          const { results, text } = yield* loop("tool first")
          assert.deepStrictEqual(results, ["1 noon"])
          assert.strictEqual(text, "I am looking.It is noon.")
        }))

      it.scopedLive("a typed answer, as it is written", () =>
        Effect.gen(function*() {
          const { layer } = yield* connected
          const City = Schema.Struct({ city: Schema.String, people: Schema.Int })
          const events = yield* Stream.runCollect(Provider.objectStream(City, ask("object"))).pipe(
            Effect.provide(layer)
          )
          const all = Chunk.toReadonlyArray(events)
          const last = all.at(-1)
          assert.deepStrictEqual(last !== undefined && "value" in last ? last.value : last, {
            city: "Paris",
            people: 2_100_000
          })
          assert.isAbove(all.length, 3)
          const whole = yield* Provider.completionObject(City, ask("object")).pipe(Effect.provide(layer))
          assert.deepStrictEqual(whole.value, { city: "Paris", people: 2_100_000 })
        }))
    })
  }
}
