/**
 * Whatever goes wrong: the key, the values of custom headers and the prompt appear nowhere but at the provider.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import type * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as util from "node:util"
import type { CallOptions } from "../src/CallOptions.ts"
import type { CompletionParams } from "../src/CompletionParams.ts"
import * as Provider from "../src/Provider.ts"
import { isProviderError } from "../src/ProviderError.ts"
import * as Tracing from "./internal/tracing.ts"
import * as Clients from "./kit/clients.ts"
import * as Server from "./kit/server.ts"
import * as Wire from "./loopback/wire.ts"

/** Without the shape that gives keys away. */
const key = "KEYMARK-0123456789/abc+def=KEYMARK"
const prompt = "PROMPTMARK-the-user's-secret"
const teamHeader = "TEAMMARK-0123456789"
const tenantHeader = "TENANTMARK-0123456789"

/** Parts are secrets, too. */
const secrets = ["KEYMARK", "PROMPTMARK", "TEAMMARK", "TENANTMARK"]

const params: CompletionParams = { messages: [{ role: "system", content: prompt }, { role: "user", content: prompt }] }

const deep = { depth: Infinity, showHidden: true, maxArrayLength: null, maxStringLength: null } as const

/** What the loggers of Effect make of an effect's logs, by logger. */
const logged = (effect: Effect.Effect<unknown>) =>
  Effect.gen(function*() {
    const out: Array<readonly [string, string]> = []
    const keep = (name: string) => (line: unknown) => {
      out.push([name, typeof line === "string" ? line : util.inspect(line, deep)])
    }
    const write = (...args: ReadonlyArray<unknown>) =>
      out.push(["console", args.map((arg) => typeof arg === "string" ? arg : util.inspect(arg, deep)).join(" ")])
    const unsafe = Object.assign(Object.create(globalThis.console), {
      log: write,
      error: write,
      group: write,
      groupCollapsed: write,
      groupEnd: () => undefined
    }) as Console.UnsafeConsole
    const loggers = [
      Logger.map(Logger.stringLogger, keep("string")),
      Logger.map(Logger.logfmtLogger, keep("logfmt")),
      Logger.map(Logger.jsonLogger, keep("json")),
      Logger.map(Logger.structuredLogger, keep("structured")),
      Logger.prettyLogger({ colors: false, mode: "tty" }),
      Logger.prettyLogger({ colors: false, mode: "browser" }),
      Logger.withConsoleLog(Logger.defaultLogger)
    ]
    yield* effect.pipe(
      Effect.provide(Layer.mergeAll(
        Logger.remove(Logger.defaultLogger),
        ...loggers.map((logger) => Logger.add(logger)),
        Logger.minimumLogLevel(LogLevel.All)
      )),
      Effect.withConsole({ ...(yield* Effect.console), unsafe })
    )
    assert.isAtLeast(new Set(out.map(([name]) => name)).size, 5)
    return out
  })

/** Every way to show a failure, but for the logs. */
const renderings = (cause: Cause.Cause<unknown>): ReadonlyArray<readonly [string, string]> => {
  const error = Cause.squash(cause)
  return [
    ["message", error instanceof Error ? error.message : ""],
    ["String", String(error)],
    ["stack", error instanceof Error ? String(error.stack) : ""],
    ["JSON", JSON.stringify(error)],
    ["inspect", util.inspect(error, deep)],
    ["Cause.pretty", Cause.pretty(cause)],
    ["Cause.pretty with causes", Cause.pretty(cause, { renderErrorCause: true })],
    ["JSON of the cause", JSON.stringify(cause)],
    ["inspect of the cause", util.inspect(cause, deep)],
    ["Exit", String(Exit.failCause(cause))]
  ]
}

