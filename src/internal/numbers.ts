/**
 * Numbers that JSON cannot hold, and those that can count places.
 */
import type { CompletionParams } from "../CompletionParams.ts"

const names = [
  "temperature",
  "topP",
  "maxTokens",
  "n",
  "seed",
  "presencePenalty",
  "frequencyPenalty",
  "topLogprobs"
] as const

/** The first parameter that is NaN or infinite: it would be sent as `null`. */
export const unsayable = (params: CompletionParams): string | undefined =>
  names.find((name) => params[name] !== undefined && !Number.isFinite(params[name])) ??
    (Object.values(params.logitBias ?? {}).every(Number.isFinite) ? undefined : "logitBias")

/** Whether a number that a server sent can be an index. */
export const isIndex = (n: number | undefined): n is number => n !== undefined && Number.isSafeInteger(n) && n >= 0
