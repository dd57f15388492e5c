/**
 * `@effect/ai` with `@effect/ai-openai`: the Responses API, which is the only one that it speaks.
 */
import * as OpenAiClient from "@effect/ai-openai/OpenAiClient"
import * as OpenAiLanguageModel from "@effect/ai-openai/OpenAiLanguageModel"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Session } from "../client.ts"
import type { Wire } from "../wire.ts"
import * as EffectAi from "./effectAi.ts"
import * as Request from "./request.ts"

export const session = (_wire: Wire, apiUrl: string): Session =>
  EffectAi.over(
    OpenAiLanguageModel.layer({ model: Request.openAiModel }).pipe(
      Layer.provide(OpenAiClient.layer({ apiKey: Redacted.make(Request.key), apiUrl })),
      Layer.provide(FetchHttpClient.layer)
    )
  )
