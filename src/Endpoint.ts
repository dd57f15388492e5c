/**
 * Where a provider is and in which small ways its server differs from others of the same dialect. Data, no behaviour.
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { Dialect, EmbeddingsDialect, Fault, ModelsDialect } from "./Dialect.ts"
import type { Kind } from "./internal/classify.ts"
import type { JsonObject } from "./internal/json.ts"

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

/** The capabilities of a server that streams text and calls tools, and what `others` says of the rest. */
export const capabilities = (others: Partial<Capabilities> = {}): Capabilities => ({
  streaming: true,
  tools: true,
  parallelTools: true,
  reasoning: false,
  images: false,
  files: false,
  audio: false,
  responseFormat: "json_schema",
  embeddings: false,
  models: false,
  ...others
})

/** Options that say where a server is, for endpoints that are in many places. */
export interface Places {
  readonly region?: string | undefined
  readonly location?: string | undefined
  readonly project?: string | undefined
  /** Azure's. */
  readonly resource?: string | undefined
}

/** A request as it leaves, but for its signature. */
export interface Unsigned {
  readonly method: string
  readonly url: string
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string }
  readonly body: Uint8Array | undefined
}

/** What a signature adds to a request. */
export interface Signature {
  readonly headers: { readonly [name: string]: string }
  /** What of it, and of what it was made of, nobody may see. */
  readonly secrets: ReadonlyArray<string>
}

/**
 * Signs a request when nothing happens to it any more but tracing, whose headers are therefore not to be signed, nor are
 * those that a proxy may change.
 */
export type Sign = (request: Unsigned) => Effect.Effect<Signature>

/** What signs the requests of one attempt. It is asked for when a key would be. */
export type Signer = (places: Places) => Effect.Effect<Sign, Fault>

/**
 * How the key is presented; `None` is for servers that know no keys. `Signed` is for servers that know requests by their
 * signatures, and keys, if any, as bearer tokens: a key that is given is sent, and nothing is signed then. Its Effect is
 * run once for each service, with the ConfigProvider that the layer is built with.
 */
export type Auth =
  | { readonly _tag: "Bearer" }
  | { readonly _tag: "Header"; readonly name: string }
  | { readonly _tag: "Signed"; readonly signer: Effect.Effect<Signer> }
  | { readonly _tag: "None" }

export const bearer: Auth = { _tag: "Bearer" }
export const header = (name: string): Auth => ({ _tag: "Header", name })
export const signed = (signer: Effect.Effect<Signer>): Auth => ({ _tag: "Signed", signer })
export const noAuth: Auth = { _tag: "None" }

/** The name of an environment variable, or its names: the first that says something counts, and errors name the first. */
export type Variable = string | readonly [string, ...Array<string>]

/** The variables of options, by the option. */
export interface Variables {
  readonly apiKey?: Variable | undefined
  readonly baseUrl?: Variable | undefined
  /** Those of places in the order in which they are missed. */
  readonly [option: string]: Variable | undefined
}

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

/** A parameter, or a field of a message, whose name in the body is not the same for all servers. */
export type Field =
  | "temperature"
  | "topP"
  | "maxTokens"
  | "stop"
  | "n"
  | "seed"
  | "user"
  | "metadata"
  | "presencePenalty"
  | "frequencyPenalty"
  | "logitBias"
  | "logprobs"
  | "topLogprobs"
  | "tools"
  | "toolChoice"
  | "parallelToolCalls"
  | "serviceTier"
  /** Of messages. */
  | "name"
  /** Of assistant messages; where a server has no such field, the refusal is told as what it is: text. */
  | "refusal"

/**
 * The ways in which servers of OpenAI's dialect differ from OpenAI's own. Each is absent where there is no difference;
 * what a server can do at all is in its `capabilities`. Anthropic's dialect knows `modelField`, `body`, `path` and
 * `streamPath`.
 */
