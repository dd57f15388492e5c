/**
 * `docs/errors.md` against the code: wording, `isRetryable`, statuses, clocks, and what bad input looks like on each
 * HttpClient.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { CallOptions } from "../src/CallOptions.ts"
import * as ChatCompletion from "../src/ChatCompletion.ts"
import type { CompletionParams } from "../src/CompletionParams.ts"
import type { ErrorFacts } from "../src/Dialect.ts"
import * as Provider from "../src/Provider.ts"
import * as ProviderError from "../src/ProviderError.ts"
import * as Anthropic from "../src/providers/Anthropic.ts"
import * as OpenAi from "../src/providers/OpenAi.ts"
import { bytesOf } from "./kit/bytes.ts"
import * as Clients from "./kit/clients.ts"
import * as Markdown from "./kit/markdown.ts"
import * as Server from "./kit/server.ts"
import * as TestHttp from "./kit/testHttp.ts"
import * as Wire from "./loopback/wire.ts"

const page = Markdown.read("docs/errors.md")

const rowsOf = (heading: string): ReadonlyMap<string, ReadonlyArray<string>> =>
  new Map(Markdown.table(page, heading).map(([key = "", ...cells]) => [key, cells]))

const yesNo = (value: boolean): string => value ? "yes" : "no"

/** `{name}` is the value of that name. */
const fill = (text: string, values: { readonly [name: string]: string | number }): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]))

const facts = { provider: "openai", model: "gpt-5-mini", attempts: 1, contentEmitted: false } as const

const ofReason = (reason: ProviderError.Reason, status?: number) =>
  new ProviderError.ProviderError({ ...facts, reason, status })

const reasons: {
  readonly [Tag in ProviderError.Reason["_tag"]]: ReadonlyArray<readonly [string, ProviderError.ProviderError]>
} = {
  RateLimit: [
    ["`RateLimit`", ofReason({ _tag: "RateLimit" })],
    ["`RateLimit`, with `retryAfter`", ofReason({ _tag: "RateLimit", retryAfter: Duration.seconds(7) })]
  ],
  QuotaExceeded: [["`QuotaExceeded`", ofReason({ _tag: "QuotaExceeded" })]],
  Overloaded: [["`Overloaded`", ofReason({ _tag: "Overloaded" })]],
  Authentication: [["`Authentication`", ofReason({ _tag: "Authentication" })]],
  PermissionDenied: [["`PermissionDenied`", ofReason({ _tag: "PermissionDenied" })]],
  InvalidRequest: [
    ["`InvalidRequest`", ofReason({ _tag: "InvalidRequest" })],
    ["`InvalidRequest`, HTTP 404", ofReason({ _tag: "InvalidRequest" }, 404)],
    ["`InvalidRequest`, with `param`", ofReason({ _tag: "InvalidRequest", param: "a" })]
  ],
  ContextLength: [["`ContextLength`", ofReason({ _tag: "ContextLength" })]],
  ContentFilter: [["`ContentFilter`", ofReason({ _tag: "ContentFilter" })]],
  ModelNotFound: [
    ["`ModelNotFound`", ofReason({ _tag: "ModelNotFound" })],
    ["`ModelNotFound`, with `remedy`", ofReason({ _tag: "ModelNotFound", remedy: "ollama pull llama3.2" })]
  ],
  Server: [["`Server`", ofReason({ _tag: "Server" })]],
  Network: [["`Network`", ofReason({ _tag: "Network" })]],
  UnexpectedBody: [
    ["`UnexpectedBody`", ofReason({ _tag: "UnexpectedBody", excerpt: "" })],
    [
      "`UnexpectedBody`, with `contentType`",
      ofReason({ _tag: "UnexpectedBody", contentType: "text/html", excerpt: "" })
    ],
    ["`UnexpectedBody`, a redirect", ofReason({ _tag: "UnexpectedBody", excerpt: "" }, 302)]
  ],
  MalformedChunk: [["`MalformedChunk`", ofReason({ _tag: "MalformedChunk", excerpt: "" })]],
  TruncatedStream: [["`TruncatedStream`", ofReason({ _tag: "TruncatedStream" })]],
  EventTooLarge: [["`EventTooLarge`", ofReason({ _tag: "EventTooLarge", limit: 100 })]],
  MissingApiKey: [["`MissingApiKey`", ofReason({ _tag: "MissingApiKey", envVar: "OPENAI_API_KEY" })]],
  UnsupportedProvider: [["`UnsupportedProvider`", ofReason({ _tag: "UnsupportedProvider" })]],
  UnsupportedParameter: [["`UnsupportedParameter`", ofReason({ _tag: "UnsupportedParameter", param: "a" })]],
  UnsupportedOperation: [["`UnsupportedOperation`", ofReason({ _tag: "UnsupportedOperation", operation: "chat" })]]
}

