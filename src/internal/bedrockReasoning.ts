/**
 * How much a model is to reason: Converse has no word for it, so that each maker's own goes into the fields that are
 * handed on to the model.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html
 * @see https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html
 */
import type { CompletionParams } from "../CompletionParams.ts"
import type { Dropped } from "../Dialect.ts"
import * as Models from "./anthropicModels.ts"
import * as Thinking from "./anthropicThinking.ts"
import type { JsonObject } from "./json.ts"

/** What of a request depends on the model. */
export interface Inference {
  readonly maxTokens?: number | undefined
  readonly temperature?: number | undefined
  readonly topP?: number | undefined
  /** `additionalModelRequestFields`. */
  readonly fields?: JsonObject | undefined
}

/** The rest is as the caller said. */
const plain = ({ maxTokens, temperature, topP }: CompletionParams, fields?: JsonObject): Inference => ({
  maxTokens,
  temperature,
  topP,
  fields
})

const drop = (params: CompletionParams, why: string, dropped: Array<Dropped>): Inference => {
  dropped.push({ param: "reasoningEffort", why })
  return plain(params)
}

/** Claude's rules are those of its own API. */
const claude = (params: CompletionParams, id: string, dropped: Array<Dropped>): Inference => {
  const model = Models.of(id)
  const thinking = Thinking.encode(params, model)
  dropped.push(...thinking.dropped)
  const { temperature, top_p: topP } = Thinking.sampling(params, model, thinking, dropped)
  const fields: JsonObject = {
    ...(thinking.thinking === undefined ? undefined : { thinking: thinking.thinking }),
    ...(thinking.effort === undefined ? undefined : { output_config: { effort: thinking.effort } })
  }
  return {
    // Without a limit of the caller's Bedrock takes the model's own; a budget has to be below one that is there.
    maxTokens: params.maxTokens === undefined && thinking.budget === 0
      ? undefined
      : Thinking.maxTokens(params, model, thinking),
    temperature,
    topP,
    fields: Object.keys(fields).length === 0 ? undefined : fields
  }
}

const lowToHigh: ReadonlyMap<string, string> = new Map([
  ["minimal", "low"],
  ["low", "low"],
  ["medium", "medium"],
  ["high", "high"],
  ["xhigh", "high"],
  ["max", "high"]
])

/** From Nova 2 on. At the highest effort the model takes no limit and no sampling parameters. */
const nova = (params: CompletionParams, effort: string, dropped: Array<Dropped>): Inference => {
  if (effort === "none") return plain(params, { reasoningConfig: { type: "disabled" } })
  const level = lowToHigh.get(effort)
  if (level === undefined) return drop(params, `the model knows no effort \`${effort}\``, dropped)
  const fields = { reasoningConfig: { type: "enabled", maxReasoningEffort: level } }
  if (level !== "high") return plain(params, fields)
  for (const param of ["maxTokens", "temperature", "topP"] as const) {
    if (params[param] !== undefined) dropped.push({ param, why: "the model does not take it at its highest effort" })
  }
  return { fields }
}

/** gpt-oss, and Kimi. */
const effortField = (params: CompletionParams, effort: string, dropped: Array<Dropped>): Inference => {
  const level = lowToHigh.get(effort)
  return level === undefined
    ? drop(params, effort === "none" ? "this model always reasons" : `the model knows no effort \`${effort}\``, dropped)
    : plain(params, { reasoning_effort: level })
}

const isClaude = (id: string): boolean => /anthropic|claude/.test(id)

/** Some that always think let nobody choose the tool. */
export const takesForcedTools = (id: string): boolean => !isClaude(id) || Models.of(id).forcedTools !== "never"

/** By what the id of the model says: that of an application's inference profile says nothing. */
export const of = (params: CompletionParams, id: string, dropped: Array<Dropped>): Inference => {
  if (isClaude(id)) return claude(params, id, dropped)
  const { reasoningEffort: effort } = params
  if (effort === undefined || effort === "auto") return plain(params)
  if (/amazon\.nova-[2-9]/.test(id)) return nova(params, effort, dropped)
  if (/openai\.|moonshot(?:ai)?\.kimi/.test(id)) return effortField(params, effort, dropped)
  return drop(
    params,
    "how this model is told is not known; `extra` can say it in `additionalModelRequestFields`",
    dropped
  )
}
