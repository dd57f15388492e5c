/**
 * The programs of the soak test, each a process of its own: bundled once, as loading them module by module through tsx
 * takes longer than most of them run.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { build } from "esbuild"
import { type ChildProcessByStdio, spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Readable, Writable } from "node:stream"
import { fileURLToPath } from "node:url"
import type { Case } from "./cases.ts"
import type { Address } from "./server.ts"

/** One thing that was measured, and how much of it is too much. */
export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: string
  readonly limit: number | undefined
}

type Child = ChildProcessByStdio<Writable, Readable, null>

const root = fileURLToPath(new URL(".", import.meta.url))

/** Where the programs are, bundled. */
const programs: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "soak-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true }))
).pipe(
  Effect.tap((outdir) =>
    Effect.promise(() =>
      build({
        entryPoints: ["server.ts", "cases.ts"].map((name) => join(root, name)),
        outdir,
        outExtension: { ".js": ".mjs" },
        bundle: true,
        splitting: true,
        format: "esm",
        platform: "node",
        // Dependencies that are CommonJS require what node brings.
        banner: { js: "import { createRequire } from \"node:module\"; const require = createRequire(import.meta.url)" },
        logLevel: "error"
      })
    )
  )
)

const start = (program: string, flags: ReadonlyArray<string>, ...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync((): Child =>
      spawn(process.execPath, [...flags, program, ...args], { stdio: ["pipe", "pipe", "inherit"] })
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

/** The first line of what a program writes; it dies with all that it wrote if that is not the whole of a line. */
const line = (child: Child): Effect.Effect<string> =>
  Effect.async((resume) => {
    let text = ""
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      text += piece
      const end = text.indexOf("\n")
      if (end !== -1) resume(Effect.succeed(text.slice(0, end)))
    })
    child.once("close", (code, signal) => resume(Effect.dieMessage(`ended with ${code ?? signal}: ${text}`)))
  })

/** JSON has no NaN, which is what nothing was measured for. */
const figureOf = (key: string, value: unknown): unknown => key === "value" && value === null ? Number.NaN : value

/** Runs cases, each in a process of its own, against one server, which is a process of its own, too. */
export const make: Effect.Effect<(one: Case) => Effect.Effect<ReadonlyArray<Figure>>, never, Scope.Scope> = Effect.gen(
  function*() {
    const folder = yield* programs
    const server = yield* start(join(folder, "server.mjs"), [])
    // Both ends are files of this folder.
    const address = JSON.parse(yield* line(server)) as Address
    return (one: Case) =>
      Effect.gen(function*() {
        const child = yield* start(
          join(folder, "cases.mjs"),
          flagsOf(one),
          JSON.stringify(one),
          JSON.stringify(address)
        )
        return JSON.parse(yield* line(child), figureOf) as ReadonlyArray<Figure>
      }).pipe(Effect.scoped)
  }
)

/**
 * undici puts its own agent in the place of the one that Node's `fetch` brings, unless that has been in use before: a
 * program that has no undici would be measured with it.
 */
const ownFetch = ["--import", "data:text/javascript,await fetch('data:,')"]

const flagsOf = ({ client, heap }: Case): ReadonlyArray<string> => [
  "--expose-gc",
  ...(heap === undefined ? [] : [`--max-old-space-size=${heap}`]),
  ...(client === "fetch" ? ownFetch : [])
]

export const isTooMuch = ({ limit, value }: Figure): boolean => limit !== undefined && !(value <= limit)

const wide = (text: string, width: number): string => text.padEnd(width)

export const table = (figures: ReadonlyArray<Figure>): string => {
  const width = Math.max(...figures.map(({ what }) => what.length))
  return figures.map((one) => {
    const { limit, unit, value, what } = one
    const told = Number.isInteger(value) ? String(value) : value.toFixed(1)
    const bound = limit === undefined ? "" : `at most ${limit}${isTooMuch(one) ? "   TOO MUCH" : ""}`
    return `${wide(what, width)}  ${told.padStart(8)} ${wide(unit, 12)} ${bound}`.trimEnd()
  }).join("\n")
}
