/**
 * The list of models as Anthropic's API has it: in pages.
 *
 * @see https://platform.claude.com/docs/en/api/models/list
 */
import * as Schema from "effect/Schema"
import type { ModelsDialect } from "../Dialect.ts"
import { modelsOf } from "./modelFields.ts"
import * as Reader from "./reader.ts"

const Page = Schema.Struct({
  has_more: Schema.optional(Schema.Boolean),
  last_id: Schema.optional(Schema.String)
})

const read = Reader.compile(Page)

export const dialect: ModelsDialect = {
  path: "/v1/models",
  // The most that the API gives at once: its own default is 20.
  query: (cursor) => ({ limit: "1000", ...(cursor === undefined ? undefined : { after_id: cursor }) }),
  page: (json) => {
    const models = modelsOf(json)
    if (models === undefined) return undefined
    const { has_more: hasMore = false, last_id: cursor } = read(json) ?? {}
    return { models, hasMore, cursor }
  }
}
