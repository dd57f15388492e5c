import { assert, describe, it } from "@effect/vitest"
import { usageOf } from "../../src/internal/openAiUsage.ts"

describe("usageOf", () => {
  const rows: ReadonlyArray<readonly [string, unknown, unknown]> = [
    ["the three counts", { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }, {
      promptTokens: 1,
      completionTokens: 2,
      totalTokens: 3
    }],
    ["what was sent, without sums", { prompt_tokens: 12, completion_tokens: 2, total_tokens: 354 }, {
      promptTokens: 12,
      completionTokens: 2,
      totalTokens: 354
    }],
    ["no total", { prompt_tokens: 1, completion_tokens: 2 }, { promptTokens: 1, completionTokens: 2 }],
    ["zeros", { prompt_tokens: 0, completion_tokens: 0 }, { promptTokens: 0, completionTokens: 0 }],
    ["OpenAI's details", {
      prompt_tokens: 19,
      prompt_tokens_details: { cached_tokens: 4, audio_tokens: 1 },
      completion_tokens_details: { reasoning_tokens: 3, accepted_prediction_tokens: 2, audio_tokens: null }
    }, {
      promptTokens: 19,
      cachedTokens: 4,
      reasoningTokens: 3,
      extra: {
        prompt_tokens_details: { audio_tokens: 1 },
        completion_tokens_details: { accepted_prediction_tokens: 2 }
      }
    }],
    ["details with nothing else", {
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0 }
    }, { cachedTokens: 0, reasoningTokens: 0 }],
    ["DeepSeek's hits and misses", { prompt_cache_hit_tokens: 5, prompt_cache_miss_tokens: 6 }, {
      cachedTokens: 5,
      extra: { prompt_cache_miss_tokens: 6 }
    }],
    ["Moonshot's cached_tokens", { cached_tokens: 5 }, { cachedTokens: 5 }],
    ["Mistral's num_cached_tokens", { num_cached_tokens: 5, prompt_token_details: { cached_tokens: null } }, {
      cachedTokens: 5
    }],
    ["Mistral's prompt_token_details", { prompt_token_details: { cached_tokens: 5 } }, { cachedTokens: 5 }],
    ["Inception's counts", { prompt_tokens: 9, cached_input_tokens: 5, reasoning_tokens: 2 }, {
      promptTokens: 9,
      cachedTokens: 5,
      reasoningTokens: 2
    }],
    ["details before the top", { prompt_tokens_details: { cached_tokens: 1 }, prompt_cache_hit_tokens: 2 }, {
      cachedTokens: 1
    }],
    ["more cached than sent", { prompt_tokens: 7, prompt_tokens_details: { cached_tokens: 161 } }, {
      promptTokens: 7,
      cachedTokens: 161
    }],
    ["cache writes", { prompt_tokens_details: { cache_write_tokens: 9 } }, { cacheWriteTokens: 9 }],
    ["Anthropic's cache writes", { cache_creation_input_tokens: 9 }, { cacheWriteTokens: 9 }],
    ["Perplexity's reasoning_tokens", { reasoning_tokens: 8 }, { reasoningTokens: 8 }],
    ["cost and the rest, as sent", {
      prompt_tokens: 1,
      cost: 0.1,
      is_byok: false,
      service_tier: "standard",
      cost_details: { upstream_inference_cost: null },
      gone: null
    }, {
      promptTokens: 1,
      extra: {
        cost: 0.1,
        is_byok: false,
        service_tier: "standard",
        cost_details: { upstream_inference_cost: null }
      }
    }],
    ["details that are no object", { prompt_tokens: 1, prompt_tokens_details: 5, completion_tokens_details: null }, {
      promptTokens: 1,
      extra: { prompt_tokens_details: 5 }
    }],
    ["impossible counts", {
      prompt_tokens: -1,
      prompt_cache_hit_tokens: 1e308,
      completion_tokens: Number.NaN,
      total_tokens: Number.POSITIVE_INFINITY,
      prompt_tokens_details: { cached_tokens: "4" }
    }, undefined],
    ["nothing", {}, undefined],
    ["null", null, undefined],
    ["a list", [1], undefined],
    ["a number", 7, undefined]
  ]
  for (const [name, wire, usage] of rows) {
    it(`${name}`, () => assert.deepStrictEqual(usageOf(wire), usage))
  }

  it("a key of the prototype stays a key", () => {
    const usage = usageOf(JSON.parse("{\"prompt_tokens\":1,\"__proto__\":{\"polluted\":1}}"))
    assert.isUndefined(Reflect.get({}, "polluted"))
    assert.deepStrictEqual(Object.keys(usage?.extra ?? {}), ["__proto__"])
  })
})
