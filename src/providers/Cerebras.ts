/**
 * Cerebras: fast inference of open models.
 *
 * `CEREBRAS_API_KEY`, `CEREBRAS_API_BASE`. The API refuses fields that it does not know. Evidence: recorded (reasoning,
 * a tool beside text), documented (@cerebras/cerebras_cloud_sdk 1.91.0, read 2026-11-22).
 *
 * @see https://inference-docs.cerebras.ai/api-reference/chat-completions
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint = {
  id: "cerebras",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.cerebras.ai/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "CEREBRAS_API_KEY", baseUrl: "CEREBRAS_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true }),
  fields: { metadata: false, refusal: false },
  efforts: efforts(["none", "low", "medium", "high"])
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
