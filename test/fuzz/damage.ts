/**
 * What a server may get wrong: any field that does not hold the text is null, missing, or of another type.
 *
 * What holds the text, by dialect:
 *
 * - OpenAI: content, refusal and reasoning of a delta under each of their names, unless empty; name and arguments of a
 *   call; and all that these are in.
 * - Anthropic: the `text`, `thinking` and `partial_json` of a delta with its `type`; the same of a block that begins
 *   with some; name and input of a tool call's block with its `type`; and all that these are in, with the `type` of the
 *   event. No index and no id, and of a block that begins empty not even what it is: its deltas say that.
 */
import * as FastCheck from "effect/FastCheck"
import type { Json } from "../../src/CompletionParams.ts"
import { isObject } from "../../src/internal/json.ts"
import type { Block, Seed } from "./events.ts"
import { jsonOf, withJson } from "./events.ts"
import { at, everywhere, type Path, shapeOf, update, walk } from "./json.ts"

/** A field that can be damaged. */
export interface Site {
  readonly event: number
  readonly path: Path
  readonly shape: string
  readonly value: Json
  /** Of a block whose text is not the answer's, so that without its kind it may be taken for it. */
  readonly veils: boolean
}

const isSomething = (json: Json | undefined): boolean =>
  json !== undefined && json !== null && json !== "" && !(Array.isArray(json) && json.length === 0) &&
  !(isObject(json) && Object.keys(json).length === 0)

const openAiText =
  /^choices\.\*\.delta\.(?:content|refusal|reasoning|reasoning_content|reasoning_details|thinking|tool_calls\.\*\.function\.(?:name|arguments)|function_call\.(?:name|arguments))$/

/** The paths that hold text, without what they are in. */
type Holders = (json: Json) => ReadonlyArray<Path>

const openAi: Holders = (json) =>
  walk(json, everywhere).flatMap(([path, value]) => isSomething(value) && openAiText.test(shapeOf(path)) ? [path] : [])

const blockHolders = (block: Json | undefined, path: Path): ReadonlyArray<Path> => {
  if (block === undefined || !isObject(block)) return []
  const held = block["type"] === "tool_use"
    ? ["name", "input"]
    : ["text", "thinking"].filter((key) => key === block["type"])
  const there = held.filter((key) => isSomething(block[key]))
  return there.length === 0 ? [] : ["type", ...there].map((key) => [...path, key])
}

const deltaFields: ReadonlyMap<Json | undefined, string> = new Map([
  ["text_delta", "text"],
  ["thinking_delta", "thinking"],
  ["input_json_delta", "partial_json"]
])

const anthropic: Holders = (json) => {
  const content = at(json, ["message", "content"])
  const begun = Array.isArray(content)
    ? content.flatMap((block: Json, index) => blockHolders(block, ["message", "content", index]))
    : []
  const field = deltaFields.get(at(json, ["delta", "type"]))
  const delta = field !== undefined && isSomething(at(json, ["delta", field]))
    ? [["delta", "type"], ["delta", field]]
    : []
  const holders = [...begun, ...blockHolders(at(json, ["content_block"]), ["content_block"]), ...delta]
  return holders.length === 0 ? [] : [["type"], ...holders]
}

const cohereText = /^delta\.message\.(?:content\.(?:text|thinking)|tool_plan|tool_calls\.function\.(?:name|arguments))$/

const cohere: Holders = (json) => {
  const held = walk(json, everywhere).flatMap(([path, value]) =>
    isSomething(value) && cohereText.test(shapeOf(path)) ? [path] : []
  )
  return held.length === 0 ? [] : [["type"], ...held]
}

const holders: ReadonlyMap<string, Holders> = new Map([
  ["openai", openAi],
  ["anthropic", anthropic],
  ["cohere", cohere]
])

/** Whether one is the other, in it, or around it. */
const touches = (a: Path, b: Path): boolean => {
  const shorter = Math.min(a.length, b.length)
  return a.slice(0, shorter).every((key, index) => key === b[index])
}

