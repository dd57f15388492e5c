/**
 * What the encoders of the native dialects have in common: what they need to know, what they have to tell, and what a
 * caller may add.
 */
import * as Either from "effect/Either"
import type { CompletionParams, Extra } from "../CompletionParams.ts"
import type { Dropped } from "../Dialect.ts"
import type { InvalidRequest, UnsupportedParameter } from "../ProviderError.ts"
import type { JsonObject } from "./json.ts"

/** What goes wrong before anything is sent. */
export type Refusal = UnsupportedParameter | InvalidRequest

export type OrRefusal<A> = Either.Either<A, Refusal>

export interface Context {
  /** The key of `extra`. */
  readonly providerId: string
  readonly dropped: Array<Dropped>
}

export const invalid = (param: string): OrRefusal<never> => Either.left({ _tag: "InvalidRequest", param })

export const unsupported = (param: string): OrRefusal<never> => Either.left({ _tag: "UnsupportedParameter", param })

export const extraOf = (
  { providerId }: Context,
  of: { readonly extra?: Extra | undefined }
): JsonObject | undefined => of.extra?.[providerId]

/** Parameters that an API does not have and that change nothing in what the answer means, and why they are left out. */
export type Unknowns = ReadonlyArray<readonly [param: keyof CompletionParams, why: string]>

/** Those of them that are given. */
export const dropUnknown = (params: CompletionParams, unknowns: Unknowns, to: Array<Dropped>): void => {
  for (const [param, why] of unknowns) {
    if (params[param] !== undefined) to.push({ param, why })
  }
}

export const noTools = "there are no tools"

/** Nothing can be chosen where there are no tools, and nothing be called in parallel. */
export const dropAboutTools = (params: CompletionParams, to: Array<Dropped>): void =>
  dropUnknown(params, [["toolChoice", noTools], ["parallelToolCalls", noTools]], to)

/** One text that stops the model is a list of one. */
export const stopsOf = (stop: CompletionParams["stop"]): ReadonlyArray<string> | undefined =>
  typeof stop === "string" ? [stop] : stop

/** The caller's additions to the body; they may change everything but what the call itself decides. */
export const additions = (
  params: CompletionParams,
  context: Context,
  reserved: ReadonlyArray<string> = ["stream", "messages"]
): JsonObject => {
  const entries = Object.entries(extraOf(context, params) ?? {})
  for (const [key] of entries) {
    if (reserved.includes(key)) {
      context.dropped.push({ param: `extra.${context.providerId}.${key}`, why: "the call itself decides it" })
    }
  }
  return Object.fromEntries(entries.filter(([key]) => !reserved.includes(key)))
}
