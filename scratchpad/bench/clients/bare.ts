/**
 * The limit: what a good engineer writes by hand when nothing may go wrong.
 */
import { createParser } from "eventsource-parser"

export interface Request {
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: unknown
}

/** Posts, and hands over the bytes of the body. */
export type Post = (request: Request, onBytes: (bytes: Uint8Array) => void) => Promise<void>

/** Posts, and hands over the data of each event. */
export type Events = (request: Request, onData: (data: string) => void) => Promise<void>

export const overPost = (post: Post): Events => (request, onData) => {
  const parser = createParser({ onEvent: (event) => onData(event.data) })
  const decoder = new TextDecoder()
  return post(request, (bytes) => parser.feed(decoder.decode(bytes, { stream: true })))
}

export const events: Events = overPost(async (request, onBytes) => {
  const response = await fetch(request.url, {
    method: "POST",
    headers: { "content-type": "application/json", ...request.headers },
    body: JSON.stringify(request.body)
  })
  if (!response.ok || response.body === null) throw new Error(`status ${response.status}`)
  const reader = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    onBytes(value)
  }
})
