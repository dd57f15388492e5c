/**
 * Faults, played: through the pass that all bytes go through, and through a provider over any HttpClient; and what is
 * checked of every one of them.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { afterAll, assert, beforeAll } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberId from "effect/FiberId"
import * as FiberRefs from "effect/FiberRefs"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as List from "effect/List"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import type * as LogSpan from "effect/LogSpan"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as util from "node:util"
import * as ChatCompletion from "../../src/ChatCompletion.ts"
import type { ChatCompletionChunk, ChunkChoice } from "../../src/ChatCompletionChunk.ts"
import type { CompletionParams } from "../../src/CompletionParams.ts"
import type { Endpoint } from "../../src/Endpoint.ts"
import * as Normalise from "../../src/Normalise.ts"
import type * as Provider from "../../src/Provider.ts"
import type { Reason } from "../../src/ProviderError.ts"
import * as Anthropic from "../../src/providers/Anthropic.ts"
import * as Bedrock from "../../src/providers/Bedrock.ts"
import * as Gemini from "../../src/providers/Gemini.ts"
import * as Ollama from "../../src/providers/Ollama.ts"
import * as OpenAi from "../../src/providers/OpenAi.ts"
import * as OpenAiCompatible from "../../src/providers/OpenAiCompatible.ts"
import * as Answer from "../kit/answer.ts"
import * as Bytes from "../kit/bytes.ts"
import { load } from "../kit/load.ts"
import * as Play from "../kit/play.ts"
import * as TestHttp from "../kit/testHttp.ts"
import { type Dialect, type Failure, type Fault, madeUp, type Told } from "./fault.ts"

// The pass below has no engine that would do it.
await load()

/** No promise that this file's tests leave behind fails. */
export const watchRejections = (): void => {
  const unhandled: Array<unknown> = []
  const keep = (reason: unknown): void => {
    unhandled.push(reason)
  }
  beforeAll(() => {
    process.on("unhandledRejection", keep)
  })
  afterAll(async () => {
    // A rejection is reported after the turn that made it.
    await new Promise((resolve) => setTimeout(resolve, 50))
    process.removeListener("unhandledRejection", keep)
    assert.deepStrictEqual(unhandled, [])
  })
}

/** Without the shape that gives keys away. */
export const key = "KEYMARK-0123456789/abc+def=KEYMARK"

const marks = ["KEYMARK", "PROMPTMARK"]

const prompt: CompletionParams = { messages: [{ role: "user", content: "PROMPTMARK-the-user's-secret" }] }

const paramsOf = (fault: Fault): CompletionParams => ({ ...prompt, ...fault.params })

const compatible = { id: "compatible", lenientFinish: true } as const

const endpoints: { readonly [dialect in Dialect]: Endpoint } = {
  openai: OpenAi.endpoint,
  anthropic: Anthropic.endpoint,
  lenient: OpenAiCompatible.endpoint({ ...compatible, baseUrl: "http://in.memory" }),
  gemini: Gemini.endpoint,
  ollama: Ollama.endpoint,
  bedrock: Bedrock.endpoint
}

export const endpointOf = ({ dialect }: Fault): Endpoint => endpoints[dialect]

export type Target = Layer.Layer<Provider.Provider, never, HttpClient.HttpClient>

export const target = (
  dialect: Dialect,
  baseUrl: string,
  more: Partial<Provider.LayerOptions> = { retry: false }
): Target => {
  const options = { apiKey: Redacted.make(key), model: "m", ...more, baseUrl }
  switch (dialect) {
    case "openai":
      return OpenAi.layer(options)
    case "anthropic":
      return Anthropic.layer(options)
    case "lenient":
      return OpenAiCompatible.layer({ ...options, ...compatible })
    case "gemini":
      return Gemini.layer(options)
    case "ollama":
      return Ollama.layer(options)
    case "bedrock":
      return Bedrock.layer({ ...options, region: "us-east-1" })
  }
}

const bytesOf = (piece: string | Uint8Array): Uint8Array => typeof piece === "string" ? Bytes.bytesOf(piece) : piece

export const pieces = (fault: Fault): ReadonlyArray<Uint8Array> => fault.pieces.map(bytesOf)

export const whole = (fault: Fault): Uint8Array => Bytes.concat(pieces(fault))

export const contentType = (fault: Fault): string | undefined =>
  "contentType" in fault ? fault.contentType : endpoints[fault.dialect].dialect.framing.contentTypes[0]

