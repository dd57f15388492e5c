/**
 * The provider layers that wire transcripts are played through, by protocol.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Provider from "../../src/Provider.ts"
import * as Anthropic from "../../src/providers/Anthropic.ts"
import * as Gemini from "../../src/providers/Gemini.ts"
import * as OpenAi from "../../src/providers/OpenAi.ts"
import * as OpenAiCompatible from "../../src/providers/OpenAiCompatible.ts"
import type { Module } from "./providers.ts"

export type Target = (baseUrl: string) => Layer.Layer<Provider.Provider, never, HttpClient.HttpClient>

export const apiKey = Redacted.make("sk-test-0123456789")

/** One request a call: a transcript that fails is not asked for again. */
const options = { apiKey, model: "a-model", retry: false } as const

export const openAi: Target = (baseUrl) => OpenAi.layer({ ...options, baseUrl })

export const anthropic: Target = (baseUrl) => Anthropic.layer({ ...options, baseUrl })

export const gemini: Target = (baseUrl) => Gemini.layer({ ...options, baseUrl })

export const compatible = (id: string, switches?: { readonly lenientFinish?: boolean }): Target => (baseUrl) =>
  OpenAiCompatible.layer({ ...options, ...switches, id, baseUrl })

/** A provider's own module. */
export const named = ({ layer }: Module): Target => (baseUrl) => layer({ ...options, baseUrl })
