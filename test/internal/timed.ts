/**
 * Calls over an HttpClient without a network, on the clock of the test.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { CallOptions } from "../../src/CallOptions.ts"
import * as ChatCompletionChunk from "../../src/ChatCompletionChunk.ts"
import * as Provider from "../../src/Provider.ts"
import * as Bytes from "../kit/bytes.ts"
import * as TestHttp from "../kit/testHttp.ts"
import * as Wire from "../loopback/wire.ts"

/** A piece of a body: text is one read, a number milliseconds, an Error the end by a fault, `hang` no end at all. */
export type Piece = string | Uint8Array | number | Error | "hang"

const partOf = (piece: Piece): Stream.Stream<Uint8Array, Error> => {
  if (piece === "hang") return Stream.never
  if (typeof piece === "string") return Stream.succeed(Bytes.bytesOf(piece))
  if (typeof piece === "number") return Stream.drain(Stream.fromEffect(Effect.sleep(piece)))
  return piece instanceof Error ? Stream.fail(piece) : Stream.succeed(piece)
}

/** Pieces one after the other; `ended` happens when the reader has them all, or gives up. */
export const body = (
  pieces: Iterable<Piece>,
  ended: Effect.Effect<void> = Effect.void
): Effect.Effect<ReadableStream<Uint8Array>> =>
  Stream.suspend((): Stream.Stream<Piece> => {
    const iterator = pieces[Symbol.iterator]()
    return Stream.repeatEffectOption(Effect.suspend(() => {
      const next = iterator.next()
      return next.done === true ? Effect.fail(Option.none()) : Effect.succeed(next.value)
    }))
  }).pipe(
    Stream.flatMap(partOf),
    Stream.ensuring(ended),
    (stream) => Stream.toReadableStreamEffect(stream)
  )

/** A 200 event stream. */
export const sse = (
  pieces: Iterable<Piece>,
  options?: { readonly headers?: { readonly [name: string]: string }; readonly ended?: Effect.Effect<void> }
): Effect.Effect<Response> =>
  Effect.map(
    body(pieces, options?.ended),
    (readable) =>
      new Response(readable, { status: 200, headers: { "content-type": "text/event-stream", ...options?.headers } })
  )

/** A 200 stream. */
export const stream = (wire: Wire.Wire, pieces: Iterable<Piece>): Effect.Effect<Response> =>
  sse(pieces, { headers: { "content-type": wire.contentType } })

/** A whole JSON body. */
export const json = (
  status: number,
  content: unknown,
  headers?: { readonly [name: string]: string }
): Response =>
  new Response(JSON.stringify(content), { status, headers: { "content-type": "application/json", ...headers } })

/** An error below HTTP, with this code in its chain of causes. */
export const fault = (code: string): Error =>
  new TypeError("terminated", { cause: Object.assign(new Error(code), { code }) })

/** Every answer a call gets, and when on the clock it was asked for. */
export interface Server {
  readonly layer: TestHttp.TestHttp["layer"]
  readonly sent: TestHttp.TestHttp["sent"]
  readonly times: ReadonlyArray<number>
}

/** An answer; a function makes one for each request. */
export type Answer = Response | (() => Response) | Effect.Effect<Response, TestHttp.Refused>

/** Answers in order; the last one again and again, if it is one that can be made again. */
export const server = (...answers: ReadonlyArray<Answer>): Server => {
  const times: Array<number> = []
  const http = TestHttp.make((_, index) => {
    const answer = answers[Math.min(index, answers.length - 1)]
    const respond = typeof answer === "function" ? Effect.sync(answer) : answer
    return Effect.zipRight(
      Effect.map(Clock.currentTimeMillis, (now) => {
        times.push(now)
      }),
      Effect.isEffect(respond) ? respond : Effect.sync(() => respond ?? json(500, {}))
    )
  })
  return { layer: http.layer, sent: http.sent, times }
}

export interface Ended {
  /** Milliseconds on the clock of the test. */
  readonly at: number
  readonly exit: Exit.Exit<void, Provider.CallError>
}

export interface Played {
  readonly chunks: ReadonlyArray<ChatCompletionChunk.ChatCompletionChunk>
  readonly text: () => string
  /** `undefined` while it runs. */
  readonly ended: () => Ended | undefined
  /** What it failed with; a call that runs, or did otherwise end, is a mistake of the test. */
  readonly error: () => Provider.CallError
  readonly fiber: Fiber.RuntimeFiber<unknown, Provider.CallError>
}

export interface Play {
  readonly layer?: Partial<Provider.LayerOptions> | undefined
  readonly call?: CallOptions | undefined
  readonly wire?: Wire.Wire | undefined
  /** In place of `wire` and `layer`. */
  readonly provider?: Layer.Layer<Provider.Provider, never, HttpClient.HttpClient> | undefined
  readonly onChunk?: ((chunk: ChatCompletionChunk.ChatCompletionChunk) => Effect.Effect<unknown>) | undefined
}

/** Runs a call in the background, and writes down what comes and when it ends. */
export const play = (http: Pick<Server, "layer">, options: Play = {}): Effect.Effect<Played> =>
  Effect.gen(function*() {
    const chunks: Array<ChatCompletionChunk.ChatCompletionChunk> = []
    let ended: Ended | undefined = undefined
    const provider = options.provider ?? (options.wire ?? Wire.openAi).layer(options.layer ?? {})
    // It stays open: the end of a layer would end what a call still does for its connection.
    const scope = yield* Scope.make()
    const fiber = yield* Provider.completionStream(Wire.params, options.call).pipe(
      Stream.runForEach((chunk) =>
        Effect.suspend(() => {
          chunks.push(chunk)
          return options.onChunk?.(chunk) ?? Effect.void
        })
      ),
      (run) =>
        Effect.flatMap(
          Layer.buildWithScope(Layer.provide(provider, http.layer), scope),
          (context) => Effect.provide(run, context)
        ),
      Effect.onExit((exit) =>
        Effect.map(Clock.currentTimeMillis, (at) => {
          ended = { at, exit }
        })
      ),
      Effect.forkDaemon
    )
    return {
      chunks,
      text: () => chunks.map((chunk) => ChatCompletionChunk.text(chunk)).join(""),
      ended: () => ended,
      error: () => failure(ended),
      fiber
    }
  })

const failure = (ended: Ended | undefined): Provider.CallError => {
  const error = ended === undefined || Exit.isSuccess(ended.exit)
    ? Option.none()
    : Cause.failureOption(ended.exit.cause)
  return Option.getOrThrowWith(error, () => new Error(`no failure: ${ended === undefined ? "it runs" : ended.exit}`))
}

/** Lets promises and fibers that need no time do what they can. */
export const settle: Effect.Effect<void> = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 10)))

/** Runs a call while this much time passes on the clock of the test. */
export const run = (
  http: Pick<Server, "layer">,
  options?: Play,
  time: Duration.DurationInput = 0
): Effect.Effect<Played> =>
  Effect.gen(function*() {
    const played = yield* play(http, options)
    yield* settle
    yield* TestClock.adjust(time)
    yield* settle
    return played
  })
