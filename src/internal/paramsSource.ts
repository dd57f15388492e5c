/**
 * Inline bytes, URLs and ids of files on OpenAI's wire: data URLs, and base64 with a format.
 */
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { Source as Model } from "../CompletionParams.ts"
import * as Base64 from "./base64.ts"
import { nullish } from "./chunkField.ts"

const mediaType = Schema.String.annotations({
  arbitrary: () => (fc) => fc.constantFrom("image/png", "application/pdf", "audio/wav", "audio/mpeg", "audio/flac")
})

/** A source in memory. */
export const memory = Schema.Union(
  Schema.Struct({ data: Schema.Uint8ArrayFromSelf, mediaType }),
  Schema.Struct({ url: Schema.String }),
  Schema.Struct({ id: Schema.String })
)

/** Bytes of base64, padded or not. */
export const bytes = (base64: string): Option.Option<Uint8Array> =>
  Either.getRight(Encoding.decodeBase64(base64.padEnd(Math.ceil(base64.length / 4) * 4, "=")))

const percentDecode = Option.liftThrowable(decodeURIComponent)

/** RFC 2397: `data:[<media type>][;base64],<data>` */
const dataUrl = /^data:([^,]*?)(;\s*base64)?,/i

const ofDataUrl = (url: string): Option.Option<Model> => {
  const head = dataUrl.exec(url)
  if (head === null) return Option.none()
  const body = url.slice(head[0].length)
  const data = head[2] === undefined
    ? Option.map(percentDecode(body), (text) => new TextEncoder().encode(text))
    : bytes(body)
  return Option.map(data, (data) => ({ data, mediaType: head[1] || "text/plain;charset=US-ASCII" }))
}

/** A data URL is inline bytes; one that cannot be read stays a URL, and is the provider's business. */
export const ofUrl = (url: string): Model => Option.getOrElse(ofDataUrl(url), () => ({ url }))

/** What chat completions have for a source: a URL, which may be a data URL, or the id of an uploaded file. */
const wire = Schema.Struct({ url: nullish(Schema.String), file_id: nullish(Schema.String) })

type Wire = typeof wire.Type

export const ofWire = ({ file_id, url }: Wire): Option.Option<Model> =>
  typeof url === "string" ? Option.some(ofUrl(url)) : Option.map(Option.fromNullable(file_id), (id) => ({ id }))

export const toWire = (source: Model): { readonly url: string } | { readonly file_id: string } => {
  if ("data" in source) return { url: Base64.dataUrl(source.data, source.mediaType) }
  return "url" in source ? { url: source.url } : { file_id: source.id }
}

export interface SourceEncoded extends Schema.Schema.Encoded<typeof wire> {}

export const Source: Schema.Schema<typeof memory.Type, SourceEncoded> = Schema.transformOrFail(wire, memory, {
  strict: true,
  decode: (wire, _, ast) =>
    ParseResult.fromOption(ofWire(wire), () => new ParseResult.Type(ast, wire, "Expected url or file_id")),
  encode: (source) => ParseResult.succeed(toWire(source))
})

/** OpenAI's names of formats whose media types have others. */
const mediaTypes: ReadonlyMap<string, string> = new Map([["mp3", "audio/mpeg"]])
const formats: ReadonlyMap<string, string> = new Map([
  ["audio/mpeg", "mp3"],
  ["audio/x-wav", "wav"],
  ["audio/wave", "wav"],
  ["audio/vnd.wave", "wav"]
])

/** `mp3` is `audio/mpeg`, any other word is `audio/<word>`; what has a slash is a media type already. */
export const mediaTypeOf = (format: string): string =>
  mediaTypes.get(format) ?? (format.includes("/") ? format : `audio/${format}`)

export const formatOf = (mediaType: string): string => {
  const format = formats.get(mediaType)
  if (format !== undefined) return format
  return mediaType.startsWith("audio/") ? mediaType.slice("audio/".length) : mediaType
}