/** What one pass made of the bytes. */
export interface Pass {
  readonly chunks: ReadonlyArray<ChatCompletionChunk>
  readonly outcome: Normalise.Outcome | undefined
  /** Whether the bytes themselves said that it is over. */
  readonly endsItself: boolean
  readonly unknownEvents: number
}

/** Through the one pass over the bytes, without a network, a provider or a clock. */
export const pass = (fault: Fault, cut: ReadonlyArray<Uint8Array>): Pass => {
  const normaliser = new Normalise.Normaliser({
    endpoint: endpoints[fault.dialect],
    params: { model: "m", ...paramsOf(fault) },
    now: 1_234_567,
    id: "made-up",
    stream: true,
    raw: false,
    limit: 16 * 1024 * 1024,
    contentType: contentType(fault)
  })
  const chunks: Array<ChatCompletionChunk> = []
  for (const piece of cut) {
    normaliser.push(piece)
    for (const chunk of normaliser.take()) chunks.push(chunk)
  }
  const endsItself = normaliser.outcome !== undefined
  normaliser.end(fault.then === "reset" ? { reason: { _tag: "Network" } } : undefined)
  for (const chunk of normaliser.take()) chunks.push(chunk)
  return { chunks, outcome: normaliser.outcome, endsItself, unknownEvents: normaliser.unknownEvents }
}

const toldOf = ({ delta, finishReason, index, logprobs, nativeFinishReason }: ChunkChoice): Told => ({
  ...(index === 0 ? undefined : { choice: index }),
  ...(delta.content === undefined ? undefined : { content: delta.content }),
  ...(delta.refusal === undefined ? undefined : { refusal: delta.refusal }),
  ...(delta.reasoning === undefined ? undefined : { reasoning: delta.reasoning.content }),
  ...(delta.toolCalls === undefined ? undefined : { calls: delta.toolCalls }),
  ...(delta.annotations === undefined ? undefined : { annotations: delta.annotations }),
  ...(delta.native === undefined ? undefined : { block: delta.native.block }),
  ...(logprobs === undefined ? undefined : { logprobs }),
  ...(finishReason === undefined ? undefined : { finish: finishReason }),
  ...(nativeFinishReason === undefined ? undefined : { word: nativeFinishReason })
})

const toldOfChunk = ({ choices, usage }: ChatCompletionChunk): Told | ReadonlyArray<Told> => {
  if (usage !== undefined) return { usage }
  const told = choices.map(toldOf)
  return told.length === 1 && told[0] !== undefined ? told[0] : told
}

export const tell = (chunks: ReadonlyArray<ChatCompletionChunk>): ReadonlyArray<Told | ReadonlyArray<Told>> =>
  chunks.map(toldOfChunk)

const heads: { readonly [dialect in Dialect]: readonly [string, string] } = {
  openai: ["c1", "m"],
  lenient: ["c1", "m"],
  anthropic: ["msg_1", "m"],
  gemini: ["r1", "m"],
  ollama: [madeUp, "m"],
  bedrock: [madeUp, "m"]
}

const countOf = (chunks: ReadonlyArray<ChatCompletionChunk>, of: (chunk: ChatCompletionChunk) => number): number =>
  chunks.reduce((count, chunk) => count + of(chunk), 0)

/** The chunks are these, and keep the rules that hold for every stream. */
export const checkChunks = (fault: Fault, chunks: ReadonlyArray<ChatCompletionChunk>, way: string): void => {
  const sent = new TextDecoder().decode(whole(fault))
  const comparable = Answer.comparable(chunks, sent)
  assert.deepStrictEqual(tell(comparable), [...fault.told], `${way}: what is told`)
  assert.deepStrictEqual([...Answer.violations(chunks)], fault.breaks === undefined ? [] : [fault.breaks], way)
  assert.deepStrictEqual(Answer.accidents(JSON.stringify(chunks), sent), [], way)
  assert.isAtMost(countOf(chunks, (chunk) => chunk.usage === undefined ? 0 : 1), 1, `${way}: chunks of usage`)
  for (const choice of Answer.choices(chunks)) {
    const finishes = countOf(
      chunks,
      ({ choices }) =>
        choices.filter(({ finishReason, index }) => index === choice.index && finishReason !== undefined).length
    )
    assert.isAtMost(finishes, 1, `${way}: finishes of choice ${choice.index}`)
    if (fault.end === "success" && chunks.length > 0) {
      assert.isAtLeast(finishes, choice.index === 0 && finishes === 0 && comparable.every(isAboutOthers) ? 0 : 1)
    }
  }
  const [first] = comparable
  if (first !== undefined) {
    assert.deepStrictEqual([first.id, first.model], [...fault.head ?? heads[fault.dialect]], `${way}: id and model`)
  }
  if (fault.completed !== undefined) {
    const completed = ChatCompletion.fromChunks(chunks).choices[0]?.message.toolCalls ?? []
    assert.deepStrictEqual(
      completed.map((call) => [call.function.name, call.function.arguments, call.complete]),
      fault.completed.map((call) => [...call]),
      `${way}: completed calls`
    )
  }
}

