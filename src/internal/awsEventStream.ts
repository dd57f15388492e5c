/**
 * AWS event streams: binary messages, each with its length before it, headers that say what it is, and checksums.
 * `@smithy/eventstream-codec` reads a message that is whole; where one begins and ends is found here, since the codec
 * wants all of it at once.
 *
 * @see https://smithy.io/2.0/aws/amazon-eventstream.html
 */
import type { EventStreamCodec } from "@smithy/eventstream-codec"
import * as Effect from "effect/Effect"
import type { Fault } from "../Dialect.ts"
import type { Frame, Parser } from "../Framing.ts"
import { isObject } from "./json.ts"
import { parseJson } from "./parseJson.ts"

const peer = "@smithy/eventstream-codec"

const decoder = new TextDecoder()
const encoder = new TextEncoder()

/** Of the whole program, like the module that it is made of: it keeps nothing of a message. */
let codec: EventStreamCodec | undefined

const missing: Fault = {
  reason: { _tag: "UnsupportedOperation", operation: "awsEventStream" },
  detail: `reading AWS event streams needs the package ${peer}: npm install ${peer}`
}

/** The codec is an optional peer: it is loaded when the first stream needs it. */
export const load: Effect.Effect<void, Fault> = Effect.suspend(() =>
  codec !== undefined ? Effect.void : Effect.flatMap(
    // The handler also tells bundlers that the package may not be there.
    Effect.promise(() => import("@smithy/eventstream-codec").catch(() => undefined)),
    (module) => {
      if (module === undefined) return Effect.fail(missing)
      codec = new module.EventStreamCodec(text, (said) => encoder.encode(said))
      return Effect.void
    }
  )
)

const text = (bytes: Uint8Array | string): string => typeof bytes === "string" ? bytes : decoder.decode(bytes)

/** One message, by the headers that say what it is. */
export interface Message {
  readonly kind: "event" | "exception" | "error"
  /** The name of the event or of the exception, or the code of the error. */
  readonly name: string
  /** What an `error` says, which has no payload. */
  readonly said: string | undefined
  readonly body: Uint8Array
}

/** What becomes of the messages of one body, in order. */
export interface Handler {
  readonly message: (message: Message) => void
  /** The bytes are no message, for this reason. Nothing comes after it. */
  readonly malformed: (why: string) => void
}

/** Lengths of the message and of its headers, and their checksum. */
const preludeLength = 12

/** Of a message without headers and payload: the prelude, and the checksum of it all. */
const shortest = preludeLength + 4

/** CRC-32 of the two lengths: they decide how long to wait, before the codec can check anything. */
const checksum = (bytes: Uint8Array): number => {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ -1) >>> 0
}

/** The length of the message that begins so, or why none does. */
const lengthOf = (prelude: Uint8Array): number | string => {
  const view = new DataView(prelude.buffer, prelude.byteOffset, preludeLength)
  const length = view.getUint32(0)
  const headers = view.getUint32(4)
  if (checksum(prelude.subarray(0, 8)) !== view.getUint32(8)) {
    return `the checksum of a message's lengths is wrong: ${quoted(prelude.subarray(0, preludeLength))}`
  }
  return length < shortest || headers > length - shortest
    ? `a message of ${length} bytes, ${headers} of headers`
    : length
}

/** The body ended within a message. */
export const cut = "a message that was cut"

/** Bytes that are no message may be somebody's text. */
const quoted = (bytes: Uint8Array): string => JSON.stringify(text(bytes))

const value = (headers: ReturnType<EventStreamCodec["decode"]>["headers"], name: string): string | undefined => {
  const header = headers[name]
  return header?.type === "string" ? header.value : undefined
}

/** A message, or why the bytes are none. */
const messageOf = (bytes: Uint8Array): Message | string => {
  if (codec === undefined) return `${peer} is not loaded`
  try {
    const { body, headers } = codec.decode(bytes)
    switch (value(headers, ":message-type")) {
      case "exception":
        return { kind: "exception", name: value(headers, ":exception-type") ?? "", said: undefined, body }
      case "error":
        return {
          kind: "error",
          name: value(headers, ":error-code") ?? "",
          said: value(headers, ":error-message"),
          body
        }
      default:
        return { kind: "event", name: value(headers, ":event-type") ?? "", said: undefined, body }
    }
  } catch (error) {
    return error instanceof Error ? error.message : "a message that cannot be read"
  }
}

/**
 * Gathers what is not whole yet. A declared length says when to stop, never how much to make room for: the room doubles
 * with what came, so that what is moved is no more than twice what came.
 */
class Gathered {
  private bytes = new Uint8Array(0)
  length = 0

