/**
 * Vectors and lists of models over real sockets, on the three HttpClients.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { performance } from "node:perf_hooks"
import * as util from "node:util"
import type { RequestOptions } from "../../src/CallOptions.ts"
import * as Embeddings from "../../src/Embeddings.ts"
import * as Models from "../../src/Models.ts"
import type * as Provider from "../../src/Provider.ts"
import { isProviderError, type Reason } from "../../src/ProviderError.ts"
import * as Anthropic from "../../src/providers/Anthropic.ts"
import * as OpenAi from "../../src/providers/OpenAi.ts"
import * as Tracing from "../internal/tracing.ts"
import * as Clients from "../kit/clients.ts"
import * as Server from "../kit/server.ts"

/** Without the shape that gives keys away. */
const key = "KEYMARK-0123456789/abc+def=KEYMARK"
const header = "TEAMMARK-0123456789"
const text = "TEXTMARK, the user's secret"

const apiKey = Redacted.make(key)

const vectors = (count: number, dimensions: number, base64: boolean) => ({
  object: "list",
  model: "m",
  data: Array.from({ length: count }, (_, index) => {
    const numbers = new Float32Array(dimensions).map((_, i) => index + i / 1024)
    return { index, embedding: base64 ? Buffer.from(numbers.buffer).toString("base64") : [...numbers] }
  }),
  usage: { prompt_tokens: count, total_tokens: count }
})

const models = (ids: ReadonlyArray<string>, more = false) => ({
  data: ids.map((id) => ({ id })),
  has_more: more,
  last_id: ids.at(-1)
})

/** A service, and a whole answer of its server. */
interface Kind {
  readonly name: string
  readonly path: string
  readonly answer: unknown
  /** How many vectors or models came. */
  readonly call: (
    url: string,
    options?: RequestOptions
  ) => Effect.Effect<number, Provider.CallError, HttpClient.HttpClient>
}

const listed = (options?: RequestOptions) => Stream.runCount(Models.list(options))

const kinds: ReadonlyArray<Kind> = [
  {
    name: "vectors, openai",
    path: "/embeddings",
    answer: vectors(2, 3, true),
    call: (baseUrl, options) =>
      Embeddings.embed({ input: [text, text] }, options).pipe(
        Effect.map(({ embeddings }) => embeddings.length),
        Effect.provide(OpenAi.layer({ apiKey, baseUrl, embeddingModel: "m", headers: { "x-team": header } }))
      )
  },
  {
    name: "models, openai",
    path: "/models",
    answer: models(["a", "b"]),
    call: (baseUrl, options) =>
      Effect.provide(listed(options), OpenAi.layer({ apiKey, baseUrl, headers: { "x-team": header } }))
  },
  {
    name: "models, anthropic",
    path: "/v1/models?limit=1000",
    answer: models(["a", "b"]),
    call: (baseUrl, options) =>
      Effect.provide(listed(options), Anthropic.layer({ apiKey, baseUrl, headers: { "x-team": header } }))
  }
]

/** Each kind over each client. */
const every = (
  name: string,
  test: (kind: Kind, client: Clients.Client) => Effect.Effect<void, unknown, HttpClient.HttpClient | Scope.Scope>
) => {
  for (const client of Clients.all) {
    for (const kind of kinds) {
      it.scopedLive(`${client.name}, ${kind.name}: ${name}`, () => Effect.provide(test(kind, client), client.layer))
    }
  }
}

/** Again, and at once. */
const retry = { times: 1, schedule: Schedule.recurs(1) }

