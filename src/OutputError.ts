/**
 * An answer that is not the value that was asked for.
 */
import * as Schema from "effect/Schema"
import { ChatCompletion } from "./ChatCompletion.ts"
import * as Wording from "./internal/toolMessage.ts"

/** The provider answered, and its answer is not the value. Nothing is retried: what to do depends on the application. */
export class OutputError extends Schema.TaggedError<OutputError>("effect-any-llm/OutputError")("OutputError", {
  /**
   * `notJson`: the answer is not JSON, or there is none. `invalid`: it does not decode; `issue` says why. `refused`: the
   * model refused, or the content filter stopped it; `text` is what was said. `cut`: the answer ended for want of tokens,
   * or for another reason that is not the model's.
   */
  kind: Schema.Literal("notJson", "invalid", "refused", "cut"),
  /** What the model wrote. It is in no message: it may be long, and anything may stand in it. */
  text: Schema.String,
  /** The readable message of the ParseError. */
  issue: Schema.optional(Schema.String),
  /** The whole answer, for its token counts, or to go on from. */
  completion: ChatCompletion
}) {
  override get message(): string {
    return Wording.outputError(this)
  }
}
