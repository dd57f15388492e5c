/**
 * How much a program that streams from one provider weighs, bundled.
 */
import * as esbuild from "esbuild"
import * as zlib from "node:zlib"
import * as Program from "./program.ts"
import type { Wire } from "./wire.ts"

export interface Size {
  readonly minified: number
  readonly gzipped: number
}

export interface Where {
  /** Where the imports of the program are looked up. */
  readonly folder: string
  /** Where this package is, if not among the dependencies of the folder. */
  readonly alias?: Record<string, string>
}

const effect = ["effect", "effect/*", "@effect/platform", "@effect/platform/*"]

/** In bytes. */
export const measure = async (client: string, wire: Wire, where: Where, withEffect: boolean): Promise<Size> => {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: Program.text(client, wire), resolveDir: where.folder, sourcefile: `${client}.js` },
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "node",
    external: withEffect ? [] : effect,
    ...(where.alias === undefined ? {} : { alias: where.alias }),
    loader: { ".node": "empty" },
    logLevel: "silent"
  })
  const code = outputFiles[0]?.contents ?? new Uint8Array()
  return { minified: code.length, gzipped: zlib.gzipSync(code, { level: 9 }).length }
}
