/**
 * What went wrong below HTTP, told by the codes in an error's chain of causes; of the error itself nothing is kept.
 */
import type { Fault } from "../Dialect.ts"
import type { Timeout } from "../ProviderError.ts"

/** A fault, or a time limit of the transport's own. */
export type TransportFault =
  | { readonly _tag: "Fault"; readonly fault: Fault }
  | { readonly _tag: "TimedOut"; readonly phase: Timeout["phase"] }
  | { readonly _tag: "Interrupted" }

export const interrupted: TransportFault = { _tag: "Interrupted" }

export const fault = (value: Fault): TransportFault => ({ _tag: "Fault", fault: value })

/** undici gives up after 300 s of its own accord, under fetch and alone. */
const phases = new Map<string, Timeout["phase"]>([
  ["UND_ERR_HEADERS_TIMEOUT", "headers"],
  ["UND_ERR_CONNECT_TIMEOUT", "headers"],
  ["UND_ERR_BODY_TIMEOUT", "idle"],
  ["ERR_HTTP_REQUEST_TIMEOUT", "headers"]
])

const field = (u: unknown, name: string): unknown =>
  typeof u === "object" && u !== null && name in u ? (u as Record<string, unknown>)[name] : undefined

/** The codes in a chain of causes and aggregated errors, outermost first. */
const codesOf = (error: unknown, depth = 0): ReadonlyArray<string> => {
  if (error === undefined || error === null || depth > 8) return []
  const code = field(error, "code")
  const inner = field(error, "errors")
  const aggregated: ReadonlyArray<unknown> = Array.isArray(inner) ? inner : []
  return [
    ...(typeof code === "string" ? [code] : []),
    ...codesOf(field(error, "cause"), depth + 1),
    ...aggregated.slice(0, 4).flatMap((each) => codesOf(each, depth + 1))
  ]
}

/** The first code that names a fault of the network, kept as it is. */
export const codeOf = (error: unknown): string | undefined => {
  const codes = codesOf(error)
  return codes.find((code) => phases.has(code)) ??
    codes.find((code) => /^E[A-Z]|^UND_ERR|^ERR_|^CERT_|^HPE_|TLS|SSL|CERT/.test(code))
}

/** `where` is what was being reached. */
export const fromCode = (code: string | undefined, where: string): TransportFault => {
  const phase = code === undefined ? undefined : phases.get(code)
  return phase !== undefined
    ? { _tag: "TimedOut", phase }
    : fault({ reason: { _tag: "Network" }, code, detail: code === undefined ? where : `${code}, ${where}` })
}
