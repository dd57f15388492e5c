/**
 * Whatever goes wrong: the key, the values of custom headers and the prompt appear nowhere but at the provider.
 */
import * as AiError from "@effect/ai/AiError"
import * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Prompt from "@effect/ai/Prompt"
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
import * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import * as util from "node:util"
import * as AiLanguageModel from "../src/AiLanguageModel.ts"
import type { AwsCredentials } from "../src/AwsCredentials.ts"
import type { CallOptions } from "../src/CallOptions.ts"
import type { CompletionParams } from "../src/CompletionParams.ts"
import * as Provider from "../src/Provider.ts"
import { isProviderError } from "../src/ProviderError.ts"
import * as SageMaker from "../src/providers/SageMaker.ts"
import * as Tracing from "./internal/tracing.ts"
import * as Bytes from "./kit/bytes.ts"
import * as Clients from "./kit/clients.ts"
import * as EventStream from "./kit/eventStream.ts"
import * as Server from "./kit/server.ts"
import * as Wire from "./loopback/wire.ts"

/** Without the shape that gives keys away. */
const key = "KEYMARK-0123456789/abc+def=KEYMARK"
const prompt = "PROMPTMARK-the-user's-secret"
const teamHeader = "TEAMMARK-0123456789"
const tenantHeader = "TENANTMARK-0123456789"

/** Parts are secrets, too. */
const secrets = ["KEYMARK", "PROMPTMARK", "TEAMMARK", "TENANTMARK", "SIGNMARK"]

const params: CompletionParams = { messages: [{ role: "system", content: prompt }, { role: "user", content: prompt }] }

const deep = { depth: Infinity, showHidden: true, maxArrayLength: null, maxStringLength: null } as const

type Shown = ReadonlyArray<readonly [where: string, text: string]>

const textOf = (value: unknown): string => typeof value === "string" ? value : util.inspect(value, deep)

const loggers: ReadonlyArray<readonly [name: string, logger: Logger.Logger<unknown, unknown>]> = [
  ["string", Logger.stringLogger],
  ["logfmt", Logger.logfmtLogger],
  ["json", Logger.jsonLogger],
  ["structured", Logger.structuredLogger],
  ["pretty", Logger.prettyLogger({ colors: false, mode: "tty" })],
  ["pretty with colours", Logger.prettyLogger({ colors: true, mode: "tty" })],
  ["pretty in a browser", Logger.prettyLogger({ colors: true, mode: "browser" })],
  ["default", Logger.defaultLogger]
]

/** These loggers in place of the default one, at every level, and what becomes of what they are told. */
const logging = (loggers: ReadonlyArray<readonly [name: string, logger: Logger.Logger<unknown, unknown>]>) => {
  const out: Array<readonly [string, string]> = []
  let current = ""
  const write = (...args: ReadonlyArray<unknown>): void => {
    out.push([`the log, ${current}`, args.map(textOf).join(" ")])
  }
  // Some return what they made, the others write it to the console, and all do it at once.
  const kept = loggers.map(([name, logger]) =>
    Logger.make<unknown, void>((options) => {
      current = name
      const line = logger.log(options)
      if (line !== undefined) write(line)
    })
  )
  const unsafe: Console.UnsafeConsole = new Proxy(globalThis.console, { get: () => write })
  return {
    shown: out,
    run: <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.consoleWith((console) => Effect.withConsole(effect, { ...console, unsafe })).pipe(
        Effect.provide(Layer.mergeAll(
          Logger.remove(Logger.defaultLogger),
          ...kept.map((logger) => Logger.add(logger)),
          Logger.minimumLogLevel(LogLevel.All)
        ))
      )
  }
}

