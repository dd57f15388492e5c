/**
 * What goes wrong with tools and is nobody's failure: a call that cannot be run, and a model that never stops calling.
 */
import * as Schema from "effect/Schema"
import * as Wording from "./internal/toolMessage.ts"

/**
 * A call that is not executed: it was cut (the answer did not end with `stop` or `tool_calls`), its arguments are no JSON
 * object or do not decode, or no tool has its name.
 */
export const InvalidCall = Schema.TaggedStruct("InvalidCall", {
  kind: Schema.Literal("unknownTool", "cut", "notJson", "invalid"),
  /** The call's id. */
  id: Schema.String,
  /** The name that the model called. */
  name: Schema.String,
  /** Why the arguments do not decode, as the Schema says it. */
  issue: Schema.optional(Schema.String)
})
export type InvalidCall = typeof InvalidCall.Type

/** The model still asked for tools in the last step that it had; those calls were not executed. */
export const MaxSteps = Schema.TaggedStruct("MaxSteps", { maxSteps: Schema.Number })
export type MaxSteps = typeof MaxSteps.Type

/** Why a loop of tools ended. `docs/errors.md` has a line for each. */
export const Reason = Schema.Union(InvalidCall, MaxSteps)
export type Reason = typeof Reason.Type

/** A loop of tools cannot go on. */
export class ToolError extends Schema.TaggedError<ToolError>("effect-any-llm/ToolError")("ToolError", {
  reason: Reason,
  /** The step that it happened in, from 1. */
  step: Schema.Number
}) {
  override get message(): string {
    return Wording.toolError(this)
  }
}
