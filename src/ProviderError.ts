/**
 * What a call can fail with: three tags, and within `ProviderError` a `reason` to branch on. Errors carry facts, never
 * the request, the response or a cause that holds one: those print API keys.
 */
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Usage } from "./ChatCompletionChunk.ts"
import * as Wording from "./internal/errorMessage.ts"

const retryAfter = Schema.optional(Schema.DurationFromMillis)

/** Too many requests (429 and its in-band equivalents). `retryAfter` is what the server asked for. Retryable. */
export const RateLimit = Schema.TaggedStruct("RateLimit", { retryAfter })
export type RateLimit = typeof RateLimit.Type

/** The account has no money or quota left (402, `insufficient_quota`). */
export const QuotaExceeded = Schema.TaggedStruct("QuotaExceeded", {})
export type QuotaExceeded = typeof QuotaExceeded.Type

/** The provider has no capacity (503, 529, `overloaded_error`). Retryable. */
export const Overloaded = Schema.TaggedStruct("Overloaded", { retryAfter })
export type Overloaded = typeof Overloaded.Type

/** The key is wrong (401), or cannot be a header's value at all (found before sending). */
export const Authentication = Schema.TaggedStruct("Authentication", {})
export type Authentication = typeof Authentication.Type

/** The key is right and may not do this (403). */
export const PermissionDenied = Schema.TaggedStruct("PermissionDenied", {})
export type PermissionDenied = typeof PermissionDenied.Type

/** The request is wrong: 400, 413, 422 and the rest of 4xx; or found before sending (no model, no messages). */
export const InvalidRequest = Schema.TaggedStruct("InvalidRequest", { param: Schema.optional(Schema.String) })
export type InvalidRequest = typeof InvalidRequest.Type

/** The prompt does not fit the model. */
export const ContextLength = Schema.TaggedStruct("ContextLength", {})
export type ContextLength = typeof ContextLength.Type

/** The provider refused the prompt. */
export const ContentFilter = Schema.TaggedStruct("ContentFilter", {})
export type ContentFilter = typeof ContentFilter.Type

/** A 404 that is about the model. `remedy` is the command that brings the model, where the server has one. */
export const ModelNotFound = Schema.TaggedStruct("ModelNotFound", { remedy: Schema.optional(Schema.String) })
export type ModelNotFound = typeof ModelNotFound.Type

/** The provider failed: 5xx, 408, 409, 425, `api_error`, `server_error`. Retryable. */
export const Server = Schema.TaggedStruct("Server", {})
export type Server = typeof Server.Type

/** Connecting, TLS, DNS, or a connection that broke. Retryable. */
export const Network = Schema.TaggedStruct("Network", {})
export type Network = typeof Network.Type

/** A 200 that is no stream (an HTML page), or a redirect, which is never followed. */
export const UnexpectedBody = Schema.TaggedStruct("UnexpectedBody", {
  contentType: Schema.optional(Schema.String),
  excerpt: Schema.String
})
export type UnexpectedBody = typeof UnexpectedBody.Type

/** A frame that is not JSON. */
export const MalformedChunk = Schema.TaggedStruct("MalformedChunk", { excerpt: Schema.String })
export type MalformedChunk = typeof MalformedChunk.Type

/** The stream ended without evidence that the answer is whole, or with nothing in it. Retryable. */
export const TruncatedStream = Schema.TaggedStruct("TruncatedStream", {})
export type TruncatedStream = typeof TruncatedStream.Type

/** One frame above the limit, in characters. */
export const EventTooLarge = Schema.TaggedStruct("EventTooLarge", { limit: Schema.Number })
export type EventTooLarge = typeof EventTooLarge.Type

/** No key was given. `envVar` is where one is looked for. */
export const MissingApiKey = Schema.TaggedStruct("MissingApiKey", { envVar: Schema.String })
export type MissingApiKey = typeof MissingApiKey.Type

/** No endpoint has this id. */
export const UnsupportedProvider = Schema.TaggedStruct("UnsupportedProvider", {})
export type UnsupportedProvider = typeof UnsupportedProvider.Type

/** The provider cannot be told this parameter, and leaving it out would change the meaning of the answer. */
export const UnsupportedParameter = Schema.TaggedStruct("UnsupportedParameter", { param: Schema.String })
export type UnsupportedParameter = typeof UnsupportedParameter.Type

/** The provider has no such operation. */
export const UnsupportedOperation = Schema.TaggedStruct("UnsupportedOperation", { operation: Schema.String })
export type UnsupportedOperation = typeof UnsupportedOperation.Type

/** Why a provider failed. `docs/errors.md` has a line for each. */
export const Reason = Schema.Union(
  RateLimit,
  QuotaExceeded,
  Overloaded,
  Authentication,
  PermissionDenied,
  InvalidRequest,
  ContextLength,
  ContentFilter,
  ModelNotFound,
  Server,
  Network,
  UnexpectedBody,
  MalformedChunk,
  TruncatedStream,
  EventTooLarge,
  MissingApiKey,
  UnsupportedProvider,
  UnsupportedParameter,
  UnsupportedOperation
)
export type Reason = typeof Reason.Type

const facts = {
  /** The endpoint's id. */
  provider: Schema.String,
  model: Schema.optional(Schema.String),
  /** The provider's id of the request, for its support. */
  requestId: Schema.optional(Schema.String),
  /** Requests sent for this call, 0 when it failed before the first. */
  attempts: Schema.Number,
  /** Whether chunks reached the consumer before the fault. */
  contentEmitted: Schema.Boolean,
  /** The last token counts that the provider sent. */
  usage: Schema.optional(Usage)
}

