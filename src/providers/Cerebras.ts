/**
 * Cerebras: fast inference of open models.
 *
 * `CEREBRAS_API_KEY`, `CEREBRAS_API_BASE`. The API refuses fields that it does not know. A call of a tool comes whole,
 * and an error inside of a stream has its status beside it. Evidence: recorded (reasoning, a tool beside text), documented
 * (@cerebras/cerebras_cloud_sdk 1.91.0, read 2026-11-22).
 *
 * @see https://inference-docs.cerebras.ai/api-reference/chat-completions
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "cerebras",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.cerebras.ai/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "CEREBRAS_API_KEY", baseUrl: "CEREBRAS_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, models: true }),
  models: { dialect: OpenAi.modelsDialect },
  fields: { metadata: false, refusal: false },
  efforts: efforts(["none", "low", "medium", "high"]),
  // The status is that of an exhausted limit, and it is the server that has too much to do.
  errors: new Map([["queue_exceeded", "Overloaded"]])
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
