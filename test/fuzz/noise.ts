/**
 * What a server may write into a stream without saying anything: comments, pings, unknown events and fields, nulls in
 * the place of what is left out, and other ways of writing the same JSON.
 */
import * as FastCheck from "effect/FastCheck"
import type { Json } from "../../src/CompletionParams.ts"
import { isObject } from "../../src/internal/json.ts"
import type { Block, Layout, Seed } from "./events.ts"
import { jsonOf, withJson } from "./events.ts"
import { anyJson, at, hostileKeys, type Path, shapeOf, update, walk } from "./json.ts"

const event = (json: Json, name?: string): Block => ({
  lead: name === undefined ? [] : [`event: ${name}`],
  data: [JSON.stringify(json)]
})
const lines = (...lead: ReadonlyArray<string>): Block => ({ lead, data: undefined })

/** Blocks that say nothing in either language. */
const idle: ReadonlyArray<Block> = [
  lines(": c"),
  lines(":"),
  lines(": data: {\"choices\":[{\"delta\":{\"content\":\"no\"}}]}"),
  lines("retry: 50"),
  lines("retry: soon"),
  lines("id: 7"),
  lines("id: \u0000"),
  lines("event: ping"),
  lines("event: error", "event: ping", ": c"),
  lines("data", "event: ping"),
  lines("nonsense", "x-proxy: 1", "{not json"),
  lines(),
  event(null),
  event(7),
  event("text"),
  event([]),
  event([null, 7]),
  event({}),
  event({ type: "ping" }, "ping"),
  event({ type: "keepalive", seq: 1 }),
  event({ type: "brand_new", delta: { text: "no" } }, "brand_new"),
  event({ type: "__proto__" }),
  event({ type: "constructor", index: "__proto__" }),
  event({ object: "billing.summary", billing: { total: 1 } }),
  event({ __proto__: null, error: null, message: "all is well" })
]

/** Lines that may stand anywhere within a block. */
const within: ReadonlyArray<string> = [": c", ":", "retry: 5", "id: 7", "x-proxy: 1", "nonsense", "event: chunk"]

/** What a server can leave out, by the place in which it is left out. */
const optionals: ReadonlyMap<string, ReadonlyMap<string, ReadonlyArray<string>>> = new Map([
  [
    "openai",
    new Map([
      [
        "",
        "id model created object system_fingerprint service_tier usage x_groq error code detail obfuscation".split(" ")
      ],
      [
        "choices.*",
        "index message finish_reason finishReason logprobs usage error native_finish_reason matched_stop".split(" ")
      ],
      [
        "choices.*.delta",
        ("role content refusal reasoning_content reasoning reasoning_details thinking tool_calls function_call " +
          "annotations audio").split(" ")
      ],
      ["choices.*.delta.tool_calls.*", ["index", "id", "type", "custom", "extra_content"]],
      ["choices.*.delta.tool_calls.*.function", ["name", "arguments"]],
      ["choices.*.delta.function_call", ["name", "arguments"]]
    ])
  ],
  [
    "anthropic",
    new Map([
      ["", ["message", "delta", "usage", "content_block", "error", "context_management", "request_id"]],
      [
        "message",
        "id model content stop_reason stop_sequence stop_details usage container context_management".split(" ")
      ],
      ["delta", "text thinking partial_json signature citation stop_reason stop_sequence stop_details".split(" ")]
    ])
  ],
  [
    "cohere",
    new Map([
      ["", ["id", "index", "delta", "logprobs", "error", "prompt"]],
      ["delta", ["message", "finish_reason", "usage", "error"]],
      ["delta.message", ["role", "content", "tool_plan", "tool_calls", "citations"]],
      ["delta.message.content", ["type", "text", "thinking"]],
      ["delta.message.tool_calls", ["id", "type", "function"]],
      ["delta.message.tool_calls.function", ["name", "arguments"]]
    ])
  ]
])

/** Kept as it came, and handed on: what is put in there shows. */
const verbatim: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["openai", new Set(["usage", "annotations", "arguments"])],
  ["anthropic", new Set(["content_block", "usage", "citation", "stop_details", "content"])],
  ["cohere", new Set(["usage", "citations"])]
])

