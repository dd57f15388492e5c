/**
 * How likely the tokens of an answer were, in OpenAI's words, which others have taken over.
 */
import * as Schema from "effect/Schema"
import type { TokenLogprob, TopLogprob } from "../ChatCompletionChunk.ts"

const top = {
  token: Schema.optional(Schema.String),
  logprob: Schema.optional(Schema.Number),
  bytes: Schema.optional(Schema.Array(Schema.Number))
}
const Top = Schema.Struct(top)

export const Token = Schema.Struct({ ...top, top_logprobs: Schema.optional(Schema.Array(Top)) })
export type Token = typeof Token.Type

/** Nothing for a token without its probability. */
const topOf = (entry: typeof Top.Type): ReadonlyArray<TopLogprob> => {
  const { bytes, logprob, token } = entry
  if (token === undefined || logprob === undefined) return []
  return [bytes === undefined ? { token, logprob } : { token, logprob, bytes }]
}

const tokenOf = (entry: Token): ReadonlyArray<TokenLogprob> => {
  const [token] = topOf(entry)
  return token === undefined ? [] : [{ ...token, topLogprobs: (entry.top_logprobs ?? []).flatMap(topOf) }]
}

export const tokensOf = (entries: ReadonlyArray<Token> | undefined): ReadonlyArray<TokenLogprob> =>
  (entries ?? []).flatMap(tokenOf)