/** The provider, the way to it, or the request is at fault. */
export class ProviderError extends Schema.TaggedError<ProviderError>("effect-any-llm/ProviderError")("ProviderError", {
  ...facts,
  reason: Reason,
  /** The HTTP status; for an error inside a stream the status it stands for. */
  status: Schema.optional(Schema.Number),
  /** The provider's own code or type, or the system's (`ECONNREFUSED`). */
  code: Schema.optional(Schema.String),
  /** What the server said: at most 2 KiB, without credentials. */
  detail: Schema.optional(Schema.String),
  /** The server's `x-should-retry`, which overrules the reason. */
  shouldRetry: Schema.optional(Schema.Boolean)
}) {
  override get message(): string {
    return Wording.providerError(this)
  }

  /** Whether a fresh request is sane. */
  get isRetryable(): boolean {
    return this.shouldRetry ?? isRetryableReason(this.reason, this.status)
  }
}

/** A time limit of the call was reached. `headers` and `firstContent` are retryable. */
export class Timeout extends Schema.TaggedError<Timeout>("effect-any-llm/Timeout")("Timeout", {
  ...facts,
  phase: Schema.Literal("headers", "firstContent", "idle", "total"),
  after: Schema.DurationFromMillis
}) {
  override get message(): string {
    return Wording.timeout(this)
  }

  get isRetryable(): boolean {
    return this.phase === "headers" || this.phase === "firstContent"
  }
}

/** Somebody asked for the call to stop: `cancel`, `signal`, or the layer closing. */
export class Cancelled extends Schema.TaggedError<Cancelled>("effect-any-llm/Cancelled")("Cancelled", {
  ...facts,
  reason: Schema.optional(Schema.String)
}) {
  override get message(): string {
    return Wording.cancelled(this)
  }

  get isRetryable(): boolean {
    return false
  }
}

/** What can go wrong with a call. */
export type CallError = ProviderError | Cancelled | Timeout

const retryableReasons: ReadonlySet<Reason["_tag"]> = new Set(
  ["RateLimit", "Overloaded", "Server", "Network", "TruncatedStream"] as const
)

const isRetryableReason = (reason: Reason, status: number | undefined): boolean =>
  reason._tag === "UnexpectedBody"
    // A proxy's page in place of the stream may be gone the next time; a redirect will not.
    ? status === undefined || status < 300 || status >= 400
    : retryableReasons.has(reason._tag)

export const isProviderError = (u: unknown): u is ProviderError => Predicate.isTagged(u, "ProviderError")

export const isTimeout = (u: unknown): u is Timeout => Predicate.isTagged(u, "Timeout")

export const isCancelled = (u: unknown): u is Cancelled => Predicate.isTagged(u, "Cancelled")

/** A `ProviderError` whose reason is known. */
export type WithReason<Tag extends Reason["_tag"]> = ProviderError & {
  readonly reason: Extract<Reason, { readonly _tag: Tag }>
}

/** Whether an error is a `ProviderError` with this reason. */
export const hasReason = <Tag extends Reason["_tag"]>(tag: Tag) => (error: unknown): error is WithReason<Tag> =>
  isProviderError(error) && error.reason._tag === tag

/** Recovers an Effect from one reason of `ProviderError`. */
export const catchReason: {
  <Tag extends Reason["_tag"], A2, E2, R2>(
    tag: Tag,
    handler: (error: WithReason<Tag>) => Effect.Effect<A2, E2, R2>
  ): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A | A2, E | E2, R | R2>
  <A, E, R, Tag extends Reason["_tag"], A2, E2, R2>(
    self: Effect.Effect<A, E, R>,
    tag: Tag,
    handler: (error: WithReason<Tag>) => Effect.Effect<A2, E2, R2>
  ): Effect.Effect<A | A2, E | E2, R | R2>
} = dual(
  3,
  <A, E, R, Tag extends Reason["_tag"], A2, E2, R2>(
    self: Effect.Effect<A, E, R>,
    tag: Tag,
    handler: (error: WithReason<Tag>) => Effect.Effect<A2, E2, R2>
  ): Effect.Effect<A | A2, E | E2, R | R2> => {
    const matches = hasReason(tag)
    return Effect.catchAll(
      self,
      (error): Effect.Effect<A2, E | E2, R2> => matches(error) ? handler(error) : Effect.fail(error)
    )
  }
)

/** Recovers a Stream from one reason of `ProviderError`: what was emitted before stays emitted. */
export const catchReasonStream: {
  <Tag extends Reason["_tag"], A2, E2, R2>(
    tag: Tag,
    handler: (error: WithReason<Tag>) => Stream.Stream<A2, E2, R2>
  ): <A, E, R>(self: Stream.Stream<A, E, R>) => Stream.Stream<A | A2, E | E2, R | R2>
  <A, E, R, Tag extends Reason["_tag"], A2, E2, R2>(
    self: Stream.Stream<A, E, R>,
    tag: Tag,
    handler: (error: WithReason<Tag>) => Stream.Stream<A2, E2, R2>
  ): Stream.Stream<A | A2, E | E2, R | R2>
} = dual(
  3,
  <A, E, R, Tag extends Reason["_tag"], A2, E2, R2>(
    self: Stream.Stream<A, E, R>,
    tag: Tag,
    handler: (error: WithReason<Tag>) => Stream.Stream<A2, E2, R2>
  ): Stream.Stream<A | A2, E | E2, R | R2> => {
    const matches = hasReason(tag)
    return Stream.catchAll(
      self,
      (error): Stream.Stream<A2, E | E2, R2> => matches(error) ? handler(error) : Stream.fail(error)
    )
  }
)
