/**
 * The limit: what a good engineer writes by hand when nothing may go wrong.
 */
import { createParser } from "eventsource-parser"

export interface Request {
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: unknown
}

/** Posts, and hands over the data of each event. */
export const events = async (request: Request, onData: (data: string) => void): Promise<void> => {
  const response = await fetch(request.url, {
    method: "POST",
    headers: { "content-type": "application/json", ...request.headers },
    body: JSON.stringify(request.body)
  })
  if (!response.ok || response.body === null) throw new Error(`status ${response.status}`)
  const parser = createParser({ onEvent: (event) => onData(event.data) })
  const decoder = new TextDecoder()
  const reader = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    parser.feed(decoder.decode(value, { stream: true }))
  }
}
