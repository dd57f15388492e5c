/**
 * What is compared: who takes part, in what, and why not in the rest.
 */
import type { Wire } from "./wire.ts"

/** A client of one base URL, made once and used for many requests, as its documentation recommends. */
export interface Session {
  /** Streams an answer and hands over its text as it comes. */
  readonly text: (onText: (text: string) => void) => Promise<void>
  /** Streams an answer that is one tool call and gives the call's arguments, as JSON. */
  readonly tool?: () => Promise<string>
  /** Streams an answer and writes it as OpenAI's event stream. */
  readonly relay?: (write: (bytes: Uint8Array) => void) => Promise<void>
}

/** What each file of `clients` exports. */
export interface Module {
  readonly session: (wire: Wire, base: string) => Session
}

export interface Client {
  readonly name: string
  readonly label: string
  /** The packages whose versions matter. */
  readonly packages: ReadonlyArray<string>
  readonly load: { readonly [wire in Wire]?: () => Promise<Module> }
  /** The workloads that it cannot do, and why. */
  readonly lacks: { readonly [workload: string]: string }
}

const noEncoder = "it has no chunks in OpenAI's shape: a gateway would have to write the encoder"

/** In the order in which they are told. */
export const all: ReadonlyArray<Client> = [
  {
    name: "bare",
    label: "bare loop",
    packages: ["eventsource-parser"],
    load: { openai: () => import("./clients/bareOpenAi.ts"), anthropic: () => import("./clients/bareAnthropic.ts") },
    lacks: {}
  },
  {
    name: "effect-http",
    label: "Effect's HttpClient alone",
    packages: ["effect", "@effect/platform"],
    load: { openai: () => import("./clients/effectHttp.ts"), anthropic: () => import("./clients/effectHttp.ts") },
    lacks: { cold: "the row of effect and platform's HttpClient says what it imports" }
  },
  {
    name: "ours",
    label: "effect-any-llm (fetch)",
    packages: ["effect-any-llm", "effect", "@effect/platform"],
    load: { openai: () => import("./clients/ours.ts"), anthropic: () => import("./clients/ours.ts") },
    lacks: {}
  },
  {
    name: "ours-undici",
    label: "effect-any-llm (undici)",
    packages: ["effect-any-llm", "effect", "@effect/platform-node"],
    load: { openai: () => import("./clients/oursUndici.ts"), anthropic: () => import("./clients/oursUndici.ts") },
    lacks: { fragments: "it does not use `fetch`", cold: "what it imports of this package is the same" }
  },
  {
    name: "openai",
    label: "openai",
    packages: ["openai"],
    load: { openai: () => import("./clients/openAi.ts") },
    lacks: {}
  },
  {
    name: "anthropic-sdk",
    label: "@anthropic-ai/sdk",
    packages: ["@anthropic-ai/sdk"],
    load: { anthropic: () => import("./clients/anthropicSdk.ts") },
    lacks: { relay: noEncoder }
  },
  {
    name: "ai-sdk",
    label: "AI SDK",
    packages: ["ai", "@ai-sdk/openai", "@ai-sdk/anthropic"],
    load: { openai: () => import("./clients/aiSdkOpenAi.ts"), anthropic: () => import("./clients/aiSdkAnthropic.ts") },
    lacks: { relay: noEncoder }
  },
  {
    name: "effect-ai",
    label: "@effect/ai",
    packages: ["@effect/ai", "@effect/ai-openai", "@effect/ai-anthropic"],
    load: {
      openai: () => import("./clients/effectAiOpenAi.ts"),
      anthropic: () => import("./clients/effectAiAnthropic.ts")
    },
    lacks: { relay: noEncoder }
  },
  {
    name: "any-llm",
    label: "any-llm-ts",
    packages: ["any-llm-ts"],
    load: { openai: () => import("./clients/anyLlm.ts"), anthropic: () => import("./clients/anyLlm.ts") },
    lacks: { tools: "it has nothing that collects a stream" }
  },
  {
    name: "langchain",
    label: "@langchain/openai",
    packages: ["@langchain/openai", "@langchain/core"],
    load: { openai: () => import("./clients/langchain.ts") },
    lacks: { relay: noEncoder }
  }
]

/** The client that the provider itself offers. */
export const official: { readonly [wire in Wire]: string } = { openai: "openai", anthropic: "anthropic-sdk" }
