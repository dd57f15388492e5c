/**
 * The list of models as OpenAI's API has it: one page of all there are.
 *
 * @see https://platform.openai.com/docs/api-reference/models/list
 */
import type { ModelsDialect } from "../Dialect.ts"
import { modelsOf } from "./modelFields.ts"

export const dialect: ModelsDialect = {
  path: "/models",
  query: () => ({}),
  page: (json) => {
    const models = modelsOf(json)
    return models === undefined ? undefined : { models, hasMore: false }
  }
}