  /** Takes what is missing to `wanted`; gives the rest back. */
  fill(more: Uint8Array, wanted: number): Uint8Array {
    const taken = more.subarray(0, wanted - this.length)
    const length = this.length + taken.length
    if (length > this.bytes.length) {
      const grown = new Uint8Array(Math.min(wanted, Math.max(length, 2 * this.bytes.length, 256)))
      grown.set(this.bytes.subarray(0, this.length))
      this.bytes = grown
    }
    this.bytes.set(taken, this.length)
    this.length = length
    return more.subarray(taken.length)
  }

  get all(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }
}

class Messages implements Parser {
  private readonly limit: number
  private readonly handler: Handler
  private state: "intact" | "malformed" | "tooLarge" = "intact"
  private gathered: Gathered | undefined = undefined
  /** Of the message at hand, once its prelude is there. */
  private length: number | undefined = undefined

  constructor(limit: number, handler: Handler) {
    this.limit = limit
    this.handler = handler
  }

  push(bytes: Uint8Array): boolean {
    let rest = bytes
    while (rest.length > 0 && this.state === "intact") rest = this.step(rest)
    return this.state !== "tooLarge"
  }

  end(): void {
    if (this.state === "intact" && this.gathered !== undefined) this.handler.malformed(cut)
  }

  /** One step on: a prelude, a message, or all that there is; what is left. */
  private step(bytes: Uint8Array): Uint8Array {
    if (this.gathered === undefined) {
      if (this.length === undefined && bytes.length >= preludeLength) {
        this.measure(bytes)
        return bytes
      }
      if (this.length !== undefined && bytes.length >= this.length) {
        const rest = bytes.subarray(this.length)
        // Nothing is copied of a message that came in one piece.
        this.tell(bytes.subarray(0, this.length))
        return rest
      }
    }
    const gathered = this.gathered ??= new Gathered()
    const rest = gathered.fill(bytes, this.length ?? preludeLength)
    if (this.length === undefined) {
      if (gathered.length === preludeLength) this.measure(gathered.all)
    } else if (gathered.length === this.length) {
      this.tell(gathered.all)
    }
    return rest
  }

  private measure(prelude: Uint8Array): void {
    const length = lengthOf(prelude)
    if (typeof length === "string") this.spoil(length)
    else if (length > this.limit) this.state = "tooLarge"
    else this.length = length
  }

  private tell(bytes: Uint8Array): void {
    this.length = undefined
    this.gathered = undefined
    const read = messageOf(bytes)
    if (typeof read === "string") this.spoil(read)
    else this.handler.message(read)
  }

  private spoil(why: string): void {
    this.state = "malformed"
    this.gathered = undefined
    this.handler.malformed(why)
  }
}

/** Cuts a body into its messages; `limit` is in bytes of one. */
export const messages = (limit: number, handler: Handler): Parser => new Messages(limit, handler)

/** An exception or an error in the words of the errors of any stream. */
export const failureOf = ({ body, name, said }: Message): Frame => {
  const json = parseJson(text(body))
  const fields = isObject(json) ? json : {}
  const message = said ?? fields["message"] ?? fields["Message"] ?? text(body)
  return { event: "error", data: JSON.stringify({ ...fields, code: name, message }) }
}

/** Messages to frames: of events, whatever `event` makes of them; exceptions and errors as errors. */
const framesOf = (limit: number, emit: (frame: Frame) => void, event: (message: Message) => void): Parser => {
  let told = false
  return messages(limit, {
    message: (message) => {
      told = true
      if (message.kind === "event") event(message)
      else emit(failureOf(message))
    },
    // A frame that is not JSON is what a stream ends with that cannot be read.
    malformed: (why) => {
      if (told || why !== cut) emit({ data: why })
    }
  })
}

/** Each event as `{ "<its name>": <its payload> }`, which is how AWS's own model has it. */
export const parser = (limit: number, emit: (frame: Frame) => void): Parser =>
  framesOf(limit, emit, ({ body, name }) => {
    emit({ data: `{${JSON.stringify(name)}:${body.length === 0 ? "{}" : text(body)}}` })
  })

/** The payloads of all events as one body, which is cut where it happens to be, with frames of its own. */
export const within = (
  inner: (limit: number, emit: (frame: Frame) => void) => Parser,
  limit: number,
  emit: (frame: Frame) => void
): Parser => {
  const body = inner(limit, emit)
  let isIntact = true
  const outer = framesOf(limit, emit, (message) => {
    isIntact &&= body.push(message.body)
  })
  return {
    push: (bytes) => outer.push(bytes) && isIntact,
    end: () => {
      outer.end()
      body.end()
    }
  }
}
