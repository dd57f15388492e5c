/**
 * Where an answer refers to documents and to what tools said.
 *
 * @see https://docs.cohere.com/docs/rag-citations
 */
import * as Schema from "effect/Schema"
import type { Annotation } from "../ChatCompletionChunk.ts"
import { isObject, type JsonObject } from "./json.ts"
import * as Reader from "./reader.ts"

const text = Schema.optional(Schema.String)
const number = Schema.optional(Schema.Number)

const read = Reader.compile(Schema.Struct({
  start: number,
  end: number,
  type: text,
  sources: Schema.optional(Schema.Array(Schema.Unknown))
}))

/** A document of the caller's, or one that a tool gave: what is in it is theirs. */
const readSource = Reader.compile(Schema.Struct({
  document: Schema.optional(Schema.Struct({ url: text, title: text })),
  tool_output: Schema.optional(Schema.Struct({ url: text, title: text }))
}))

const isUrl = (url: string | undefined): url is string => url !== undefined && /^https?:\/\//i.test(url)

const ofSource = (source: unknown, start: number | undefined, end: number | undefined): Annotation | undefined => {
  const { document, tool_output } = readSource(source) ?? {}
  const { title, url } = document ?? tool_output ?? {}
  if (!isUrl(url)) return undefined
  return {
    type: "url_citation",
    url_citation: {
      url,
      ...(title === undefined ? {} : { title }),
      ...(start === undefined ? {} : { start_index: start }),
      ...(end === undefined ? {} : { end_index: end })
    }
  }
}

/** Of the plan and of the thinking it is no note about the text. */
const isAboutText = (type: string | undefined): boolean => type === undefined || type === "TEXT_CONTENT"

/** One whose sources all have a URL is OpenAI's `url_citation`, for each of them; any other stays as it is. */
const ofCitation = (citation: JsonObject): ReadonlyArray<Annotation> => {
  const { end, sources = [], start, type } = read(citation) ?? {}
  const found = isAboutText(type)
    ? sources.map((source) => ofSource(source, start, end)).filter((annotation) => annotation !== undefined)
    : []
  return found.length > 0 && found.length === sources.length ? found : [citation]
}

/** Those of one event, which is one citation, or of a whole answer. */
export const annotationsOf = (citations: unknown): ReadonlyArray<Annotation> =>
  (Array.isArray(citations) ? citations : [citations]).flatMap((citation: unknown) =>
    isObject(citation) ? ofCitation(citation) : []
  )
