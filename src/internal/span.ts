/**
 * The span of a call: facts, never text.
 */
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Scope from "effect/Scope"
import type * as Tracer from "effect/Tracer"

export interface Described {
  readonly name: string
  readonly attributes: { readonly [name: string]: unknown }
  /** What is known when the call has ended. */
  readonly annotate: (span: Tracer.Span) => Effect.Effect<void>
}

/**
 * From here to the end of the scope, however it ends. `Effect.makeSpanScoped` and a finalizer that annotates would be
 * two of them, for each open stream; and `Effect.addFinalizer` would compare what each FiberRef was then and is at the end.
 */
export const open = ({ annotate, attributes, name }: Described): Effect.Effect<Tracer.Span, never, Scope.Scope> =>
  Effect.uninterruptible(Effect.gen(function*() {
    const scope = yield* Effect.scope
    const span = yield* Effect.makeSpan(name, { kind: "client", captureStackTrace: false, attributes })
    yield* Scope.addFinalizerExit(scope, (exit) =>
      Effect.gen(function*() {
        yield* annotate(span)
        const clock = yield* Effect.clock
        const isTimed = yield* FiberRef.get(FiberRef.currentTracerTimingEnabled)
        span.end(isTimed ? clock.unsafeCurrentTimeNanos() : 0n, exit)
      }))
    return span
  }))