/** Writes down all that a tracer is told, also what a later word replaces. */
const tracing = () => {
  const out: Array<readonly [string, string]> = []
  const recorder = Tracing.make()
  const keep = (where: string, ...values: ReadonlyArray<unknown>): void => {
    out.push([where, values.map(textOf).join(" ")])
  }
  const tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind, options) => {
      keep("a span", name, options?.attributes, links.map((link) => link.attributes))
      const span = recorder.tracer.span(name, parent, context, links, startTime, kind, options)
      const attribute = span.attribute.bind(span)
      const event = span.event.bind(span)
      return Object.assign(span, {
        attribute: (key: string, value: unknown) => {
          keep(`an attribute of ${name}`, key, value)
          attribute(key, value)
        },
        event: (what: string, time: bigint, attributes?: Record<string, unknown>) => {
          keep(`an event of ${name}`, what, attributes)
          event(what, time, attributes)
        }
      })
    },
    context: (run) => run()
  })
  return {
    tracer,
    names: () => recorder.spans.map((span) => span.name),
    shown: (): Shown => [...out, ["the spans", recorder.text()]]
  }
}

type Rejection = Runtime.FiberFailure

const ofError = (name: string, error: unknown): Shown => [
  [`${name}: message`, error instanceof Error ? error.message : ""],
  [`${name}: String`, String(error)],
  [`${name}: stack`, error instanceof Error ? String(error.stack) : ""],
  [`${name}: JSON`, JSON.stringify(error)],
  [`${name}: inspect`, util.inspect(error, deep)]
]

/** Every way to show a failure, but for the logs. */
const renderings = (rejection: Rejection): Shown => {
  const cause = rejection[Runtime.FiberFailureCauseId]
  return [
    ...ofError("the error", Cause.squash(cause)),
    ...ofError("what runPromise throws", rejection),
    ["Cause.pretty", Cause.pretty(cause)],
    ["Cause.pretty with causes", Cause.pretty(cause, { renderErrorCause: true })],
    ["JSON of the cause", JSON.stringify(cause)],
    ["inspect of the cause", util.inspect(cause, deep)],
    ["Exit", String(Exit.failCause(cause))]
  ]
}

/** The failure in all loggers, and in the events that the tracer's own logger makes of them. */
const logs = (rejection: Rejection, tracer: Tracer.Tracer): Shown => {
  const cause = rejection[Runtime.FiberFailureCauseId]
  const error = Cause.squash(cause)
  const { run, shown } = logging(loggers)
  // On its own: the test has a logger, too.
  Effect.runSync(run(
    Effect.logError("it failed", error, cause).pipe(
      Effect.annotateLogs({ error }),
      Effect.withSpan("the log"),
      Effect.withTracer(tracer)
    )
  ))
  assert.strictEqual(new Set(shown.map(([where]) => where)).size, loggers.length, "all loggers")
  return shown
}

/** What `Effect.runPromise` throws. */
const rejected = (effect: Effect.Effect<unknown, unknown>): Effect.Effect<Rejection> =>
  Effect.promise(() => Effect.runPromise(effect).then(() => undefined, (thrown: unknown) => thrown)).pipe(
    Effect.map((thrown) => Runtime.isFiberFailure(thrown) ? thrown : assert.fail("the call did not fail"))
  )

const leaks = (shown: Shown): ReadonlyArray<string> =>
  shown.flatMap(([name, text]) =>
    secrets.filter((secret) => text.includes(secret)).map((secret) =>
      `${secret} in ${name}: ${text.slice(Math.max(0, text.indexOf(secret) - 80), text.indexOf(secret) + 80)}`
    )
  )

interface Failure {
  readonly layer?: Partial<Provider.LayerOptions>
  readonly call?: CallOptions
  /** Of the whole answer, where it has other clocks than the stream. */
  readonly whole?: CallOptions
}

/** How a program calls: as a stream and for the whole answer. */
interface Surface {
  readonly name: string
  readonly clients: ReadonlyArray<Clients.Client>
  readonly stream: (call: CallOptions) => Effect.Effect<unknown, unknown, Provider.Provider>
  readonly answer: (call: CallOptions) => Effect.Effect<unknown, unknown, Provider.Provider>
  /** Our own error in what it failed with. */
  readonly errorOf: (error: unknown) => unknown
}

const direct: Surface = {
  name: "",
  clients: Clients.all,
  stream: (call) => Stream.runDrain(Provider.completionStream(params, call)),
  answer: (call) => Provider.completion(params, call),
  errorOf: (error) => error
}

const asked: ReadonlyArray<Prompt.MessageEncoded> = [{ role: "system", content: prompt }, {
  role: "user",
  content: prompt
}]

