/**
 * The span of a call: facts, never text.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import type * as Scope from "effect/Scope"
import type * as Tracer from "effect/Tracer"

export interface Described {
  readonly name: string
  readonly attributes: { readonly [name: string]: unknown }
  /** What is known when the call has ended. */
  readonly annotate: (span: Tracer.Span) => Effect.Effect<void>
}

/**
 * From here to the end of the scope, however it ends. `Effect.makeSpanScoped` and a finalizer that annotates would be
 * two of them, for each open stream.
 */
export const open = ({ annotate, attributes, name }: Described): Effect.Effect<Tracer.Span, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.makeSpan(name, { kind: "client", captureStackTrace: false, attributes }),
    (span, exit) =>
      Effect.gen(function*() {
        yield* annotate(span)
        const isTimed = yield* FiberRef.get(FiberRef.currentTracerTimingEnabled)
        span.end(isTimed ? yield* Clock.currentTimeNanos : 0n, exit)
      })
  )
