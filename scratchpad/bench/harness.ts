/**
 * The processes: bundled once, as loading them module by module takes longer than most of them run, and forked.
 */
import { build } from "esbuild"
import { type ChildProcess, fork } from "node:child_process"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Assignment, Order, Reply } from "./measure.ts"

export const here = fileURLToPath(new URL(".", import.meta.url))
export const root = join(here, "../..")

/** Bundles the processes into a folder from which node finds what they import. */
export const bundle = async (folder: string): Promise<string> => {
  await rm(folder, { recursive: true, force: true })
  await build({
    entryPoints: ["server.ts", "measure.ts"].map((name) => join(here, name)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // What is measured is loaded as a user gets it.
    packages: "external",
    logLevel: "error"
  })
  return folder
}

/** Nothing of the machine's settings reaches a client: no key, no URL, no tracing. */
const env = { PATH: process.env["PATH"] ?? "", NODE_ENV: "production" }

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once("exit", () => resolve())
  })

const kill = async (child: ChildProcess): Promise<void> => {
  child.kill("SIGKILL")
  await ended(child)
}

export interface Server {
  readonly origin: string
  readonly end: () => Promise<void>
}

export const serve = (folder: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const child = fork(join(folder, "server.mjs"), { env })
    child.once("message", (origin) => resolve({ origin: String(origin), end: () => kill(child) }))
    child.once("exit", () => reject(new Error("the server ended")))
  })

/** It took longer than it may. */
export class Exceeded extends Error {}

/** A client's process. */
export class Child {
  private readonly child: ChildProcess
  private told = ""

  constructor(folder: string, assignment: Assignment) {
    this.child = fork(join(folder, "measure.mjs"), [JSON.stringify(assignment)], {
      env,
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "pipe", "pipe", "ipc"]
    })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.told = (this.told + text).slice(-4000)
      })
    }
  }

  /** Sends an order and waits for its reply. */
  request(order: Order, limit: number): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const stop = (error: Error): void => {
        clearTimeout(timer)
        this.child.removeAllListeners("message").removeAllListeners("exit")
        reject(error)
      }
      const timer = setTimeout(() => stop(new Exceeded(`more than ${limit / 1000} s`)), limit)
      this.child.once("exit", (code, signal) => stop(new Error(`ended with ${code ?? signal}: ${this.told}`)))
      this.child.once("message", (reply) => {
        clearTimeout(timer)
        this.child.removeAllListeners("exit")
        // What measure.ts sends.
        resolve(reply as Reply)
      })
      this.child.send(order)
    })
  }

  /** What it wrote, for whoever wonders. */
  get output(): string {
    return this.told
  }

  end(): Promise<void> {
    return kill(this.child)
  }
}
