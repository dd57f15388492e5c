/**
 * The AI SDK with `@ai-sdk/openai`, over chat completions.
 */
import { createOpenAI } from "@ai-sdk/openai"
import type { Session } from "../client.ts"
import type { Wire } from "../wire.ts"
import * as AiSdk from "./aiSdk.ts"
import * as Request from "./request.ts"

export const session = (_wire: Wire, baseURL: string): Session =>
  AiSdk.over(createOpenAI({ apiKey: Request.key, baseURL }).chat(Request.openAiModel))
