/**
 * Words that come where a finish reason belongs and say that the server gave up. Gateways hand them on in any dialect.
 */
import type { Fault } from "../Dialect.ts"

const words: ReadonlyMap<string, "Server" | "Overloaded"> = new Map<string, "Server" | "Overloaded">([
  // OpenRouter, Mistral.
  ["error", "Server"],
  // vLLM, SGLang.
  ["abort", "Server"],
  ["aborted", "Server"],
  // z.ai.
  ["network_error", "Server"],
  // watsonx.
  ["cancelled", "Server"],
  ["canceled", "Server"],
  // DeepSeek.
  ["insufficient_system_resource", "Overloaded"]
])

/** `undefined`: the word is a reason to finish. */
export const faultOf = (word: string): Fault | undefined => {
  const kind = words.get(word.toLowerCase())
  return kind === undefined ? undefined : { reason: { _tag: kind }, code: word }
}
