/**
 * A Schema that has no JSON Schema, as the mistake that it is.
 */
import type { Unwritable } from "./jsonSchemaOrigin.ts"

export const unwritable = (what: string, { path, why }: Unwritable): TypeError =>
  new TypeError(`${what}${path === "" ? "" : ` at ${path}`}: ${why}`)
