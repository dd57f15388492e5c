/**
 * Ollama's official client reads the same bytes: streams, whole answers, vectors and models; and goes to the same hosts.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type ChatResponse, Ollama } from "ollama"
import * as Embeddings from "../../src/Embeddings.ts"
import * as Models from "../../src/Models.ts"
import * as OllamaProvider from "../../src/providers/Ollama.ts"
import * as Clients from "../kit/clients.ts"
import * as Corpus from "../kit/corpus.ts"
import * as Habits from "../kit/habits.ts"
import { hosts } from "../kit/ollamaHosts.ts"
import * as Server from "../kit/server.ts"
import * as Targets from "../kit/targets.ts"
import * as Kit from "./kit.ts"

const target = Targets.named(OllamaProvider)

const sources = Kit.sources("ollama", target, new Map([["ollama", target]]))

const request = { model: "a-model", messages: [{ role: "user", content: "Hi" }] }

const clientOf = (server: Server.Server) => new Ollama({ host: server.url })

/** Newer servers send it, and the client's types do not have it. */
const idOf = (call: unknown): string =>
  Schema.decodeUnknownSync(Schema.Struct({ id: Schema.optionalWith(Schema.String, { default: () => "" }) }))(call).id

type Counts = Pick<ChatResponse, "prompt_eval_count" | "eval_count">

const countsOf = ({ eval_count, prompt_eval_count }: Partial<Counts>): Kit.Counts | undefined => {
  if (prompt_eval_count === undefined && eval_count === undefined) return undefined
  const [prompt, completion] = [prompt_eval_count ?? 0, eval_count ?? 0]
  return { prompt, completion, total: prompt + completion, cached: 0, reasoning: 0 }
}

const callsOf = ({ tool_calls: calls }: ChatResponse["message"]): ReadonlyArray<Kit.Call> =>
  (Array.isArray(calls) ? calls : []).flatMap((call) =>
    call === null || typeof call !== "object"
      ? []
      : [[idOf(call), call.function.name, call.function.arguments] as const]
  )

/** What the client gives line by line, as one answer. */
const joined = (parts: ReadonlyArray<ChatResponse>): ChatResponse | undefined => {
  const end = parts.at(-1)
  return end && {
    ...end,
    model: parts[0]?.model ?? "",
    message: {
      role: "assistant",
      content: parts.map(({ message }) => message.content).join(""),
      thinking: parts.map(({ message }) => message.thinking ?? "").join(""),
      tool_calls: parts.flatMap(({ message }) => message.tool_calls ?? [])
    }
  }
}

const ofResponse = (response: ChatResponse): Kit.Answer => ({
  id: "",
  model: response.model,
  choices: [{
    index: 0,
    text: response.message.content,
    reasoning: response.message.thinking ?? "",
    refusal: "",
    calls: callsOf(response.message),
    finish: response.done_reason
  }],
  usage: countsOf(response)
})

/** Ours, without the ids that the server did not send. */
const comparable = (answer: Kit.Answer, sent: string): Kit.Answer => ({
  ...answer,
  id: "",
  choices: answer.choices.map((choice) => ({
    ...choice,
    calls: choice.calls.map(([id, ...call]) => [sent.includes(JSON.stringify(id)) ? id : "", ...call] as const)
  }))
})

const iterated = (server: Server.Server): Effect.Effect<ChatResponse | undefined> =>
  Kit.asked(async () => {
    const parts: Array<ChatResponse> = []
    for await (const part of await clientOf(server).chat({ ...request, stream: true })) parts.push(part)
    return joined(parts)
  })

interface Deviation {
  readonly fields: ReadonlyArray<string>
  readonly why: string
}

const deviations = new Map<string, Deviation>([
  ["ollama/arguments-as-text", {
    fields: ["calls"],
    why: "the client gives a text as the arguments that it is; ours is read as the JSON that it holds, here as there"
  }],
  ["ollama/repeated-call-id", {
    fields: ["calls"],
    why: "the client gives two calls one id; ours makes one up for the second, so that each can be answered"
  }],
  ["ollama/unknown-lines", {
    fields: ["rejects"],
    why: "the client stops at a line that is null; ours understood all that the answer says"
  }],
  ["ollama/whole-answer", {
    fields: ["rejects"],
    why: "the client reads lines, and none of these is JSON; ours takes the whole answer for what it is"
  }]
])

