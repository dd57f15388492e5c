/**
 * Sources that a server names beside the answer, and not in it: Perplexity on every event, xAI at the end. The n-th is
 * what the text calls `[n]`.
 */
import type { Annotation } from "../ChatCompletionChunk.ts"
import { isObject, type Json } from "./json.ts"

const text = (u: Json | undefined): string | undefined => typeof u === "string" && u !== "" ? u : undefined

const listOf = (u: unknown): ReadonlyArray<unknown> => Array.isArray(u) ? u : []

const annotation = (url: string, title: string | undefined): Annotation => ({
  type: "url_citation",
  url_citation: title === undefined ? { url } : { url, title }
})

/** A URL, or a result of a search, which has its title beside it. */
const ofSource = (u: unknown): Annotation | undefined => {
  if (typeof u === "string") return u === "" ? undefined : annotation(u, undefined)
  const url = isObject(u) ? text(u["url"]) : undefined
  return url === undefined || !isObject(u) ? undefined : annotation(url, text(u["title"]))
}

/** Those after the first `told`: each event repeats all that came before. */
export const citationsOf = (citations: unknown, results: unknown, told: number): ReadonlyArray<Annotation> => {
  const found = listOf(results)
  const named = listOf(citations)
  const sources = found.length >= named.length ? found : named
  return sources.length <= told ? [] : sources.slice(told).map(ofSource).filter((source) => source !== undefined)
}

/** How many there are by now. */
export const countOf = (citations: unknown, results: unknown): number =>
  Math.max(listOf(citations).length, listOf(results).length)
