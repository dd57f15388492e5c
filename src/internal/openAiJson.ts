/**
 * JSON objects of OpenAI's wire: telling them apart on the way in, leaving fields out on the way out.
 */
import type { Json, JsonObject } from "./json.ts"

const isPresent = (entry: [string, Json | undefined]): entry is [string, Json] => entry[1] !== undefined

/** The fields that have a value: OpenAI's servers tolerate a `null`, many of those that imitate them do not. */
export const defined = (fields: { readonly [key: string]: Json | undefined }): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(isPresent))
