/**
 * Amazon SageMaker: models in containers of one's own account that speak OpenAI's chat completions, as those of vLLM,
 * LMI, SGLang and Text Generation Inference do.
 *
 * `AWS_REGION` or `AWS_DEFAULT_REGION`; `AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME` or `SAGEMAKER_ENDPOINT_URL` in place of the
 * region's own server. Requests are signed with `credentials`, by default those of `AWS_ACCESS_KEY_ID`,
 * `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, which needs `@smithy/signature-v4` and `@aws-crypto/sha256-js`; to read
 * streams needs `@smithy/eventstream-codec`. The model is the name of the endpoint, and the body has none, unless
 * `extra` does: a container knows its model by another name. A component, a variant or a session of the endpoint is a
 * header (`X-Amzn-SageMaker-Inference-Component`). What the container sends is cut into parts anywhere. Evidence:
 * documented (@aws-sdk/client-sagemaker-runtime 3.1164, LMI's and vLLM's schemas, read 2026-11-23).
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointWithResponseStream.html
 * @see https://docs.djl.ai/docs/serving/serving/docs/lmi/user_guides/chat_input_output_schema.html
 */
import * as Endpoint from "../Endpoint.ts"
import * as Framing from "../Framing.ts"
import { awsHost } from "../internal/awsHost.ts"
import * as Errors from "../internal/sageMakerErrors.ts"
import * as SigV4 from "../internal/sigV4.ts"
import type * as Provider from "../Provider.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

const id = "sagemaker"

export const endpoint: Endpoint.Endpoint = {
  id,
  dialect: { ...OpenAi.dialect, framing: Framing.sseInAwsEventStream, failure: Errors.failure },
  baseUrl: "",
  baseUrlOf: awsHost("runtime.sagemaker"),
  auth: Endpoint.signed(SigV4.signer(id)),
  env: {
    region: ["AWS_REGION", "AWS_DEFAULT_REGION"],
    baseUrl: ["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", "SAGEMAKER_ENDPOINT_URL"]
  },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true }),
  path: "/endpoints/{model}/invocations",
  streamPath: "/endpoints/{model}/invocations-response-stream",
  streamInBody: true,
  modelField: false,
  fields: { maxTokens: "max_tokens", user: false, metadata: false, serviceTier: false, refusal: false },
  stopText: false,
  developerRole: false,
  thinkTags: "tagged",
  errors: Errors.exceptions,
  sentences: Errors.sentences
}

export interface Options extends Omit<Provider.KeylessOptions, "apiKey">, SigV4.CredentialsOption {
  /** The region in which the endpoint is: `eu-west-1`. */
  readonly region: string
}

/**
 * What only AWS has, as a signer.
 *
 * @internal
 */
export const withCredentials = SigV4.withSigner(id)

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of<typeof endpoint, Options>(endpoint, withCredentials)
