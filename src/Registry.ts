/**
 * Every known endpoint, and a provider over many of them whose models are written `provider:model`. After it comes the
 * provider that a model names. A program that runs over one provider imports that one alone: this module imports all.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { CompletionParams } from "./CompletionParams.ts"
import type { Endpoint, Places } from "./Endpoint.ts"
import { common } from "./internal/commonCapabilities.ts"
import * as LazyTransport from "./internal/lazyTransport.ts"
import * as Routes from "./internal/routes.ts"
import * as Provider from "./Provider.ts"
import type { ProviderError } from "./ProviderError.ts"
import * as Anthropic from "./providers/Anthropic.ts"
import * as AtlasCloud from "./providers/AtlasCloud.ts"
import * as Azure from "./providers/Azure.ts"
import * as AzureAnthropic from "./providers/AzureAnthropic.ts"
import * as AzureOpenAi from "./providers/AzureOpenAi.ts"
import * as Bedrock from "./providers/Bedrock.ts"
import * as Cascadia from "./providers/Cascadia.ts"
import * as Cerebras from "./providers/Cerebras.ts"
import * as Cohere from "./providers/Cohere.ts"
import * as DashScope from "./providers/DashScope.ts"
import * as Databricks from "./providers/Databricks.ts"
import * as DeepInfra from "./providers/DeepInfra.ts"
import * as DeepSeek from "./providers/DeepSeek.ts"
import * as EdenAi from "./providers/EdenAi.ts"
import * as Fireworks from "./providers/Fireworks.ts"
import * as Gemini from "./providers/Gemini.ts"
import * as GitHub from "./providers/GitHub.ts"
import * as Gmi from "./providers/Gmi.ts"
import * as Groq from "./providers/Groq.ts"
import * as HuggingFace from "./providers/HuggingFace.ts"
import * as Inception from "./providers/Inception.ts"
import * as Kenari from "./providers/Kenari.ts"
import * as Llama from "./providers/Llama.ts"
import * as LlamaCpp from "./providers/LlamaCpp.ts"
import * as Llamafile from "./providers/Llamafile.ts"
import * as LmStudio from "./providers/LmStudio.ts"
import * as Meta from "./providers/Meta.ts"
import * as MiniMax from "./providers/MiniMax.ts"
import * as Mistral from "./providers/Mistral.ts"
import * as Moonshot from "./providers/Moonshot.ts"
import * as Mzai from "./providers/Mzai.ts"
import * as Nebius from "./providers/Nebius.ts"
import * as Neosantara from "./providers/Neosantara.ts"
import * as Ollama from "./providers/Ollama.ts"
import * as OpenAi from "./providers/OpenAi.ts"
import * as OpenRouter from "./providers/OpenRouter.ts"
import * as Otari from "./providers/Otari.ts"
import * as Ovhcloud from "./providers/Ovhcloud.ts"
import * as Perplexity from "./providers/Perplexity.ts"
import * as Portkey from "./providers/Portkey.ts"
import * as Qiniu from "./providers/Qiniu.ts"
import * as Requesty from "./providers/Requesty.ts"
import * as SageMaker from "./providers/SageMaker.ts"
import * as SambaNova from "./providers/SambaNova.ts"
import * as Telnyx from "./providers/Telnyx.ts"
import * as Together from "./providers/Together.ts"
import * as VertexAi from "./providers/VertexAi.ts"
import * as VertexAnthropic from "./providers/VertexAnthropic.ts"
import * as Vllm from "./providers/Vllm.ts"
import * as Watsonx from "./providers/Watsonx.ts"
import * as Xai from "./providers/Xai.ts"
import * as Zai from "./providers/Zai.ts"

/** Every known endpoint by its id. */
export const endpoints = {
  anthropic: Anthropic.endpoint,
  atlascloud: AtlasCloud.endpoint,
  azure: Azure.endpoint,
  azureanthropic: AzureAnthropic.endpoint,
  azureopenai: AzureOpenAi.endpoint,
  bedrock: Bedrock.endpoint,
  cascadia: Cascadia.endpoint,
  cerebras: Cerebras.endpoint,
  cohere: Cohere.endpoint,
  dashscope: DashScope.endpoint,
  databricks: Databricks.endpoint,
  deepinfra: DeepInfra.endpoint,
  deepseek: DeepSeek.endpoint,
  edenai: EdenAi.endpoint,
  fireworks: Fireworks.endpoint,
  gemini: Gemini.endpoint,
  github: GitHub.endpoint,
  gmi: Gmi.endpoint,
  groq: Groq.endpoint,
  huggingface: HuggingFace.endpoint,
  inception: Inception.endpoint,
  kenari: Kenari.endpoint,
  llama: Llama.endpoint,
  llamacpp: LlamaCpp.endpoint,
  llamafile: Llamafile.endpoint,
  lmstudio: LmStudio.endpoint,
  meta: Meta.endpoint,
  minimax: MiniMax.endpoint,
  mistral: Mistral.endpoint,
  moonshot: Moonshot.endpoint,
  mzai: Mzai.endpoint,
  nebius: Nebius.endpoint,
  neosantara: Neosantara.endpoint,
  ollama: Ollama.endpoint,
  openai: OpenAi.endpoint,
  openrouter: OpenRouter.endpoint,
  otari: Otari.endpoint,
  ovhcloud: Ovhcloud.endpoint,
  perplexity: Perplexity.endpoint,
  portkey: Portkey.endpoint,
  qiniu: Qiniu.endpoint,
  requesty: Requesty.endpoint,
  sagemaker: SageMaker.endpoint,
  sambanova: SambaNova.endpoint,
  telnyx: Telnyx.endpoint,
  together: Together.endpoint,
  vertexai: VertexAi.endpoint,
  vertexaianthropic: VertexAnthropic.endpoint,
  vllm: Vllm.endpoint,
  watsonx: Watsonx.endpoint,
  xai: Xai.endpoint,
  zai: Zai.endpoint
} as const satisfies Endpoints

