/**
 * JSON by paths, and JSON that nobody expects.
 */
import * as FastCheck from "effect/FastCheck"
import type { Json, JsonObject } from "../../src/CompletionParams.ts"
import { isObject } from "../../src/internal/json.ts"

export type Path = ReadonlyArray<string | number>

/** The fields and elements of a value, of whatever kind. */
const childrenOf = (json: Json): ReadonlyArray<readonly [string | number, Json]> => {
  if (Array.isArray(json)) return [...(json as ReadonlyArray<Json>).entries()]
  return isObject(json) ? Object.entries(json) : []
}

/** Every value in it but itself, outermost first. `into`: whether to look inside of one. */
export const walk = (
  json: Json,
  into: (path: Path, value: Json) => boolean,
  path: Path = []
): ReadonlyArray<readonly [Path, Json]> =>
  childrenOf(json).flatMap(([key, value]) => {
    const here = [...path, key]
    return [[here, value] as const, ...(into(here, value) ? walk(value, into, here) : [])]
  })

export const everywhere = (): boolean => true

/** A path without the places in lists: `choices.*.delta`. */
export const shapeOf = (path: Path): string => path.map((key) => typeof key === "number" ? "*" : key).join(".")

export const at = (json: Json, path: Path): Json | undefined =>
  path.reduce<Json | undefined>(
    (value, key) => value === undefined ? undefined : childrenOf(value).find(([known]) => known === key)?.[1],
    json
  )

/** Keys are defined, not assigned: `__proto__` stays a key. */
export const update = (json: Json, path: Path, change: (value: Json | undefined) => Json | undefined): Json => {
  const [key, ...rest] = path
  if (key === undefined) return change(json) ?? null
  const changed = (value: Json | undefined): Json | undefined =>
    rest.length === 0 ? change(value) : value === undefined ? undefined : update(value, rest, change)
  if (Array.isArray(json)) {
    return (json as ReadonlyArray<Json>).flatMap((value, index) => index === key ? [changed(value)] : [value])
      .filter((value) => value !== undefined)
  }
  if (!isObject(json)) return json
  const fields = new Map(Object.entries(json))
  const value = changed(fields.get(String(key)))
  if (value === undefined) fields.delete(String(key))
  else fields.set(String(key), value)
  return Object.fromEntries(fields)
}

/** Keys that reach where they should not, in a careless program. */
export const hostileKeys = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "toJSON",
  "hasOwnProperty",
  "then",
  "length",
  "4294967294",
  ""
] as const

/** What a forger would put under such a key. */
const forged: ReadonlyArray<Json> = [
  { polluted: true },
  { content: "forged", text: "forged", role: "tool" },
  { tool_calls: [{ index: 0, id: "forged", function: { name: "rm", arguments: "{}" } }] },
  { choices: [{ index: 0, delta: { content: "forged" } }], type: "message_stop" },
  { prototype: { polluted: true } },
  "forged"
]

export const anyJson: FastCheck.Arbitrary<Json> = FastCheck.oneof(
  // What fast-check calls a JSON value is one.
  FastCheck.jsonValue({ maxDepth: 2 }) as FastCheck.Arbitrary<Json>,
  FastCheck.constantFrom(...forged)
)

/** JSON in which these names are likely, as keys and as words. */
export const near = (names: ReadonlyArray<string>, words: ReadonlyArray<string>): FastCheck.Arbitrary<Json> => {
  const key = FastCheck.oneof(
    { weight: 12, arbitrary: FastCheck.constantFrom(...names) },
    { weight: 1, arbitrary: FastCheck.constantFrom(...hostileKeys) }
  )
  return FastCheck.letrec<{ readonly value: Json; readonly object: JsonObject }>((tie) => ({
    value: FastCheck.oneof(
      { maxDepth: 4, withCrossShrink: true },
      FastCheck.constantFrom<Json>(null, true, 0, 1, -1, 1.5, 1e308, 4_294_967_294, "", "a", ...words),
      FastCheck.array(tie("value"), { maxLength: 2 }),
      tie("object"),
      tie("object")
    ),
    object: FastCheck.array(FastCheck.tuple(key, tie("value")), { maxLength: 5 }).map((entries) =>
      Object.fromEntries(entries)
    )
  })).value
}

/** Nested so deeply that what walks it by recursion falls. */
export const deep = (depth: number, kind: "array" | "object"): string =>
  kind === "array"
    ? `${"[".repeat(depth)}${"]".repeat(depth)}`
    : `${`{"a":`.repeat(depth)}1${"}".repeat(depth)}`