const values = {
  retryAfter: "7s",
  param: "a",
  remedy: "ollama pull llama3.2",
  contentType: "text/html",
  limit: 100,
  envVar: "OPENAI_API_KEY",
  operation: "chat",
  after: "2m"
}

describe("reasons", () => {
  const rows = rowsOf("Reasons")
  const built = Object.values(reasons).flat()

  it("the page has each of them, and no others", () => {
    assert.deepStrictEqual([...rows.keys()], built.map(([key]) => key))
  })

  for (const [key, error] of built) {
    it(key, () => {
      const [what = "", todo = "", retryable = ""] = rows.get(key) ?? []
      const status = error.status === undefined ? "" : `, HTTP ${error.status}`
      assert.strictEqual(error.message, fill(`openai gpt-5-mini: ${what}${status}. ${todo}`, values))
      assert.strictEqual(yesNo(error.isRetryable), retryable)
    })
  }

  it("the server's x-should-retry overrules the table", () => {
    const error = (tag: "Server" | "InvalidRequest", shouldRetry: boolean) =>
      new ProviderError.ProviderError({ ...facts, reason: { _tag: tag }, shouldRetry }).isRetryable
    assert.isFalse(error("Server", false))
    assert.isTrue(error("InvalidRequest", true))
  })

  it("what the server said, status and request id are in the message", () => {
    const error = new ProviderError.ProviderError({
      ...facts,
      reason: { _tag: "RateLimit" },
      detail: "slow down",
      status: 429,
      requestId: "req_1"
    })
    const [what, todo] = rows.get("`RateLimit`") ?? []
    assert.strictEqual(error.message, `openai gpt-5-mini: ${what} (slow down), HTTP 429, request req_1. ${todo}`)
  })
})

const statuses: { readonly [row: string]: readonly [openai: ErrorFacts, anthropic: ErrorFacts] } = {
  "404, about the model": [
    { status: 404, code: "model_not_found", message: "The model `gpt-9` does not exist" },
    { status: 404, type: "not_found_error", message: "model: claude-9" }
  ],
  "429, `insufficient_quota` or no credit": [
    { status: 429, code: "insufficient_quota", type: "insufficient_quota" },
    { status: 429, type: "rate_limit_error", message: "Your credit balance is too low to access the API." }
  ]
}

describe("statuses", () => {
  const rows = rowsOf("HTTP statuses")

  it("the page has those that are tested with codes", () => {
    assert.includeMembers([...rows.keys()], Object.keys(statuses))
  })

  for (const [key, [reason = ""]] of rows) {
    it(key, () => {
      const plain = { status: Number(key) }
      const [openai, anthropic] = statuses[key] ?? [plain, plain]
      assert.isTrue(Number.isInteger(openai.status))
      assert.strictEqual(`\`${OpenAi.dialect.failure(openai)._tag}\``, reason)
      assert.strictEqual(`\`${Anthropic.dialect.failure(anthropic)._tag}\``, reason)
    })
  }
})