/** What is said under these is kept back or told apart by the block's kind. */
const veiled = (provider: string, blocks: ReadonlyArray<Block>): ReadonlySet<Json | undefined> => {
  const kinds = new Map<Json | undefined, Json | undefined>()
  if (provider !== "anthropic") return new Set()
  for (const block of blocks) {
    const json = jsonOf(block)
    if (json !== undefined && at(json, ["type"]) === "content_block_start") {
      kinds.set(at(json, ["index"]), at(json, ["content_block", "type"]))
    }
  }
  return new Set(
    [...kinds].flatMap(([index, kind]) => kind === "text" || kind === "thinking" || kind === "tool_use" ? [] : [index])
  )
}

/** OpenAI: some servers repeat in a `message` all that came so far. */
const isBesideMessage = (json: Json, path: Path): boolean =>
  path.at(-1) === "delta" && at(json, [...path.slice(0, -1), "message"]) !== undefined

export const sites = ({ blocks, provider }: Seed): ReadonlyArray<Site> => {
  const hidden = veiled(provider, blocks)
  return blocks.flatMap((block, event) => {
    const json = jsonOf(block)
    if (json === undefined || !isObject(json)) return []
    const held = holders.get(provider)?.(json) ?? []
    const isHidden = json["index"] !== undefined && hidden.has(json["index"])
    return walk(json, everywhere).flatMap(([path, value]) =>
      // An error is not damage, but an error.
      typeof path.at(-1) === "number" || path.at(-1) === "error" || held.some((holder) => touches(holder, path))
        ? []
        : [{ event, path, shape: shapeOf(path), value, veils: isHidden || isBesideMessage(json, path) }]
    )
  })
}

export type Damage = { readonly site: number; readonly how: "null" | "delete" | "retype"; readonly to: number }

export const damages: FastCheck.Arbitrary<ReadonlyArray<Damage>> = FastCheck.array(
  FastCheck.record({
    site: FastCheck.nat(100_000),
    how: FastCheck.constantFrom("null" as const, "delete" as const, "retype" as const),
    to: FastCheck.nat(20)
  }),
  { minLength: 1, maxLength: 4 }
)

const kindOf = (json: Json): string => json === null ? "null" : Array.isArray(json) ? "array" : typeof json

const values: ReadonlyArray<Json> = [7, -1, 1.5, 1e308, true, false, [], {}, [7], { a: 1 }, "retyped", ""]

/** Where a text can be: one that is put there would be the server's own. */
const isTextPlace = (shape: string): boolean =>
  openAiText.test(shape) || cohereText.test(shape) || /(?:^|\.)(?:text|thinking|partial_json|name|content)$/.test(shape)

/** `undefined`: the field is gone. */
const valueOf = ({ shape, value }: Site, { how, to }: Damage): Json | undefined => {
  switch (how) {
    case "null":
      return null
    case "delete":
      return undefined
    case "retype": {
      const others = values.filter((other) =>
        kindOf(other) !== kindOf(value) && !(isTextPlace(shape) && typeof other === "string") &&
        !(/\.arguments$|^content_block\.input$/.test(shape) && isSomething(other) && isObject(other))
      )
      return others[to % others.length]
    }
  }
}

export interface Damaged {
  readonly blocks: ReadonlyArray<Block>
  readonly hit: ReadonlyArray<Site>
  /** For whoever reads a failure. */
  readonly what: string
}

/** Anthropic: what says which of several open blocks is meant. */
const tellsBlocksApart = ({ shape }: Site): boolean => /^(?:index|type|content_block(?:\.type)?)$/.test(shape)

export const damaged = (seed: Seed, all: ReadonlyArray<Site>, damages: ReadonlyArray<Damage>): Damaged => {
  const hit: Array<Site> = []
  const what: Array<string> = []
  let blocks = seed.blocks
  for (const damage of damages) {
    const site = all[damage.site % all.length]
    // Of two blocks that do not say which they are nobody can tell what goes where.
    if (site === undefined || (tellsBlocksApart(site) && hit.some(tellsBlocksApart))) continue
    const to = valueOf(site, damage)
    hit.push(site)
    what.push(`event ${site.event} ${site.path.join(".")} = ${JSON.stringify(to)}`)
    blocks = blocks.map((block, index) => {
      const json = index === site.event ? jsonOf(block) : undefined
      return json === undefined || at(json, site.path) === undefined
        ? block
        : withJson(block, update(json, site.path, () => to))
    })
  }
  return { blocks, hit, what: `${seed.name}: ${what.join(", ")}` }
}