const logs = (cause: Cause.Cause<unknown>) =>
  Effect.suspend(() => {
    const error = Cause.squash(cause)
    return logged(
      Effect.logError("it failed", cause).pipe(
        Effect.zipRight(Effect.logError(cause)),
        Effect.zipRight(Effect.logError("it failed", error)),
        Effect.annotateLogs({ error })
      )
    )
  })

const leaks = (shown: ReadonlyArray<readonly [string, string]>): ReadonlyArray<string> =>
  shown.flatMap(([name, text]) =>
    secrets.filter((secret) => text.includes(secret)).map((secret) =>
      `${secret} in ${name}: ${text.slice(Math.max(0, text.indexOf(secret) - 80), text.indexOf(secret) + 80)}`
    )
  )

interface Failure {
  readonly layer?: Partial<Provider.LayerOptions>
  readonly call?: CallOptions
}

/** Makes a call fail, and looks everywhere. */
const look = (client: Clients.Client, wire: Wire.Wire, baseUrl: string, { call, layer }: Failure = {}) =>
  Effect.gen(function*() {
    const options: Partial<Provider.LayerOptions> = {
      apiKey: Redacted.make(key),
      headers: { "x-team": teamHeader },
      retry: false,
      baseUrl,
      ...layer
    }
    const callOptions: CallOptions = { headers: { "x-tenant": Redacted.make(tenantHeader) }, ...call }
    const recorder = Tracing.make()
    const during: Array<readonly [string, string]> = []
    const causes = yield* Effect.gen(function*() {
      const provider = yield* Provider.Provider
      return yield* Effect.all([
        Effect.sandbox(Stream.runDrain(provider.completionStream(params, callOptions))).pipe(Effect.flip),
        Effect.sandbox(provider.completion(params, callOptions)).pipe(Effect.flip)
      ])
    }).pipe(
      Effect.provide(Layer.provide(wire.layer(options), client.layer)),
      Effect.withSpan("the user's own"),
      Effect.withTracer(recorder.tracer),
      Effect.orDieWith(() => new Error("the call did not fail"))
    )
    for (const cause of causes) during.push(...renderings(cause))
    during.push(...(yield* logs(causes[0])))
    assert.deepStrictEqual(leaks([...during, ["spans", recorder.text()]]), [])
    assert.isAbove(recorder.spans.length, 1)
    return Cause.squash(causes[0])
  })

const noise = (length: number) => "x".repeat(length)

interface Way {
  readonly name: string
  readonly script: (request: Server.Exchange, wire: Wire.Wire) => Server.Script
  readonly failure?: Failure
  readonly tag: string
}

/** What the server was told, as it might tell it. */
const told = (request: Server.Exchange): string =>
  [
    request.headers["authorization"],
    request.headers["x-api-key"],
    request.headers["x-team"],
    request.headers["x-tenant"]
  ]
    .join(" | ")

const text = (status: number, body: string, contentType = "text/plain"): Server.Script => ({
  status,
  headers: { "content-type": contentType },
  steps: [Server.write(body)]
})

const short = { headers: "600 millis", firstContent: "600 millis", idle: "600 millis" } as const