const bridged: Surface = {
  name: ", through @effect/ai",
  clients: [Clients.undici],
  stream: (call) =>
    Stream.runDrain(LanguageModel.streamText({ prompt: asked })).pipe(
      Effect.provide(AiLanguageModel.layerWith({ call }))
    ),
  answer: (call) =>
    LanguageModel.generateText({ prompt: asked }).pipe(Effect.provide(AiLanguageModel.layerWith({ call }))),
  errorOf: (error) => AiError.isAiError(error) ? error.cause : assert.fail("no AiError")
}

/** Makes a stream and a whole answer fail, and looks everywhere. */
const look = (
  client: Clients.Client,
  wire: Wire.Wire,
  baseUrl: string,
  { call, layer, whole }: Failure = {},
  surface = direct
) =>
  Effect.gen(function*() {
    const context = yield* Layer.build(Layer.provide(
      wire.layer({
        apiKey: Redacted.make(key),
        headers: { "x-team": teamHeader },
        retry: false,
        baseUrl,
        ...layer
      }),
      client.layer
    ))
    const headers = { "x-tenant": Redacted.make(tenantHeader) }
    const traced = tracing()
    const during = logging([["string", Logger.stringLogger]])
    const [stream, answer] = yield* Effect.all(
      [
        surface.stream({ headers, ...call }),
        surface.answer({ headers, ...call, ...whole })
      ].map((run) =>
        rejected(during.run(run.pipe(
          Effect.withSpan("the user's own"),
          Effect.withTracer(traced.tracer),
          Effect.provide(context)
        )))
      ),
      { concurrency: "unbounded" }
    )
    if (stream === undefined || answer === undefined) return assert.fail("two calls")
    assert.deepStrictEqual(
      leaks([
        ...renderings(stream),
        ...renderings(answer),
        ...logs(stream, traced.tracer),
        ...during.shown,
        ...traced.shown()
      ]),
      []
    )
    assert.isTrue(traced.names().includes("chat m"), "the call's own span")
    return { error: surface.errorOf(Cause.squash(stream[Runtime.FiberFailureCauseId])), spans: traced.names() }
  })

const noise = (length: number) => "x".repeat(length)

