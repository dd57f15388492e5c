/**
 * Why an answer ended.
 */
import type { FinishReason } from "../ChatCompletionChunk.ts"

/** Whether the model came to its end by itself; no limit and no filter cut it. */
export const isWhole = (reason: FinishReason | undefined): boolean => reason === "stop" || reason === "tool_calls"
