/**
 * The provider layers that wire transcripts are played through, by protocol.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Provider from "../../src/Provider.ts"
import * as Anthropic from "../../src/providers/Anthropic.ts"
import * as OpenAi from "../../src/providers/OpenAi.ts"

export type Target = (baseUrl: string) => Layer.Layer<Provider.Provider, never, HttpClient.HttpClient>

export const apiKey = Redacted.make("sk-test-0123456789")

/** One request a call: a transcript that fails is not asked for again. */
const options = { apiKey, model: "a-model", retry: false } as const

export const openAi: Target = (baseUrl) => Provider.layer(OpenAi.endpoint)({ ...options, baseUrl })

export const anthropic: Target = (baseUrl) => Provider.layer(Anthropic.endpoint)({ ...options, baseUrl })

export const compatible = (id: string, switches?: { readonly lenientFinish?: boolean }): Target => (baseUrl) =>
  Provider.layer({ ...OpenAi.endpoint, id, ...switches })({ ...options, baseUrl })
