/**
 * Every fault, from all the tables.
 */
import type { Fault } from "./fault.ts"
import * as Framing from "./framing.ts"
import * as Truncation from "./truncation.ts"

export const bodies: ReadonlyArray<Fault> = [...Framing.faults, ...Truncation.faults]

export const titleOf = ({ covers, dialect, name }: Fault): string => `${covers[0] ?? ""} ${dialect}: ${name}`