/** Endpoints by what their models begin with, which takes the place of their own id. */
export interface Endpoints {
  readonly [id: string]: Endpoint
}

/** Providers with options of their own. */
interface Own {
  readonly anthropic: Anthropic.Options
  /** For access tokens there is `AzureAnthropic.withTokens`. */
  readonly azureanthropic: Omit<AzureAnthropic.Options, "bearer">
  readonly bedrock: Bedrock.Options
  readonly openai: OpenAi.Options
  readonly sagemaker: SageMaker.Options
  readonly vertexai: VertexAi.Options
  readonly vertexaianthropic: VertexAnthropic.Options
}

/** As the modules of these providers understand them. */
const own = new Map<string, (options: AnyOptions) => Provider.EndpointOptions>([
  ["anthropic", Anthropic.withVersion],
  ["azureanthropic", Anthropic.withVersion],
  ["bedrock", Bedrock.withCredentials],
  ["openai", OpenAi.withScope],
  ["sagemaker", SageMaker.withCredentials],
  ["vertexaianthropic", Anthropic.withVersion]
])

type AnyOptions = Partial<Own[keyof Own]>

/**
 * The options of one provider: those of its layer, but for the model, which every call names. An endpoint that is not
 * listed here may be in any place.
 */
export type OptionsOf<Id> = Omit<
  Id extends keyof Own ? Partial<Own[Id]>
    : Id extends keyof typeof endpoints ? Provider.KeylessOptions
    : Provider.KeylessOptions & Places,
  "model"
>

/** What differs from provider to provider, by id. */
export type Options<Known extends Endpoints> = { readonly [Id in keyof Known]?: OptionsOf<Id> | undefined }

/** What holds for every provider whose own options do not say otherwise. */
export interface Defaults
  extends Pick<Provider.LayerOptions, "timeouts" | "retry" | "onDropped" | "transformClient" | "propagateTrace">
{
  /** Used when `params.model` is absent, and written like it: `provider:model`. */
  readonly model?: string | undefined
}

/** A provider, and the model as it is called there. */
export interface Resolved {
  readonly provider: Provider.Service
  readonly model: string
}