const hi: CompletionParams = { messages: [{ role: "user", content: "Hi" }] }

/** A call whose request is answered by `respond`, once. */
const faked = (respond: TestHttp.Respond, options?: CallOptions) =>
  Effect.flatMap(
    OpenAi.make({ apiKey: Redacted.make("sk-test"), model: "gpt-5-mini", retry: false }),
    (service) => Stream.runDrain(service.completionStream(hi, options))
  ).pipe(Effect.provide(TestHttp.make(respond).layer))

const hangs = (text: string) => () => TestHttp.sse([bytesOf(text)], { then: "hang" })

const phases: { readonly [Phase in ProviderError.Timeout["phase"]]: TestHttp.Respond } = {
  headers: () => Effect.never,
  firstContent: hangs(Wire.openAi.open + Wire.openAi.ping),
  idle: hangs(Wire.openAi.open + Wire.openAi.text("a")),
  total: hangs(Wire.openAi.open + Wire.openAi.text("a"))
}

/** So that one clock at a time runs. */
const off = { headers: Duration.infinity, firstContent: Duration.infinity, idle: Duration.infinity }

/** The first duration that a cell names. */
const durationOf = (cell: string): Duration.Duration => {
  const [, count, unit] = /(\d+) (seconds|minutes)/.exec(cell) ?? []
  return unit === "seconds" ? Duration.seconds(Number(count)) : Duration.minutes(Number(count))
}

describe("timeouts", () => {
  const rows = rowsOf("Timeout")

  it("the page has each phase", () => {
    assert.deepStrictEqual([...rows.keys()], Object.keys(phases).map((phase) => `\`${phase}\``))
  })

  for (const phase of ["headers", "firstContent", "idle", "total"] as const) {
    const [what = "", todo = "", retryable = "", otherwise = ""] = rows.get(`\`${phase}\``) ?? []

    it.effect(`${phase}: at its deadline, in these words`, () =>
      Effect.gen(function*() {
        const timeouts = { ...off, [phase]: "2 minutes" }
        const fiber = yield* Effect.fork(Effect.flip(faked(phases[phase], { timeouts })))
        // Not before its time.
        yield* TestClock.adjust("119 seconds")
        assert.isNull(fiber.unsafePoll())
        yield* TestClock.adjust("1 seconds")
        const error = yield* Fiber.join(fiber)
        if (error._tag !== "Timeout") return assert.fail(`${error}`)
        assert.strictEqual(error.phase, phase)
        assert.strictEqual(error.message, fill(`openai gpt-5-mini: ${what}. ${todo}`, values))
        assert.strictEqual(yesNo(error.isRetryable), retryable)
      }))

    it.effect(`${phase}: the default`, () =>
      Effect.gen(function*() {
        if (otherwise === "off") {
          const fiber = yield* Effect.fork(faked(phases[phase], { timeouts: off }))
          yield* TestClock.adjust("365 days")
          assert.isNull(fiber.unsafePoll())
          yield* Fiber.interrupt(fiber)
          return
        }
        const after = durationOf(otherwise)
        const fiber = yield* Effect.fork(Effect.flip(faked(phases[phase])))
        yield* TestClock.adjust(after)
        const error = yield* Fiber.join(fiber)
        if (error._tag !== "Timeout") return assert.fail(`${error}`)
        assert.deepStrictEqual([error.phase, Duration.toMillis(error.after)], [phase, Duration.toMillis(after)])
      }))
  }

  it.effect("without a stream there is firstContent alone, with a default of its own", () =>
    Effect.gen(function*() {
      const [, , , otherwise = ""] = rows.get("`firstContent`") ?? []
      const after = durationOf(otherwise.split(";")[1] ?? "")
      const service = yield* OpenAi.make({ apiKey: Redacted.make("sk-test"), model: "gpt-5-mini", retry: false })
      const fiber = yield* Effect.fork(Effect.flip(service.completion(hi)))
      yield* TestClock.adjust(after)
      const error = yield* Fiber.join(fiber)
      if (error._tag !== "Timeout") return assert.fail(`${error}`)
      assert.deepStrictEqual([error.phase, Duration.toMillis(error.after)], ["firstContent", Duration.toMillis(after)])
    }).pipe(Effect.provide(TestHttp.make(() => Effect.never).layer)))
})

