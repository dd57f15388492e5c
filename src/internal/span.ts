/**
 * The span of a call: facts, never text.
 */
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import type * as Tracer from "effect/Tracer"

export interface Described {
  readonly name: string
  readonly attributes: { readonly [name: string]: unknown }
  /** What is known when the call has ended. */
  readonly annotate: (span: Tracer.Span) => Effect.Effect<void>
}

export const open = ({ attributes, name }: Described): Effect.Effect<Tracer.Span> =>
  Effect.map(Effect.makeSpan(name, { kind: "client", captureStackTrace: false, attributes }), (span) => {
    // V8 keeps an id that was made digit by digit as a tree of them, ten times as large, until somebody looks into it.
    span.traceId.charCodeAt(0)
    span.spanId.charCodeAt(0)
    return span
  })

/** `Effect.makeSpanScoped` would hold a finalizer of its own for each open stream. */
export const close = (
  { annotate }: Described,
  span: Tracer.Span,
  exit: Exit.Exit<unknown, unknown>
): Effect.Effect<void> =>
  Effect.gen(function*() {
    yield* annotate(span)
    const isTimed = yield* FiberRef.get(FiberRef.currentTracerTimingEnabled)
    // `Clock.currentTimeNanos` dies of a fraction of a millisecond under TestClock.
    const now = yield* Effect.clockWith((clock) => Effect.sync(() => isTimed ? clock.unsafeCurrentTimeNanos() : 0n))
    span.end(now, exit)
  })
