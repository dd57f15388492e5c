/**
 * The modules of `src/providers` that are about one server each, and who in the corpus is one of them.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import type * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as fs from "node:fs"
import type * as Embeddings from "../../src/Embeddings.ts"
import type { Endpoint, Places, WithEmbeddings } from "../../src/Endpoint.ts"
import type * as Provider from "../../src/Provider.ts"
import type { ProviderError } from "../../src/ProviderError.ts"
import * as OpenAi from "../../src/providers/OpenAi.ts"

export interface Module {
  readonly endpoint: Endpoint
  readonly layer: (
    // Some have no common server and want the base URL, or a place; the tests give it where that is so.
    options: Provider.LayerOptions & Places
  ) => Layer.Layer<Provider.Provider, never, HttpClient.HttpClient>
  readonly layerConfig: (
    options: { readonly model: string }
  ) => Layer.Layer<Provider.Provider, ConfigError.ConfigError | ProviderError, HttpClient.HttpClient>
}

/** A server that makes vectors and has no chat completions. */
export interface VectorsModule {
  readonly endpoint: WithEmbeddings
  readonly layer: (
    options: Embeddings.Options & Pick<Provider.LayerOptions, "apiKey">
  ) => Layer.Layer<Embeddings.Embeddings, never, HttpClient.HttpClient>
  readonly layerConfig: () => Layer.Layer<
    Embeddings.Embeddings,
    ConfigError.ConfigError | ProviderError,
    HttpClient.HttpClient
  >
}

const folder = new URL("../../src/providers/", import.meta.url)

/** The text of each module, by its name. */
export const sources: ReadonlyMap<string, string> = new Map(
  fs.readdirSync(folder).sort().map((file) => [
    file.replace(/\.ts$/, ""),
    fs.readFileSync(new URL(file, folder), "utf8")
  ])
)

/** `OpenAiCompatible` is about any server: its endpoint is a function. */
const isAny = (u: unknown): u is Module | VectorsModule =>
  Predicate.hasProperty(u, "endpoint") && Predicate.isRecord(u.endpoint) && Predicate.hasProperty(u, "layer")

const isModule = (u: Module | VectorsModule): u is Module => "capabilities" in u.endpoint

const found: ReadonlyArray<readonly [string, Module | VectorsModule]> = (await Promise.all(
  [...sources.keys()].map(async (name): Promise<readonly [string, unknown]> => [
    name,
    await import(new URL(`${name}.ts`, folder).href)
  ])
)).flatMap(([name, module]) => isAny(module) ? [[name, module]] : [])

/** Those with chat completions, by the name of the module. What is found there cannot be forgotten in a list. */
export const modules: ReadonlyMap<string, Module> = new Map(
  found.flatMap(([name, module]) => isModule(module) ? [[name, module]] : [])
)

/** Those with vectors only. */
export const ofVectors: ReadonlyMap<string, VectorsModule> = new Map(
  found.flatMap(([name, module]) => isModule(module) ? [] : [[name, module]])
)

export const all: ReadonlyArray<Module> = [...modules.values()]

/** Every id that is known. */
export const ids: ReadonlyArray<string> = [...all, ...ofVectors.values()].map(({ endpoint }) => endpoint.id)

/** Which evidence a module's docstring names: `recorded`, `documented`. */
export const evidenceOf = (module: Module | VectorsModule): ReadonlyArray<string> => {
  const [name = ""] = found.find(([, candidate]) => candidate === module) ?? []
  const [, evidence = ""] = /Evidence:([^/]*)/.exec((sources.get(name) ?? "").replaceAll("\n *", " ")) ?? []
  return ["recorded", "documented"].filter((kind) => evidence.includes(kind))
}

/** Those who imitate OpenAI. */
export const imitators: ReadonlyArray<Module> = all.filter(({ endpoint }) =>
  endpoint.id !== OpenAi.endpoint.id && endpoint.dialect.decoder === OpenAi.dialect.decoder
)

/** Where the corpus has another word for the id. */
const aliases = new Map([["alibaba", "dashscope"], ["azure", "azureopenai"], ["azure-ai", "azure"]])

/** Where the corpus has another word for the wire language. */
const protocols = new Map([["bedrock-converse", "bedrock"]])

/** The module whose own wire language is the corpus' protocol, if there is one. */
export const ofProtocol = (protocol: string): Module | undefined => {
  const id = protocols.get(protocol) ?? protocol
  return all.find(({ endpoint }) => endpoint.id === id && endpoint.dialect.id === id)
}

/** The module of the corpus' provider, if it is a named one. */
export const ofCorpus = (provider: string): Module | undefined =>
  imitators.find(({ endpoint }) => endpoint.id === (aliases.get(provider) ?? provider))