const never = TestHttp.make(() => Effect.never).layer

const layer = OpenAi.layer({ apiKey: Redacted.make("sk-test"), model: "gpt-5-mini", retry: false }).pipe(
  Layer.provide(never)
)

const serviceIn = (context: Context.Context<Provider.Provider>) => Context.get(context, Provider.Provider)

/** What ends a call that would never end. */
const cancellations: { readonly [row: string]: Effect.Effect<unknown, unknown> } = {
  "`cancel`": Effect.flip(faked(() => Effect.never, { cancel: Effect.void })),
  "`signal`": Effect.flip(faked(() => Effect.never, { signal: AbortSignal.abort() })),
  "the layer closes while a call runs": Effect.gen(function*() {
    const scope = yield* Scope.make()
    const service = yield* Layer.buildWithScope(layer, scope).pipe(Effect.map(serviceIn))
    const fiber = yield* Effect.fork(Effect.flip(Stream.runDrain(service.completionStream(hi))))
    yield* TestClock.adjust("1 seconds")
    yield* Scope.close(scope, yield* Effect.exit(Effect.void))
    return yield* Fiber.join(fiber)
  }),
  "the layer is closed before the call": Effect.gen(function*() {
    const service = yield* Effect.scoped(Effect.map(Layer.build(layer), serviceIn))
    return yield* Effect.flip(Stream.runDrain(service.completionStream(hi)))
  })
}

describe("cancellation", () => {
  const rows = rowsOf("Cancelled")

  it("the page has each way", () => {
    assert.deepStrictEqual([...rows.keys()], Object.keys(cancellations))
  })

  for (const [key, [what = "", todo = "", retryable = ""]] of rows) {
    it.effect(key, () =>
      Effect.gen(function*() {
        const error = yield* cancellations[key] ?? Effect.void
        if (!ProviderError.isCancelled(error)) return assert.fail(String(error))
        assert.strictEqual(error.message, `openai gpt-5-mini: ${what}. ${todo}`)
        assert.strictEqual(yesNo(error.isRetryable), retryable)
      }))
  }

  it.effect("a signal that timed out is a Timeout", () =>
    Effect.gen(function*() {
      const signal = AbortSignal.abort(new DOMException("too slow", "TimeoutError"))
      const error = yield* Effect.flip(faked(() => Effect.never, { signal }))
      assert.deepInclude(error, { _tag: "Timeout", phase: "total" })
    }))
})

interface Mishap {
  readonly script?: ((wire: Wire.Wire) => Server.Script) | undefined
  readonly params?: Partial<CompletionParams> | undefined
  readonly options?: Partial<Provider.LayerOptions> | undefined
  /** What comes before the error. */
  readonly text?: string | undefined
}

/** An error as the dialect's servers send it. */
const refusal = (wire: Wire.Wire, status: number, openai: object, anthropic: object): Server.Script =>
  Server.json(wire.name === "openai" ? { error: openai } : { type: "error", error: anthropic }, {
    status,
    headers: { [wire.name === "openai" ? "x-request-id" : "request-id"]: "req_1" }
  })

