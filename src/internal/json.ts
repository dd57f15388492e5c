/**
 * JSON as data: what travels on the wire and what is kept opaque (native blocks, `extra`, JSON Schemas).
 */

/** Any JSON value. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** An object among what `JSON.parse` made, where every object is a JSON object. */
export const isObject = (u: unknown): u is JsonObject => typeof u === "object" && u !== null && !Array.isArray(u)

const isPresent = (entry: [string, Json | undefined]): entry is [string, Json] => entry[1] !== undefined

/** The fields that have a value: OpenAI's servers tolerate a `null`, many of those that imitate them do not. */
export const defined = (fields: { readonly [key: string]: Json | undefined }): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(isPresent))
