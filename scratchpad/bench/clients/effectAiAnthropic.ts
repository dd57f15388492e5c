/**
 * `@effect/ai` with `@effect/ai-anthropic`.
 */
import * as AnthropicClient from "@effect/ai-anthropic/AnthropicClient"
import * as AnthropicLanguageModel from "@effect/ai-anthropic/AnthropicLanguageModel"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Session } from "../client.ts"
import type { Wire } from "../wire.ts"
import * as EffectAi from "./effectAi.ts"
import * as Request from "./request.ts"

export const session = (_wire: Wire, apiUrl: string): Session =>
  EffectAi.over(
    AnthropicLanguageModel.layer({ model: Request.anthropicModel }).pipe(
      Layer.provide(AnthropicClient.layer({ apiKey: Redacted.make(Request.key), apiUrl })),
      Layer.provide(FetchHttpClient.layer)
    )
  )