const mishaps: { readonly [row: string]: Mishap } = {
  "no model": { options: { model: undefined } },
  "no messages": { params: { messages: [] } },
  "a key with a line break": { options: { apiKey: Redacted.make("sk-test\nsk-test") } },
  "a wrong key": {
    script: (wire) =>
      refusal(wire, 401, { message: "Incorrect API key provided", code: "invalid_api_key" }, {
        message: "Incorrect API key provided",
        type: "authentication_error"
      })
  },
  "a wrong model": {
    params: { model: "gpt-9" },
    script: (wire) =>
      refusal(wire, 404, { message: "The model `gpt-9` does not exist", code: "model_not_found" }, {
        message: "model: gpt-9",
        type: "not_found_error"
      })
  },
  "a wrong path in the base URL": {
    script: () => ({ status: 404, headers: { "content-type": "text/plain" }, steps: [Server.write("404 Not Found")] })
  },
  "a base URL that is none": { options: { baseUrl: "api.openai.com" } },
  "no base URL": { options: { baseUrl: "" } },
  "a dead port": { options: { baseUrl: "http://127.0.0.1:2" } },
  "an HTML page in place of the answer": {
    script: () => ({
      headers: { "content-type": "text/html" },
      steps: [Server.write("<!doctype html><title>Welcome</title><p>Log in")]
    })
  },
  "a redirect": {
    script: () => ({ status: 307, headers: { location: "https://example.com/v1/chat/completions" }, steps: [] })
  },
  "a stream that stops in the middle": { script: (wire) => Server.sse(wire.open, wire.text("Hel")), text: "Hel" },
  "an error in the middle of a stream": {
    script: (wire) =>
      Server.sse(
        wire.open,
        wire.text("Hel"),
        wire.name === "openai"
          ? `data: {"error":{"message":"The server had an error","type":"server_error","status":500}}\n\n`
          : `event: error\ndata: {"type":"error","error":{"type":"api_error","message":"The server had an error"}}\n\n`
      ),
    text: "Hel"
  }
}

/** The page shows OpenAI's messages; these are Anthropic's own words for the same. */
const inAnthropic = (message: string): string =>
  message
    .replace(/^openai( gpt-5-mini)?/, (_, model: string | undefined) => `anthropic${model ?? ""}`)
    .replace("(The model `gpt-9` does not exist)", "(model: gpt-9)")
    .replace("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL")

describe("bad input", () => {
  const rows = rowsOf("What went wrong?")

  it("the page has what is tested, and nothing else", () => {
    assert.deepStrictEqual([...rows.keys()], ["no key", ...Object.keys(mishaps)])
  })

  for (const given of [{}, { OPENAI_API_KEY: "" }]) {
    it.effect(`no key: ${JSON.stringify(given)}`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(Layer.build(OpenAi.layerConfig({ model: Config.succeed("gpt-5-mini") }))).pipe(
          Effect.provide(never),
          Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(given)))),
          Effect.scoped
        )
        assert.strictEqual(error._tag === "ProviderError" ? error.message : String(error), rows.get("no key")?.[0])
      }))
  }

  for (const [key, mishap] of Object.entries(mishaps)) {
    for (const wire of Wire.all) {
      for (const client of Clients.all) {
        it.scopedLive(`${key}: ${wire.name}, ${client.name}`, () =>
          Effect.gen(function*() {
            const server = yield* Server.make(() => mishap.script?.(wire) ?? { status: 418, steps: [] })
            const provider = wire.layer({ model: "gpt-5-mini", baseUrl: server.url, retry: false, ...mishap.options })
            const { completion, exit } = yield* Provider.completionStream({ ...hi, ...mishap.params }).pipe(
              ChatCompletion.collectExit,
              Effect.provide(Layer.provide(provider, client.layer)),
              Effect.timeoutFail({ duration: "5 seconds", onTimeout: () => "it hangs" })
            )
            const end = yield* Effect.either(exit)
            if (Either.isRight(end) || end.left._tag !== "ProviderError") return assert.fail(`${exit}`)
            const message = rows.get(key)?.[0] ?? ""
            assert.strictEqual(end.left.message, wire.name === "openai" ? message : inAnthropic(message))
            assert.strictEqual(completion.choices[0]?.message.content, mishap.text)
            assert.strictEqual(end.left.contentEmitted, mishap.text !== undefined)
          }))
      }
    }
  }
})