describe("answers", () => {
  every("come, and the connection is kept", (kind, client) =>
    Effect.gen(function*() {
      const server = yield* Server.make(() => Server.json(kind.answer))
      for (let i = 0; i < 6; i++) assert.strictEqual(yield* kind.call(server.url), 2)
      for (const { headers, method, url } of server.requests) {
        assert.strictEqual(url, kind.path)
        assert.strictEqual(method, kind.path === "/embeddings" ? "POST" : "GET")
        assert.strictEqual(headers["x-api-key"] ?? headers.authorization?.replace("Bearer ", ""), key)
        assert.strictEqual(headers["x-team"], header)
        assert.strictEqual(headers["content-type"], method === "POST" ? "application/json" : undefined)
        assert.isUndefined(headers.traceparent)
      }
      // A client may open the second before it has put the first one back.
      if (client.keepsAlive) assert.isAtMost(server.connections(), 2)
    }))

  every("come compressed, and in pieces", (kind) =>
    Effect.gen(function*() {
      const json = JSON.stringify(kind.answer)
      const pieces = [json.slice(0, 1), json.slice(1, 30), json.slice(30)].map(Server.write)
      const server = yield* Server.make((_, index) => ({ steps: pieces, gzip: index === 0 }))
      assert.strictEqual(yield* kind.call(server.url), 2)
      assert.strictEqual(yield* kind.call(server.url), 2)
    }))

  every("are asked for again", (kind) =>
    Effect.gen(function*() {
      const server = yield* Server.make([
        Server.json({ error: { message: "slow down" } }, { status: 429, headers: { "retry-after": "0" } }),
        Server.json(kind.answer)
      ])
      assert.strictEqual(yield* kind.call(server.url, { retry }), 2)
    }))

  every("that break off are asked for again, also with half of them there", (kind) =>
    Effect.gen(function*() {
      const half = Server.write(JSON.stringify(kind.answer).slice(0, 40))
      const server = yield* Server.make((_, index) =>
        index === 0 ? { steps: [half, Server.sleep(5), Server.reset] } : Server.json(kind.answer)
      )
      assert.strictEqual(yield* kind.call(server.url, { retry }), 2)
      assert.strictEqual(server.requests.length, 2)
    }))

  for (const client of Clients.all) {
    for (const base64 of [true, false]) {
      it.scopedLive(`${client.name}: 5,000 texts in three parts, vectors as ${base64 ? "base64" : "numbers"}`, () =>
        Effect.gen(function*() {
          const server = yield* Server.make((request) => {
            const { input }: { readonly input: ReadonlyArray<string> } = JSON.parse(request.body)
            const { data, ...rest } = vectors(input.length, 3, base64)
            // The last first.
            return Server.json({ ...rest, data: data.reverse() })
          })
          const input = Array.from({ length: 5_000 }, (_, i) => `text ${i}`)
          const answer = yield* Embeddings.embed({ input }).pipe(
            Effect.provide(OpenAi.layer({ apiKey, baseUrl: server.url, embeddingModel: "m" }))
          )
          assert.strictEqual(server.requests.length, 3)
          assert.deepStrictEqual(
            answer.embeddings,
            input.map((_, i) => [0, 1, 2].map((place) => i % 2048 + place / 1024))
          )
          assert.deepStrictEqual(answer.usage, { promptTokens: 5_000, totalTokens: 5_000 })
        }).pipe(Effect.provide(client.layer)))
    }
  }

  it.scopedLive("as large as they get: 2,048 vectors of 3,072 numbers", () =>
    Effect.gen(function*() {
      const body = JSON.stringify(vectors(2048, 3072, true))
      assert.isAbove(body.length, 33_000_000)
      const server = yield* Server.make([{ steps: [Server.write(body)] }])
      const { embeddings } = yield* Embeddings.embed({ input: Array.from({ length: 2048 }, () => "x") }).pipe(
        Effect.provide(OpenAi.layer({ apiKey, baseUrl: server.url, embeddingModel: "m" }))
      )
      assert.strictEqual(embeddings[2047]?.[1024], 2048)
    }).pipe(Effect.provide(Clients.undici.layer)))
})

