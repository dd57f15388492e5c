/**
 * Inline bytes as providers take them.
 */
import * as Encoding from "effect/Encoding"

export const encode = (bytes: Uint8Array): string => Encoding.encodeBase64(bytes)

/** `data:<media type>;base64,<bytes>` */
export const dataUrl = (bytes: Uint8Array, mediaType: string): string => `data:${mediaType};base64,${encode(bytes)}`

const inline = /^data:([^;,]*)[^,]*;base64,(.*)$/s

/** What such a URL says; `undefined` for any other. */
export const ofDataUrl = (url: string): { readonly mediaType: string; readonly data: string } | undefined => {
  const [, mediaType, data] = inline.exec(url) ?? []
  return mediaType === undefined || data === undefined ? undefined : { mediaType, data }
}
