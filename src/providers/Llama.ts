/**
 * Llama: Meta's API for the Llama models, as it speaks to clients of OpenAI's.
 *
 * `LLAMA_API_KEY`, `LLAMA_API_BASE`. Meta ended the service on 2026-07-06 in favour of its Model API, which is `Meta`; this
 * is for what still answers as it did. Errors are of RFC 9457, and have no code but their status; a tool's property with
 * `oneOf` wants a `type` beside it. Evidence: documented (read 2026-11-22).
 *
 * @see https://llama.developer.meta.com/docs/features/compatibility/
 */
import * as Endpoint from "../Endpoint.ts"
import * as Services from "../Services.ts"
import * as OpenAi from "./OpenAi.ts"

export const endpoint: Endpoint.Endpoint & Endpoint.WithModels = {
  id: "llama",
  dialect: OpenAi.dialect,
  baseUrl: "https://api.llama.com/compat/v1",
  auth: Endpoint.bearer,
  env: { apiKey: "LLAMA_API_KEY", baseUrl: "LLAMA_API_BASE" },
  capabilities: Endpoint.capabilities({ images: true, models: true }),
  models: { dialect: OpenAi.modelsDialect },
  fields: {
    stop: false,
    n: false,
    seed: false,
    metadata: false,
    presencePenalty: false,
    frequencyPenalty: false,
    logitBias: false,
    logprobs: false,
    topLogprobs: false,
    parallelToolCalls: false,
    serviceTier: false,
    name: false,
    refusal: false
  },
  efforts: new Map(),
  developerRole: false,
  jsonObject: false
}

/** As a layer, as a layer from Config, and as a service without a Scope: see `Services.Constructors`. */
export const { layer, layerConfig, make } = Services.of(endpoint)
