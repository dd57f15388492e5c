/**
 * The named providers that speak OpenAI's dialect, and who in the corpus is one of them.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Layer from "effect/Layer"
import type { Endpoint } from "../../src/Endpoint.ts"
import type * as Provider from "../../src/Provider.ts"
import * as Azure from "../../src/providers/Azure.ts"
import * as AzureOpenAi from "../../src/providers/AzureOpenAi.ts"
import * as Cerebras from "../../src/providers/Cerebras.ts"
import * as DashScope from "../../src/providers/DashScope.ts"
import * as DeepSeek from "../../src/providers/DeepSeek.ts"
import * as Fireworks from "../../src/providers/Fireworks.ts"
import * as Groq from "../../src/providers/Groq.ts"
import * as HuggingFace from "../../src/providers/HuggingFace.ts"
import * as Mistral from "../../src/providers/Mistral.ts"
import * as Moonshot from "../../src/providers/Moonshot.ts"
import * as OpenRouter from "../../src/providers/OpenRouter.ts"
import * as Perplexity from "../../src/providers/Perplexity.ts"
import * as Together from "../../src/providers/Together.ts"
import * as Xai from "../../src/providers/Xai.ts"
import * as Zai from "../../src/providers/Zai.ts"

export interface Module {
  readonly endpoint: Endpoint
  readonly layer: (
    options: Provider.LayerOptions & { readonly baseUrl: string }
  ) => Layer.Layer<Provider.Provider, never, HttpClient.HttpClient>
}

export const all: ReadonlyArray<Module> = [
  Azure,
  AzureOpenAi,
  Cerebras,
  DashScope,
  DeepSeek,
  Fireworks,
  Groq,
  HuggingFace,
  Mistral,
  Moonshot,
  OpenRouter,
  Perplexity,
  Together,
  Xai,
  Zai
]

/** Where the corpus has another word for the id. */
const ids = new Map([["alibaba", "dashscope"], ["azure", "azureopenai"], ["azure-ai", "azure"]])

/** The module of the corpus' provider, if it is a named one. */
export const ofCorpus = (provider: string): Module | undefined =>
  all.find(({ endpoint }) => endpoint.id === (ids.get(provider) ?? provider))
