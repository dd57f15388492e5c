/**
 * Requests whose answer is one JSON document: vectors, lists of models. The way there, the errors, the clocks and the
 * retries are those of a chat completion; the answer is not read as one.
 */
import type * as Cause from "effect/Cause"
import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { endOf } from "../Call.ts"
import type { RequestOptions } from "../CallOptions.ts"
import type { Fault } from "../Dialect.ts"
import type { Server } from "../Endpoint.ts"
import type { CallError, ProviderError } from "../ProviderError.ts"
import type { HeaderInput, Incoming, Transport } from "../Transport.ts"
import * as Body from "./body.ts"
import type { Calls } from "./calls.ts"
import { reported } from "./classify.ts"
import * as ErrorFacts from "./errorFacts.ts"
import { excerpt } from "./excerpt.ts"
import type { CallLimits } from "./limits.ts"
import * as Network from "./network.ts"
import type { TransportFault } from "./network.ts"
import { parseJson } from "./parseJson.ts"
import { Retries } from "./retry.ts"
import type { Run } from "./run.ts"
import { Watchdog } from "./watchdog.ts"

/** A call, which may have several requests. */
export interface Ask extends CallLimits {
  readonly endpoint: Server
  readonly transport: Transport
  readonly calls: Calls
  readonly options: RequestOptions
  /** Whether its requests come one after the other, so that what the call says of the last is true. */
  readonly inSequence: boolean
}

/** One request, and how its answer is read. */
export interface Question<A> {
  readonly path: string
  /** JSON text; without one the request is a GET. */
  readonly body?: string | undefined
  readonly headers?: HeaderInput | undefined
  /** Characters of the answer. */
  readonly limit: number
  /** What the document says, or why it is no answer. */
  readonly read: (json: unknown) => Either.Either<A, string>
}

/** The answer to a question, asked again where that can help: it changes nothing at the server. */
export const request = <A>(ask: Ask, run: Run<unknown>, question: Question<A>): Effect.Effect<A, CallError> =>
  Effect.suspend(() => {
    const retries = new Retries(ask.options.retry)
    const once: Effect.Effect<A, CallError> = Effect.catchAll(
      attempt(ask, run, question),
      (error) => Effect.zipRight(retries.next(error), once)
    )
    return once
  })

/** One request and its answer, under clocks of its own. */
const attempt = <A>(ask: Ask, run: Run<unknown>, question: Question<A>): Effect.Effect<A, CallError> =>
  Effect.flatMap(Effect.all([Effect.clock, Scope.make()]), ([clock, scope]) => {
    const watchdog = new Watchdog(clock, ask.limits)
    const one: Attempt = { watchdog, number: begin(run), requestId: undefined }
    const late = Effect.flatMap(watchdog.reached(), (deadline) =>
      deadline === undefined || deadline.phase === "silence"
        ? Effect.never
        : Effect.fail(run.timeout(deadline.phase, deadline.after, one.requestId)))
    // One fiber gets the headers and reads on, or received data is lost under the node client. Nobody waits for it to
    // let go, nor for its connection: what is slow to end must not hold the outcome back.
    return Effect.raceFirst(Effect.disconnect(Scope.extend(exchange(ask, run, question, one), scope)), late).pipe(
      Effect.onExit((exit) => Effect.forkDaemon(Scope.close(scope, exit))),
      Effect.mapError((error) => errorOf(run, error, one))
    )
  })

/** What one attempt has of its own. */
interface Attempt {
  readonly watchdog: Watchdog
  /** 1 for the first of the call. */
  readonly number: number
  requestId: string | undefined
}

const begin = (run: Run<unknown>): number => {
  run.begin()
  return run.attempts
}

const isTransportFault = (error: TransportFault | CallError): error is TransportFault =>
  error._tag === "Fault" || error._tag === "TimedOut" || error._tag === "Interrupted"

const errorOf = (
  run: Run<unknown>,
  error: TransportFault | CallError,
  { requestId, watchdog }: Attempt
): CallError => {
  if (!isTransportFault(error)) return error
  return run.fault(
    error._tag === "Fault" ? Network.fault({ ...error.fault, requestId: error.fault.requestId ?? requestId }) : error,
    watchdog.elapsed()
  )
}

const exchange = <A>(
  ask: Ask,
  run: Run<unknown>,
  question: Question<A>,
  one: Attempt
): Effect.Effect<A, TransportFault | ProviderError, Scope.Scope> =>
  ask.transport.connect({
    path: question.path,
    body: question.body,
    accept: "application/json",
    headers: { ...question.headers, ...ask.options.headers },
    apiKey: ask.options.apiKey,
    secrets: run.secrets
  }, (head) => {
    const { onResponse } = ask.options
    one.watchdog.headers()
    one.requestId = head.requestId
    if (ask.inSequence) run.requestId = head.requestId
    return onResponse === undefined
      ? Effect.void
      : Effect.asVoid(Effect.forkDaemon(onResponse({ ...head, attempt: one.number })))
  }).pipe(
    Effect.flatMap(({ contentType, pull }) =>
      Effect.flatMap(collect(pull, question.limit), (text) =>
        Either.match(answerOf(ask, question, text, contentType), {
          onLeft: (fault) => Effect.fail(Network.fault(fault)),
          onRight: Effect.succeed
        }))
    )
  )

/** The whole body. */
const collect = (pull: Incoming["pull"], limit: number): Effect.Effect<string, TransportFault> =>
  Effect.suspend(() => {
    const collector = new Body.Collector()
    const take = (chunk: Chunk.Chunk<Uint8Array>): Effect.Effect<string, TransportFault> => {
      for (const bytes of chunk) {
        if (!collector.push(bytes, limit)) {
          return Effect.fail(Network.fault({ reason: { _tag: "EventTooLarge", limit } }))
        }
      }
      return more
    }
    const ended = (cause: Cause.Cause<Option.Option<TransportFault>>): Effect.Effect<string, TransportFault> => {
      const end = endOf(cause)
      return end === "eof" ? Effect.sync(() => collector.text()) : Effect.fail(end)
    }
    const more: Effect.Effect<string, TransportFault> = Effect.matchCauseEffect(pull, {
      onFailure: ended,
      onSuccess: take
    })
    return more
  })

const answerOf = <A>(
  ask: Ask,
  question: Question<A>,
  text: string,
  contentType: string | undefined
): Either.Either<A, Fault> => {
  const unexpected = (facts?: Partial<Fault>): Fault => ({
    reason: { _tag: "UnexpectedBody", contentType, excerpt: excerpt(text) },
    ...facts
  })
  const json = parseJson(text)
  if (json === undefined) {
    // A document that was closed and is none was not cut.
    const isCut = /^\s*(?:[{[]|$)/.test(text.slice(0, 64)) && !/[}\]]\s*$/.test(text.slice(-64))
    return Either.left(isCut ? { reason: { _tag: "TruncatedStream" } } : unexpected())
  }
  const error = ErrorFacts.ofEvent(json, undefined)
  if (error !== undefined) return Either.left(reported(ask.endpoint, error))
  // A server that understood the question and answers in its own way will do so again.
  return Either.mapLeft(question.read(json), (detail) => unexpected({ detail, shouldRetry: false }))
}
