/**
 * Azure AI model inference: the models of a Foundry resource, by one API. For OpenAI's models see `AzureOpenAi`.
 *
 * `AZURE_API_KEY`, `AZURE_AI_CHAT_ENDPOINT` (`https://<resource>.services.ai.azure.com/models`). DeepSeek's models write
 * their reasoning into their text. Evidence: recorded (text, tools), documented (read 2026-11-22).
 *
 * @see https://learn.microsoft.com/en-us/rest/api/aifoundry/modelinference/get-chat-completions/get-chat-completions
 * @see https://learn.microsoft.com/en-us/azure/ai-foundry/model-inference/how-to/use-chat-reasoning
 */
import type * as Embeddings from "../Embeddings.ts"
import * as Endpoint from "../Endpoint.ts"
import type * as Provider from "../Provider.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export interface Options extends Provider.LayerOptions, Embeddings.ModelOption {
  /** The resource's own: there is no common one. */
  readonly baseUrl: string
}

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings = {
  id: "azure",
  dialect: OpenAi.dialect,
  baseUrl: "",
  auth: Endpoint.header("api-key"),
  env: { apiKey: "AZURE_API_KEY", baseUrl: "AZURE_AI_CHAT_ENDPOINT" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, embeddings: true }),
  path: "/chat/completions?api-version=2024-05-01-preview",
  // @see https://learn.microsoft.com/en-us/rest/api/aifoundry/modelinference/get-embeddings/get-embeddings
  embeddings: {
    dialect: OpenAi.embeddingsDialect,
    path: "/embeddings?api-version=2024-05-01-preview",
    inputTypeField: "input_type"
  },
  fields: {
    maxTokens: "max_tokens",
    n: false,
    user: false,
    metadata: false,
    logitBias: false,
    logprobs: false,
    topLogprobs: false,
    parallelToolCalls: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  efforts: new Map(),
  thinkTags: "tagged"
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of<typeof endpoint, Options>(endpoint)
