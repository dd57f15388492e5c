/**
 * The state of one run of a call, and the errors it can end with.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Predicate from "effect/Predicate"
import type * as Tracer from "effect/Tracer"
import type { RetryPolicy } from "../CallOptions.ts"
import type { ChatCompletionChunk, Usage } from "../ChatCompletionChunk.ts"
import type { Fault } from "../Dialect.ts"
import type { Normaliser } from "../Normalise.ts"
import { type CallError, Cancelled, ProviderError, type Reason, Timeout } from "../ProviderError.ts"
import { excerpt } from "./excerpt.ts"
import { letGo } from "./letGo.ts"
import type { TransportFault } from "./network.ts"
import { Outlet } from "./outlet.ts"
import { Retries } from "./retry.ts"
import { Secrets } from "./scrub.ts"

/** The compiler has checked the fields; effect 3.22 would compile the Schema anew for each error, at 150 to 400 µs. */
const wellTyped = { disableValidation: true }

interface Subject {
  /** `false`: nothing is handed over before the answer is whole, so that an attempt that fails can be repeated. */
  readonly stream?: boolean | undefined
  readonly endpoint: { readonly id: string }
  readonly params: { readonly model?: string | undefined }
  readonly options?: { readonly retry?: RetryPolicy | false | undefined } | undefined
}

/** `A` is what the consumer gets. */
export class Run<A = ChatCompletionChunk> {
  readonly outlet = new Outlet<A, CallError>()
  readonly secrets = new Secrets()
  /** Requests sent. */
  attempts = 0
  /** Whether chunks were handed over. */
  emitted = false
  /** The answer is delivered; what the pump still does is about the connection. */
  draining = false
  /** Milliseconds since the epoch. */
  startedAt = 0
  requestId: string | undefined = undefined
  normaliser: Normaliser | undefined = undefined
  /** From the start of the call on. */
  span: Tracer.Span | undefined = undefined
  /** What ends the fibers that wait for somebody to ask for the end. */
  readonly listeners: Array<Effect.Effect<unknown>> = []
  /** The fiber in charge. */
  pump: Fiber.RuntimeFiber<unknown> | undefined = undefined
  readonly retries: Retries

  private readonly subject: Subject
  private contents = 0

  constructor(subject: Subject) {
    this.subject = subject
    this.retries = new Retries(subject.options?.retry)
  }

  /** The next attempt. */
  begin(): void {
    this.attempts++
    this.normaliser = undefined
    this.contents = 0
  }

  /** Hands the consumer what the last read, of so many bytes, brought. */
  deliver(this: Run, bytes: number): "content" | "nothing" {
    const normaliser = this.normaliser
    if (normaliser === undefined) return "nothing"
    const isHeld = this.subject.stream === false && normaliser.outcome?._tag !== "Done"
    const chunks = isHeld ? [] : normaliser.take()
    if (chunks.length > 0) {
      this.emitted = true
      this.outlet.offer(chunks, bytes)
    }
    if (normaliser.contents === this.contents) return "nothing"
    this.contents = normaliser.contents
    return "content"
  }