const ways: ReadonlyArray<Way> = [
  ...[400, 401, 403, 404, 429, 500, 503].map((status): Way => ({
    name: `${status} that says what it was told`,
    script: (request) => ({
      ...Server.json({ error: { message: `You sent ${told(request)}`, code: told(request), param: told(request) } }),
      status
    }),
    tag: "ProviderError"
  })),
  {
    name: "an error that says it as URL and as JSON",
    script: (request) =>
      text(400, `at /?key=${encodeURIComponent(key)} with ${JSON.stringify(JSON.stringify({ auth: told(request) }))}`),
    tag: "InvalidRequest"
  },
  {
    name: "an error whose text is cut in the middle of the key",
    script: (request) => text(400, `${noise(2_030 - "Bearer ".length)} ${told(request)} ${noise(4_000)}`),
    tag: "InvalidRequest"
  },
  {
    name: "an error that is longer than what is read",
    script: () => text(400, JSON.stringify({ error: { message: noise(64 * 1024 - 40) + key } })),
    tag: "InvalidRequest"
  },
  {
    name: "500 with a page",
    script: (request) =>
      text(500, `<html><title>No: ${told(request)}</title><p>${told(request)}</p></html>`, "text/html"),
    tag: "Server"
  },
  {
    name: "a page in place of the stream",
    script: (request) => text(200, `<html><p>${told(request)}</p></html>`, "text/html"),
    tag: "UnexpectedBody"
  },
  {
    name: "a page that is cut in the middle of the key",
    script: () => text(200, `<html>${noise(512 - 6 - 12)}${key}</html>`, "text/html"),
    tag: "UnexpectedBody"
  },
  {
    name: "a text in place of the stream",
    script: (request) => text(200, `hello, ${told(request)}`),
    tag: "UnexpectedBody"
  },
  {
    name: "a content type that says it",
    script: (request) => text(200, "<html>", `text/html; auth="${told(request)}"`),
    tag: "UnexpectedBody"
  },
  {
    name: "a frame that is not JSON",
    script: (request) => Server.sse(`data: {bad ${told(request)}\n\n`),
    tag: "MalformedChunk"
  },
  {
    name: "a frame that is not JSON, cut in the middle of the key",
    script: () => Server.sse(`data: {bad ${noise(2_030)}${key}${noise(100)}\n\n`),
    tag: "MalformedChunk"
  },
  {
    name: "an error inside the stream",
    script: (request) =>
      Server.sse(`data: ${JSON.stringify({ error: { message: told(request), type: "api_error" } })}\n\n`),
    tag: "Server"
  },
  {
    name: "a connection that breaks before the headers",
    script: () => ({ before: [Server.reset], steps: [] }),
    tag: "Network"
  },
  {
    name: "a connection that breaks in the middle",
    script: (_, wire) => Server.sse(wire.open, wire.text("a"), Server.sleep(10), Server.reset),
    tag: "Network"
  },
  {
    name: "a stream that ends in the middle",
    script: (_, wire) => Server.sse(wire.open, wire.text("a"), wire.half),
    tag: "TruncatedStream"
  },
  {
    name: "no headers",
    script: () => ({ before: [Server.expectClose()], steps: [] }),
    failure: { call: { timeouts: short } },
    tag: "Timeout"
  },
  {
    name: "no content",
    script: (_, wire) => Server.sse(wire.open, Server.expectClose()),
    failure: { call: { timeouts: short } },
    tag: "Timeout"
  },
  {
    name: "no more content",
    script: (_, wire) => Server.sse(wire.open, wire.text("a"), Server.expectClose()),
    failure: { call: { timeouts: { ...short, headers: "5 seconds" } } },
    tag: "Timeout"
  },
  {
    name: "no end",
    script: (_, wire) => Server.sse(wire.open, wire.text("a"), Server.expectClose()),
    failure: { call: { timeouts: { total: "400 millis" } } },
    tag: "Timeout"
  },
  {
    name: "a stop that was asked for",
    script: (_, wire) => Server.sse(wire.open, wire.text("a"), Server.expectClose()),
    failure: { call: { cancel: Effect.sleep("400 millis") } },
    tag: "Cancelled"
  }
]

const tagOf = (error: unknown): string =>
  isProviderError(error) ? error.reason._tag : typeof error === "object" && error !== null && "_tag" in error
    ? String(error._tag)
    : "no error"