export interface Service {
  /** The provider that a `provider:model` means. Nothing is read and nothing is sent. */
  readonly resolve: (model: string) => Effect.Effect<Resolved, ProviderError>
}

/** Which provider a model means. */
export class Registry extends Context.Tag("effect-any-llm/Registry")<Registry, Service>() {}

/** The provider that a `provider:model` means, to ask for its capabilities before the call, or to keep it. */
export const resolve = (model: string): Effect.Effect<Resolved, ProviderError, Registry> =>
  Effect.flatMap(Registry, (registry) => registry.resolve(model))

type RegistryLayer = Layer.Layer<Provider.Provider | Registry, never, HttpClient.HttpClient>

/**
 * A provider whose models are written `provider:model`, over these endpoints, with keys, base URLs and places from the options.
 * A provider that needs a key and has none is `MissingApiKey` when it is called.
 */
export const layer = <const Known extends Endpoints>(
  known: Known,
  options: Options<Known>,
  defaults: Defaults = {}
): RegistryLayer => layerIn(Effect.succeed(ConfigProvider.fromMap(new Map())), known, options, defaults)

/**
 * The same with keys, base URLs and places, where the options have none, from the variables of each endpoint. They are read
 * through the ConfigProvider that the layer is built with, for each provider when it is first called: of those that are
 * not, none is needed.
 */
export const layerConfig: {
  (): RegistryLayer
  <const Known extends Endpoints>(known: Known, options?: Options<Known>, defaults?: Defaults): RegistryLayer
} = (known: Endpoints = endpoints, options: Options<Endpoints> = {}, defaults: Defaults = {}) =>
  layerIn(Effect.configProviderWith(Effect.succeed), known, options, defaults)

const layerIn = (
  environment: Effect.Effect<ConfigProvider.ConfigProvider>,
  known: Endpoints,
  options: Options<Endpoints>,
  defaults: Defaults
): RegistryLayer =>
  Layer.scopedContext(Effect.gen(function*() {
    const client = yield* HttpClient.HttpClient
    const variables = yield* environment
    const calls = yield* Provider.scopedCalls
    const given = new Map(Object.entries(options))
    const providers = new Map<string, Provider.Service>()
    for (const [id, endpoint] of Object.entries(known)) {
      const chosen = withDefaults(own.get(id)?.(given.get(id) ?? {}) ?? given.get(id) ?? {}, defaults)
      const named = { ...endpoint, id }
      const transport = yield* LazyTransport.make(named, chosen, client, variables)
      providers.set(id, Provider.serviceOf(named, chosen, transport, calls))
    }
    return Context.make(Provider.Provider, routing(providers, defaults.model)).pipe(
      Context.add(Registry, { resolve: (model) => Routes.route(providers, model) })
    )
  }))

/** What is said for one provider counts before what is said for all. */
const withDefaults = (options: Provider.EndpointOptions, defaults: Defaults): Provider.EndpointOptions => ({
  ...options,
  timeouts: { ...defaults.timeouts, ...options.timeouts },
  retry: options.retry ?? defaults.retry,
  onDropped: options.onDropped ?? defaults.onDropped,
  transformClient: options.transformClient ?? defaults.transformClient,
  propagateTrace: options.propagateTrace ?? defaults.propagateTrace
})

/** Hands each call to the provider that its model names; errors are that provider's. */
const routing = (providers: ReadonlyMap<string, Provider.Service>, model: string | undefined): Provider.Service => {
  const route = (params: CompletionParams) => Routes.route(providers, params.model ?? model)
  return {
    id: Routes.id,
    // What a call can rely on, whichever provider its model names.
    capabilities: common([...providers.values()].map(({ capabilities }) => capabilities)),
    completionStream: (params, options) =>
      Either.match(route(params), {
        onLeft: Stream.fail,
        onRight: ({ model, provider }) => provider.completionStream({ ...params, model }, options)
      }),
    completion: (params, options) =>
      Either.match(route(params), {
        onLeft: Effect.fail,
        onRight: ({ model, provider }) => provider.completion({ ...params, model }, options)
      })
  }
}