  /** Ends the call for the consumer, now, and the pump behind it. */
  stop(error: Cancelled | Timeout): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.outlet.abort(this.failure(error))
      return letGo(this.pump)
    })
  }

  /** The whole call took too long: what is queued is still delivered. */
  expire(after: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.outlet.settle(this.failure(this.timeout("total", after)))
      return this.draining ? Effect.void : letGo(this.pump)
    })
  }

  /** The consumer is gone. */
  abandon(): Effect.Effect<void> {
    return Effect.suspend(() => {
      // A pump that drains has nothing for the consumer any more, and ends by itself.
      if (this.draining) return Effect.void
      this.outlet.abort(Effect.void)
      return letGo(this.pump)
    })
  }

  /** The fiber in charge has ended, and the call with it. */
  end(exit: Exit.Exit<void, CallError>): void {
    if (this.outlet.settled) return
    this.outlet.settle(Exit.match(exit, {
      onSuccess: () => Effect.void,
      onFailure: (cause) =>
        Either.match(Cause.failureOrCause(cause), {
          onLeft: (error) => this.failure(error),
          onRight: (cause) =>
            // Nobody who is still there asked for an interruption.
            Cause.isInterruptedOnly(cause)
              ? this.failure(this.cancelled("the call was interrupted from within"))
              : Effect.failCause(cause)
        })
    }))
  }

  /** An error says in which spans it happened if the fiber that fails with it has them. */
  failure(error: CallError): Effect.Effect<never, CallError> {
    return this.span === undefined ? Effect.fail(error) : Effect.withParentSpan(Effect.fail(error), this.span)
  }

  fault(fault: TransportFault, elapsed: number): CallError {
    switch (fault._tag) {
      case "TimedOut":
        // The transport counts bytes, and knows nothing of content.
        return this.timeout(fault.phase === "idle" && !this.emitted ? "firstContent" : fault.phase, elapsed)
      case "Interrupted":
        return this.cancelled("the transport was interrupted")
      case "Fault":
        return this.providerError(fault.fault)
    }
  }

  providerError(fault: Fault): ProviderError {
    const { code, detail, requestId, shouldRetry, status } = fault
    return new ProviderError({
      ...this.facts(),
      requestId: this.scrubbed(requestId ?? this.requestId),
      reason: this.withoutSecrets(fault.reason),
      status,
      code: this.said(code),
      detail: this.said(detail),
      shouldRetry
    }, wellTyped)
  }

  timeout(phase: Timeout["phase"], after: number, requestId = this.requestId): Timeout {
    return new Timeout(
      { ...this.facts(), requestId: this.scrubbed(requestId), phase, after: Duration.millis(after) },
      wellTyped
    )
  }

  cancelled(reason?: string): Cancelled {
    return new Cancelled({ ...this.facts(), reason }, wellTyped)
  }

  /** What an aborted signal means. Of its reason only the name is looked at: it may be anything. */
  aborted(signal: AbortSignal): Effect.Effect<Cancelled | Timeout> {
    return Effect.map(Clock.currentTimeMillis, (now) => {
      const reason: unknown = signal.reason
      return Predicate.hasProperty(reason, "name") && reason.name === "TimeoutError"
        ? this.timeout("total", now - this.startedAt)
        : this.cancelled("the signal was aborted")
    })
  }

  /** What the span says at the end. */
  annotate(span: Tracer.Span): void {
    const { normaliser } = this
    span.attribute("effect_any_llm.attempts", this.attempts)
    const requestId = this.scrubbed(this.requestId)
    if (requestId !== undefined) span.attribute("effect_any_llm.request_id", requestId)
    if (normaliser === undefined) return
    const id = this.scrubbed(normaliser.id)
    if (id !== undefined) span.attribute("gen_ai.response.id", id)
    span.attribute("gen_ai.response.model", this.secrets.scrub(normaliser.model))
    span.attribute("gen_ai.response.finish_reasons", normaliser.finishReasons.map((word) => this.secrets.scrub(word)))
    span.attribute("effect_any_llm.unknown_events", normaliser.unknownEvents)
    const usage = normaliser.usage
    if (usage === undefined) return
    span.attribute("gen_ai.usage.input_tokens", usage.promptTokens)
    span.attribute("gen_ai.usage.output_tokens", usage.completionTokens)
  }

  private facts(): {
    readonly provider: string
    readonly model: string | undefined
    readonly requestId: string | undefined
    readonly attempts: number
    readonly contentEmitted: boolean
    readonly usage: Usage | undefined
  } {
    return {
      provider: this.subject.endpoint.id,
      model: this.subject.params.model,
      requestId: this.scrubbed(this.requestId),
      attempts: this.attempts,
      contentEmitted: this.emitted,
      usage: counts(this.normaliser?.usage)
    }
  }

  /** Words of the server's, bounded and without credentials. */
  private said(text: string): string
  private said(text: string | undefined): string | undefined
  private said(text: string | undefined): string | undefined {
    return text === undefined ? undefined : excerpt(this.secrets.scrub(text))
  }

  /** What the caller sent along can come back as the server's. */
  private scrubbed(word: string | undefined): string | undefined {
    return word === undefined ? undefined : this.secrets.scrub(word)
  }

  private withoutSecrets(reason: Reason): Reason {
    switch (reason._tag) {
      case "InvalidRequest":
        return reason.param === undefined ? reason : { ...reason, param: this.said(reason.param) }
      case "ModelNotFound":
        return reason.remedy === undefined ? reason : { ...reason, remedy: this.said(reason.remedy) }
      case "UnexpectedBody":
        return { ...reason, contentType: this.said(reason.contentType), excerpt: this.said(reason.excerpt) }
      case "MalformedChunk":
        return { ...reason, excerpt: this.said(reason.excerpt) }
      default:
        return reason
    }
  }
}

/** What a server counts beside tokens is JSON of its own, in which anything can stand. */
const counts = (usage: Usage | undefined): Usage | undefined => {
  if (usage?.extra === undefined) return usage
  const { extra: _, ...known } = usage
  return known
}
