/**
 * The examples in the documentation of `@effect/ai`, as they stand in the installed package: each is compiled as a module
 * of its own and gives the effect that it declares last.
 */
import type * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Effect from "effect/Effect"
import * as esbuild from "esbuild"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import * as Markdown from "./markdown.ts"

export interface Example {
  /** `Chat.ts:187` */
  readonly name: string
  readonly text: string
}

const source = path.join(Markdown.root, "node_modules/@effect/ai/src")

/** The examples of a module. */
export const ofModule = (module: string): ReadonlyArray<Example> => {
  const file = fs.readFileSync(path.join(source, `${module}.ts`), "utf8")
  return [...file.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => ({
    name: `${module}.ts:${file.slice(0, match.index).split("\n").length}`,
    text: (match[1] ?? "").replaceAll(/^ *\* ?/gm, "")
  }))
}

export type Program = Effect.Effect<unknown, unknown, LanguageModel.LanguageModel>

/** What an example declares last. */
const declared = (text: string): string => [...text.matchAll(/^const (\w+)/gm)].at(-1)?.[1] ?? ""

/** Each example's program, and what gives the folder back. */
export const load = async (
  examples: ReadonlyArray<Example>
): Promise<{ readonly programs: ReadonlyMap<string, Program>; readonly remove: () => void }> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "effect-ai-examples-"))
  fs.symlinkSync(path.join(Markdown.root, "node_modules"), path.join(folder, "node_modules"))
  const programs = new Map<string, Program>()
  for (const { name, text } of examples) {
    const file = path.join(folder, `${name.replaceAll(/\W/g, "-")}.mjs`)
    const { code } = esbuild.transformSync(`${text}\nexport const example = ${declared(text)}\n`, { loader: "ts" })
    fs.writeFileSync(file, code)
    // What a module of that text exports.
    const { example } = await import(/* @vite-ignore */ pathToFileURL(file).href) as { readonly example: Program }
    programs.set(name, example)
  }
  return { programs, remove: () => fs.rmSync(folder, { recursive: true }) }
}
