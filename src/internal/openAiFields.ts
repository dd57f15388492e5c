/**
 * What the parameters are called in the body: OpenAI's names, and those of servers that have others or lack a field.
 */
import * as Either from "effect/Either"
import type { Dropped } from "../Dialect.ts"
import type { Endpoint, Field } from "../Endpoint.ts"
import type { UnsupportedParameter } from "../ProviderError.ts"
import type { Json, JsonObject } from "./json.ts"

const ordinary: { readonly [F in Field]: string } = {
  temperature: "temperature",
  topP: "top_p",
  maxTokens: "max_completion_tokens",
  stop: "stop",
  n: "n",
  seed: "seed",
  user: "user",
  metadata: "metadata",
  presencePenalty: "presence_penalty",
  frequencyPenalty: "frequency_penalty",
  logitBias: "logit_bias",
  logprobs: "logprobs",
  topLogprobs: "top_logprobs",
  tools: "tools",
  toolChoice: "tool_choice",
  parallelToolCalls: "parallel_tool_calls",
  serviceTier: "service_tier",
  name: "name",
  refusal: "refusal"
}

/** The field's name at this server, `false` where it has none. */
export const nameOf = ({ fields }: Endpoint, field: Field): string | false => fields?.[field] ?? ordinary[field]

/** A value that asks for what happens anyway. */
const isIdle = (field: Field, value: Json): boolean =>
  (field === "n" && value === 1) || (field === "logprobs" && value === false) ||
  (field === "toolChoice" && value === "auto")

/** Without these the answer is another one: longer, of other calls, of fewer choices. */
const vital: ReadonlySet<Field> = new Set<Field>(["n", "stop", "tools", "toolChoice"])

export interface Named {
  readonly body: JsonObject
  readonly dropped: ReadonlyArray<Dropped>
}

/** The values under their names, and those that the server has no place for; or the first that it cannot do without. */
export const named = (
  values: { readonly [F in Field]?: Json | undefined },
  endpoint: Endpoint
): Either.Either<Named, UnsupportedParameter> => {
  const body: Array<readonly [string, Json]> = []
  const dropped: Array<Dropped> = []
  // The keys are those of `ordinary`: what is in `values` is of its type.
  for (const field of Object.keys(ordinary) as ReadonlyArray<Field>) {
    const value = values[field]
    if (value === undefined) continue
    const name = nameOf(endpoint, field)
    if (name !== false) body.push([name, value])
    else if (isIdle(field, value)) continue
    else if (vital.has(field)) return Either.left({ _tag: "UnsupportedParameter", param: field })
    else dropped.push({ param: field, why: "the API has no such parameter" })
  }
  return Either.right({ body: Object.fromEntries(body), dropped })
}