/** Of Anthropic's blocks, those that nobody knows are kept with all that their deltas say. */
const knownBlocks: ReadonlySet<unknown> = new Set(["text", "thinking", "tool_use"])

/** Each event's objects that are read field by field. */
const openObjects = (provider: string, blocks: ReadonlyArray<Block>): ReadonlyArray<ReadonlyArray<Path>> => {
  const closed = verbatim.get(provider) ?? new Set()
  const kinds = new Map<Json | undefined, Json | undefined>()
  return blocks.map((block) => {
    const json = jsonOf(block)
    if (json === undefined || !isObject(json)) return []
    const isDelta = json["type"] === "content_block_delta"
    if (json["type"] === "content_block_start") kinds.set(json["index"], at(json, ["content_block", "type"]))
    const isKept = isDelta && kinds.has(json["index"]) && !knownBlocks.has(kinds.get(json["index"]))
    const into = (path: Path) => {
      const key = path.at(-1)
      return !(typeof key === "string" && closed.has(key) &&
        !(provider === "anthropic" && isDelta && key === "content")) &&
        !(isKept && key === "delta")
    }
    const inner = walk(json, into).flatMap(([path, value]) => isObject(value) && into(path) ? [path] : [])
    return [[], ...inner]
  })
}

export type Edit =
  | { readonly _tag: "Block"; readonly at: number; readonly block: Block }
  | { readonly _tag: "Line"; readonly at: number; readonly line: string }
  | { readonly _tag: "Field"; readonly at: number; readonly object: number; readonly key: string; readonly value: Json }
  | {
    readonly _tag: "Element"
    readonly at: number
    readonly list: number
    readonly place: number
    readonly value: Json
  }
  | { readonly _tag: "Null"; readonly at: number; readonly object: number; readonly field: number }
  | { readonly _tag: "Write"; readonly at: number; readonly how: "pretty" | "escaped" | "backwards" }

const place = FastCheck.nat(1000)

const unknownKeys = [
  ...hostileKeys,
  "x_new",
  "provider_specific_fields",
  "p",
  "obfuscation",
  "token_ids",
  "code",
  "detail",
  "errors"
]

export const edits: FastCheck.Arbitrary<ReadonlyArray<Edit>> = FastCheck.array(
  FastCheck.oneof(
    FastCheck.record({ _tag: FastCheck.constant("Block" as const), at: place, block: FastCheck.constantFrom(...idle) }),
    FastCheck.record({ _tag: FastCheck.constant("Line" as const), at: place, line: FastCheck.constantFrom(...within) }),
    FastCheck.record({
      _tag: FastCheck.constant("Field" as const),
      at: place,
      object: place,
      key: FastCheck.constantFrom(...unknownKeys),
      value: anyJson
    }),
    FastCheck.record({
      _tag: FastCheck.constant("Element" as const),
      at: place,
      list: place,
      place,
      value: FastCheck.constantFrom<Json>(null, 7, true, [])
    }),
    FastCheck.record({ _tag: FastCheck.constant("Null" as const), at: place, object: place, field: place }),
    FastCheck.record({
      _tag: FastCheck.constant("Write" as const),
      at: place,
      how: FastCheck.constantFrom("pretty" as const, "escaped" as const, "backwards" as const)
    })
  ),
  { minLength: 1, maxLength: 12 }
)

export const layout: FastCheck.Arbitrary<Layout> = FastCheck.record({
  breaks: FastCheck.array(FastCheck.constantFrom("\n" as const, "\r\n" as const, "\r" as const), {
    minLength: 1,
    maxLength: 3
  }),
  mark: FastCheck.boolean(),
  space: FastCheck.boolean(),
  dataFirst: FastCheck.boolean(),
  closed: FastCheck.boolean()
})

