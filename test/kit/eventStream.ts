/**
 * AWS event streams from readable JSON, for tests: what a server of AWS's writes, byte for byte.
 */
import { EventStreamCodec } from "@smithy/eventstream-codec"
import * as Bytes from "./bytes.ts"

/** An event or an exception and its payload; an error and what it says. */
export type Message = readonly [name: string, payload: unknown, kind?: "event" | "exception" | "error"]

const codec = new EventStreamCodec(
  (bytes) => typeof bytes === "string" ? bytes : new TextDecoder().decode(bytes),
  Bytes.bytesOf
)

const string = (value: string) => ({ type: "string", value }) as const

const headersOf = ([name, payload, kind = "event"]: Message) =>
  kind === "error"
    ? { ":error-code": string(name), ":error-message": string(String(payload)), ":message-type": string(kind) }
    : {
      [`:${kind}-type`]: string(name),
      ":content-type": string("application/json"),
      ":message-type": string(kind)
    }

/** One message; a payload that is a text or bytes is sent as it is. */
export const message = (one: Message): Uint8Array => {
  const [, payload, kind] = one
  return codec.encode({
    headers: headersOf(one),
    body: kind === "error" ? new Uint8Array(0) : payload instanceof Uint8Array
      ? payload
      : Bytes.bytesOf(typeof payload === "string" ? payload : JSON.stringify(payload))
  })
}

export const body = (messages: ReadonlyArray<Message>): Uint8Array => Bytes.concat(messages.map(message))

/** CRC-32, told bit by bit. */
const checksum = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const odd = ((crc >>> 0) ^ (byte >>> bit)) & 1
      crc = odd === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
    }
  }
  return ~crc >>> 0
}

const uint32 = (...values: ReadonlyArray<number>): Uint8Array => {
  const view = new DataView(new ArrayBuffer(values.length * 4))
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value)
  return new Uint8Array(view.buffer)
}

/** The beginning of a message that says it has these lengths, whatever comes then. */
export const prelude = (length: number, headers: number): Uint8Array => {
  const lengths = uint32(length, headers)
  return Bytes.concat([lengths, uint32(checksum(lengths))])
}

/** A message of these bytes, right in all that the checksums are about. */
export const raw = (headers: Uint8Array, payload: Uint8Array): Uint8Array => {
  const bytes = Bytes.concat([prelude(headers.length + payload.length + 16, headers.length), headers, payload])
  return Bytes.concat([bytes, uint32(checksum(bytes))])
}

/** Whether the text that bytes of UTF-8 are is those bytes again, and nothing of it is lost by trimming its end. */
const isText = (bytes: Uint8Array): boolean => {
  const last = bytes.at(-1) ?? 0
  return last > 0x20 && bytes.subarray(0, preludeLength).every(isAscii) && bytes.subarray(-4).every(isAscii)
}

const preludeLength = 12

/** Of the digits of a padding. */
const whiteSpace: { readonly [digit: string]: string } = { "1": "\t", "2": "\n", "3": "\r" }

/** A payload that is a text gets it at its end: where that is JSON, as white space. */
const padded = (payload: object | string, p: string): unknown => {
  if (typeof payload !== "string") return { ...payload, p }
  return payload + (payload.endsWith("}") ? [...p].map((letter) => whiteSpace[letter] ?? " ").join("") : p)
}

const texts = new Map<string, string>()

/**
 * The same message as a text, for tests that are about texts: its payload gets a padding, as AWS's own servers write one,
 * with which lengths and checksums are ASCII.
 */
export const text = ([name, payload, kind = "event"]: readonly [
  name: string,
  payload: object | string,
  kind?: "event" | "exception"
]): string => {
  const key = JSON.stringify([name, payload, kind])
  const known = texts.get(key)
  if (known !== undefined) return known
  for (let length = 0; length < 4096; length++) {
    if (!message([name, padded(payload, "a".repeat(length)), kind]).subarray(0, preludeLength).every(isAscii)) continue
    for (let padding = 0; padding < 256; padding++) {
      const p = padding.toString(4).padStart(length, "a")
      if (p.length !== length) break
      const bytes = message([name, padded(payload, p), kind])
      if (!isText(bytes)) continue
      const found = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
      texts.set(key, found)
      return found
    }
  }
  throw new Error(`no padding makes a text of ${key.slice(0, 100)}`)
}

/** The beginning of a message that says it is longer than this, as a text. */
export const begunAbove = (length: number): string => {
  for (let above = length + 1;; above++) {
    const bytes = prelude(above, 0)
    if (bytes.every(isAscii)) return new TextDecoder().decode(bytes)
  }
}

const isAscii = (byte: number): boolean => byte < 0x80