for (const client of Clients.all) {
  for (const wire of Wire.all) {
    describe(`${client.name}, ${wire.name}`, { timeout: 20_000 }, () => {
      for (const way of ways) {
        it.scopedLive(way.name, () =>
          Effect.gen(function*() {
            const server = yield* Server.make((request) => way.script(request, wire))
            const error = yield* look(client, wire, server.url, way.failure)
            if (way.tag !== "ProviderError") assert.strictEqual(tagOf(error), way.tag)
            else assert.isTrue(isProviderError(error))
            const request = server.requests[0] ?? assert.fail("no request")
            // Else there would be nothing to find.
            assert.include(told(request), key)
            assert.include(request.body, "PROMPTMARK")
            assert.deepInclude(request.headers, { "x-team": teamHeader, "x-tenant": tenantHeader })
          }))
      }

      for (const status of [301, 302, 303, 307, 308]) {
        it.scopedLive(`${status} to another origin, which gets nothing`, () =>
          Effect.gen(function*() {
            const other = yield* Server.make(() => Server.sse(Wire.answer(wire, "a")))
            const server = yield* Server.make(() => ({
              status,
              headers: { location: `${other.url}/steal?key=${encodeURIComponent(key)}` },
              steps: []
            }))
            const error = yield* look(client, wire, server.url)
            assert.strictEqual(tagOf(error), "UnexpectedBody")
            assert.isTrue(isProviderError(error) && !error.isRetryable && error.message.includes(other.url))
            assert.strictEqual(other.connections(), 0)
            assert.strictEqual(server.requests.length, 2)
          }))
      }

      it.scopedLive("a dead port", () =>
        Effect.gen(function*() {
          const server = yield* Effect.scoped(Server.make([]))
          const error = yield* look(client, wire, server.url)
          assert.strictEqual(tagOf(error), "Network")
          assert.isTrue(isProviderError(error) && error.code === "ECONNREFUSED")
        }))

      it.scopedLive("a host that there is not", () =>
        Effect.gen(function*() {
          const error = yield* look(client, wire, "http://nonexistent.invalid")
          assert.strictEqual(tagOf(error), "Network")
          assert.isTrue(isProviderError(error) && /nonexistent\.invalid/.test(error.message))
        }))

      it.scopedLive("credentials in the base URL", () =>
        Effect.gen(function*() {
          const server = yield* Server.make([])
          const baseUrl = server.url.replace("://", `://user:${encodeURIComponent(key)}@`)
          const error = yield* look(client, wire, baseUrl)
          assert.isTrue(
            isProviderError(error) && error.reason._tag === "InvalidRequest" && error.reason.param === "baseUrl"
          )
          assert.strictEqual(server.connections(), 0)
        }))

      const unusable: ReadonlyArray<readonly [string, string, string]> = [
        ["with a line break", "KEYMARK-01234\r\nx-evil: 1", "Authentication"],
        ["outside ASCII", "KEYMARK-0123456789-ключ", "Authentication"],
        ["that is no text at all", "KEYMARK-\ud800-0123456789", "Authentication"],
        ["with a control character", "KEYMARK-\u0000-0123456789", "Authentication"],
        ["that is empty", "", "MissingApiKey"],
        ["of white space", " \n ", "MissingApiKey"]
      ]
      for (const [name, value, tag] of unusable) {
        it.scopedLive(`a key ${name} is not sent`, () =>
          Effect.gen(function*() {
            const server = yield* Server.make([])
            const apiKey = Redacted.make(value)
            assert.strictEqual(tagOf(yield* look(client, wire, server.url, { layer: { apiKey } })), tag)
            assert.strictEqual(tagOf(yield* look(client, wire, server.url, { call: { apiKey } })), tag)
            assert.strictEqual(server.connections(), 0)
          }))
      }

      it.scopedLive("a header that cannot be sent", () =>
        Effect.gen(function*() {
          const server = yield* Server.make([])
          for (const value of ["TEAMMARK\r\nx-evil: 1", "TEAMMARK-ключ", "TEAMMARK-\ud800"]) {
            const error = yield* look(client, wire, server.url, { layer: { headers: { "x-team": value } } })
            assert.isTrue(
              isProviderError(error) && error.reason._tag === "InvalidRequest" && error.reason.param === "headers"
            )
          }
          assert.strictEqual(server.connections(), 0)
        }))

      it.scopedLive("a key with a line break at its end works, and arrives without it", () =>
        Effect.gen(function*() {
          const server = yield* Server.make(() => Server.sse(Wire.answer(wire, "a")))
          yield* Stream.runDrain(Provider.completionStream(params)).pipe(
            Effect.provide(
              Layer.provide(wire.layer({ apiKey: Redacted.make(` ${key}\r\n`), baseUrl: server.url }), client.layer)
            )
          )
          const { authorization, "x-api-key": bare } = server.requests[0]?.headers ?? {}
          assert.include([`Bearer ${key}`, key], authorization ?? bare)
        }))

      it.scopedLive("a token after the name of its scheme", () =>
        Effect.gen(function*() {
          const server = yield* Server.make((request) =>
            text(403, `no such token: ${String(request.headers["x-gateway"]).split(" ")[1]}`)
          )
          const headers = { "x-gateway": "Basic TENANTMARK0123456789" }
          assert.strictEqual(tagOf(yield* look(client, wire, server.url, { call: { headers } })), "PermissionDenied")
        }))

      it.scopedLive("the user's own client sees no key, whatever happens", () =>
        Effect.gen(function*() {
          const seen: Array<readonly [string, string]> = []
          const keep = (name: string) => (value: unknown) =>
            Effect.sync(() => {
              seen.push([name, util.inspect(value, deep) + JSON.stringify(value)])
            })
          const transformClient = (self: HttpClient.HttpClient) =>
            self.pipe(
              HttpClient.mapRequestEffect((request) => Effect.as(keep("request")(request), request)),
              HttpClient.tapError(keep("error")),
              HttpClient.tap((response) =>
                Effect.zipRight(keep("response")(response.headers), keep("its request")(response.request))
              )
            )
          const server = yield* Server.make((_, index) =>
            index === 0 ? Server.sse(Wire.answer(wire, "a")) : { before: [Server.reset], steps: [] }
          )
          const run = Stream.runDrain(Provider.completionStream(params)).pipe(
            Effect.provide(Layer.provide(
              wire.layer({ apiKey: Redacted.make(key), baseUrl: server.url, retry: false, transformClient }),
              client.layer
            ))
          )
          yield* run
          yield* Effect.flip(run)
          assert.deepStrictEqual(
            new Set(seen.map(([name]) => name)),
            new Set(["request", "response", "its request", "error"])
          )
          assert.deepStrictEqual(seen.filter(([, text]) => text.includes("KEYMARK")), [])
        }))

      it.scopedLive("the user's own client can send a call elsewhere, and the key does not go along", () =>
        Effect.gen(function*() {
          const other = yield* Server.make(() => Server.sse(Wire.answer(wire, "a")))
          const server = yield* Server.make([])
          const transformClient = HttpClient.mapRequest((request) =>
            HttpClientRequest.setUrl(request, request.url.replace(server.url, other.url))
          )
          yield* Stream.runDrain(Provider.completionStream(params)).pipe(
            Effect.provide(Layer.provide(
              wire.layer({ apiKey: Redacted.make(key), baseUrl: server.url, transformClient }),
              client.layer
            ))
          )
          assert.strictEqual(server.connections(), 0)
          assert.notInclude(JSON.stringify(other.requests[0]?.headers ?? assert.fail("no request")), "KEYMARK")
        }))

      it.scopedLive("a key that is one of several", () =>
        Effect.gen(function*() {
          const server = yield* Server.make((request) => text(401, `not ${told(request)}`))
          const error = yield* look(client, wire, server.url, {
            layer: { apiKey: Redacted.make("the layer's own") },
            call: { apiKey: Redacted.make(key) }
          })
          assert.strictEqual(tagOf(error), "Authentication")
          assert.include(told(server.requests[0] ?? assert.fail("no request")), key)
        }))
    })
  }
}