/** The same JSON with its fields the other way round; a call's arguments are text in the making. */
const backwards = (json: Json): Json => {
  if (Array.isArray(json)) return (json as ReadonlyArray<Json>).map(backwards)
  if (!isObject(json)) return json
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) =>
      [key, key === "arguments" || key === "input" ? value : backwards(value)] as const
    ).reverse()
  )
}

/** Every character of every string as an escape. */
const escaped = (text: string): string =>
  text.replaceAll(/"(?:[^"\\]|\\.)*"/g, (literal) => {
    const chars = String(JSON.parse(literal)).split("")
    return `"${chars.map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"`
  })

const write = (json: Json, how: "pretty" | "escaped" | "backwards"): ReadonlyArray<string> => {
  switch (how) {
    case "pretty":
      return JSON.stringify(json, null, 1).split("\n")
    case "escaped":
      return [escaped(JSON.stringify(json))]
    case "backwards":
      return [JSON.stringify(backwards(json))]
  }
}

/** Lists whose elements are read each on its own; in Anthropic's an element's place has a meaning. */
const listsOf = (provider: string, json: Json): ReadonlyArray<Path> =>
  provider === "openai"
    ? walk(json, (path) => path.at(-1) !== "usage").flatMap(([path, value]) =>
      Array.isArray(value) && /^(?:choices|content|tool_calls|top_logprobs)$/.test(String(path.at(-1))) ? [path] : []
    )
    : []

const inserted = (list: Json | undefined, place: number, value: Json): Json => {
  const items: ReadonlyArray<Json> = Array.isArray(list) ? list : []
  const index = place % (items.length + 1)
  return [...items.slice(0, index), value, ...items.slice(index)]
}

const pick = <A>(list: ReadonlyArray<A>, index: number): A | undefined => list[index % Math.max(1, list.length)]

/** A block, and where the events of the transcript may be changed. */
interface Spot {
  readonly block: Block
  readonly objects: ReadonlyArray<Path>
}

const changed = (provider: string, { block, objects }: Spot, edit: Edit): Block => {
  const json = jsonOf(block)
  switch (edit._tag) {
    case "Block":
      return block
    case "Line":
      // A block with a name has the name that counts last.
      return edit.at % 2 === 0 || edit.line.startsWith("event")
        ? { ...block, lead: [edit.line, ...block.lead] }
        : { ...block, lead: [...block.lead, edit.line] }
    case "Field": {
      const path = pick(objects, edit.object)
      return json === undefined || path === undefined
        ? block
        : withJson(block, update(json, [...path, edit.key], (value) => value === undefined ? edit.value : value))
    }
    case "Element": {
      const lists = json === undefined ? [] : listsOf(provider, json)
      const path = pick(lists, edit.list)
      return json === undefined || path === undefined
        ? block
        : withJson(block, update(json, path, (list) => inserted(list, edit.place, edit.value)))
    }
    case "Null": {
      const path = pick(objects, edit.object)
      const names = path === undefined ? undefined : optionals.get(provider)?.get(shapeOf(path))
      const name = names === undefined ? undefined : pick(names, edit.field)
      return json === undefined || path === undefined || name === undefined
        ? block
        // Only what is not there.
        : withJson(block, update(json, [...path, name], (value) => value === undefined ? null : value))
    }
    case "Write":
      return json === undefined ? block : { ...block, data: write(json, edit.how) }
  }
}

/** The blocks with all edits made. Lines stay before data in `[DONE]` as elsewhere. */
export const noisy = ({ blocks, provider }: Seed, edits: ReadonlyArray<Edit>): ReadonlyArray<Block> => {
  const objects = openObjects(provider, blocks)
  let spots: ReadonlyArray<Spot> = blocks.map((block, index) => ({ block, objects: objects[index] ?? [] }))
  for (const edit of edits) {
    if (edit._tag === "Block") {
      const index = edit.at % (spots.length + 1)
      spots = [...spots.slice(0, index), { block: edit.block, objects: [] }, ...spots.slice(index)]
    } else {
      const index = edit.at % spots.length
      spots = spots.map((spot, place) => place === index ? { ...spot, block: changed(provider, spot, edit) } : spot)
    }
  }
  return spots.map((spot) => spot.block)
}
