/**
 * Deep merge of JSON objects: how a caller's `extra` goes into the wire object, last.
 */
import { isObject, type JsonObject } from "./json.ts"

/**
 * `over` wins; objects are merged key by key, everything else replaces. Keys are defined, not assigned, so that a
 * `__proto__` from parsed JSON stays a key.
 */
export const merge = (base: JsonObject, over: JsonObject | undefined): JsonObject => {
  if (over === undefined) return base
  const entries = new Map(Object.entries(base))
  for (const [key, value] of Object.entries(over)) {
    const present = entries.get(key)
    entries.set(key, isObject(present) && isObject(value) ? merge(present, value) : value)
  }
  return Object.fromEntries(entries)
}
