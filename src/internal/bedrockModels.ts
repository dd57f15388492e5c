/**
 * The foundation models of a region, as Bedrock's control plane has them: in one page.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html
 */
import * as Schema from "effect/Schema"
import type { ModelsDialect } from "../Dialect.ts"
import { isObject } from "./json.ts"
import { modelsOf } from "./modelFields.ts"
import * as Reader from "./reader.ts"

const readPage = Reader.compile(Schema.Struct({ modelSummaries: Schema.optional(Schema.Array(Schema.Unknown)) }))

const text = Schema.optional(Schema.String)
const readItem = Reader.compile(Schema.Struct({ modelId: text, modelName: text, providerName: text }))

/** What it says, in the words of others. */
const renamed = (raw: unknown) => {
  const { modelId: id, modelName: display_name, providerName: owned_by } = readItem(raw) ?? {}
  return { id, display_name, owned_by }
}

export const dialect: ModelsDialect = {
  path: "/foundation-models",
  query: () => ({}),
  page: (json) => {
    const summaries = readPage(json)?.modelSummaries
    return summaries && {
      models: summaries.flatMap((raw) =>
        (modelsOf([renamed(raw)]) ?? []).map((model) => ({ ...model, raw: isObject(raw) ? raw : model.raw }))
      ),
      hasMore: false
    }
  }
}
