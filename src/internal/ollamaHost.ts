/**
 * Where Ollama is, in the spellings that its own clients take: with and without scheme, port, path and quotes.
 *
 * @see https://github.com/ollama/ollama/blob/main/envconfig/config.go
 */

const defaultHost = "127.0.0.1"

const defaultPort = "11434"

export const defaultUrl = `http://${defaultHost}:${defaultPort}`

/** What a server listens on, which nobody can connect to everywhere. */
const loopbacks: ReadonlyMap<string, string> = new Map([["0.0.0.0", defaultHost], ["[::]", "[::1]"]])

/** `host:port` or less, as the authority of a URL. */
const authorityOf = (host: string, port: string | undefined): string => {
  if (host === "") return authorityOf(defaultHost, port)
  if (/^:\d+$/.test(host)) return `${defaultHost}${host}`
  // An IPv6 address without brackets has no port.
  if (/^[\da-f.]*:[\da-f.]*:[\da-f:.]*$/i.test(host)) return authorityOf(`[${host}]`, port)
  return port === undefined || /:\d*$/.test(host.replace(/^\[.*\]/, "")) ? host : `${host}:${port}`
}

/** The base URL that is meant; what no client would understand stays as it is. */
export const baseUrlOf = (given: string): string => {
  const text = given.trim().replace(/^["']+|["']+$/g, "").trim()
  const [, scheme, rest = text] = /^([^:/]*):\/\/(.*)$/.exec(text) ?? []
  const [, host = "", path = ""] = /^([^/?#]*)([^?#]*)/.exec(rest) ?? []
  // Where the scheme is given, its own port is meant.
  const whole = `${scheme ?? "http"}://${authorityOf(host, scheme === undefined ? defaultPort : undefined)}${path}`
  if (!URL.canParse(whole)) return given
  const url = new URL(whole)
  url.hostname = loopbacks.get(url.hostname) ?? url.hostname
  return url.href.replace(/\/+$/, "")
}
