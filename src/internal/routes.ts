/**
 * From `provider:model` to the one of several providers that is meant.
 */
import * as Either from "effect/Either"
import type { Reason } from "../ProviderError.ts"
import { ProviderError } from "../ProviderError.ts"
import { closest } from "./closest.ts"
import { excerpt } from "./excerpt.ts"
import * as ModelId from "./modelId.ts"

/** Who says that a model names no provider. */
export const id = "registry"

export const route = <Provider>(
  known: ReadonlyMap<string, Provider>,
  model: string | undefined
): Either.Either<{ readonly provider: Provider; readonly model: string }, ProviderError> => {
  if (model === undefined || model === "") return refuse(id, undefined, unnamed, "no model; nothing was sent")
  const written = ModelId.parse(model)
  if (written === undefined) return refuse(id, model, unnamed, `${howToWrite(known, model)}; nothing was sent`)
  const provider = known.get(written.provider)
  return provider === undefined
    ? refuse(written.provider, written.model, { _tag: "UnsupportedProvider" }, meant(known, written.provider))
    : Either.right({ provider, model: written.model })
}

const unnamed: Reason = { _tag: "InvalidRequest", param: "model" }

const refuse = (provider: string, model: string | undefined, reason: Reason, detail: string) =>
  Either.left(
    new ProviderError({
      provider: excerpt(provider),
      model: model === undefined ? undefined : excerpt(model),
      attempts: 0,
      contentEmitted: false,
      reason,
      detail
    })
  )

const list = (known: ReadonlyMap<string, unknown>): string => [...known.keys()].join(", ")

const howToWrite = (known: ReadonlyMap<string, unknown>, model: string): string => {
  // Other libraries and gateways write `provider/model`.
  const [before = "", ...after] = model.split("/")
  const isKnown = known.has(before) && after.length > 0
  const written = isKnown
    ? ModelId.format({ provider: before, model: after.join("/") })
    : ModelId.format({ provider: "provider", model: model.replace(/^:/, "") })
  return `it names no provider: write \`${excerpt(written)}\`` + (isKnown ? "" : ` with one of ${list(known)}`)
}

const meant = (known: ReadonlyMap<string, unknown>, provider: string): string => {
  const near = closest(provider, known.keys())
  return (near === undefined ? "" : `did you mean \`${near}\`? `) + `known are ${list(known)}`
}