describe("Ollama's official client", () => {
  it("there is something to compare", () => assert.isAbove(sources.length, Corpus.present ? 18 : 14))

  it("every deviation is about a source", () => {
    for (const name of deviations.keys()) assert.isTrue(sources.some((source) => source.name === name), name)
  })

  for (const source of sources) {
    const sent = new TextDecoder().decode(source.bytes)
    const fields = deviations.get(source.name)?.fields ?? []

    it.scopedLive(`${source.name}: the same stream`, () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => Kit.script(source))
        const own = comparable(Kit.ours(yield* Kit.collected(source.target, server.url)), sent)
        const theirs = yield* iterated(server)
        assert.deepStrictEqual(
          theirs === undefined ? ["rejects"] : Kit.differences(own, ofResponse(theirs)),
          [...fields]
        )
      }), 20_000)

    it.scopedLive(`${source.name}: its whole answer, read by both`, () =>
      Effect.gen(function*() {
        const response = yield* iterated(yield* Server.make([Kit.script(source)]))
        if (response === undefined) return assert.include(fields, "rejects")
        const server = yield* Server.make(() => Server.json(response))
        const theirs = yield* Effect.promise(() => clientOf(server).chat({ ...request, stream: false }))
        const own = comparable(Kit.ours(yield* Kit.completed(source.target, server.url)), JSON.stringify(response))
        assert.deepStrictEqual(Kit.differences(own, ofResponse(theirs)), [...fields])
      }), 20_000)
  }

  const habits = Habits.ofProvider("ollama")

  it.scopedLive("the same vectors, asked for in the same way", () =>
    Effect.gen(function*() {
      const server = yield* Server.make(() => Server.json(habits.embeddings?.answer))
      const input = ["a", "b"]
      const theirs = yield* Effect.promise(() => clientOf(server).embed({ model: "a-model", input }))
      const layer = OllamaProvider.layer({ baseUrl: server.url }).pipe(Layer.provide(Clients.undici.layer))
      const own = yield* Effect.provide(Embeddings.embed({ model: "a-model", input }), layer)
      assert.deepStrictEqual(own.embeddings, theirs.embeddings)
      const [one, other] = server.requests.map(({ body, method, url }) => ({ method, url, body: Kit.parsed(body) }))
      assert.deepStrictEqual(one, other)
    }))

  it.scopedLive("the same models", () =>
    Effect.gen(function*() {
      const models = [{ name: "qwen3:8b", model: "qwen3:8b", modified_at: "2026-01-02T03:04:05.6+02:00" }]
      const server = yield* Server.make(() => Server.json({ models }))
      const theirs = yield* Effect.promise(() => clientOf(server).list())
      const layer = OllamaProvider.layer({ baseUrl: server.url }).pipe(Layer.provide(Clients.undici.layer))
      const own = yield* Effect.provide(Stream.runCollect(Models.list()), layer)
      assert.deepStrictEqual([...own].map(({ id }) => id), theirs.models.map(({ model }) => model))
      assert.deepStrictEqual(server.requests.map(({ method, url }) => `${method} ${url}`), [
        "GET /api/tags",
        "GET /api/tags"
      ])
    }))

  for (const { given, url, why } of hosts) {
    it(`${JSON.stringify(given)} is where the client goes${why === undefined ? "" : `, but: ${why}`}`, async () => {
      const asked: Array<string> = []
      const fetch = (input: string | URL | Request): Promise<Response> => {
        asked.push(input instanceof Request ? input.url : String(input))
        return Promise.resolve(Response.json({ models: [] }))
      }
      const theirs = await new Promise((resolve) => resolve(new Ollama({ host: given, fetch }).list())).then(
        () => new URL(asked[0] ?? "").href,
        () => "refused"
      )
      assert.strictEqual(theirs === `${new URL(url).href.replace(/\/$/, "")}/api/tags`, why === undefined)
    })
  }
})
