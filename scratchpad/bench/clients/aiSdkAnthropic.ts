/**
 * The AI SDK with `@ai-sdk/anthropic`.
 */
import { createAnthropic } from "@ai-sdk/anthropic"
import type { Session } from "../client.ts"
import type { Wire } from "../wire.ts"
import * as AiSdk from "./aiSdk.ts"
import * as Request from "./request.ts"

export const session = (_wire: Wire, base: string): Session =>
  AiSdk.over(createAnthropic({ apiKey: Request.key, baseURL: `${base}/v1` })(Request.anthropicModel))