interface Way {
  readonly name: string
  readonly script: (request: Server.Exchange, wire: Wire.Wire) => Server.Script
  readonly failure?: (server: Server.Server) => Failure
  readonly tag: string
  /** Of a timeout. */
  readonly phase?: string
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

/** Long enough for the request to arrive, also on a busy machine. */
const short = "1500 millis"

/** Until both calls are under way. */
const underWay = (server: Server.Server) => Effect.zipRight(server.awaitRequests(2), Effect.sleep("50 millis"))

/** Whoever stops a call may say why, in words of their own. */
const why = () => new Error(`${key} ${prompt}`)

const toldSignal = (server: Server.Server): AbortSignal => {
  const controller = new AbortController()
  Effect.runFork(Effect.map(underWay(server), () => controller.abort(why())))
  return controller.signal
}

const event = (type: string, body: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n`

/** Whatever a server names and counts, named after what it was told. */
const openAiSaying = (word: string): ReadonlyArray<string> => [
  event("message", {
    id: word,
    model: word,
    choices: [{ index: 0, delta: { content: "a" }, finish_reason: word }],
    usage: { prompt_tokens: 1, completion_tokens: 1, note: word }
  })
]

const anthropicSaying = (word: string): ReadonlyArray<string> => [
  event("message_start", {
    message: { id: word, model: word, usage: { input_tokens: 1, output_tokens: 1, note: word } }
  }),
  event("content_block_start", { index: 0, content_block: { type: "text", text: "a" } }),
  event("message_delta", { delta: { stop_reason: word }, usage: { output_tokens: 1, note: word } })
]

const ollamaSaying = (word: string): ReadonlyArray<string> => [
  Wire.ollama.frame(JSON.stringify({
    model: word,
    created_at: word,
    message: { content: "a", tool_calls: [{ id: word, function: { name: word, arguments: { word } } }] },
    prompt_eval_count: 1,
    total_duration: word
  }))
]

const bedrockSaying = (word: string): ReadonlyArray<string> => [
  EventStream.text(["contentBlockDelta", { contentBlockIndex: 0, delta: { text: "a" } }]),
  EventStream.text(["contentBlockStart", {
    contentBlockIndex: 1,
    start: { toolUse: { toolUseId: word, name: word, note: word } }
  }]),
  EventStream.text(["metadata", { usage: { inputTokens: 1, outputTokens: 1, note: word }, trace: { note: word } }])
]

const saying = new Map([
  [Wire.openAi, openAiSaying],
  [Wire.anthropic, anthropicSaying],
  [Wire.ollama, ollamaSaying],
  [Wire.bedrock, bedrockSaying]
])

const mebibyte = Bytes.bytesOf(noise(1024 * 1024))

const ways: ReadonlyArray<Way> = [
  ...[400, 401, 429, 500].map((status): Way => ({
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
    name: "404 about a model that is called like a header's value",
    script: () => ({
      ...Server.json({ error: `model "${tenantHeader}" not found, try pulling it first` }),
      status: 404
    }),
    tag: "ProviderError"
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
    script: (request, wire) => Wire.script(wire, wire.frame(`{bad ${told(request)}`)),
    tag: "MalformedChunk"
  },
  {
    name: "a frame that is not JSON, cut in the middle of the key",
    script: (_, wire) => Wire.script(wire, wire.frame(`{bad ${noise(2_030)}${key}${noise(100)}`)),
    tag: "MalformedChunk"
  },
  {
    name: "an error inside the stream",
    script: (request, wire) => Wire.script(wire, wire.failed(told(request))),
    tag: "Server"
  },
  {
    name: "names and counts that say it, before an error",
    script: (request, wire) =>
      Wire.script(
        wire,
        ...saying.get(wire)?.(told(request)) ?? [],
        wire.failed("no")
      ),
    tag: "Server"
  },
  {
    name: "a connection that breaks before the headers",
    script: () => ({ before: [Server.reset], steps: [] }),
    tag: "Network"
  },
  {
    name: "a connection that breaks in the middle",
    script: (_, wire) => Wire.script(wire, wire.open, wire.text("a"), Server.sleep(10), Server.reset),
    tag: "Network"
  },
  {
    name: "a stream that ends in the middle",
    script: (_, wire) => Wire.script(wire, wire.open, wire.text("a"), wire.half),
    tag: "TruncatedStream"
  },
  {
    name: "a frame that is too large",
    script: (request, wire) =>
      Wire.script(wire, wire.begun(`{"a":"${told(request)}`), ...Array.from({ length: 17 }, () => mebibyte)),
    tag: "EventTooLarge"
  },
  {
    name: "no headers",
    script: () => ({ before: [Server.expectClose()], steps: [] }),
    failure: () => ({ call: { timeouts: { headers: short } }, whole: { timeouts: { firstContent: short } } }),
    tag: "Timeout",
    phase: "headers"
  },
  {
    name: "no content",
    script: (_, wire) => Wire.script(wire, wire.open, Server.expectClose()),
    failure: () => ({ call: { timeouts: { firstContent: short } } }),
    tag: "Timeout",
    phase: "firstContent"
  },
  {
    name: "no more content",
    script: (_, wire) => Wire.script(wire, wire.open, wire.text("a"), Server.expectClose()),
    failure: () => ({
      call: { timeouts: { idle: "150 millis" } },
      whole: { timeouts: { firstContent: "200 millis" } }
    }),
    tag: "Timeout",
    phase: "idle"
  },
  {
    name: "no end",
    script: (_, wire) => Wire.script(wire, wire.open, wire.text("a"), Server.expectClose()),
    failure: () => ({ call: { timeouts: { total: short } } }),
    tag: "Timeout",
    phase: "total"
  },
  {
    name: "a stop that was asked for",
    script: (_, wire) => Wire.script(wire, wire.open, wire.text("a"), Server.expectClose()),
    failure: (server) => ({ call: { cancel: underWay(server) } }),
    tag: "Cancelled"
  },
  {
    name: "a stop whose reason says it",
    script: (_, wire) => Wire.script(wire, wire.open, wire.text("a"), Server.expectClose()),
    failure: (server) => ({
      call: { signal: toldSignal(server) },
      whole: { cancel: Effect.zipRight(underWay(server), Effect.die(why())) }
    }),
    tag: "Cancelled"
  }
]

const tagOf = (error: unknown): string =>
  isProviderError(error) ? error.reason._tag : typeof error === "object" && error !== null && "_tag" in error
    ? String(error._tag)
    : "no error"

for (const surface of [direct, bridged]) {
  for (const client of surface.clients) {
    for (const wire of Wire.ofEvery) {
      describe(`${client.name}, ${wire.name}${surface.name}`, { timeout: 20_000 }, () => {
        for (const way of ways) {
          it.scopedLive(way.name, () =>
            Effect.gen(function*() {
              const server = yield* Server.make((request) => way.script(request, wire))
              const { error, spans } = yield* look(client, wire, server.url, way.failure?.(server), surface)
              // One for each of the two calls.
              assert.lengthOf(spans.filter((name) => name.startsWith("http.client")), 2)
              if (way.phase !== undefined) assert.deepInclude(error, { phase: way.phase })
              if (way.tag !== "ProviderError") assert.strictEqual(tagOf(error), way.tag)
              else assert.isTrue(isProviderError(error))
              const request = server.requests[0] ?? assert.fail("no request")
              // Else there would be nothing to find.
              assert.include(told(request), key)
              assert.include(request.body, "PROMPTMARK")
              assert.deepInclude(request.headers, { "x-team": teamHeader, "x-tenant": tenantHeader })
            }))
        }
      })
    }
  }
}

for (const client of Clients.all) {
  for (const wire of Wire.ofEvery) {
    describe(`${client.name}, ${wire.name}`, { timeout: 20_000 }, () => {
      for (const status of [301, 302, 303, 307, 308]) {
        it.scopedLive(`${status} to another origin, which gets nothing`, () =>
          Effect.gen(function*() {
            const other = yield* Server.make(() => Wire.script(wire, Wire.answer(wire, "a")))
            const server = yield* Server.make(() => ({
              status,
              headers: { location: `${other.url}/steal?key=${encodeURIComponent(key)}` },
              steps: []
            }))
            const { error } = yield* look(client, wire, server.url)
            assert.strictEqual(tagOf(error), "UnexpectedBody")
            assert.isTrue(isProviderError(error) && !error.isRetryable && error.message.includes(other.url))
            assert.strictEqual(other.connections(), 0)
            assert.strictEqual(server.requests.length, 2)
          }))
      }

      it.scopedLive("a dead port", () =>
        Effect.gen(function*() {
          const server = yield* Effect.scoped(Server.make([]))
          const { error } = yield* look(client, wire, server.url)
          assert.strictEqual(tagOf(error), "Network")
          assert.isTrue(isProviderError(error) && error.code === "ECONNREFUSED")
        }))

      it.scopedLive("a host that there is not", () =>
        Effect.gen(function*() {
          const { error } = yield* look(client, wire, "http://nonexistent.invalid")
          assert.strictEqual(tagOf(error), "Network")
          assert.isTrue(isProviderError(error) && /nonexistent\.invalid/.test(error.message))
        }))

      it.scopedLive("credentials in the base URL", () =>
        Effect.gen(function*() {
          const server = yield* Server.make([])
          const secret = encodeURIComponent(key)
          for (const credentials of [`user:${secret}`, secret]) {
            const baseUrl = server.url.replace("://", `://${credentials}@`)
            const { error } = yield* look(client, wire, baseUrl)
            assert.isTrue(
              isProviderError(error) && error.reason._tag === "InvalidRequest" && error.reason.param === "baseUrl"
            )
          }
          // Not a URL at all.
          assert.strictEqual(tagOf((yield* look(client, wire, `http://user:${secret}@[`)).error), "InvalidRequest")
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
            const { error } = yield* look(client, wire, server.url, { layer: { apiKey }, whole: { apiKey } })
            assert.strictEqual(tagOf(error), tag)
            assert.strictEqual(server.connections(), 0)
          }))
      }

      it.scopedLive("a header that cannot be sent", () =>
        Effect.gen(function*() {
          const server = yield* Server.make([])
          for (const value of ["TEAMMARK\r\nx-evil: 1", "TEAMMARK-ключ", "TEAMMARK-\ud800"]) {
            const { error } = yield* look(client, wire, server.url, { layer: { headers: { "x-team": value } } })
            assert.isTrue(
              isProviderError(error) && error.reason._tag === "InvalidRequest" && error.reason.param === "headers"
            )
          }
          assert.strictEqual(server.connections(), 0)
        }))

      it.scopedLive("a key with a line break at its end works, and arrives without it", () =>
        Effect.gen(function*() {
          const server = yield* Server.make((request, index) =>
            index === 0 ? Wire.script(wire, Wire.answer(wire, "a")) : text(401, `not ${told(request)}`)
          )
          const apiKey = Redacted.make(` ${key}\r\n`)
          yield* Stream.runDrain(Provider.completionStream(params)).pipe(
            Effect.provide(Layer.provide(wire.layer({ apiKey, baseUrl: server.url }), client.layer))
          )
          const { authorization, "x-api-key": bare } = server.requests[0]?.headers ?? {}
          assert.include([`Bearer ${key}`, key], authorization ?? bare)
          const { error } = yield* look(client, wire, server.url, { layer: { apiKey } })
          assert.strictEqual(tagOf(error), "Authentication")
        }))

      it.scopedLive("a token after the name of its scheme", () =>
        Effect.gen(function*() {
          const server = yield* Server.make((request) =>
            text(403, `no such token: ${String(request.headers["x-gateway"]).split(" ")[1]}`)
          )
          const headers = { "x-gateway": "Basic TENANTMARK0123456789" }
          const { error } = yield* look(client, wire, server.url, { call: { headers } })
          assert.strictEqual(tagOf(error), "PermissionDenied")
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
            index === 0 ? Wire.script(wire, Wire.answer(wire, "a")) : { before: [Server.reset], steps: [] }
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
          const other = yield* Server.make(() => Wire.script(wire, Wire.answer(wire, "a")))
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
          const { error } = yield* look(client, wire, server.url, {
            layer: { apiKey: Redacted.make("the layer's own") },
            call: { apiKey: Redacted.make(key) }
          })
          assert.strictEqual(tagOf(error), "Authentication")
          assert.include(told(server.requests[0] ?? assert.fail("no request")), key)
        }))
    })
  }
}

/** AWS's, each of which says what it is. */
const credentials: AwsCredentials = {
  accessKeyId: "AKIDSIGNMARK0123456789",
  secretAccessKey: Redacted.make("SIGNMARK/secret+0123456789"),
  sessionToken: "SIGNMARK-token/0123456789=="
}

/** Requests that are signed in place of a key. */
const signedBy = (given: Effect.Effect<AwsCredentials, unknown>): Wire.Wire => ({
  ...Wire.openAi,
  name: "signed",
  contentType: "application/vnd.amazon.eventstream",
  layer: ({ apiKey: _, ...options }) =>
    SageMaker.layer({ model: "m", region: "eu-west-1", credentials: given, ...options })
})

/** All that came, as AWS repeats it where a signature does not match. */
const headersOf = ({ headers }: Server.Exchange): string =>
  Object.entries(headers).filter(([name]) => name !== "user-agent").map(([name, value]) => `${name}:${String(value)}`)
    .join("\n")

const repeating: ReadonlyArray<
  readonly [name: string, tag: string, script: (request: Server.Exchange) => Server.Script]
> = [
  [
    "a signature that does not match",
    "Authentication",
    (request) => ({
      ...Server.json({
        message: `The Canonical String for this request should have been\n'POST\n${headersOf(request)}'`
      }),
      status: 403,
      headers: { "content-type": "application/json", "x-amzn-errortype": "InvalidSignatureException" }
    })
  ],
  ["an error that says all headers", "InvalidRequest", (request) => text(400, headersOf(request))],
  [
    "a page that is cut in the middle of the signature",
    "UnexpectedBody",
    (request) =>
      text(200, `<html>${noise(512 - 6 - 20)}${/Signature=(\w+)/.exec(headersOf(request))?.[1]}`, "text/html")
  ],
  [
    "an exception in the stream",
    "Server",
    (request) =>
      Server.stream(
        "application/vnd.amazon.eventstream",
        EventStream.body([["ModelStreamError", { Message: headersOf(request) }, "exception"]])
      )
  ],
  [
    "a part that is not JSON",
    "MalformedChunk",
    (request) =>
      Server.stream(
        "application/vnd.amazon.eventstream",
        EventStream.body([["PayloadPart", `data: {bad ${JSON.stringify(headersOf(request))}\n\n`]])
      )
  ],
  ["a connection that breaks", "Network", () => ({ before: [Server.reset], steps: [] })]
]

for (const client of Clients.all) {
  describe(`${client.name}, signed`, { timeout: 20_000 }, () => {
    for (const [name, tag, script] of repeating) {
      it.scopedLive(name, () =>
        Effect.gen(function*() {
          const server = yield* Server.make(script)
          const { error } = yield* look(client, signedBy(Effect.succeed(credentials)), server.url)
          assert.strictEqual(tagOf(error), tag)
          for (const request of server.requests) {
            const { authorization = "", "x-amz-security-token": token } = request.headers
            // Else there would be nothing to find.
            assert.match(
              authorization,
              /^AWS4-HMAC-SHA256 Credential=AKIDSIGNMARK0123456789\/.*Signature=[0-9a-f]{64}$/
            )
            assert.strictEqual(token, "SIGNMARK-token/0123456789==")
            assert.notInclude(util.inspect(error, deep), authorization.slice(-64))
          }
          assert.lengthOf(server.requests, 2)
        }))
    }

    const failing: ReadonlyArray<readonly [name: string, given: Effect.Effect<AwsCredentials, unknown>]> = [
      ["fail", Effect.fail({ message: "SIGNMARK is wrong" })],
      ["are rejected", Effect.promise(() => Promise.reject(new Error("SIGNMARK is wrong")))],
      ["have a line break", Effect.succeed({ ...credentials, sessionToken: "SIGNMARK\r\nx-evil: 1" })]
    ]
    for (const [name, given] of failing) {
      it.scopedLive(`credentials that ${name}`, () =>
        Effect.gen(function*() {
          const server = yield* Server.make([])
          const { error } = yield* look(client, signedBy(given), server.url)
          assert.strictEqual(tagOf(error), "Authentication")
          assert.strictEqual(server.connections(), 0)
        }).pipe(Effect.asVoid))
    }

    it.scopedLive("the user's own client sees no signature, whatever happens", () =>
      Effect.gen(function*() {
        const seen: Array<string> = []
        const keep = (value: unknown) =>
          Effect.sync(() => {
            seen.push(util.inspect(value, deep) + JSON.stringify(value))
          })
        const transformClient = (self: HttpClient.HttpClient) =>
          self.pipe(
            HttpClient.mapRequestEffect((request) => Effect.as(keep(request), request)),
            HttpClient.tapError(keep),
            HttpClient.tap((response) => Effect.zipRight(keep(response.headers), keep(response.request)))
          )
        const server = yield* Server.make((_, index) =>
          index === 0 ? text(500, "no") : { before: [Server.reset], steps: [] }
        )
        const layer = signedBy(Effect.succeed(credentials)).layer({
          baseUrl: server.url,
          retry: false,
          transformClient
        })
        const run = Effect.flip(Stream.runDrain(Provider.completionStream(params))).pipe(
          Effect.provide(Layer.provide(layer, client.layer))
        )
        yield* run
        yield* run
        assert.lengthOf(seen, 5)
        assert.deepStrictEqual(seen.filter((one) => /SIGNMARK|AWS4-HMAC/.test(one)), [])
        assert.match(String(server.requests[1]?.headers.authorization), /^AWS4-HMAC-SHA256/)
      }))

    it.scopedLive("traces are sent beside a signature, and are no part of it", () =>
      Effect.gen(function*() {
        const server = yield* Server.make(() => text(500, "no"))
        const layer = signedBy(Effect.succeed(credentials)).layer({
          baseUrl: server.url,
          retry: false,
          propagateTrace: true
        })
        yield* Effect.flip(Stream.runDrain(Provider.completionStream(params))).pipe(
          Effect.provide(Layer.provide(layer, client.layer)),
          Effect.withSpan("the user's own")
        )
        const { authorization = "", traceparent } = server.requests[0]?.headers ?? assert.fail("no request")
        assert.isString(traceparent)
        assert.include(authorization, "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,")
      }))
  })
}