const isAboutOthers = ({ choices }: ChatCompletionChunk): boolean => choices.every(({ index }) => index !== 0)

/** The reasons that a fresh request can cure, by the table in the design. */
const retryable: ReadonlySet<Reason["_tag"]> = new Set<Reason["_tag"]>([
  "RateLimit",
  "Overloaded",
  "Server",
  "Network",
  "TruncatedStream",
  "UnexpectedBody"
])

const failureOf = <E>(exit: Exit.Exit<void, E>): E =>
  Option.getOrThrowWith(
    Exit.isFailure(exit) ? Cause.failureOption(exit.cause) : Option.none(),
    () => new Error(`expected a failure, got ${String(exit)}`)
  )

/** The error's fields are these, and it shows neither key nor prompt. */
export const checkError = (
  error: Provider.CallError,
  { excerpt, reason, usage, ...fields }: Failure,
  more: { readonly contentEmitted: boolean; readonly attempts: number },
  way: string
): void => {
  if (error._tag !== "ProviderError") assert.fail(`${way}: expected ${reason}, got ${error._tag}`)
  assert.strictEqual(error.reason._tag, reason, `${way}: ${error.message}`)
  assert.deepInclude(error, { ...fields, ...more }, way)
  assert.strictEqual(error.isRetryable, retryable.has(reason), `${way}: retryable`)
  if (usage !== undefined) assert.deepInclude(error.usage, usage, way)
  if (excerpt !== undefined) {
    assert.strictEqual("excerpt" in error.reason ? error.reason.excerpt : undefined, excerpt, way)
  }
}

/** It ended in this one way. */
export const check = (fault: Fault, { chunks, exit }: Play.Played, way: string): void => {
  checkChunks(fault, chunks, way)
  if (fault.end === "success") return assert.isTrue(Exit.isSuccess(exit), `${way}: ${String(exit)}`)
  checkError(failureOf(exit), fault.end, { contentEmitted: chunks.length > 0, attempts: 1 }, way)
  keepsSecrets(exit, way)
}

const deep = { depth: Infinity, showHidden: true, maxArrayLength: null, maxStringLength: null } as const

const loggers = [Logger.stringLogger, Logger.logfmtLogger, Logger.jsonLogger]

/** A line of the log about this failure, without the runtime that would write it. */
const logged = (cause: Cause.Cause<unknown>) => ({
  annotations: HashMap.empty<string, unknown>(),
  cause,
  context: FiberRefs.empty(),
  date: new Date(0),
  fiberId: FiberId.none,
  logLevel: LogLevel.Error,
  message: ["it failed", Cause.squash(cause)],
  spans: List.empty<LogSpan.LogSpan>()
})

/** The failure as a program shows it: as text, as JSON, and in its logs. */
const renderings = (cause: Cause.Cause<unknown>): ReadonlyArray<string> => {
  const error = Cause.squash(cause)
  return [
    String(error),
    error instanceof Error ? String(error.stack) : "",
    JSON.stringify([error, cause]),
    util.inspect([error, cause], deep),
    Cause.pretty(cause, { renderErrorCause: true }),
    ...loggers.map((logger) => logger.log(logged(cause)))
  ]
}

/** No rendering of the failure shows key or prompt. */
export const keepsSecrets = (exit: Exit.Exit<void, Provider.CallError>, way: string): void => {
  if (Exit.isSuccess(exit)) return
  const shown = renderings(exit.cause)
  assert.deepStrictEqual(marks.filter((mark) => shown.some((text) => text.includes(mark))), [], way)
}

