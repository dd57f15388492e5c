/**
 * Words that come where a finish reason belongs and say that the server gave up. Gateways hand them on in any dialect.
 */
import type { Fault } from "../Dialect.ts"

type Kind = "Server" | "Overloaded" | "RateLimit"

const words: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  // OpenRouter, Mistral, Cohere.
  ["error", "Server"],
  // Cohere.
  ["timeout", "Server"],
  ["user_cancel", "Server"],
  // vLLM, SGLang.
  ["abort", "Server"],
  ["aborted", "Server"],
  // z.ai.
  ["network_error", "Server"],
  // watsonx.
  ["cancelled", "Server"],
  ["canceled", "Server"],
  // DeepSeek.
  ["insufficient_system_resource", "Overloaded"],
  // Portkey puts the type of Anthropic's error here.
  ["overloaded_error", "Overloaded"],
  ["rate_limit_error", "RateLimit"],
  ["api_error", "Server"]
])

/** `undefined`: the word is a reason to finish. */
export const faultOf = (word: string): Fault | undefined => {
  const kind = words.get(word.toLowerCase())
  return kind === undefined ? undefined : { reason: { _tag: kind }, code: word }
}
