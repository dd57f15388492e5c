/**
 * Parts of messages as Gemini's.
 *
 * @see https://ai.google.dev/api/caching#Part
 */
import type { Part, Source } from "../CompletionParams.ts"
import * as Base64 from "./base64.ts"
import { type Context, extraOf } from "./encoding.ts"
import type { JsonObject } from "./json.ts"
import { merge } from "./merge.ts"

/** What the API asks to be told of bytes that it fetches. */
const mediaTypes: ReadonlyMap<string, string> = new Map([
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["webp", "image/webp"],
  ["gif", "image/gif"],
  ["heic", "image/heic"],
  ["heif", "image/heif"],
  ["pdf", "application/pdf"],
  ["txt", "text/plain"],
  ["md", "text/markdown"],
  ["csv", "text/csv"],
  ["html", "text/html"],
  ["json", "application/json"],
  ["mp3", "audio/mpeg"],
  ["wav", "audio/wav"],
  ["flac", "audio/flac"],
  ["ogg", "audio/ogg"],
  ["m4a", "audio/mp4"],
  ["mp4", "video/mp4"],
  ["mov", "video/quicktime"],
  ["webm", "video/webm"]
])

const fileData = (fileUri: string): JsonObject => {
  const [, extension = ""] = /\.(\w+)(?:[?#].*)?$/.exec(fileUri) ?? []
  const mimeType = mediaTypes.get(extension.toLowerCase())
  return { fileData: { ...(mimeType === undefined ? undefined : { mimeType }), fileUri } }
}

/** An uploaded file is named `files/abc`, and referred to by its URI. */
const uriOf = (id: string): string =>
  id.startsWith("files/") ? `https://generativelanguage.googleapis.com/v1beta/${id}` : id

const media = (source: Source): JsonObject => {
  if ("id" in source) return fileData(uriOf(source.id))
  if ("data" in source) return { inlineData: { mimeType: source.mediaType, data: Base64.encode(source.data) } }
  const inline = Base64.ofDataUrl(source.url)
  return inline === undefined
    ? fileData(source.url)
    : { inlineData: { mimeType: inline.mediaType, data: inline.data } }
}

const partOf = (part: Part, path: string, context: Context): JsonObject | undefined => {
  switch (part.type) {
    case "text":
      return part.text === "" ? undefined : { text: part.text }
    case "image":
      if (part.detail !== undefined && part.detail !== "auto") {
        const why = "the API has levels of detail in `generationConfig.mediaResolution`, for all images"
        context.dropped.push({ param: `${path}.detail`, why })
      }
      return media(part.source)
    case "file":
      if (part.filename !== undefined) {
        context.dropped.push({ param: `${path}.filename`, why: "the API takes no names of files" })
      }
      return media(part.source)
    case "audio":
      return media(part.source)
  }
}

/** The parts of a message's content, without those that say nothing. */
export const partsOf = (
  content: string | ReadonlyArray<Part>,
  path: string,
  context: Context
): ReadonlyArray<JsonObject> => {
  const parts: ReadonlyArray<Part> = typeof content === "string" ? [{ type: "text", text: content }] : content
  return parts.flatMap((part, index) => {
    const wire = partOf(part, `${path}.content[${index}]`, context)
    return wire === undefined ? [] : [merge(wire, extraOf(context, part))]
  })
}
