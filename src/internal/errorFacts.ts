/**
 * The facts of an error that a server put into a body or a stream, in any of the shapes that are in use:
 *
 * - `{ error: { message, type, code, param, metadata } }` (OpenAI, OpenRouter), `{ error: "text" }` (Ollama)
 * - `{ type: "error", error: { type, message }, request_id }` (Anthropic)
 * - `{ object: "error", message, type, code }` (vLLM)
 * - `{ detail: "text" }`, `{ detail: [{ msg, loc }] }` (FastAPI), `{ detail: { message, code } }` (Otari)
 * - `{ errors: [{ code, message }] }` (Cloudflare, watsonx)
 * - `{ code, message, request_id }` (DashScope, Mistral)
 * - `[{ error }]` (Google)
 */
import type * as Duration from "effect/Duration"
import type { ErrorFacts } from "../Dialect.ts"
import { wait } from "./retryAfter.ts"

/** Facts, and the request's id where the error names one. */
export interface WireError extends ErrorFacts {
  readonly requestId?: string | undefined
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (u: unknown): u is Fields => typeof u === "object" && u !== null && !Array.isArray(u)

const fieldsOf = (u: unknown): Fields => isFields(u) ? u : {}

const text = (u: unknown): string | undefined => {
  if (typeof u === "string") return u === "" ? undefined : u
  return typeof u === "number" && Number.isFinite(u) ? String(u) : undefined
}

/** A code that is an HTTP status says so: OpenRouter and llama.cpp send `code: 429`. */
const statusOf = (u: unknown): number | undefined => {
  const status = typeof u === "string" && /^[45]\d\d$/.test(u) ? Number(u) : u
  return typeof status === "number" && Number.isInteger(status) && status >= 400 && status <= 599 ? status : undefined
}

const firstItem = (u: unknown): unknown => Array.isArray(u) ? u[0] : u

/** FastAPI's list of what is wrong where. */
const detailText = (u: unknown): string | undefined => text(u) ?? text(fieldsOf(firstItem(u))["msg"])

const retryAfterOf = (fields: Fields): Duration.Duration | undefined => {
  const seconds = fields["retry_after"] ?? fieldsOf(fields["metadata"])["retry_after_seconds"]
  return typeof seconds === "number" && seconds >= 0 ? wait(seconds * 1000) : undefined
}

/** OpenRouter says "Provider returned error" and puts what the provider said beside it. */
const upstreamText = (fields: Fields): string | undefined => text(fieldsOf(fields["metadata"])["raw"])

const factsOf = (error: unknown, envelope: Fields): WireError => {
  const fields = fieldsOf(firstItem(error))
  const code = text(fields["code"]) ?? text(fieldsOf(fields["error"])["code"])
  const said = text(firstItem(error)) ?? text(fields["message"]) ?? detailText(fields["detail"]) ??
    detailText(envelope["message"])
  const upstream = upstreamText(fields)
  return {
    status: statusOf(fields["status"]) ?? statusOf(fields["status_code"]) ?? statusOf(fields["http_status"]) ??
      statusOf(fields["code"]) ?? statusOf(envelope["status_code"]),
    code,
    type: text(fields["type"]) ?? text(fields["status"]),
    message: upstream === undefined ? said : `${said ?? "error"}: ${upstream}`,
    param: text(fields["param"]),
    retryAfter: retryAfterOf(fields),
    // watsonx says `trace`.
    requestId: text(envelope["request_id"]) ?? text(fields["request_id"]) ?? text(envelope["trace"])
  }
}

const isError = (error: unknown): boolean =>
  error !== undefined && error !== null && error !== false && error !== "" &&
  !(Array.isArray(error) && error.length === 0)

/** An event of a stream: `undefined` when it is no error. `event` is the name the frame gave it. */
export const ofEvent = (json: unknown, event: string | undefined): WireError | undefined => {
  if (!isFields(json)) {
    const first = Array.isArray(json) ? fieldsOf(json[0]) : undefined
    return first !== undefined && isError(first["error"]) ? factsOf(first["error"], first) : undefined
  }
  const error = json["error"]
  if (isError(error)) return factsOf(error, json)
  if (event === "error" && isError(json["errors"])) return factsOf(json["errors"], json)
  if (json["type"] === "error" || json["object"] === "error" || event === "error") return factsOf(json, json)
  // The rest has no mark of its own; an event with choices, or with a type, is no such error.
  if (json["choices"] !== undefined || json["type"] !== undefined || json["object"] !== undefined) return undefined
  if (isError(json["errors"])) return factsOf(json["errors"], json)
  if (text(fieldsOf(json["detail"])["message"]) !== undefined) return factsOf(json["detail"], json)
  return isError(json["detail"]) || (isError(json["code"]) && text(json["message"]) !== undefined)
    ? factsOf(json, json)
    : undefined
}

/** The body of a response that is an error by its status: whatever it says, it is about the error. */
export const ofBody = (json: unknown): WireError => {
  const marked = ofEvent(json, undefined) ?? ofEvent(json, "error")
  return marked ?? factsOf(json, fieldsOf(json))
}
