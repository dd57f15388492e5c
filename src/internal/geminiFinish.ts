/**
 * Why a Gemini answer ended, in OpenAI's words; or the fault that the word is.
 *
 * @see https://ai.google.dev/api/generate-content#FinishReason
 */
import type { Fault } from "../Dialect.ts"
import * as Finish from "./finish.ts"

const reasons: ReadonlyMap<string, string> = new Map([
  ["STOP", "stop"],
  // Of servers that imitate it.
  ["FUNCTION_CALL", "tool_calls"],
  ["MAX_TOKENS", "length"],
  // More could be asked for with the token that comes along.
  ["CONTINUATION", "length"],
  ["SAFETY", "content_filter"],
  ["RECITATION", "content_filter"],
  ["LANGUAGE", "content_filter"],
  ["BLOCKLIST", "content_filter"],
  ["PROHIBITED_CONTENT", "content_filter"],
  ["SPII", "content_filter"],
  ["MODEL_ARMOR", "content_filter"],
  ["IMAGE_SAFETY", "content_filter"],
  ["IMAGE_PROHIBITED_CONTENT", "content_filter"],
  ["IMAGE_RECITATION", "content_filter"]
])

/** Whether the word says that the model came to its end by itself. */
export const isWhole = (word: string): boolean => Finish.isWhole(reasons.get(word))

/** Others (`OTHER`, `NO_IMAGE`, `IMAGE_OTHER`) pass through as they are. */
export const finishReason = (word: string): string => reasons.get(word) ?? word

/** What the model wrote was no answer, and the server threw it away: asked again it may well do better. */
const broken: ReadonlySet<string> = new Set([
  "MALFORMED_FUNCTION_CALL",
  "MALFORMED_RESPONSE",
  "UNEXPECTED_TOOL_CALL",
  "TOO_MANY_TOOL_CALLS"
])

export const faultOf = (word: string, message: string | undefined): Fault | undefined => {
  const detail = message ?? `the answer ended with ${word}`
  if (broken.has(word)) return { reason: { _tag: "Server" }, code: word, detail }
  // Of the history that was sent.
  if (word === "MISSING_THOUGHT_SIGNATURE") return { reason: { _tag: "InvalidRequest" }, code: word, detail }
  return undefined
}
