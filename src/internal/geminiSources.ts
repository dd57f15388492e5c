/**
 * What Gemini says about its text: where it comes from, and how likely its tokens were.
 *
 * @see https://ai.google.dev/gemini-api/docs/google-search
 */
import * as Schema from "effect/Schema"
import type { Annotation, Logprobs, TokenLogprob, TopLogprob } from "../ChatCompletionChunk.ts"
import { isObject } from "./json.ts"
import * as Reader from "./reader.ts"

const text = Schema.optional(Schema.String)

const Place = Schema.Struct({ uri: text, title: text })

const readGrounding = Reader.compile(Schema.Struct({
  groundingChunks: Schema.optional(Schema.Array(Schema.Struct({
    web: Schema.optional(Place),
    maps: Schema.optional(Place)
  })))
}))

const readCitations = Reader.compile(Schema.Struct({
  // The Gemini API; Vertex AI.
  citationSources: Schema.optional(Schema.Array(Place)),
  citations: Schema.optional(Schema.Array(Place))
}))

type Place = typeof Place.Type

/** Once an answer: later events name the same sources again. `seen` are the URLs so far. */
const cited = (places: ReadonlyArray<Place | undefined>, seen: Set<string>): ReadonlyArray<Annotation> =>
  places.flatMap((place) => {
    const { title, uri: url } = place ?? {}
    if (url === undefined || url === "" || seen.has(url)) return []
    seen.add(url)
    return [{ type: "url_citation", url_citation: { url, ...(title === undefined ? undefined : { title }) } }]
  })

/**
 * The sources as OpenAI's `url_citation`, and all that was said of the grounding as it was sent: places in the text are
 * counted in bytes, and the search suggestions have to be shown.
 */
export const grounding = (json: unknown, seen: Set<string>): ReadonlyArray<Annotation> => {
  if (!isObject(json) || Object.keys(json).length === 0) return []
  const chunks = readGrounding(json)?.groundingChunks ?? []
  return [
    ...cited(chunks.map(({ maps, web }) => web ?? maps), seen),
    { type: "grounding_metadata", grounding_metadata: json }
  ]
}

/** What was recited, and from where. */
export const citations = (json: unknown, seen: Set<string>): ReadonlyArray<Annotation> => {
  const { citationSources = [], citations = [] } = readCitations(json) ?? {}
  return cited([...citationSources, ...citations], seen)
}

const Token = Schema.Struct({ token: text, logProbability: Schema.optional(Schema.Number) })

const readLogprobs = Reader.compile(Schema.Struct({
  chosenCandidates: Schema.optional(Schema.Array(Token)),
  topCandidates: Schema.optional(Schema.Array(Schema.Struct({ candidates: Schema.optional(Schema.Array(Token)) })))
}))

const tokenOf = ({ logProbability: logprob, token }: typeof Token.Type): ReadonlyArray<TopLogprob> =>
  token === undefined || logprob === undefined ? [] : [{ token, logprob }]

export const logprobs = (json: unknown): Logprobs | undefined => {
  const { chosenCandidates = [], topCandidates = [] } = readLogprobs(json) ?? {}
  const content = chosenCandidates.flatMap((chosen, step): ReadonlyArray<TokenLogprob> =>
    tokenOf(chosen).map((token) => ({
      ...token,
      topLogprobs: (topCandidates[step]?.candidates ?? []).flatMap(tokenOf)
    }))
  )
  return content.length === 0 ? undefined : { content }
}
