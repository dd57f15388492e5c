/**
 * What is asked: the same of everybody.
 */
export const key = "sk-bench"
export const prompt = "Say hello."
export const openAiModel = "gpt-5-mini"
export const anthropicModel = "claude-sonnet-4-5"
export const maxTokens = 4096

/** The tool whose call is collected. */
export const tool = {
  name: "save",
  description: "Writes a file.",
  parameters: {
    type: "object",
    properties: { lines: { type: "array", items: { type: "string" } } },
    required: ["lines"],
    additionalProperties: false
  }
} as const
