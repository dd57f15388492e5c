/**
 * Bytes to frames: where one event of a response body ends and the next begins. Before it `Transport`, after it
 * `Normalise`.
 */
import type * as Effect from "effect/Effect"
import { createParser } from "eventsource-parser"
import type { Fault } from "./Dialect.ts"
import * as AwsEventStream from "./internal/awsEventStream.ts"
import { JsonLines } from "./internal/jsonLines.ts"

/** One event of a response body. */
export interface Frame {
  /** The SSE event's name. */
  readonly event?: string | undefined
  readonly data: string
}

/** The state of one body's framing. */
export interface Parser {
  /** Bytes in, whole frames out, in order. `false`: one frame is above the limit, and the parser is spent. */
  readonly push: (bytes: Uint8Array) => boolean
  /** The body has ended: hands over a last frame that was not terminated. */
  readonly end: () => void
}

/** How the bodies of a dialect are cut into events. */
export interface Framing {
  /** Media types that announce such a body. */
  readonly contentTypes: ReadonlyArray<string>
  /** What a client asks for. */
  readonly accept: string
  /** Whether each frame begins like a whole JSON body does, so that the first byte does not tell them apart. */
  readonly jsonFrames: boolean
  /** A frame that ends the stream without saying whether the answer is whole. */
  readonly terminator: string | undefined
  /** What the parser needs and may not be there: run before the first request of a call. Default: nothing. */
  readonly load?: Effect.Effect<void, Fault> | undefined
  /** `limit` is in characters of one frame. */
  readonly parser: (limit: number, emit: (frame: Frame) => void) => Parser
}

/**
 * Server-sent events. Lines that are no field are skipped as the specification says, except a whole JSON object: some
 * servers write an error into the stream without framing it.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export const sse: Framing = {
  contentTypes: ["text/event-stream"],
  accept: "text/event-stream",
  jsonFrames: false,
  terminator: "[DONE]",
  parser: (limit, emit) => {
    let intact = true
    // Of the event at hand, field names and all: the parser keeps a line of data in far more than its characters.
    let open = 0
    const decoder = new TextDecoder()
    const parser = createParser({
      maxBufferSize: limit,
      onEvent: (frame) => {
        open = 0
        // The parser's own limit counts only what it buffers, not a frame that came in one piece.
        if (frame.data.length > limit) intact = false
        else if (intact) emit(frame)
      },
      // Nothing is kept of a comment.
      onComment: (comment) => {
        open = Math.max(0, open - comment.length - 3)
      },
      onError: (error) => {
        if (error.type === "max-buffer-size-exceeded") {
          intact = false
        } else if (error.type === "unknown-field" && error.line !== undefined && isJsonObject(error.line)) {
          // As many of them as come are no event.
          open = Math.max(0, open - error.line.length - 1)
          emit({ data: error.line })
        }
      }
    })
    return {
      push: (bytes) => {
        // After an overflow the parser throws on the next feed.
        if (!intact) return false
        const text = decoder.decode(bytes, { stream: true })
        open += text.length
        parser.feed(text)
        intact &&= open <= limit + fieldNames
        return intact
      },
      // The specification drops an event without its blank line; LLM servers end their streams that way.
      end: () => {
        if (intact) parser.feed("\n\n")
      }
    }
  }
}

/** Characters of an event beside its data. */
const fieldNames = 1024

const isJsonObject = (line: string): boolean => line.startsWith("{") && line.endsWith("}")

/**
 * A JSON text a line. Blank lines are none; a body that is one text on several lines, as proxies write their errors, is
 * one frame.
 */
export const ndjson: Framing = {
  contentTypes: ["application/x-ndjson", "application/ndjson", "application/jsonl"],
  accept: "application/x-ndjson",
  jsonFrames: true,
  terminator: undefined,
  parser: (limit, emit) => {
    const lines = new JsonLines(limit, (data) => emit({ data }))
    return { push: (bytes) => lines.push(bytes), end: () => lines.end() }
  }
}

/**
 * AWS event streams. Each message is a frame of JSON, `{ "<event-type>": <payload> }`; exceptions and errors are frames
 * named `error`. What does not keep the protocol is told as a frame that is not JSON. Needs the optional peer
 * `@smithy/eventstream-codec`.
 *
 * @see https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export const awsEventStream: Framing = {
  contentTypes: ["application/vnd.amazon.eventstream"],
  accept: "application/vnd.amazon.eventstream",
  jsonFrames: false,
  terminator: undefined,
  load: AwsEventStream.load,
  parser: AwsEventStream.parser
}

/**
 * Server-sent events, or a JSON object a line, in the payloads of an AWS event stream, which end where they happen to.
 * What a container says in its own words is between AWS's exceptions.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_PayloadPart.html
 */
export const sseInAwsEventStream: Framing = {
  // Nothing is spread and nothing is called here: a bundle of another provider must be able to leave it out.
  contentTypes: ["application/vnd.amazon.eventstream"],
  accept: "application/vnd.amazon.eventstream",
  jsonFrames: false,
  terminator: "[DONE]",
  load: AwsEventStream.load,
  parser: (limit, emit) => AwsEventStream.within(sse.parser, limit, emit)
}
