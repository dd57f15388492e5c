/**
 * A wire language: `CompletionParams` to a request body, and what a server sends to outputs. Pure and total; the
 * engine turns outputs into chunks (`Normalise`), and knows no provider.
 */
import type * as Duration from "effect/Duration"
import type * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import type { Annotation, Logprobs, Usage } from "./ChatCompletionChunk.ts"
import type { CompletionParams } from "./CompletionParams.ts"
import type { Params as EmbeddingParams } from "./Embeddings.ts"
import type { Endpoint, Server, WithEmbeddings } from "./Endpoint.ts"
import type { Framing } from "./Framing.ts"
import type { Json, JsonObject } from "./internal/json.ts"
import * as Reader from "./internal/reader.ts"
import type { JsonSchemaStyles } from "./JsonSchemaStyle.ts"
import type { Model } from "./Models.ts"
import type { InvalidRequest, Reason, UnsupportedParameter } from "./ProviderError.ts"

/** What one wire event says. The engine gives it its final shape: ids, role, dense tool indexes, the order of ends. */
export type Output =
  /** About the answer as a whole; the first value of a field counts. */
  | {
    readonly _tag: "Head"
    readonly id?: string | undefined
    readonly model?: string | undefined
    readonly created?: number | undefined
    readonly systemFingerprint?: string | undefined
    readonly serviceTier?: string | undefined
  }
  | { readonly _tag: "Text"; readonly choice: number; readonly text: string }
  | { readonly _tag: "Reasoning"; readonly choice: number; readonly text: string }
  | { readonly _tag: "Refusal"; readonly choice: number; readonly text: string }
  /** A piece of a tool call. Which call: by a non-empty `id`, else by `index`, else the latest. */
  | {
    readonly _tag: "ToolCall"
    readonly choice: number
    readonly id?: string | undefined
    readonly index?: number | undefined
    readonly name?: string | undefined
    readonly arguments?: string | undefined
  }
  | { readonly _tag: "Annotations"; readonly choice: number; readonly annotations: ReadonlyArray<Annotation> }
  | { readonly _tag: "Logprobs"; readonly choice: number; readonly logprobs: Logprobs }
  /** A block that replay needs verbatim. */
  | { readonly _tag: "Native"; readonly choice: number; readonly block: Json }
  /** The choice has ended: the reason in OpenAI's words where there is one, and in the server's own. */
  | { readonly _tag: "Finish"; readonly choice: number; readonly reason: string; readonly native: string }
  /** Counts so far; the last value of each field counts, and nothing is summed. */
  | { readonly _tag: "Usage"; readonly usage: Partial<Usage> }
  /** The dialect's own word for the end of the answer. */
  | { readonly _tag: "End" }
  /** The server gave up. */
  | { readonly _tag: "Failure"; readonly fault: Fault }
  /** An event this dialect does not know: skipped and counted. */
  | { readonly _tag: "Unknown" }

/** What an event can add to an answer. */
export type Addition = Exclude<Output, { readonly _tag: "End" | "Failure" | "Unknown" }>

/** What went wrong, before the engine adds provider, model and attempts. Text of the server's is not yet scrubbed. */
export interface Fault {
  readonly reason: Reason
  /** The HTTP status, or for an error inside a stream the status it stands for. */
  readonly status?: number | undefined
  /** The provider's own code or type. */
  readonly code?: string | undefined
  /** What the server said. */
  readonly detail?: string | undefined
  readonly requestId?: string | undefined
  /** The server's `x-should-retry`, which overrules the table. */
  readonly shouldRetry?: boolean | undefined
}

/** The facts of an error body or of an error inside a stream, whatever shape it came in. */
export interface ErrorFacts {
  readonly status?: number | undefined
  readonly code?: string | undefined
  readonly type?: string | undefined
  readonly message?: string | undefined
  readonly param?: string | undefined
  readonly retryAfter?: Duration.Duration | undefined
}

/** A parameter that was left out because leaving it out does not change the meaning of the answer. */
export interface Dropped {
  readonly param: string
  readonly why: string
}

/** What `encode` knows beside the params. `params.model` is set: the engine resolved it. */
export interface EncodeContext {
  readonly endpoint: Endpoint
  readonly model: string
  readonly stream: boolean
}

export interface Encoded {
  /** Appended to the base URL. */
  readonly path: string
  readonly body: JsonObject
  readonly headers?: { readonly [name: string]: string } | undefined
  readonly dropped: ReadonlyArray<Dropped>
}

/** What one attempt starts from: made-up ids and clocks come from outside, so that a dialect stays pure. */
export interface Seed {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** For an answer whose server names none. */
  readonly id: string
  readonly params: CompletionParams
  readonly endpoint: Endpoint
}

