/**
 * What Ollama's errors mean: they are a status and one sentence, and inside a stream the sentence alone.
 *
 * @see https://docs.ollama.com/api/errors
 */
import type { ErrorFacts } from "../Dialect.ts"
import type { Server } from "../Endpoint.ts"
import type { Reason } from "../ProviderError.ts"
import type { Table } from "./classify.ts"
import { classify } from "./classify.ts"

const table: Table = {
  specific: new Map(),
  generic: new Map(),
  wording: [
    [/\bmodel ["'][^"']{1,200}["'] not found\b/i, "ModelNotFound"],
    // "the input length exceeds the context length", "exceeds the available context size", "exceeded max context length".
    [/\bexceed(?:s|ed)? (?:the )?(?:max(?:imum)? |available )?context (?:length|size|window)\b/i, "ContextLength"],
    // "server busy, please try again.  maximum pending requests exceeded"
    [/\bmaximum pending requests exceeded\b/i, "Overloaded"],
    // Of the cloud, for hours or for a week: "you (name) have reached your weekly usage limit, upgrade for higher limits".
    [/\breached your (?:\w+ )?usage limit\b/i, "QuotaExceeded"]
  ]
}

const byTable = classify(table)

/** A name that is safe in a command line, whatever the server put there. */
const named = /\bmodel ["']([\w.:/@-]{1,200})["'] not found\b/i

export const failure = (facts: ErrorFacts, endpoint?: Pick<Server, "errors" | "sentences">): Reason => {
  const reason = byTable(facts, endpoint)
  const name = reason._tag === "ModelNotFound" ? named.exec(facts.message ?? "")?.[1] : undefined
  return name === undefined ? reason : { _tag: "ModelNotFound", remedy: `ollama pull ${name}` }
}