export interface Switches {
  /** A stream that ends without a finish reason is whole. Default: false, it is `TruncatedStream`. */
  readonly lenientFinish?: boolean | undefined
  /** The server knows `stream_options.include_usage`. Default: true. */
  readonly streamUsage?: boolean | undefined
  /**
   * Its own names of fields: `{ maxTokens: "max_tokens" }`. `false`: it takes no such field; what is given is left out
   * and told, or refused where the answer would mean something else without it.
   */
  readonly fields?: { readonly [F in Field]?: string | false } | undefined
  /**
   * What each effort is in the body; an effort that is not there is left out and told. Default: the word itself, as
   * `reasoning_effort`.
   */
  readonly efforts?: ReadonlyMap<string, JsonObject> | undefined
  /** It knows the role `developer`. Default: true; otherwise such a message goes out as `system`. */
  readonly developerRole?: boolean | undefined
  /** Content can be a list of parts. Default: true; otherwise parts that are all text go out as one. */
  readonly textParts?: boolean | undefined
  /** A user may speak right after a tool. Default: true; otherwise an `OK` of the model is put between them. */
  readonly userAfterTool?: boolean | undefined
  /**
   * It takes ids of tool calls that are nine letters and digits, and no others. Default: false; otherwise the ids of
   * other servers go out as nine that are made of them, the same in a call and in what the tool answered.
   */
  readonly shortCallIds?: boolean | undefined
  /** `stop` can be a text. Default: true; otherwise one text goes out as a list. */
  readonly stopText?: boolean | undefined
  /** It knows `response_format: json_object`. Default: true; otherwise it is asked for any object by a schema. */
  readonly jsonObject?: boolean | undefined
  /**
   * How reasoning goes back: as text in `reasoning_content` with the tool calls that came of it, as the blocks that came
   * in `reasoning_details`, or as `thinking` parts of the content of every turn. Blocks, and thinking with a signature,
   * are kept as `native`, by the id of the dialect: an endpoint that replays them has a dialect with an id of its own.
   * Default: not at all.
   */
  readonly replay?: "reasoning_content" | "reasoning_details" | "thinking" | undefined
  /**
   * The reasoning of some models comes in their text, up to `</think>`: from an opening tag, or from the beginning where
   * the prompt holds that tag. Default: text is text.
   */
  readonly thinkTags?: "tagged" | "missingOpener" | undefined
  /** `completion_tokens` are those of the text only, and the reasoning comes on top. Default: false. */
  readonly reasoningApart?: boolean | undefined
  /** Where a tool chosen by name goes, if not to the words' field. `false`: none can be chosen so; it is refused. */
  readonly toolByName?: string | false | undefined
  /** The body's field for the model. Default: `model`. `false`: the path alone names it. */
  readonly modelField?: string | false | undefined
  /** In the body of every request, unless the call's `extra` says otherwise. */
  readonly body?: JsonObject | undefined
  /** Appended to the base URL; `{model}` stands for the model. Default: the dialect's own. */
  readonly path?: string | undefined
  /** The path of answers that are streamed, where it is another; OpenAI's dialect then says no `stream` in the body. */
  readonly streamPath?: string | undefined
  /** It wants `stream` in the body, whatever the path says. Default: false where there is a `streamPath`. */
  readonly streamInBody?: boolean | undefined
}

/** The address of a server that is in many places. */
export type BaseUrlOf = (places: Places) => string | undefined

/** How vectors are asked for. */
export interface EmbeddingsApi {
  readonly dialect: EmbeddingsDialect
  /** Where that is another server. Default: the endpoint's. */
  readonly baseUrlOf?: BaseUrlOf | undefined
  /** Appended to the base URL; `{model}` stands for the model, in OpenAI's dialect. Default: the dialect's own. */
  readonly path?: string | undefined
  /** Texts of one request, or how many it is for a model; more are split. Default: any number. */
  readonly maxInputs?: number | ((model: string) => number) | undefined
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
  /** Where that is another server. Default: the endpoint's. */
  readonly baseUrlOf?: BaseUrlOf | undefined
  /** Appended to the base URL. Default: the dialect's own. */
  readonly path?: string | undefined
}

/** Where a server is, how it wants to be asked, and whose errors it speaks. */
export interface Server {
  /** The provider's id: the key of `extra`, the `provider` of errors, the prefix in `provider:model`. */
  readonly id: string
  readonly dialect: Pick<Dialect, "failure" | "headers">
  /** With the version segment where there is one; the dialect's path is appended. */
  readonly baseUrl: string
  /**
   * How a base URL that is given is to be read, where the provider's own clients take more than URLs, or less than all of
   * one. Default: as it is.
   */
  readonly readBaseUrl?: ((given: string, places: Places) => string) | undefined
  /** The base URL in these places, where the layer is given none. `undefined`: a place is missing. */
  readonly baseUrlOf?: BaseUrlOf | undefined
  readonly auth: Auth
  readonly env: Variables
  /** Sent with every request, beside those of the dialect. */
  readonly headers?: { readonly [name: string]: string } | undefined
  readonly timeouts?: Partial<Timeouts> | undefined
  /** Its own codes of errors: they mean what they say whatever the status. */
  readonly errors?: ReadonlyMap<string, Kind> | undefined
  /** Its own sentences, where a status or a code says something else: they count before both. */
  readonly sentences?: ReadonlyArray<readonly [RegExp, Kind]> | undefined
}

/** A server that makes vectors. */
export interface WithEmbeddings extends Server {
  readonly embeddings: EmbeddingsApi
}

/** A server that lists its models. */
export interface WithModels extends Server {
  readonly models: ModelsApi
}

/** A server of chat completions, and what else there is. */
export interface Endpoint extends Server, Switches {
  readonly dialect: Dialect
  readonly capabilities: Capabilities
  readonly embeddings?: EmbeddingsApi | undefined
  readonly models?: ModelsApi | undefined
}
