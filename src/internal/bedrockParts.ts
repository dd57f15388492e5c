/**
 * Parts of messages as Converse's content blocks. A block is a union: it has one field, which says what it is.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html
 */
import * as Either from "effect/Either"
import type { AudioPart, FilePart, ImagePart, Part, Source } from "../CompletionParams.ts"
import * as Base64 from "./base64.ts"
import type * as Encoding from "./encoding.ts"
import { extraOf, type OrRefusal, unsupported } from "./encoding.ts"
import { isObject, type JsonObject } from "./json.ts"
import { merge } from "./merge.ts"

/** What encoding a message needs to know, and what it has to tell. */
export interface Context extends Encoding.Context {
  /** The names of documents so far: the API wants each to be another. */
  readonly names: Set<string>
}

/** `undefined` for text that is blank: the API refuses such a block. */
export const textBlock = (text: string): JsonObject | undefined => text.trim() === "" ? undefined : { text }

/**
 * What a caller adds: to the block, or as a block of its own after it, which is what a cache point is; and a text that a
 * guardrail is to look at is another kind of block.
 */
export const withExtra = (block: JsonObject, extra: JsonObject | undefined): ReadonlyArray<JsonObject> => {
  if (extra === undefined) return [block]
  const { cachePoint, guardContent, ...fields } = extra
  const { text } = block
  const guarded = isObject(guardContent) && text !== undefined
    ? { guardContent: merge({ text: { text } }, guardContent) }
    : block
  const merged = merge(guarded, fields)
  return cachePoint === undefined ? [merged] : [merged, { cachePoint }]
}

/** What a caller adds to a message belongs to its last block. */
export const lastWithExtra = (
  blocks: ReadonlyArray<JsonObject>,
  extra: JsonObject | undefined
): ReadonlyArray<JsonObject> => {
  const last = blocks.at(-1)
  return last === undefined ? blocks : [...blocks.slice(0, -1), ...withExtra(last, extra)]
}

/** Where the bytes are, and of what type, where that is known. */
interface Content {
  readonly source: JsonObject
  readonly mediaType: string
}

/** What the name of a file says of its type, where nothing else does. */
const extensionOf = (name: string): string => /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ""

/** `application/json; charset=utf-8` is `application/json`. */
const essence = (mediaType: string): string => (mediaType.split(";")[0] ?? "").trim().toLowerCase()

/** The API takes bytes, and objects of S3; it fetches nothing else. */
const contentOf = (source: Source, path: string): OrRefusal<Content> => {
  if ("id" in source) return unsupported(`${path}.source.id`)
  if ("data" in source) {
    return Either.right({ source: { bytes: Base64.encode(source.data) }, mediaType: essence(source.mediaType) })
  }
  const inline = Base64.ofDataUrl(source.url)
  if (inline !== undefined) {
    return Either.right({ source: { bytes: inline.data }, mediaType: essence(inline.mediaType) })
  }
  return source.url.startsWith("s3://")
    ? Either.right({ source: { s3Location: { uri: source.url } }, mediaType: extensionOf(source.url) })
    : unsupported(`${path}.source.url`)
}

type Formats = ReadonlyMap<string, string>

/** By media type, and by the ending of a name. */
const formats = (...known: ReadonlyArray<readonly [format: string, ...types: ReadonlyArray<string>]>): Formats =>
  new Map(known.flatMap(([format, ...types]) => [format, ...types].map((type) => [type, format])))

const images = formats(["png", "image/png"], ["jpeg", "image/jpeg", "image/jpg", "jpg"], ["gif", "image/gif"], [
  "webp",
  "image/webp"
])

const videos = formats(
  ["mp4", "video/mp4"],
  ["mov", "video/quicktime"],
  ["mkv", "video/x-matroska"],
  ["webm", "video/webm"],
  ["flv", "video/x-flv"],
  ["mpeg", "video/mpeg"],
  ["mpg"],
  ["wmv", "video/x-ms-wmv"],
  ["three_gp", "video/3gpp", "3gp"]
)

