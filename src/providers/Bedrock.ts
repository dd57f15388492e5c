/**
 * Amazon Bedrock, and the wire language of its Converse API.
 *
 * `AWS_BEARER_TOKEN_BEDROCK`, `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`, `AWS_REGION` or `AWS_DEFAULT_REGION`. With an `apiKey`,
 * which is one of Bedrock's own, it is sent as a bearer token; without one each request is signed with `credentials`, by
 * default those of `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. Streams need the package
 * `@smithy/eventstream-codec`, signatures `@smithy/signature-v4` and `@aws-crypto/sha256-js`.
 *
 * A model is named by its id, by that of an inference profile, or by an ARN. What the API has and `CompletionParams` has
 * not goes into `extra`: `guardrailConfig`, `additionalModelRequestFields`, `performanceConfig`; and `cachePoint`, on a
 * message, a part or a tool, puts a cache point after it. A tool of the service's own is one with `systemTool` in its
 * `extra`. An `s3://` URL is the only one that is taken. Images that a model makes are not told. With a `baseUrl` the list
 * of models is asked for there, too. Evidence: recorded (text, reasoning, tools, guardrails, exceptions), documented
 * (@aws-sdk/client-bedrock-runtime 3.1164, read 2026-11-23).
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Dialect from "../Dialect.ts"
import type * as Embeddings from "../Embeddings.ts"
import * as Endpoint from "../Endpoint.ts"
import * as Framing from "../Framing.ts"
import { awsHost } from "../internal/awsHost.ts"
import * as EmbeddingsWire from "../internal/bedrockEmbeddings.ts"
import * as Errors from "../internal/bedrockErrors.ts"
import * as Events from "../internal/bedrockEvents.ts"
import * as ModelsWire from "../internal/bedrockModels.ts"
import * as Request from "../internal/bedrockRequest.ts"
import * as SigV4 from "../internal/sigV4.ts"
import type * as Models from "../Models.ts"
import * as Provider from "../Provider.ts"
import type { ProviderError } from "../ProviderError.ts"
import * as Services from "../Services.ts"

const id = "bedrock"

/** Bedrock's Converse. */
export const dialect = Dialect.make({
  id,
  framing: Framing.awsEventStream,
  headers: {},
  encode: Request.encode(id),
  event: Events.Event,
  initial: Events.initial,
  step: Events.step,
  completion: { body: Events.Answer, events: Events.events },
  failure: Errors.failure
})

/** The wire languages of the vectors of Titan and Cohere. */
export const embeddingsDialect = EmbeddingsWire.dialect

/** The wire language of Bedrock's list of models. */
export const modelsDialect = ModelsWire.dialect

/** The service's name in the address and in signatures. */
const service = "bedrock"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id,
  dialect,
  baseUrl: "",
  baseUrlOf: awsHost("bedrock-runtime"),
  auth: Endpoint.signed(SigV4.signer(service)),
  env: {
    apiKey: "AWS_BEARER_TOKEN_BEDROCK",
    baseUrl: "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
    region: ["AWS_REGION", "AWS_DEFAULT_REGION"]
  },
  capabilities: {
    streaming: true,
    tools: true,
    parallelTools: true,
    reasoning: true,
    images: true,
    files: true,
    audio: true,
    responseFormat: "json_schema",
    embeddings: true,
    models: true
  },
  embeddings: { dialect: embeddingsDialect, maxInputs: EmbeddingsWire.inputsOf },
  models: { dialect: modelsDialect, baseUrlOf: awsHost("bedrock") }
}

export interface Options extends Provider.KeylessOptions, Embeddings.ModelOption, SigV4.CredentialsOption {
  /** Of AWS: `us-east-1`. Signatures need it also where a `baseUrl` is given. */
  readonly region?: string | undefined
}

/**
 * What only AWS has, as the engine has it.
 *
 * @internal
 */
export const withCredentials = (options: Partial<Options>): Provider.EndpointOptions => signed(options)

const signed = SigV4.withSigner(service)

/** Bedrock as a service, without a Scope. */
export const make = (options: Options): Effect.Effect<Provider.Service, never, HttpClient.HttpClient> =>
  Provider.make(endpoint, signed(options))

type All = Provider.Provider | Embeddings.Embeddings | Models.Models

/** Bedrock as the application's provider, with its vectors and its list of models. */
export const layer = (options: Options): Layer.Layer<All, never, HttpClient.HttpClient> =>
  Services.layer(endpoint)(signed(options))

/**
 * The same from Config: with no argument, from `AWS_REGION`, and from `AWS_BEARER_TOKEN_BEDROCK` or the variables of AWS
 * credentials.
 */
export const layerConfig = (
  options: Provider.ConfigOptions<Options> = {}
): Layer.Layer<All, ConfigError.ConfigError | ProviderError, HttpClient.HttpClient> =>
  Provider.layerWith(endpoint, options, layer)
