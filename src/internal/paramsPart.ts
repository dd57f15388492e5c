/**
 * Content parts on OpenAI's wire.
 */
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { Source as Model } from "../CompletionParams.ts"
import * as Base64 from "./base64.ts"
import * as Field from "./chunkField.ts"
import { Extra, extra, open } from "./paramsOpen.ts"
import * as Source from "./paramsSource.ts"

const nullish = Field.nullish

export const Text = open("TextPart", Schema.Struct({ type: Schema.Literal("text"), text: Schema.String, ...extra }))

const detail = Field.optional(Schema.Union(Schema.Literal("auto", "low", "high"), Schema.String))
const filename = Field.optional(Schema.String)

const imageWire = Schema.Struct({
  type: Schema.Literal("image_url"),
  image_url: Schema.Struct({
    url: nullish(Schema.String),
    file_id: nullish(Schema.String),
    detail: nullish(Schema.String)
  }),
  extra: nullish(Extra)
})

const image = Schema.typeSchema(Schema.Struct({
  type: Schema.Literal("image"),
  source: Source.memory,
  detail,
  ...extra
}))

/** What both sides have under the same name. */
const rest = (part: { readonly extra?: typeof Extra.Type | null | undefined }) =>
  part.extra === undefined || part.extra === null ? {} : { extra: part.extra }

export const Image = open(
  "ImagePart",
  Schema.transformOrFail(imageWire, image, {
    strict: true,
    decode: (part, _, ast) => {
      const { detail, ...wire } = part.image_url
      return ParseResult.fromOption(
        Option.map(Source.ofWire(wire), (source) => ({
          type: "image" as const,
          source,
          ...(typeof detail === "string" ? { detail } : {}),
          ...rest(part)
        })),
        () => new ParseResult.Type(ast, part, "Expected image_url.url or image_url.file_id")
      )
    },
    encode: (part) =>
      ParseResult.succeed({
        type: "image_url" as const,
        image_url: { ...Source.toWire(part.source), ...(part.detail === undefined ? {} : { detail: part.detail }) },
        ...rest(part)
      })
  })
)

const fileWire = Schema.Struct({
  type: Schema.Literal("file"),
  file: Schema.Struct({
    file_data: nullish(Schema.String),
    file_id: nullish(Schema.String),
    file_url: nullish(Schema.String),
    filename: nullish(Schema.String)
  }),
  extra: nullish(Extra)
})

const file = Schema.typeSchema(Schema.Struct({
  type: Schema.Literal("file"),
  source: Source.memory,
  filename,
  ...extra
}))

/** A data URL, a URL as some servers have it there, or base64 of nobody says what. */
const ofData = (data: string, mediaType: string): Option.Option<Model> =>
  /^(?:data|https?):/i.test(data)
    ? Option.some(Source.ofUrl(data))
    : Option.map(Source.bytes(data), (data) => ({ data, mediaType }))

const ofFile = ({ file_data, file_id, file_url }: typeof fileWire.Type["file"]): Option.Option<Model> =>
  typeof file_data === "string"
    ? ofData(file_data, "application/octet-stream")
    : Source.ofWire({ url: file_url, file_id })

const toFile = (source: Model) => {
  if ("data" in source) return { file_data: Base64.dataUrl(source.data, source.mediaType) }
  return "url" in source ? { file_url: source.url } : { file_id: source.id }
}

export const File = open(
  "FilePart",
  Schema.transformOrFail(fileWire, file, {
    strict: true,
    decode: (part, _, ast) =>
      ParseResult.fromOption(
        Option.map(ofFile(part.file), (source) => ({
          type: "file" as const,
          source,
          ...(typeof part.file.filename === "string" ? { filename: part.file.filename } : {}),
          ...rest(part)
        })),
        () =>
          new ParseResult.Type(ast, part, "Expected file.file_data (base64 or a URL), file.file_id or file.file_url")
      ),
    encode: (part) =>
      ParseResult.succeed({
        type: "file" as const,
        file: { ...toFile(part.source), ...(part.filename === undefined ? {} : { filename: part.filename }) },
        ...rest(part)
      })
  })
)

const audioWire = Schema.Struct({
  type: Schema.Literal("input_audio"),
  input_audio: Schema.Struct({
    data: nullish(Schema.String),
    format: nullish(Schema.String),
    url: nullish(Schema.String),
    file_id: nullish(Schema.String)
  }),
  extra: nullish(Extra)
})

const audio = Schema.typeSchema(Schema.Struct({ type: Schema.Literal("audio"), source: Source.memory, ...extra }))

const ofAudio = ({ data, file_id, format, url }: typeof audioWire.Type["input_audio"]): Option.Option<Model> =>
  typeof data === "string" ? ofData(data, Source.mediaTypeOf(format ?? "wav")) : Source.ofWire({ url, file_id })

export const Audio = open(
  "AudioPart",
  Schema.transformOrFail(audioWire, audio, {
    strict: true,
    decode: (part, _, ast) =>
      ParseResult.fromOption(
        Option.map(ofAudio(part.input_audio), (source) => ({ type: "audio" as const, source, ...rest(part) })),
        () =>
          new ParseResult.Type(ast, part, "Expected input_audio.data (base64), input_audio.url or input_audio.file_id")
      ),
    encode: (part) =>
      ParseResult.succeed({
        type: "input_audio" as const,
        input_audio: "data" in part.source
          ? { data: Base64.encode(part.source.data), format: Source.formatOf(part.source.mediaType) }
          : Source.toWire(part.source),
        ...rest(part)
      })
  })
)

export const Part = Schema.Union(Text, Image, File, Audio)
