/**
 * Cascadia: models on the Intel PCs of one's own, behind one server. It knows no keys; a proxy before it can.
 *
 * `CASCADIA_API_KEY`, `CASCADIA_API_BASE`. An answer is at most 256 tokens unless it is told. Content is text and nothing
 * else. Where there are tools the answer comes whole and without token counts. Reasoning is in the text. Evidence:
 * documented (read 2026-11-22).
 *
 * @see https://github.com/labscommunity/cascadia
 * @see https://cascadia.to/platform
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import type * as Provider from "../Provider.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "cascadia",
  dialect: OpenAi.dialect,
  baseUrl: "http://localhost:9090/v1",
  auth: Endpoint.noAuth,
  env: { apiKey: "CASCADIA_API_KEY", baseUrl: "CASCADIA_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, responseFormat: "none", models: true }),
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    maxTokens: "max_tokens",
    n: false,
    user: false,
    metadata: false,
    logitBias: false,
    parallelToolCalls: false,
    serviceTier: false,
    refusal: false
  },
  efforts: efforts(["none", "minimal", "low", "medium", "high", "xhigh", "max"]),
  developerRole: false,
  textParts: false,
  thinkTags: "tagged",
  // Of its own limit of a prompt, and of the memory that a worker has for one.
  sentences: [
    [/prompt is \d+ bytes; max allowed is \d/, "ContextLength"],
    [/prompt is \d+ tokens but this worker's per-slot KV region holds \d/, "ContextLength"],
    // Until there is room: with a status, or inside a stream.
    [/^engine at capacity; retry after current requests complete/, "Overloaded"]
  ]
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of<typeof endpoint, Provider.KeylessOptions>(endpoint)
