/**
 * Parts of messages as Anthropic's content blocks.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/vision
 * @see https://platform.claude.com/docs/en/build-with-claude/pdf-support
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { FilePart, ImagePart, Part, Source } from "../CompletionParams.ts"
import * as Base64 from "./base64.ts"
import { type Context, extraOf, type OrRefusal, unsupported } from "./encoding.ts"
import type { JsonObject } from "./json.ts"
import { merge } from "./merge.ts"

/** `undefined` for text that is empty: the API refuses such a block. */
export const textBlock = (text: string): JsonObject | undefined => text === "" ? undefined : { type: "text", text }

/** What bytes are, wherever they are. */
type Content =
  | { readonly _tag: "Base64"; readonly mediaType: string; readonly data: string; readonly text: () => string }
  | { readonly _tag: "Reference"; readonly source: JsonObject }

const decodeText = Schema.decodeUnknownEither(Schema.StringFromBase64)

const contentOf = (source: Source): Content => {
  if ("id" in source) return { _tag: "Reference", source: { type: "file", file_id: source.id } }
  if ("data" in source) {
    const { data, mediaType } = source
    return { _tag: "Base64", mediaType, data: Base64.encode(data), text: () => new TextDecoder().decode(data) }
  }
  const inline = Base64.ofDataUrl(source.url)
  if (inline === undefined) return { _tag: "Reference", source: { type: "url", url: source.url } }
  const { data, mediaType } = inline
  return { _tag: "Base64", mediaType, data, text: () => Either.getOrElse(decodeText(data), () => "") }
}

const base64 = (mediaType: string, data: string): JsonObject => ({ type: "base64", media_type: mediaType, data })

const imageBlock = (part: ImagePart, path: string, context: Context): JsonObject => {
  if (part.detail !== undefined && part.detail !== "auto") {
    context.dropped.push({ param: `${path}.detail`, why: "the API has no level of detail for images" })
  }
  const content = contentOf(part.source)
  return {
    type: "image",
    source: content._tag === "Reference" ? content.source : base64(content.mediaType, content.data)
  }
}

/** `application/json; charset=utf-8` is `application/json`. */
const essence = (mediaType: string): string => (mediaType.split(";")[0] ?? "").trim().toLowerCase()

const textTypes: ReadonlySet<string> = new Set([
  "application/json",
  "application/xml",
  "application/yaml",
  "application/x-yaml",
  "application/javascript",
  "application/typescript"
])

const fileBlock = (part: FilePart, path: string): OrRefusal<JsonObject> => {
  const content = contentOf(part.source)
  const title: JsonObject = part.filename === undefined ? {} : { title: part.filename }
  if (content._tag === "Reference") return Either.right({ type: "document", source: content.source, ...title })
  const mediaType = essence(content.mediaType)
  if (mediaType === "application/pdf") {
    return Either.right({ type: "document", source: base64(mediaType, content.data), ...title })
  }
  if (mediaType.startsWith("image/")) return Either.right({ type: "image", source: base64(mediaType, content.data) })
  if (mediaType.startsWith("text/") || textTypes.has(mediaType)) {
    const source = { type: "text", media_type: "text/plain", data: content.text() }
    return Either.right({ type: "document", source, ...title })
  }
  return unsupported(`${path}.source.mediaType`)
}

const partBlock = (part: Part, path: string, context: Context): OrRefusal<JsonObject | undefined> => {
  switch (part.type) {
    case "text":
      return Either.right(textBlock(part.text))
    case "image":
      return Either.right(imageBlock(part, path, context))
    case "file":
      return fileBlock(part, path)
    case "audio":
      return unsupported(`${path}.audio`)
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
    if (block.right !== undefined) blocks.push(merge(block.right, extraOf(context, part)))
  }
  return Either.right(blocks)
}

/** What a caller adds to a message belongs to its last block: a message of the API has no fields of its own. */
export const withExtra = (
  blocks: ReadonlyArray<JsonObject>,
  extra: JsonObject | undefined
): ReadonlyArray<JsonObject> => {
  const last = blocks.at(-1)
  return extra === undefined || last === undefined ? blocks : [...blocks.slice(0, -1), merge(last, extra)]
}
