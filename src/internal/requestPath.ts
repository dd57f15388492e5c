/**
 * The path of a request for chat completions.
 */
import type { EncodeContext } from "../Dialect.ts"

/** An `@`, which Google has before versions, means nothing in a path. */
const segment = (model: string): string => encodeURIComponent(model).replaceAll("%40", "@")

/** The endpoint's, which may tell streams apart, or else the dialect's own. */
export const pathOf = ({ endpoint, model, stream }: EncodeContext, own: string): string => {
  const path = (stream ? endpoint.streamPath : undefined) ?? endpoint.path ?? own
  return path.replace("{model}", () => segment(model))
}
