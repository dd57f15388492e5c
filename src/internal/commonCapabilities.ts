/**
 * What can be said of several providers at once.
 */
import type { Capabilities } from "../Endpoint.ts"

/** What each of them can do: true whichever is called. */
export const common = (all: ReadonlyArray<Capabilities>): Capabilities => {
  const each = (name: Exclude<keyof Capabilities, "responseFormat" | "forcedTools">): boolean =>
    all.length > 0 && all.every((one) => one[name])
  return {
    streaming: each("streaming"),
    tools: each("tools"),
    parallelTools: each("parallelTools"),
    ...(all.some(({ forcedTools }) => forcedTools === false) ? { forcedTools: false } : undefined),
    reasoning: each("reasoning"),
    images: each("images"),
    files: each("files"),
    audio: each("audio"),
    responseFormat: formats[Math.min(...all.map(({ responseFormat }) => formats.indexOf(responseFormat)))] ?? "none",
    embeddings: each("embeddings"),
    models: each("models")
  }
}

/** Who knows one knows those before it. */
const formats = ["none", "json_object", "json_schema"] as const
