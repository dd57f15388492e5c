/**
 * Where a provider is and in which small ways its server differs from others of the same dialect. Data, no behaviour.
 */
import type * as Duration from "effect/Duration"
import type { Dialect, EmbeddingsDialect, ModelsDialect } from "./Dialect.ts"
import type { Kind } from "./internal/classify.ts"
import type { JsonObject } from "./internal/json.ts"
import type { JsonSchemaStyles } from "./JsonSchemaStyle.ts"

/** What a provider can do. Data, and true. */
export interface Capabilities {
  readonly streaming: boolean
  readonly tools: boolean
  readonly parallelTools: boolean
  /** Whether the model can be made to call a tool. Default: as `tools`. */
  readonly forcedTools?: boolean | undefined
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
 * what a server can do at all is in its `capabilities`.
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
  /**
   * The form of an answer that is made from a Schema, and can be said strictly, is asked for with `strict: true`.
   * Default: false, some refuse it; the schema is then written strictly, and the server does what it does.
   */
  readonly strictFormat?: boolean | undefined
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
  /** The body's field for the model. Default: `model`. */
  readonly modelField?: string | undefined
  /** In the body of every request, unless the call's `extra` says otherwise. */
  readonly body?: JsonObject | undefined
  /** Appended to the base URL; `{model}` stands for the model. Default: `/chat/completions`. */
  readonly path?: string | undefined
  /** The path of answers that are streamed, where the path decides it and no `stream` in the body. Default: none. */
  readonly streamPath?: string | undefined
}

/** How vectors are asked for. */
export interface EmbeddingsApi {
  readonly dialect: EmbeddingsDialect
  /** Appended to the base URL; `{model}` stands for the model, in OpenAI's dialect. Default: the dialect's own. */
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

/** Where a server is, how it wants to be asked, and whose errors it speaks. */
export interface Server {
  /** The provider's id: the key of `extra`, the `provider` of errors, the prefix in `provider:model`. */
  readonly id: string
  readonly dialect: Pick<Dialect, "failure" | "headers">
  /** With the version segment where there is one; the dialect's path is appended. */
  readonly baseUrl: string
  readonly auth: Auth
  readonly env: {
    readonly apiKey?: string | undefined
    readonly baseUrl?: string | undefined
    /** Of the option `projectId`, where the module has one. */
    readonly projectId?: string | undefined
  }
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
  /** How it wants what is made from a Schema. Default: `JsonSchemaStyle.common`. */
  readonly jsonSchema?: JsonSchemaStyles | undefined
  readonly embeddings?: EmbeddingsApi | undefined
  readonly models?: ModelsApi | undefined
}
