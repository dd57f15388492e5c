/**
 * Which headers may be seen, and which values may be sent.
 */

/** Response headers that say something about the call and nothing about the caller. */
const shown =
  /^(?:(?:x-)?request-id|x-amzn-requestid|apim-request-id|x-ms-request-id|x-generation-id|x-debug-trace-id|cf-ray)$|^retry-after|ratelimit|processing-(?:ms|time)/

/** The provider's id of a request, by the names in use. */
const requestIds = [
  "request-id",
  "x-request-id",
  "x-amzn-requestid",
  "apim-request-id",
  "x-ms-request-id",
  "x-generation-id",
  // Cohere.
  "x-debug-trace-id"
]

/** Everything but these is hidden from the HttpClient's own span. */
export const redactedNames: ReadonlyArray<RegExp> = [
  /^(?!(?:accept|accept-encoding|content-length|content-encoding|transfer-encoding|date)$)/
]

export type HeaderMap = { readonly [name: string]: string | undefined }

export const show = (headers: HeaderMap): { readonly [name: string]: string } =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => value !== undefined && shown.test(name) ? [[name, value]] : [])
  )

export const requestId = (headers: HeaderMap): string | undefined =>
  requestIds.map((name) => headers[name]).find((value) => value !== undefined && value !== "")

/** The server's own word whether to try again. */
export const shouldRetry = (headers: HeaderMap): boolean | undefined => {
  const value = headers["x-should-retry"]
  return value === "true" ? true : value === "false" ? false : undefined
}

/** AWS names an error beside its body, which has nothing but a sentence. */
export const errorType = (headers: HeaderMap): string | undefined => headers["x-amzn-errortype"]

/** Visible ASCII, and spaces and tabs within: what every client can write, and none lets break the line. */
export const isValue = (value: string): boolean => /^[\x20-\x7e\t]*$/.test(value)

/** A header's name: an RFC 9110 token. */
export const isName = (name: string): boolean => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)
