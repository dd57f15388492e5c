/**
 * Where a provider is and in which small ways its server differs from others of the same dialect. Data, no behaviour.
 */
import type * as Duration from "effect/Duration"
import type { Dialect, EmbeddingsDialect, ModelsDialect } from "./Dialect.ts"

/** What a provider can do. Data, and true. */
export interface Capabilities {
  readonly streaming: boolean
  readonly tools: boolean
  readonly parallelTools: boolean
  readonly reasoning: boolean
  readonly images: boolean
  readonly files: boolean
  readonly audio: boolean
  readonly responseFormat: "none" | "json_object" | "json_schema"
  readonly embeddings: boolean
  readonly models: boolean
}

/** How the key is presented; `None` is for servers that know no keys. */
export type Auth =
  | { readonly _tag: "Bearer" }
  | { readonly _tag: "Header"; readonly name: string }
  | { readonly _tag: "None" }

export const bearer: Auth = { _tag: "Bearer" }
export const header = (name: string): Auth => ({ _tag: "Header", name })
export const noAuth: Auth = { _tag: "None" }

/** The four clocks; `Duration.infinity` switches one off. */
export interface Timeouts {
  /** From sending an attempt to its response headers. Default: 60 seconds; 4 minutes for vectors, which come with them. */
  readonly headers: Duration.DurationInput
  /**
   * From sending an attempt to its first text, reasoning, refusal or tool delta; where nothing is streamed, to the end of
   * the answer. Default: 4 minutes; 10 minutes.
   */
  readonly firstContent: Duration.DurationInput
  /** From one such delta to the next. Default: 2 minutes. */
  readonly idle: Duration.DurationInput
  /** The whole call, retries, waits and the consumer's own time included. Default: off. */
  readonly total: Duration.DurationInput
}

/** How vectors are asked for. */
export interface EmbeddingsApi {
  readonly dialect: EmbeddingsDialect
  /** Appended to the base URL. Default: the dialect's own. */
  readonly path?: string | undefined
  /** Texts of one request; more are split. Default: any number. */
  readonly maxInputs?: number | undefined
  /** Tokens of one request, all its texts together; more are split. Default: any number. */
  readonly maxTokens?: number | undefined
  /** What `encoding_format` asks for, in OpenAI's dialect. Default: the field is not sent, since some refuse it. */
  readonly encodingFormat?: "base64" | "float" | undefined
  /** The body's field for `dimensions`, in OpenAI's dialect. Default: `dimensions`. */
  readonly dimensionsField?: string | undefined
  /** The body's field for `inputType`, in OpenAI's dialect. Default: none, the server does not tell types apart. */
  readonly inputTypeField?: string | undefined
  /** The server's words for input types, where they differ: NVIDIA says `passage` for `document`. */
  readonly inputTypes?: { readonly [inputType: string]: string } | undefined
}

/** How the list of models is asked for. */
export interface ModelsApi {
  readonly dialect: ModelsDialect
  /** Appended to the base URL. Default: the dialect's own. */
  readonly path?: string | undefined
}

export interface Endpoint {
  /** The provider's id: the key of `extra`, the `provider` of errors, the prefix in `provider:model`. */
  readonly id: string
  readonly dialect: Dialect
  /** With the version segment where there is one; the dialect's path is appended. */
  readonly baseUrl: string
  readonly auth: Auth
  readonly env: { readonly apiKey?: string | undefined; readonly baseUrl?: string | undefined }
  readonly capabilities: Capabilities
  /** Sent with every request, beside those of the dialect. */
  readonly headers?: { readonly [name: string]: string } | undefined
  readonly timeouts?: Partial<Timeouts> | undefined
  /** A stream that ends without a finish reason is whole. Default: false, it is `TruncatedStream`. */
  readonly lenientFinish?: boolean | undefined
  /** The body's field for `maxTokens`, in OpenAI's dialect. Default: `max_completion_tokens`. */
  readonly maxTokensField?: "max_completion_tokens" | "max_tokens" | undefined
  /** The server knows `stream_options.include_usage`, in OpenAI's dialect. Default: true. */
  readonly streamUsage?: boolean | undefined
  readonly embeddings?: EmbeddingsApi | undefined
  readonly models?: ModelsApi | undefined
}

/** The endpoint of a provider that makes vectors. */
export interface WithEmbeddings extends Endpoint {
  readonly embeddings: EmbeddingsApi
}

/** The endpoint of a provider that lists its models. */
export interface WithModels extends Endpoint {
  readonly models: ModelsApi
}
