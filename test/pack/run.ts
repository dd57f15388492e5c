/**
 * Is what `npm publish` would send what a user needs? Packs the built package, installs it in an empty folder as
 * README.md says, type-checks and runs a program there, asks publint and attw, and bundles a program for runtimes
 * without Node's globals. Needs the registry, so it is no part of `npm test`.
 */
import * as assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { bundle, runBundle } from "./bundle.ts"

const root = path.resolve(import.meta.dirname, "../..")
const bin = (name: string): string => path.join(root, "node_modules/.bin", name)

const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })

const show = (cwd: string, command: string, ...args: ReadonlyArray<string>): void => {
  execFileSync(command, args, { cwd, stdio: ["ignore", "inherit", "inherit"] })
}

const heading = (text: string): void => console.log(`\n--- ${text}`)

/** The line a reader of README.md would paste. */
const installLine = (): string => {
  const readme = fs.readFileSync(path.join(root, "README.md"), "utf8")
  const line = /^npm install (?:\S+ )*effect-any-llm(?: \S+)*$/m.exec(readme)?.[0]
  assert.ok(line !== undefined, "README.md has no line that begins with `npm install` and names effect-any-llm")
  return line
}

const pack = (into: string): string => {
  const [packed] = JSON.parse(run(root, "npm", "pack", "--json", "--pack-destination", into)) as [
    { readonly filename: string; readonly size: number; readonly files: ReadonlyArray<{ readonly path: string }> }
  ]
  const files = new Set(packed.files.map((file) => file.path))
  for (const file of ["README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md", "package.json", "dist/index.js"]) {
    assert.ok(files.has(file), `${file} is not in the package`)
  }
  for (const file of files) {
    assert.match(file, /^(dist|src|docs)\/|^(README|LICENSE|CHANGELOG|SECURITY|package)\b/, `${file} is in the package`)
    const module = /^src\/(.+)\.ts$/.exec(file)?.[1]
    for (const kind of module === undefined ? [] : [".js", ".js.map", ".d.ts", ".d.ts.map"]) {
      assert.ok(files.has(`dist/${module}${kind}`), `dist/${module}${kind} is not in the package`)
    }
    if (file.startsWith("dist/")) {
      assert.ok(!fs.readFileSync(path.join(root, file), "utf8").includes(root), `${file} holds a path of this machine`)
    }
  }
  console.log(`${packed.filename}: ${files.size} files, ${Math.ceil(packed.size / 1024)} KiB`)
  return path.join(into, packed.filename)
}

const work = fs.mkdtempSync(path.join(os.tmpdir(), "effect-any-llm-pack-"))
try {
  heading("npm pack")
  const tarball = pack(work)

  const line = installLine()
  heading(line)
  const consumer = path.join(work, "consumer")
  fs.mkdirSync(consumer)
  fs.writeFileSync(path.join(consumer, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const [npm = "npm", ...words] = line.split(" ")
  show(consumer, npm, ...words.map((word) => word === "effect-any-llm" ? tarball : word))
  show(consumer, "npm", "ls", "--depth=0")
  const copies = new Set(run(consumer, "npm", "ls", "--all", "--parseable", "effect").trim().split("\n"))
  assert.equal(copies.size, 1, "there is more than one effect")

  heading("a program, type-checked with skipLibCheck: false")
  show(consumer, "npm", "install", "--save-dev", "typescript@5.9.3", "@types/node@20")
  fs.cpSync(path.join(import.meta.dirname, "consumer"), consumer, { recursive: true })
  show(consumer, path.join(consumer, "node_modules/.bin/tsc"))

  heading("the program, run")
  show(consumer, process.execPath, "out/program.js")

  heading("the bridge: nothing before its peer is there, all after")
  assert.ok(!fs.existsSync(path.join(consumer, "node_modules/@effect/ai")), "an optional peer was installed unasked")
  show(consumer, "npm", "install", "@effect/ai@0.37")
  show(consumer, path.join(consumer, "node_modules/.bin/tsc"), "--project", "peer")
  show(consumer, process.execPath, "out/bridge.js")

  heading("publint")
  show(root, bin("publint"), "run", tarball, "--strict")

  heading("attw")
  show(root, bin("attw"), tarball, "--profile", "esm-only", "--include-entrypoints", "Provider", "providers/OpenAi")

  heading("one provider, bundled, with web globals only")
  const bundled = await bundle(consumer, "bundled.ts")
  console.log(`minified ${bundled.kib} KiB, gzipped ${bundled.gzippedKib} KiB`)
  assert.deepEqual(bundled.strangers, [], "the bundle carries providers that the program does not use")
  assert.equal(await runBundle(bundled.code), "Hello")
  console.log("streamed: Hello")
  console.log("\nThe package is whole.")
} catch (error) {
  console.error(`\nFAILED: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  fs.rmSync(work, { recursive: true, force: true })
}
