/**
 * The smallest program that streams from one provider with each client: which modules it imports, and its text.
 */
import type { Wire } from "./wire.ts"

interface Program {
  readonly modules: ReadonlyArray<string>
  readonly text: string
}

const effectModules = ["Schema", "Effect", "Duration", "Either", "Option", "Stream"].map((name) => `effect/${name}`)

const effectProgram = `
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
HttpClient.get("http://localhost").pipe(
  Effect.map((response) => response.stream), Stream.unwrap, Stream.decodeText(),
  Stream.runForEach((text) => Effect.sync(() => console.log(text))),
  Effect.provide(FetchHttpClient.layer), Effect.runPromise
)`

const oursProgram = (provider: string): string => `
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { ChatCompletionChunk, CompletionParams, ${provider}, Provider } from "effect-any-llm"
Provider.completionStream(CompletionParams.make("hi")).pipe(
  Stream.runForEach((chunk) => Effect.sync(() => console.log(ChatCompletionChunk.text(chunk)))),
  Effect.provide(${provider}.layer({ apiKey: Redacted.make("k"), model: "m" })),
  Effect.provide(FetchHttpClient.layer), Effect.runPromise
)`

const effectAiProgram = (name: string, of: string): string => `
import * as Client from "@effect/ai-${name}/${of}Client"
import * as Model from "@effect/ai-${name}/${of}LanguageModel"
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
LanguageModel.streamText({ prompt: "hi" }).pipe(
  Stream.runForEach((part) => Effect.sync(() => console.log(part))),
  Effect.provide(Model.layer({ model: "m" })),
  Effect.provide(Layer.provide(Client.layer({ apiKey: Redacted.make("k") }), FetchHttpClient.layer)), Effect.runPromise
)`

const aiSdkProgram = (name: string, make: string): string => `
import { ${make} } from "@ai-sdk/${name}"
import { streamText } from "ai"
const { textStream } = streamText({ model: ${make}({ apiKey: "k" })("m"), prompt: "hi" })
for await (const text of textStream) console.log(text)`

const anyLlm: Program = {
  modules: ["any-llm-ts"],
  text: `
import { AnyLLM } from "any-llm-ts"
const llm = AnyLLM.create("openai", { apiKey: "k" })
const stream = await llm.completion({ model: "m", messages: [{ role: "user", content: "hi" }], stream: true })
for await (const chunk of stream) console.log(chunk)`
}

const platform = ["@effect/platform/HttpClient", "@effect/platform/FetchHttpClient"]

const bare: Program = {
  modules: ["eventsource-parser"],
  text: `
import { createParser } from "eventsource-parser"
const parser = createParser({ onEvent: ({ data }) => console.log(JSON.parse(data)) })
const response = await fetch("http://localhost")
for await (const text of response.body.pipeThrough(new TextDecoderStream())) parser.feed(text)`
}

const effect: Program = { modules: [...effectModules, "@effect/platform/HttpClient"], text: effectProgram }

const programs: { readonly [wire in Wire]: { readonly [client: string]: Program } } = {
  openai: {
    bare,
    effect,
    ours: { modules: ["effect-any-llm/providers/OpenAi", "effect-any-llm/Provider"], text: oursProgram("OpenAi") },
    openai: {
      modules: ["openai"],
      text: `
import OpenAI from "openai"
const client = new OpenAI({ apiKey: "k" })
const messages = [{ role: "user", content: "hi" }]
const stream = await client.chat.completions.create({ model: "m", messages, stream: true })
for await (const chunk of stream) console.log(chunk)`
    },
    "ai-sdk": { modules: ["ai", "@ai-sdk/openai"], text: aiSdkProgram("openai", "createOpenAI") },
    "effect-ai": {
      modules: [
        "@effect/ai/LanguageModel",
        "@effect/ai-openai/OpenAiLanguageModel",
        "@effect/ai-openai/OpenAiClient",
        ...platform
      ],
      text: effectAiProgram("openai", "OpenAi")
    },
    "any-llm": anyLlm,
    langchain: {
      modules: ["@langchain/openai"],
      text: `
import { ChatOpenAI } from "@langchain/openai"
const model = new ChatOpenAI({ model: "m", apiKey: "k" })
for await (const chunk of await model.stream("hi")) console.log(chunk.text)`
    }
  },
  anthropic: {
    bare,
    effect,
    ours: {
      modules: ["effect-any-llm/providers/Anthropic", "effect-any-llm/Provider"],
      text: oursProgram("Anthropic")
    },
    "anthropic-sdk": {
      modules: ["@anthropic-ai/sdk"],
      text: `
import Anthropic from "@anthropic-ai/sdk"
const client = new Anthropic({ apiKey: "k" })
const messages = [{ role: "user", content: "hi" }]
const params = { model: "m", max_tokens: 10, messages, stream: true }
for await (const event of await client.messages.create(params)) console.log(event)`
    },
    "ai-sdk": { modules: ["ai", "@ai-sdk/anthropic"], text: aiSdkProgram("anthropic", "createAnthropic") },
    "effect-ai": {
      modules: [
        "@effect/ai/LanguageModel",
        "@effect/ai-anthropic/AnthropicLanguageModel",
        "@effect/ai-anthropic/AnthropicClient",
        ...platform
      ],
      text: effectAiProgram("anthropic", "Anthropic")
    },
    "any-llm": { ...anyLlm, text: anyLlm.text.replace("\"openai\"", "\"anthropic\"") }
  }
}

/** Who has a program. */
export const clients = (wire: Wire): ReadonlyArray<string> => Object.keys(programs[wire])

const programOf = (client: string, wire: Wire): Program => {
  const program = programs[wire][client]
  if (program === undefined) throw new Error(`no program for ${client}`)
  return program
}

export const modules = (client: string, wire: Wire): ReadonlyArray<string> => programOf(client, wire).modules

export const text = (client: string, wire: Wire): string => programOf(client, wire).text
