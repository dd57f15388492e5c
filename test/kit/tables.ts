/**
 * The tables of the documentation that are made from the endpoints.
 */
import type { Capabilities, Endpoint } from "../../src/Endpoint.ts"
import { spellings } from "../../src/internal/variables.ts"
import * as Markdown from "./markdown.ts"
import * as Providers from "./providers.ts"

type Row = ReadonlyArray<string>

export interface Table {
  readonly file: string
  /** The heading it stands below. */
  readonly heading: string
  readonly head: Row
  readonly rows: ReadonlyArray<Row>
}

const quoted = (words: Row): string => words.map((word) => `\`${word}\``).join(", ")

const yes = (has: boolean): string => has ? "yes" : ""

/** What there is beside chat completions, if these are there at all. */
const capabilitiesOf = ({ endpoint }: Providers.Module | Providers.VectorsModule): Partial<Capabilities> =>
  "capabilities" in endpoint ? endpoint.capabilities : { embeddings: true }

const rowOf = (name: string, module: Providers.Module | Providers.VectorsModule): Row => {
  const { baseUrl, env, id } = module.endpoint
  const capabilities = capabilitiesOf(module)
  return [
    `\`${name}\``,
    `\`${id}\``,
    quoted(Object.values(env).flatMap(spellings)),
    Providers.evidenceOf(module).join(", "),
    ...(["streaming", "tools", "reasoning", "images", "embeddings", "models"] as const).map((name) =>
      yes(capabilities[name] === true)
    ),
    baseUrl === "" ? "" : `\`${baseUrl}\``
  ]
}

const providers: Table = {
  file: "README.md",
  heading: "Providers",
  head: [
    "module",
    "id",
    "variables",
    "evidence",
    "streaming",
    "tools",
    "reasoning",
    "images",
    "embeddings",
    "models",
    "base URL"
  ],
  rows: [...Providers.modules, ...Providers.ofVectors]
    .sort(([one], [other]) => one < other ? -1 : 1)
    .map(([name, module]) => rowOf(name, module))
}

/** Without them a request means something else. */
const vital = new Set(["n", "stop", "tools", "toolChoice"])

const parametersOf = ({ capabilities, efforts, fields = {}, id }: Endpoint): Row => {
  const entries = Object.entries(fields)
  const missing = entries.flatMap(([field, name]) => name === false ? [field] : [])
  return [
    `\`${id}\``,
    entries.flatMap(([field, name]) => typeof name === "string" ? [`\`${field}\`: \`${name}\``] : []).join(", "),
    quoted(missing.filter((field) => !vital.has(field) && field !== "refusal")),
    quoted(missing.filter((field) => vital.has(field))),
    capabilities.responseFormat === "json_schema" ? "" : "in the prompt",
    efforts === undefined ? "any" : quoted([...efforts.keys()])
  ]
}

/** What of the parameters is different at each server that imitates OpenAI's. */
const parameters: Table = {
  file: "docs/parameters.md",
  heading: "Providers",
  head: ["provider", "other names", "left out", "refused", "schemas", "efforts"],
  rows: Providers.imitators.map(({ endpoint }) => parametersOf(endpoint))
}

export const all: ReadonlyArray<Table> = [providers, parameters]

const lineOf = (cells: Row): string => `| ${cells.join(" | ")} |`

/** The file with the table as it should be. */
export const written = ({ file, head, heading, rows }: Table): string => {
  const text = Markdown.read(file)
  const section = Markdown.section(text, heading)
  const lines = section.split("\n")
  const first = lines.findIndex((line) => line.startsWith("|"))
  if (first < 0) throw new Error(`there is no table below "${heading}" in ${file}`)
  const length = lines.slice(first).findIndex((line) => !line.startsWith("|"))
  lines.splice(first, length, lineOf(head), lineOf(head.map(() => "---")), ...rows.map(lineOf))
  return text.replace(section, () => lines.join("\n"))
}
