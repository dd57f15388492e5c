/**
 * The facts of an error that a server put into a body or a stream, in any of the shapes that are in use:
 *
 * - `{ error: { message, type, code, param, metadata } }` (OpenAI, OpenRouter), `{ error: "text" }` (Ollama)
 * - `{ error: "text", code }` (xAI), `{ error: "text", error_type }` (Text Generation Inference)
 * - `{ type: "error", error: { type, message }, request_id }` (Anthropic)
 * - `{ object: "error", message, type, code }` (vLLM)
 * - `{ status_code, error: { message, type, code, param } }` (Cerebras)
 * - `{ detail: "text" }`, `{ detail: [{ msg, loc }] }` (FastAPI; Mistral puts it into `message`), `{ detail: { error } }`
 *   (DeepInfra), `{ detail: { message, code } }` (Otari)
 * - `{ errors: [{ code, message }] }` (Cloudflare, watsonx)
 * - `{ code, message, request_id }` (DashScope, Mistral), `{ code, msg }` (Atlas Cloud), `{ error_code, message }`
 *   (Databricks)
 * - `{ id, message, error_type }` (Cohere)
 * - `{ base_resp: { status_code, status_msg } }` in an answer or an event like any other (MiniMax)
 * - `{ title, detail, status }` (RFC 9457: Llama API)
 * - `{ error: { code, message, status, details: [{ reason } | { retryDelay } | { fieldViolations }] } }`, also in a list
 *   (Google: the code is the HTTP status, and the status is the code)
 * - `{ __type: "namespace#Exception", message }`, and `Message` (AWS)
 */
import type * as Duration from "effect/Duration"
import type { ErrorFacts } from "../Dialect.ts"
import { parseJson } from "./parseJson.ts"
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

/** FastAPI's list of what is wrong where, or an object of the server's own. */
const detailText = (u: unknown): string | undefined => {
  const fields = fieldsOf(firstItem(u))
  return text(u) ?? text(fields["msg"]) ?? text(fields["error"])
}

const messageOf = (fields: Fields): string | undefined =>
  text(fields["message"]) ?? text(fields["msg"]) ?? text(fields["Message"])

/** Of `namespace#Exception:uri` the exception: AWS puts it between these. */
export const exceptionName = (u: unknown): string | undefined =>
  text(text(u)?.replace(/^.*#/s, "").replace(/:.*$/s, "").trim())

const retryAfterOf = (fields: Fields): Duration.Duration | undefined => {
  const seconds = fields["retry_after"] ?? fieldsOf(fields["metadata"])["retry_after_seconds"]
  return typeof seconds === "number" && seconds >= 0 ? wait(seconds * 1000) : undefined
}

/** Google's `RESOURCE_EXHAUSTED` and its like. */
const wordOf = (status: unknown): string | undefined =>
  typeof status === "string" && /^[A-Z]+(?:_[A-Z]+)*$/.test(status) ? status : undefined

/** `34.07s` */
const durationOf = (u: unknown): Duration.Duration | undefined => {
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(text(u) ?? "") ?? []
  return seconds === undefined ? undefined : wait(Math.ceil(Number(seconds) * 1000))
}

/** The messages of `google.rpc`: each has fields of its own. */
const googleDetails = (details: unknown): Pick<ErrorFacts, "type" | "param" | "retryAfter"> => {
  const all = (Array.isArray(details) ? details : []).map(fieldsOf)
  const first = <A>(read: (fields: Fields) => A | undefined): A | undefined => {
    for (const fields of all) {
      const found = read(fields)
      if (found !== undefined) return found
    }
    return undefined
  }
  return {
    type: first(({ reason }) => text(reason)),
    param: first(({ fieldViolations }) => text(fieldsOf(firstItem(fieldViolations))["field"])),
    retryAfter: first(({ retryDelay }) => durationOf(retryDelay))
  }
}

/** GMI says "Backend request failed" and puts the engine's error beside it, as the text that it came as. */
const engineText = (details: unknown): string | undefined =>
  typeof details === "string" && details.startsWith("{")
    ? text(fieldsOf(fieldsOf(parseJson(details))["error"])["message"])
    : undefined

/** OpenRouter says "Provider returned error" and puts what the provider said beside it. */
const upstreamText = (fields: Fields): string | undefined =>
  text(fieldsOf(fields["metadata"])["raw"]) ?? engineText(fields["details"])

const factsOf = (error: unknown, envelope: Fields): WireError => {
  const fields = fieldsOf(firstItem(error))
  // What is beside an error that is a text is about it.
  const beside = typeof error === "string" ? envelope : {}
  const word = wordOf(fields["status"])
  const details = googleDetails(fields["details"])
  const code = word ?? text(fields["code"]) ?? text(fields["error_code"]) ?? text(fieldsOf(fields["error"])["code"]) ??
    text(beside["code"])
  const said = text(firstItem(error)) ?? messageOf(fields) ?? detailText(fields["detail"]) ??
    detailText(envelope["message"]) ?? detailText(fieldsOf(envelope["message"])["detail"])
  const upstream = upstreamText(fields)
  return {
    status: statusOf(fields["status"]) ?? statusOf(fields["status_code"]) ?? statusOf(fields["http_status"]) ??
      statusOf(fields["http_code"]) ?? statusOf(fields["code"]) ?? statusOf(fields["error_code"]) ??
      statusOf(envelope["status_code"]),
    code,
    type: text(fields["type"]) ?? text(fields["error_type"]) ?? details.type ??
      text(fieldsOf(fields["metadata"])["error_type"]) ?? text(beside["error_type"]) ?? text(fields["status"]) ??
      exceptionName(fields["__type"]),
    message: upstream === undefined ? said : `${said ?? "error"}: ${upstream}`,
    param: text(fields["param"]) ?? details.param,
    retryAfter: retryAfterOf(fields) ?? details.retryAfter,
    // watsonx says `trace`.
    requestId: text(envelope["request_id"]) ?? text(fields["request_id"]) ?? text(envelope["trace"])
  }
}

/** MiniMax: 0 is success, and all else is a code of its own. */
const ofBaseResp = (u: unknown): WireError | undefined => {
  const { status_code: status, status_msg: message } = fieldsOf(u)
  const code = text(status)
  return code === undefined || code === "0" ? undefined : { code, message: text(message) }
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
  const refused = json["base_resp"] === undefined ? undefined : ofBaseResp(json["base_resp"])
  if (refused !== undefined) return refused
  if (event === "error" && isError(json["errors"])) return factsOf(json["errors"], json)
  if (json["type"] === "error" || json["object"] === "error" || event === "error") return factsOf(json, json)
  // The rest has no mark of its own; an event with choices, or with a type, is no such error. Nor is a list, to which
  // Atlas Cloud adds `{ code: 200, msg: "success" }`.
  if (json["choices"] !== undefined || json["type"] !== undefined || json["object"] !== undefined) return undefined
  if (Array.isArray(json["data"])) return undefined
  if (isError(json["errors"])) return factsOf(json["errors"], json)
  if (text(fieldsOf(json["detail"])["message"]) !== undefined) return factsOf(json["detail"], json)
  return isError(json["detail"]) || (isError(json["code"] ?? json["error_code"]) && messageOf(json) !== undefined)
    ? factsOf(json, json)
    : undefined
}

/** The body of a response that is an error by its status: whatever it says, it is about the error. */
export const ofBody = (json: unknown): WireError => {
  const marked = ofEvent(json, undefined) ?? ofEvent(json, "error")
  return marked ?? factsOf(json, fieldsOf(json))
}
