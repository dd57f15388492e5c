/**
 * What a caller may say beside the params: about this call alone.
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Schedule from "effect/Schedule"
import type { Timeouts } from "./Endpoint.ts"
import type { ProviderError, Timeout } from "./ProviderError.ts"

/** How an attempt that brought no content is repeated. */
export interface RetryPolicy {
  /** Attempts after the first. Default: 2. */
  readonly times?: number | undefined
  /** Waits between attempts; the server's `retry-after` is waited for beside it. Default: 500 ms doubling, jittered. */
  readonly schedule?: Schedule.Schedule<unknown, ProviderError | Timeout> | undefined
  /** A server that asks for more than this is not waited for: its error is returned. Default: 60 seconds. */
  readonly maxRetryAfter?: Duration.DurationInput | undefined
}

/** What is known when the response's headers are there. */
export interface ResponseHead {
  readonly status: number
  readonly requestId?: string | undefined
  /** 1 for the first. */
  readonly attempt: number
  /** Request ids, `retry-after*`, `*ratelimit*` and processing times, by lower-case name; nothing else. */
  readonly headers: { readonly [name: string]: string }
}

/** What a caller may say about a call that brings no chat completion: vectors, lists of models. */
export interface RequestOptions extends Omit<CallOptions, "raw" | "timeouts"> {
  /** `firstContent` is for the whole of an attempt, from sending it to the end of its answer. Default: 10 minutes. */
  readonly timeouts?: Partial<Omit<Timeouts, "idle">> | undefined
}

export interface CallOptions {
  /** For this call: one tenant's key. */
  readonly apiKey?: Redacted.Redacted | undefined
  readonly timeouts?: Partial<Timeouts> | undefined
  /** When it ends, other than by interruption, the call fails with `Cancelled`. */
  readonly cancel?: Effect.Effect<unknown> | undefined
  /** The same for the world outside Effect; a reason that is a `TimeoutError` is `Timeout { phase: "total" }`. */
  readonly signal?: AbortSignal | undefined
  readonly retry?: RetryPolicy | false | undefined
  readonly headers?: { readonly [name: string]: string | Redacted.Redacted } | undefined
  /** Called with the head of each attempt's response. */
  readonly onResponse?: ((head: ResponseHead) => Effect.Effect<void>) | undefined
  /** Attach the wire events to each chunk as `raw`. */
  readonly raw?: boolean | undefined
}