/** Reads the events of one attempt. */
export interface Decoder {
  /** One event of a stream, parsed from JSON. */
  readonly event: (json: unknown) => ReadonlyArray<Output>
  /** A whole answer. `undefined`: this is none. */
  readonly completion: (json: unknown) => ReadonlyArray<Output> | undefined
  /** What was held until the next event would tell what it is, and none comes; nothing a second time. */
  readonly end?: (() => ReadonlyArray<Addition>) | undefined
}

/** What the engine asks of a wire language. */
export interface Dialect {
  /** The `dialect` of native blocks. */
  readonly id: string
  readonly framing: Framing
  /** Sent with every request. */
  readonly headers: { readonly [name: string]: string }
  readonly encode: (
    params: CompletionParams,
    context: EncodeContext
  ) => Either.Either<Encoded, UnsupportedParameter | InvalidRequest>
  readonly decoder: (seed: Seed) => Decoder
  /** How it wants what is made from a Schema, unless an endpoint says otherwise. Default: `JsonSchemaStyle.common`. */
  readonly jsonSchema?: JsonSchemaStyles | undefined
  readonly failure: (facts: ErrorFacts, endpoint?: Pick<Server, "errors" | "sentences">) => Reason
}

/** What `encode` knows beside the params: the texts are those of one request, and not all that the caller gave. */
export interface EmbeddingsContext {
  readonly endpoint: WithEmbeddings
  readonly model: string
  readonly texts: ReadonlyArray<string>
}

/** The vectors of one answer as a server gives them: nothing is checked yet. */
export interface EmbeddingsAnswer {
  readonly model?: string | undefined
  readonly vectors: ReadonlyArray<{
    /** Which text of the request it is for; without one the order says it. */
    readonly index?: number | undefined
    /** Numbers, or the base64 of little-endian floats. */
    readonly vector: unknown
  }>
  readonly usage?: { readonly promptTokens?: number | undefined; readonly totalTokens?: number | undefined } | undefined
}

/** What the engine asks of a wire language for vectors. */
export interface EmbeddingsDialect {
  readonly encode: (
    params: EmbeddingParams,
    context: EmbeddingsContext
  ) => Either.Either<Encoded, UnsupportedParameter | InvalidRequest>
  /** `undefined`: this is no answer. */
  readonly answer: (json: unknown) => EmbeddingsAnswer | undefined
}

/** One page of a list of models. */
export interface ModelsPage {
  readonly models: ReadonlyArray<Model>
  /** Whether the server says that there are more. */
  readonly hasMore: boolean
  /** Where the next page begins. */
  readonly cursor?: string | undefined
}

/** What the engine asks of a wire language for the list of models. */
export interface ModelsDialect {
  /** Appended to the base URL, unless the endpoint has a path of its own. */
  readonly path: string
  /** Of the first page, or of the one at the cursor. */
  readonly query: (cursor: string | undefined) => { readonly [name: string]: string }
  /** `undefined`: this is no list. */
  readonly page: (json: unknown) => ModelsPage | undefined
}

/** A wire language as its owner describes it; `make` compiles the Schemas into readers. */
export interface Wire<Event, EventEncoded, State, Body, BodyEncoded> extends Omit<Dialect, "decoder"> {
  /** Exactly what is read of an event, every field optional. */
  readonly event: Schema.Schema<Event, EventEncoded>
  /** Called once per attempt. */
  readonly initial: (seed: Seed) => State
  /** May mutate the state, which belongs to one attempt. */
  readonly step: (state: State, event: Event) => ReadonlyArray<Output>
  /** For dialects that hold something back: all of it, since no event comes any more. */
  readonly end?: ((state: State) => ReadonlyArray<Addition>) | undefined
  /** The answer that is not streamed, told as the events a stream would have brought. */
  readonly completion: {
    readonly body: Schema.Schema<Body, BodyEncoded>
    readonly events: (body: Body) => ReadonlyArray<Event> | undefined
  }
}

const unknown: ReadonlyArray<Output> = [{ _tag: "Unknown" }]

/** A dialect from its description. A Schema with a construct that no reader can be compiled for fails here. */
export const make = <Event, EventEncoded, State, Body, BodyEncoded>(
  wire: Wire<Event, EventEncoded, State, Body, BodyEncoded>
): Wire<Event, EventEncoded, State, Body, BodyEncoded> & Dialect => {
  const readEvent = Reader.compile(wire.event)
  const readBody = Reader.compile(wire.completion.body)
  return {
    ...wire,
    decoder: (seed) => {
      const state = wire.initial(seed)
      return {
        event: (json) => {
          const event = readEvent(json)
          return event === undefined ? unknown : wire.step(state, event)
        },
        completion: (json) => {
          const body = readBody(json)
          const events = body === undefined ? undefined : wire.completion.events(body)
          return events?.flatMap((event) => wire.step(state, event))
        },
        end: () => wire.end?.(state) ?? []
      }
    }
  }
}