const sounds = formats(
  ["mp3", "audio/mpeg", "audio/mp3"],
  ["wav", "audio/wav", "audio/x-wav", "audio/wave"],
  ["ogg", "audio/ogg"],
  ["opus", "audio/opus"],
  ["flac", "audio/flac", "audio/x-flac"],
  ["aac", "audio/aac"],
  ["m4a", "audio/mp4", "audio/x-m4a"],
  ["webm", "audio/webm"],
  ["pcm", "audio/pcm", "audio/l16"]
)

const documents = formats(
  ["pdf", "application/pdf"],
  ["csv", "text/csv"],
  ["doc", "application/msword"],
  ["docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ["xls", "application/vnd.ms-excel"],
  ["xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
  ["html", "text/html", "htm"],
  ["md", "text/markdown", "text/x-markdown"],
  // What else is text.
  ["txt", "application/json", "application/xml", "application/yaml", "application/x-yaml", "json", "xml", "yaml"]
)

const documentFormat = (mediaType: string): string | undefined =>
  documents.get(mediaType) ?? (mediaType.startsWith("text/") ? "txt" : undefined)

const blockOf = (
  field: string,
  known: Formats,
  { mediaType, source }: Content,
  path: string
): OrRefusal<JsonObject> => {
  const format = known.get(mediaType)
  return format === undefined
    ? unsupported(`${path}.source.mediaType`)
    : Either.right({ [field]: { format, source } })
}

const imageBlock = (part: ImagePart, path: string, context: Context): OrRefusal<JsonObject> => {
  if (part.detail !== undefined && part.detail !== "auto") {
    context.dropped.push({ param: `${path}.detail`, why: "the API has no level of detail for images" })
  }
  return Either.flatMap(contentOf(part.source, path), (content) => blockOf("image", images, content, path))
}

const audioBlock = (part: AudioPart, path: string): OrRefusal<JsonObject> =>
  Either.flatMap(contentOf(part.source, path), (content) => blockOf("audio", sounds, content, path))

/** Letters, digits, single blanks, hyphens, parentheses and brackets: the API takes no other names, and none twice. */
const nameOf = (filename: string | undefined, { names }: Context): string => {
  const plain = (filename ?? "").replace(/\.[a-z0-9]+$/i, "").replace(/[^a-z0-9()[\] -]/gi, "-").replace(/ +/g, " ")
  const wanted = plain.trim() === "" ? "document" : plain.trim()
  let name = wanted
  for (let more = 2; names.has(name); more++) name = `${wanted} (${more})`
  names.add(name)
  return name
}

const fileBlock = (part: FilePart, path: string, context: Context): OrRefusal<JsonObject> =>
  Either.flatMap(contentOf(part.source, path), (content) => {
    const { mediaType, source } = content
    if (images.has(mediaType)) return blockOf("image", images, content, path)
    if (videos.has(mediaType)) return blockOf("video", videos, content, path)
    const format = documentFormat(mediaType)
    return format === undefined
      ? unsupported(`${path}.source.mediaType`)
      : Either.right({ document: { format, name: nameOf(part.filename, context), source } })
  })

const partBlock = (part: Part, path: string, context: Context): OrRefusal<JsonObject | undefined> => {
  switch (part.type) {
    case "text":
      return Either.right(textBlock(part.text))
    case "image":
      return imageBlock(part, path, context)
    case "file":
      return fileBlock(part, path, context)
    case "audio":
      return audioBlock(part, path)
  }
}

/** The blocks of a message's content, without those that say nothing. */
export const blocksOf = (
  content: string | ReadonlyArray<Part>,
  path: string,
  context: Context
): OrRefusal<ReadonlyArray<JsonObject>> => {
  const parts: ReadonlyArray<Part> = typeof content === "string" ? [{ type: "text", text: content }] : content
  const blocks: Array<JsonObject> = []
  for (const [index, part] of parts.entries()) {
    const block = partBlock(part, `${path}.content[${index}]`, context)
    if (Either.isLeft(block)) return Either.left(block.left)
    if (block.right !== undefined) blocks.push(...withExtra(block.right, extraOf(context, part)))
  }
  return Either.right(blocks)
}
