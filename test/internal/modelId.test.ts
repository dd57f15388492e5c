import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as ModelId from "../../src/internal/modelId.ts"

const provider = FastCheck.string({ minLength: 1 }).filter((text) => !text.includes(":"))

describe("provider:model", () => {
  it("is split at the first colon", () => {
    assert.deepStrictEqual(ModelId.parse("openai:gpt-5"), { provider: "openai", model: "gpt-5" })
    assert.deepStrictEqual(ModelId.parse("openrouter:anthropic/claude:beta"), {
      provider: "openrouter",
      model: "anthropic/claude:beta"
    })
    assert.deepStrictEqual(ModelId.parse("ollama::x:"), { provider: "ollama", model: ":x:" })
    assert.deepStrictEqual(ModelId.parse("openai:"), { provider: "openai", model: "" })
  })

  it("needs a provider", () => {
    for (const text of ["", ":", ":gpt-5", "gpt-5", "openai/gpt-5"]) assert.isUndefined(ModelId.parse(text))
  })

  it.prop("what is written is read", [provider, FastCheck.string()], ([provider, model]) => {
    assert.deepStrictEqual(ModelId.parse(ModelId.format({ provider, model })), { provider, model })
  })

  it.prop("what is read is written", [FastCheck.string()], ([text]) => {
    const id = ModelId.parse(text)
    if (id === undefined) assert.isTrue(!text.includes(":") || text.startsWith(":"))
    else assert.strictEqual(ModelId.format(id), text)
  })
})
