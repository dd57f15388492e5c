/**
 * The documentation as data: sections, tables and code blocks of a Markdown file.
 */
import * as fs from "node:fs"
import * as path from "node:path"

export const root = path.resolve(import.meta.dirname, "../..")

/** A file of the project, by its path in it. */
export const read = (file: string): string => fs.readFileSync(path.join(root, file), "utf8")

/** The text below a heading, up to the next heading of any level. */
export const section = (text: string, heading: string): string => {
  const lines = text.split("\n")
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, "") === heading)
  if (start < 0) throw new Error(`there is no section "${heading}"`)
  const end = lines.findIndex((line, index) => index > start && /^#+ /.test(line))
  return lines.slice(start + 1, end < 0 ? undefined : end).join("\n")
}

/** The rows of the table below a heading, without its head. */
export const table = (text: string, heading: string): ReadonlyArray<ReadonlyArray<string>> => {
  const rows = section(text, heading).split("\n").filter((line) => line.startsWith("|")).map((line) =>
    line.replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim())
  )
  if (rows.length < 3) throw new Error(`there is no table below "${heading}"`)
  return rows.slice(2)
}

/** The text of a code span. */
export const code = (cell: string): string => /^`([^`]+)`/.exec(cell)?.[1] ?? ""

export interface Block {
  readonly file: string
  /** Of the fence. */
  readonly line: number
  /** `ts`, `ts dies` */
  readonly info: string
  readonly text: string
  /** The heading it stands below. */
  readonly heading: string
}

/** Fenced code blocks, in order. */
export const blocks = (file: string): ReadonlyArray<Block> => {
  const found: Array<Block> = []
  const lines = read(file).split("\n")
  let heading = ""
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ""
    if (/^#+ /.test(line)) heading = line.replace(/^#+ /, "")
    if (!line.startsWith("```")) continue
    const end = lines.indexOf("```", index + 1)
    if (end < 0) throw new Error(`${file}:${index + 1}: a block without an end`)
    const text = lines.slice(index + 1, end).map((each) => `${each}\n`).join("")
    found.push({ file, line: index + 1, info: line.slice(3).trim(), text, heading })
    index = end
  }
  return found
}
