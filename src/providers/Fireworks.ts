/**
 * Fireworks AI: open models.
 *
 * `FIREWORKS_API_KEY`, `FIREWORKS_API_BASE`. A turn that called tools comes back with its reasoning. Some models write
 * their reasoning into their text. More than 4,096 tokens can be asked for in a stream only. Evidence: recorded (a model
 * that is not there), documented (read 2026-11-22).
 *
 * @see https://docs.fireworks.ai/api-reference/post-chatcompletions
 * @see https://docs.fireworks.ai/guides/reasoning
 */
import * as Endpoint from "../Endpoint.ts"
import { efforts } from "../internal/openAiEfforts.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithEmbeddings & Endpoint.WithModels = {
  id: "fireworks",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.fireworks.ai/inference/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "FIREWORKS_API_KEY", baseUrl: "FIREWORKS_API_BASE" },
  capabilities: Endpoint.capabilities({ reasoning: true, images: true, embeddings: true, models: true }),
  // @see https://docs.fireworks.ai/api-reference/creates-an-embedding-vector-representing-the-input-text
  embeddings: { dialect: OpenAi.embeddingsDialect, maxInputs: 2048 },
  models: { dialect: OpenAi.modelsDialect },
  fields: { maxTokens: "max_tokens", refusal: false },
  efforts: efforts(["none", "low", "medium", "high"]),
  developerRole: false,
  replay: "reasoning_content",
  thinkTags: "tagged",
  // With 403 as well: a key that is not known.
  errors: new Map([["UNAUTHORIZED", "Authentication"]]),
  // With 412.
  sentences: [[/\bis suspended, possibly due to reaching the monthly spending limit\b/i, "QuotaExceeded"]]
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
