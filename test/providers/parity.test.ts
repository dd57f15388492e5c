/**
 * Whoever comes from mozilla-ai's any-llm (its Python source at f949923, 2026-08-19) finds each of its providers here, by the same id, or is told.
 *
 * @see https://github.com/mozilla-ai/any-llm
 */
import { assert, describe, it } from "@effect/vitest"
import * as Providers from "../kit/providers.ts"

/** Its ids. */
const anyLlm = [
  "anthropic",
  "atlascloud",
  "azure",
  "azureanthropic",
  "azureopenai",
  "bedrock",
  "cascadia",
  "cerebras",
  "cohere",
  "dashscope",
  "databricks",
  "deepinfra",
  "deepseek",
  "edenai",
  "fireworks",
  "gemini",
  "github",
  "gmi",
  "groq",
  "huggingface",
  "inception",
  "kenari",
  "llama",
  "llamacpp",
  "llamafile",
  "lmstudio",
  "meta",
  "minimax",
  "mistral",
  "moonshot",
  "mzai",
  "nebius",
  "neosantara",
  "ollama",
  "openai",
  "openrouter",
  "otari",
  "ovhcloud",
  "perplexity",
  "portkey",
  "qiniu",
  "requesty",
  "sagemaker",
  "sambanova",
  "telnyx",
  "together",
  "vertexai",
  "vertexaianthropic",
  "vllm",
  "voyage",
  "watsonx",
  "xai",
  "zai"
]

describe("any-llm's providers", () => {
  const here = new Set(Providers.ids)

  it("are 53", () => assert.strictEqual(new Set(anyLlm).size, 53))

  for (const id of anyLlm) {
    it(id, () => assert.isTrue(here.has(id)))
  }
})