describe("ends", () => {
  const phases: ReadonlyArray<readonly [name: string, script: Server.Script]> = [
    ["before the headers", { before: [Server.expectClose()], steps: [] }],
    ["in the body", { steps: [Server.write("{\"data\":[{\"id\":"), Server.expectClose()] }]
  ]
  for (const [name, script] of phases) {
    every(`${name}: cancel, signal and interruption close the connection`, (kind) =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => script)
        for (const way of ["cancel", "signal", "interrupt"] as const) {
          const index = server.requests.length
          const stop = yield* Deferred.make<void>()
          const controller = new AbortController()
          const fiber = yield* Effect.fork(
            kind.call(server.url, { retry: false, cancel: Deferred.await(stop), signal: controller.signal })
          )
          yield* server.awaitRequests(index + 1)
          yield* Effect.sleep(15)
          const from = performance.now()
          if (way === "cancel") yield* Deferred.succeed(stop, undefined)
          if (way === "signal") controller.abort()
          if (way === "interrupt") yield* Fiber.interruptFork(fiber)
          const exit = yield* Fiber.await(fiber)
          assert.isBelow(performance.now() - from, 1_000)
          assert.strictEqual((yield* server.awaitEnded(index)).outcome, "client")
          if (way === "interrupt") assert.isTrue(Exit.isInterrupted(exit))
          else assert.include(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", "the call was cancelled")
        }
        yield* server.awaitClosed
      }))

    every(`${name}: a clock closes it, too`, (kind) =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => script)
        const phase = name === "in the body" ? "firstContent" : "headers"
        const error = yield* Effect.flip(
          kind.call(server.url, { retry: false, timeouts: { headers: "200 millis", firstContent: "400 millis" } })
        )
        assert.deepInclude(error, { _tag: "Timeout", phase, attempts: 1 })
        assert.strictEqual((yield* server.awaitEnded(0)).outcome, "client")
      }))
  }
})

describe("secrets", () => {
  /** What the server does, and the reason it is told as. */
  const mishaps: ReadonlyArray<readonly [name: string, script: Server.Script, reason: Reason["_tag"]]> = [
    [
      "a refusal that quotes what was sent",
      Server.json({ error: { message: `Incorrect API key provided: ${key}, team ${header}` } }, { status: 401 }),
      "Authentication"
    ],
    ["a page that quotes it", { steps: [Server.write(`<html>${key} ${header}</html>`)] }, "UnexpectedBody"],
    ["an answer that is none", Server.json({ key, header }), "UnexpectedBody"],
    ["half an answer", { steps: [Server.write("{\"data\":["), Server.destroy] }, "Network"]
  ]
  const deep = { depth: Infinity, showHidden: true } as const
  for (const [name, script, reason] of mishaps) {
    every(`${name}: neither key nor header nor text is in an error or a span`, (kind) =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => script)
        const recorder = Tracing.make()
        const exit = yield* Effect.exit(kind.call(server.url, { retry: false })).pipe(
          Effect.withTracer(recorder.tracer)
        )
        const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
        assert.strictEqual(isProviderError(error) && error.reason._tag, reason)
        const shown = [String(error), JSON.stringify(error), util.inspect(error, deep), util.inspect(exit, deep)]
        for (const secret of ["KEYMARK", "TEAMMARK", "TEXTMARK"]) {
          assert.notInclude([...shown, recorder.text()].join("\n"), secret)
        }
      }))
  }

  every("a redirect is not followed, and the other origin gets nothing", (kind) =>
    Effect.gen(function*() {
      const other = yield* Server.make(() => Server.json(kind.answer))
      const server = yield* Server.make(() => ({ status: 307, headers: { location: other.url }, steps: [] }))
      const error = yield* Effect.flip(kind.call(server.url))
      assert.strictEqual(isProviderError(error) && error.reason._tag, "UnexpectedBody")
      assert.strictEqual(server.requests.length, 1)
      assert.strictEqual(other.connections(), 0)
    }))
})
