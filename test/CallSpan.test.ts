/**
 * The span of a call: one, from its start to the exit of its stream, with facts and no text.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import type { CallOptions } from "../src/CallOptions.ts"
import * as Provider from "../src/Provider.ts"
import * as Timed from "./internal/timed.ts"
import * as Tracing from "./internal/tracing.ts"
import * as Wire from "./loopback/wire.ts"

const marker = "prompt-marker-7f3a"
const params = { messages: [{ role: "user", content: marker }] } as const

const attributes = (span: Tracing.Recorded): object => Object.fromEntries(span.attributes)

const exitOf = (span: Tracing.Recorded): Exit.Exit<unknown, unknown> => {
  if (span.status._tag !== "Ended") return assert.fail("the span is not ended")
  return span.status.exit
}

/** The one span of the one call. */
const chat = (recorder: Tracing.Recorder): Tracing.Recorded => {
  const spans = recorder.spans.filter((span) => span.name.startsWith("chat"))
  assert.lengthOf(spans, 1)
  return spans[0] as Tracing.Recorded
}

const record = <A, E>(
  server: Timed.Server,
  use: (provider: Provider.Service) => Effect.Effect<A, E>,
  options: { readonly wire?: Wire.Wire; readonly layer?: Partial<Provider.LayerOptions> } = {}
) =>
  Effect.gen(function*() {
    const recorder = Tracing.make()
    const wire = options.wire ?? Wire.openAi
    const exit = yield* Effect.flatMap(Provider.Provider, use).pipe(
      Effect.provide(Layer.provide(wire.layer({ retry: false, ...options.layer }), server.layer)),
      Effect.withSpan("the user's own"),
      Effect.withTracer(recorder.tracer),
      Effect.exit
    )
    return { exit, recorder, span: chat(recorder) }
  })

