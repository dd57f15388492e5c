/**
 * The names that an option has in an environment.
 */
import type { Variable } from "../Endpoint.ts"

/** In the order in which they are looked up; errors name the first. */
export const spellings = (variable: Variable | undefined): ReadonlyArray<string> =>
  variable === undefined ? [] : typeof variable === "string" ? [variable] : variable
