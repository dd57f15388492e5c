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
