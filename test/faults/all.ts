/**
 * Every fault, from all the tables.
 */
import type { Fault } from "./fault.ts"
import * as Finish from "./finish.ts"
import * as Framing from "./framing.ts"
import * as Gemini from "./gemini.ts"
import * as InBand from "./inBand.ts"
import * as Lines from "./lines.ts"
import * as Messages from "./messages.ts"
import * as Reasoning from "./reasoning.ts"
import * as Shapes from "./shapes.ts"
import * as ToolCalls from "./toolCalls.ts"
import * as Truncation from "./truncation.ts"

export const bodies: ReadonlyArray<Fault> = [
  ...Framing.faults,
  ...Truncation.faults,
  ...InBand.faults,
  ...Shapes.faults,
  ...ToolCalls.faults,
  ...Finish.faults,
  ...Reasoning.faults,
  ...Messages.faults,
  ...Lines.faults,
  ...Gemini.faults
]

export const titleOf = ({ covers, dialect, name }: Pick<Fault, "covers" | "dialect" | "name">): string =>
  `${covers[0] ?? ""} ${dialect}: ${name}`