/** What ends a body that a reset ends. */
const broken = (): Error =>
  new TypeError("terminated", { cause: Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" }) })

/** A client without a network, whose responses have this body. */
type Serve = (released: Deferred.Deferred<void>) => Layer.Layer<HttpClient.HttpClient>

const headersOf = (fault: Fault): { readonly [name: string]: string } => {
  const type = contentType(fault)
  return type === undefined ? {} : { "content-type": type }
}

/** A read a piece. */
const byReads = (fault: Fault, cut: ReadonlyArray<Uint8Array>, endsItself: boolean): Serve => (released) =>
  TestHttp.make(() =>
    new Response(
      TestHttp.body(cut, {
        then: endsItself ? "hang" : fault.then === "reset" ? broken() : "end",
        onCancel: () => Deferred.unsafeDone(released, Exit.void)
      }),
      { headers: headersOf(fault) }
    )
  ).layer

const ended = (
  fault: Fault,
  request: HttpClientRequest.HttpClientRequest,
  response: HttpClientResponse.HttpClientResponse
) =>
  fault.then === "reset"
    ? Stream.fail(new HttpClientError.ResponseError({ request, response, reason: "Decode", cause: broken() }))
    : Stream.empty

/** Eight pieces a read, as a client hands them over that was slow to be asked. */
const byEights = (fault: Fault, cut: ReadonlyArray<Uint8Array>, endsItself: boolean): Serve => (released) => {
  const reads = Chunk.chunksOf(Chunk.unsafeFromArray(cut), 8)
  return Layer.succeed(
    HttpClient.HttpClient,
    HttpClient.make((request) =>
      Effect.sync(() => {
        const response = HttpClientResponse.fromWeb(request, new Response(null, { headers: headersOf(fault) }))
        const end = endsItself ? Stream.never : ended(fault, request, response)
        const stream = Stream.concat(Stream.fromChunks(...reads), end)
        const value = Stream.ensuring(stream, Deferred.succeed(released, undefined))
        return Object.defineProperty(response, "stream", { value })
      })
    )
  )
}

/** Through the provider. A body that says itself when it is over is held open, and must be let go. */
const served = (fault: Fault, endsItself: boolean, serve: Serve): Effect.Effect<Play.Played> =>
  Effect.gen(function*() {
    const released = yield* Deferred.make<void>()
    const layer = Layer.provide(target(fault.dialect, "http://in.memory"), serve(released))
    const played = yield* Play.play(layer, paramsOf(fault))
    if (endsItself) {
      const isReleased = yield* Effect.timeoutOption(Deferred.await(released), "2 seconds")
      assert.isTrue(Option.isSome(isReleased), "the body is released")
    }
    return played
  })

export const inMemory = (fault: Fault, cut: ReadonlyArray<Uint8Array>): Effect.Effect<Play.Played> => {
  const { endsItself } = pass(fault, cut)
  return served(fault, endsItself, (cut.length > 64 ? byEights : byReads)(fault, cut, endsItself))
}

/** An event stream of these pieces, through the provider. */
export const read = (dialect: Dialect, cut: Iterable<Uint8Array>): Effect.Effect<Play.Played> =>
  Play.play(
    Layer.provide(target(dialect, "http://in.memory"), TestHttp.make(() => TestHttp.sse(cut)).layer),
    prompt
  )

/** Asks again without a wait. */
export const atOnce = { schedule: Schedule.forever } as const

export type Providers = { readonly [dialect in Dialect]: Layer.Layer<Provider.Provider> }

/** A provider for each dialect, over this client, for many calls. */
export const providers = (
  client: Layer.Layer<HttpClient.HttpClient>,
  baseUrl: string
): Effect.Effect<Providers, never, Scope.Scope> =>
  Effect.gen(function*() {
    const http = Layer.succeedContext(yield* Layer.build(client))
    const build = (dialect: Dialect) =>
      Effect.map(Layer.build(Layer.provide(target(dialect, baseUrl), http)), (built) => Layer.succeedContext(built))
    return {
      openai: yield* build("openai"),
      anthropic: yield* build("anthropic"),
      lenient: yield* build("lenient"),
      gemini: yield* build("gemini"),
      ollama: yield* build("ollama"),
      bedrock: yield* build("bedrock")
    }
  })

/** Through one of these; the server is told which fault is asked for. */
export const ask = (fault: Fault, number: number, from: Providers): Effect.Effect<Play.Played> =>
  Play.play(from[fault.dialect], paramsOf(fault), { call: { headers: { "x-fault": String(number) } } })

/** Through a provider of its own, over this client. */
export const over = (
  fault: Fault,
  client: Layer.Layer<HttpClient.HttpClient>,
  baseUrl: string
): Effect.Effect<Play.Played> => Play.play(Layer.provide(target(fault.dialect, baseUrl), client), paramsOf(fault))
