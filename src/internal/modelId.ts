/**
 * `provider:model`, the way a routed model is written.
 */

export interface ModelId {
  readonly provider: string
  readonly model: string
}

/** Split at the first colon: models have colons, too. `undefined` where no provider is named. */
export const parse = (text: string): ModelId | undefined => {
  const colon = text.indexOf(":")
  return colon <= 0 ? undefined : { provider: text.slice(0, colon), model: text.slice(colon + 1) }
}

export const format = ({ model, provider }: ModelId): string => `${provider}:${model}`