describe("the span", () => {
  for (const wire of Wire.all) {
    it.effect(`${wire.name}: of a success`, () =>
      Effect.gen(function*() {
        const unknown = wire.name === "openai" ? `data: {"object":"billing"}\n\n` : `data: {"type":"brand_new"}\n\n`
        const text = wire.open + wire.text("answer-marker") + unknown + wire.finish + wire.done
        const server = Timed.server(Timed.sse([text], { headers: { "request-id": "req_1" } }))
        const { recorder, span } = yield* record(
          server,
          (provider) => Stream.runDrain(provider.completionStream(params)),
          { wire }
        )
        assert.strictEqual(span.name, "chat m")
        assert.strictEqual(span.kind, "client")
        assert.isTrue(Exit.isSuccess(exitOf(span)))
        assert.deepInclude(attributes(span), {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": wire.name,
          "gen_ai.request.model": "m",
          "gen_ai.response.model": "m",
          "gen_ai.response.finish_reasons": ["stop"],
          "gen_ai.usage.input_tokens": 3,
          "gen_ai.usage.output_tokens": 5,
          "effect_any_llm.attempts": 1,
          "effect_any_llm.stream": true,
          "effect_any_llm.unknown_events": 1
        })
        assert.strictEqual(Option.getOrUndefined(span.parent)?.spanId, recorder.named("the user's own").spanId)
        const all = recorder.text()
        for (const secret of [marker, "answer-marker", Wire.key]) assert.notInclude(all, secret)
      }))
  }

  it.effect("of a failure ends with the error", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.sse([Wire.openAi.text("a"), Wire.openAi.overloaded]))
      const { span } = yield* record(server, (provider) => Stream.runDrain(provider.completionStream(params)))
      const exit = exitOf(span)
      const error = Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined
      assert.deepInclude(error, { _tag: "ProviderError", contentEmitted: true })
      assert.deepInclude(attributes(span), { "effect_any_llm.attempts": 1 })
    }))

  it.effect("of a call that was not sent", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.json(500, {}))
      const { span } = yield* record(server, (provider) =>
        Stream.runDrain(provider.completionStream(params, { signal: AbortSignal.abort() })))
      assert.isTrue(Exit.isFailure(exitOf(span)))
      assert.deepInclude(attributes(span), { "effect_any_llm.attempts": 0 })
    }))

  it.effect("of an interruption ends interrupted", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.sse([Wire.openAi.text("a"), "hang"]))
      const { span } = yield* record(server, (provider) =>
        Effect.gen(function*() {
          const fiber = yield* Effect.fork(Stream.runDrain(provider.completionStream(params)))
          yield* Timed.settle
          yield* Fiber.interrupt(fiber)
        }))
      assert.isTrue(Exit.isInterrupted(exitOf(span)))
    }))

  it.effect("of a part that was enough ends, and not before", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.sse([Wire.openAi.text("a"), Wire.openAi.text("b"), "hang"]))
      const recorder = Tracing.make()
      yield* Effect.flatMap(Provider.Provider, (provider) =>
        provider.completionStream(params).pipe(
          Stream.tap(() => Effect.sync(() => assert.strictEqual(chat(recorder).status._tag, "Started"))),
          Stream.take(1),
          Stream.runDrain
        )).pipe(
          Effect.provide(Layer.provide(Wire.openAi.layer({}), server.layer)),
          Effect.withTracer(recorder.tracer)
        )
      assert.isTrue(Exit.isSuccess(exitOf(chat(recorder))))
    }))

  it.effect("of a failure downstream ends with that", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.sse([Wire.openAi.text("a"), "hang"]))
      const { exit, span } = yield* record(server, (provider) =>
        Stream.runForEach(provider.completionStream(params), () => Effect.fail("downstream")))
      assert.isTrue(Exit.isFailure(exit))
      assert.notStrictEqual(span.status._tag, "Started")
    }))

  it.effect("of a completion, and of its retries, is one", () =>
    Effect.gen(function*() {
      const server = Timed.server(
        Timed.json(503, {}, { "retry-after-ms": "0" }),
        Timed.json(200, Wire.openAi.whole)
      )
      const { span } = yield* record(
        server,
        (provider) => provider.completion(params),
        { layer: { retry: { schedule: Schedule.recurs(1) } } }
      )
      assert.isTrue(Exit.isSuccess(exitOf(span)))
      assert.deepInclude(attributes(span), {
        "effect_any_llm.attempts": 2,
        "effect_any_llm.stream": false,
        "gen_ai.usage.output_tokens": 5
      })
    }))

  it.effect("ends at any fraction of a millisecond", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(514.877643)
      const server = Timed.server(Timed.sse([Wire.answer(Wire.openAi, "a")]))
      const { exit } = yield* record(server, (provider) => Stream.runDrain(provider.completionStream(params)))
      assert.deepStrictEqual(exit, Exit.void)
    }))

  it.effect("is the parent of the HttpClient's own, which show no key and no prompt", () =>
    Effect.gen(function*() {
      const server = Timed.server(Timed.sse([Wire.answer(Wire.openAi, "a")]))
      const { recorder, span } = yield* record(
        server,
        (provider) =>
          Stream.runDrain(provider.completionStream(params, { headers: { "x-secret": "custom-secret-1" } })),
        { layer: { headers: { "x-team": Redacted.make("custom-secret-2") } } }
      )
      const http = recorder.spans.filter((span) => span.name.startsWith("http"))
      assert.lengthOf(http, 1)
      assert.strictEqual(Option.getOrUndefined(http[0]?.parent ?? Option.none())?.spanId, span.spanId)
      const all = recorder.text()
      for (const secret of [marker, Wire.key, "custom-secret"]) assert.notInclude(all, secret)
    }))

  it.effect("its ids are sent only where that is asked for", () =>
    Effect.gen(function*() {
      for (const propagateTrace of [undefined, false, true]) {
        const server = Timed.server(Timed.sse([Wire.answer(Wire.openAi, "a")]))
        yield* record(server, (provider) => Stream.runDrain(provider.completionStream(params)), {
          layer: { propagateTrace }
        })
        const names = Object.keys(server.sent[0]?.headers ?? {})
        for (const name of ["traceparent", "b3"]) assert.strictEqual(names.includes(name), propagateTrace === true)
      }
    }))

  const refused = Timed.json(400, { error: { message: "no", code: "nope" } })
  const inStream = () => Timed.sse([Wire.openAi.text("a"), Wire.openAi.overloaded])
  const cut = () => Timed.sse([Wire.openAi.text("a")])
  const ends: ReadonlyArray<readonly [name: string, answer: Timed.Answer, call?: () => CallOptions]> = [
    ["a status", () => refused.clone()],
    ["an error in the body", inStream()],
    ["a body that was cut", cut()],
    ["a clock", Effect.never, () => ({ timeouts: { headers: "50 millis", firstContent: "50 millis" } })],
    ["the clock of the whole call", Effect.never, () => ({ timeouts: { total: "50 millis" } })],
    ["a signal", Effect.never, () => ({ signal: AbortSignal.timeout(50) })],
    ["a signal that is there already", Effect.never, () => ({ signal: AbortSignal.abort() })],
    ["an interruption from within", Effect.interrupt]
  ]
  for (const [name, answer, call] of ends) {
    it.live(`an error says in which spans it happened: ${name}`, () =>
      Effect.gen(function*() {
        const provider = yield* Provider.Provider
        for (
          const run of [
            Stream.runDrain(provider.completionStream(params, call?.())),
            provider.completion(params, call?.())
          ]
        ) {
          const exit = yield* Effect.exit(Effect.withSpan(run, "mine"))
          const pretty = Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "a success"
          assert.match(pretty, /\n {4}at chat m\n {4}at mine \(/, pretty)
        }
      }).pipe(Effect.provide(Layer.provide(Wire.openAi.layer({ retry: false }), Timed.server(answer).layer))))
  }
})
