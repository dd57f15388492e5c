/**
 * A tracer that keeps every span.
 */
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import type * as Exit from "effect/Exit"
import type * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

export interface Recorded {
  readonly spanId: string
  readonly name: string
  readonly kind: Tracer.SpanKind
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly attributes: Map<string, unknown>
  readonly events: ReadonlyArray<readonly [name: string, attributes: unknown]>
  readonly status: { readonly _tag: "Started" } | { readonly _tag: "Ended"; readonly exit: Exit.Exit<unknown, unknown> }
}

class Span implements Tracer.Span {
  readonly _tag = "Span"
  readonly traceId = "0af7651916cd43dd8448eb211c80319c"
  readonly sampled = true
  readonly links: Array<Tracer.SpanLink> = []
  readonly attributes = new Map<string, unknown>()
  readonly events: Array<readonly [string, unknown]> = []
  readonly spanId: string
  readonly name: string
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly context: Context.Context<never>
  readonly kind: Tracer.SpanKind
  status: Tracer.SpanStatus

  constructor(
    spanId: string,
    name: string,
    parent: Option.Option<Tracer.AnySpan>,
    context: Context.Context<never>,
    startTime: bigint,
    kind: Tracer.SpanKind
  ) {
    this.spanId = spanId
    this.name = name
    this.parent = parent
    this.context = context
    this.kind = kind
    this.status = { _tag: "Started", startTime }
  }

  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    this.status = { _tag: "Ended", startTime: this.status.startTime, endTime, exit }
  }

  attribute(key: string, value: unknown): void {
    this.attributes.set(key, value)
  }

  event(name: string, _startTime: bigint, attributes?: Record<string, unknown>): void {
    this.events.push([name, attributes])
  }

  addLinks(links: ReadonlyArray<Tracer.SpanLink>): void {
    this.links.push(...links)
  }
}

export interface Recorder {
  readonly tracer: Tracer.Tracer
  readonly spans: ReadonlyArray<Recorded>
  readonly named: (name: string) => Recorded
  /** All that an exporter would send: names, attributes, events, and each failure as it is recorded on a span. */
  readonly text: () => string
}

const exported = (span: Recorded): ReadonlyArray<unknown> => [
  span.name,
  [...span.attributes],
  span.events,
  span.status._tag === "Ended" && span.status.exit._tag === "Failure"
    ? [
      Cause.pretty(span.status.exit.cause, { renderErrorCause: true }),
      // What OpenTelemetry's exporter makes of a failure.
      Cause.prettyErrors(span.status.exit.cause).map((error) => [error.name, error.message, error.stack])
    ]
    : []
]

export const make = (): Recorder => {
  const spans: Array<Recorded> = []
  return {
    spans,
    tracer: Tracer.make({
      span: (name, parent, context, links, startTime, kind, options) => {
        const span = new Span(String(spans.length + 1).padStart(16, "0"), name, parent, context, startTime, kind)
        span.addLinks(links)
        for (const [key, value] of Object.entries(options?.attributes ?? {})) span.attribute(key, value)
        spans.push(span)
        return span
      },
      context: (run) => run()
    }),
    named: (name) => {
      const span = spans.find((span) => span.name === name)
      if (span === undefined) throw new Error(`no span ${name}`)
      return span
    },
    text: () => JSON.stringify(spans.map(exported))
  }
}
