/**
 * Bundles a program for a runtime that is not Node, and runs it in a realm that has what browsers, Workers, Deno and
 * Bun have in common, and nothing of Node's.
 */
import * as esbuild from "esbuild"
import * as vm from "node:vm"
import * as zlib from "node:zlib"

export interface Bundled {
  readonly code: string
  readonly kib: number
  readonly gzippedKib: number
  /** Modules of other providers that a program for OpenAI has no use for. */
  readonly strangers: ReadonlyArray<string>
}

/** A module of Node's that anything imports is an error: `neutral` resolves none. */
export const bundle = async (folder: string, entry: string): Promise<Bundled> => {
  const { metafile, outputFiles } = await esbuild.build({
    absWorkingDir: folder,
    entryPoints: [entry],
    bundle: true,
    write: false,
    outdir: "out",
    minify: true,
    metafile: true,
    platform: "neutral",
    mainFields: ["module", "main"],
    format: "iife",
    globalName: "bundled",
    target: "es2022",
    logLevel: "warning"
  })
  const code = outputFiles[0]?.text ?? ""
  const kib = (bytes: string | Uint8Array): number => Math.round(bytes.length / 1024)
  const strangers = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs)
      .filter(([file, { bytesInOutput }]) =>
        bytesInOutput > 0 && /effect-any-llm\/dist\/.*(anthropic|Registry)[^/]*\.js$/i.test(file)
      )
      .map(([file]) => file)
  )
  return { code, kib: kib(code), gzippedKib: kib(zlib.gzipSync(code)), strangers }
}

const body = ["Hel", "lo"].map((content) =>
  JSON.stringify({ id: "1", created: 1, model: "m", choices: [{ index: 0, delta: { content } }] })
).concat(
  JSON.stringify({ id: "1", created: 1, model: "m", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
  "[DONE]"
).map((data) => `data: ${data}\n\n`)

/** Answers like OpenAI, in as many reads as there are frames. */
const fetchStub = (input: unknown): Promise<Response> => {
  if (String(input) !== "https://api.openai.com/v1/chat/completions") {
    return Promise.reject(new TypeError(`nothing is served at ${String(input)}`))
  }
  const frames = body.values()
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const { done, value } = frames.next()
      if (done === true) controller.close()
      else controller.enqueue(new TextEncoder().encode(value))
    }
  })
  return Promise.resolve(new Response(stream, { status: 200, headers: { "content-type": "text/event-stream" } }))
}

const webGlobals = (): Record<string, unknown> => ({
  AbortController,
  AbortSignal,
  Blob,
  DOMException,
  DecompressionStream,
  Event,
  EventTarget,
  FormData,
  Headers,
  MessageChannel,
  ReadableStream,
  Request,
  Response,
  TextDecoder,
  TextEncoder,
  TransformStream,
  URL,
  URLSearchParams,
  WritableStream,
  atob,
  btoa,
  clearInterval,
  clearTimeout,
  console,
  crypto,
  fetch: fetchStub,
  performance,
  queueMicrotask,
  setInterval,
  setTimeout,
  structuredClone,
  // A realm has its own of these; the web globals above are of this one, and a real runtime has one realm.
  ArrayBuffer,
  DataView,
  Error,
  TypeError,
  Uint8Array
})

export const runBundle = async (code: string): Promise<string> => {
  const context = vm.createContext(webGlobals())
  for (const name of ["process", "Buffer", "require", "global", "module"]) {
    if (vm.runInContext(`typeof ${name}`, context) !== "undefined") throw new Error(`the realm has ${name}`)
  }
  vm.runInContext(code, context)
  return vm.runInContext("bundled.main()", context) as Promise<string>
}
