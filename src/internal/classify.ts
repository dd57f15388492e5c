/**
 * From the facts of an error to its reason: status, code and type first, narrow wording last. The tables are the
 * dialects'.
 */
import type { ErrorFacts, Fault } from "../Dialect.ts"
import type { Server } from "../Endpoint.ts"
import type { Reason } from "../ProviderError.ts"
import type { WireError } from "./errorFacts.ts"

/** The reasons that a provider's error can have. */
export type Kind =
  | "RateLimit"
  | "QuotaExceeded"
  | "Overloaded"
  | "Authentication"
  | "PermissionDenied"
  | "InvalidRequest"
  | "ContextLength"
  | "ContentFilter"
  | "ModelNotFound"
  | "Server"

/** What one dialect's servers say, as data. */
export interface Table {
  /** Codes and types that mean one thing only: they outrank the status. */
  readonly specific: ReadonlyMap<string, Kind>
  /** Types that cover a whole class of faults: they count when there is no status. */
  readonly generic: ReadonlyMap<string, Kind>
  /**
   * Narrow wording, tried where status and codes left `InvalidRequest`, `PermissionDenied`, `Server` or nothing; and
   * where they left `RateLimit`, for which some take an account without money.
   */
  readonly wording: ReadonlyArray<readonly [RegExp, Kind]>
}

/** The status that an error inside a stream stands for. */
const statuses: ReadonlyMap<Reason["_tag"], number> = new Map<Reason["_tag"], number>([
  ["InvalidRequest", 400],
  ["ContextLength", 400],
  ["ContentFilter", 400],
  ["Authentication", 401],
  ["QuotaExceeded", 402],
  ["PermissionDenied", 403],
  ["ModelNotFound", 404],
  ["RateLimit", 429],
  ["Server", 500],
  ["Overloaded", 529]
])

/** A fault that a server reported inside a 200, with the status that it stands for. */
export const inBand = (fault: Fault): Fault =>
  fault.status === undefined ? { ...fault, status: statuses.get(fault.reason._tag) } : fault

/** What a server says of itself in a body that was to be an answer. */
export const reported = (endpoint: Server, error: WireError): Fault =>
  inBand({
    reason: endpoint.dialect.failure(error, endpoint),
    status: error.status,
    code: error.code ?? error.type,
    detail: error.message,
    requestId: error.requestId
  })

const byStatus = (status: number): Kind => {
  switch (status) {
    case 401:
      return "Authentication"
    case 402:
      return "QuotaExceeded"
    case 403:
      return "PermissionDenied"
    case 408:
    case 409:
    case 425:
      return "Server"
    case 429:
      return "RateLimit"
    case 503:
    case 529:
      return "Overloaded"
    default:
      return status >= 400 && status < 500 ? "InvalidRequest" : "Server"
  }
}

/** What a status says of many faults; a 403 is also what some answer to a prompt that they refuse. */
const isVague = (kind: Kind): boolean => kind === "InvalidRequest" || kind === "PermissionDenied" || kind === "Server"

type Own = Pick<Server, "errors" | "sentences">

const saidIn = (message: string, sentences: Table["wording"]): Kind | undefined =>
  sentences.find(([pattern]) => pattern.test(message))?.[1]

const kindOf = (table: Table, facts: ErrorFacts, own: Own): Kind => {
  const { code, message = "", status, type } = facts
  const specific = saidIn(message, own.sentences ?? []) ?? own.errors?.get(code ?? "") ??
    table.specific.get(code ?? "") ?? table.specific.get(type ?? "")
  if (specific !== undefined) return specific
  const general = status !== undefined
    ? byStatus(status)
    : table.generic.get(type ?? "") ?? table.generic.get(code ?? "") ?? "Server"
  if (general === "RateLimit") {
    return saidIn(message, table.wording.filter(([, kind]) => kind === "QuotaExceeded")) ?? general
  }
  return isVague(general) ? saidIn(message, table.wording) ?? general : general
}

/** The reason of an error, by a dialect's table, and by the codes and sentences that are an endpoint's `own`. */
export const classify = (table: Table) => (facts: ErrorFacts, endpoint: Own = {}): Reason => {
  const kind = kindOf(table, facts, endpoint)
  switch (kind) {
    case "RateLimit":
    case "Overloaded":
      return facts.retryAfter === undefined ? { _tag: kind } : { _tag: kind, retryAfter: facts.retryAfter }
    case "InvalidRequest":
      return facts.param === undefined ? { _tag: kind } : { _tag: kind, param: facts.param }
    default:
      return { _tag: kind }
  }
}
