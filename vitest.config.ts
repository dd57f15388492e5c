import { defineConfig } from "vitest/config"
import { GuaranteesReporter } from "./test/kit/guaranteesReporter.ts"

/** They compute and leave nothing behind: to import it all anew for each would take longer than most of them do. */
const pure = [
  "test/internal/**/*.test.ts",
  "test/providers/!(sockets).test.ts",
  "test/faults/{bytes,numbers,replay}.test.ts",
  "test/{accepts,parameters,conformanceTools,guarantees}.test.ts",
  "test/{Registry,ProviderError,Models,Embeddings,Normalise,Framing,Tool,Toolkit,TestProvider,JsonSchema,output}.test.ts",
  "test/{ChatCompletion,ChatCompletionChunk,CompletionParams,AiEmbeddingModel,Call,CallRetry,CallSpan}.test.ts"
]

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "pure", include: pure, isolate: false } },
      {
        extends: true,
        test: {
          name: "all others",
          include: ["test/**/*.test.ts"],
          // Every fault on every client takes long, and has a command of its own: `npm run test:faults`.
          exclude: [...pure, "test/oracles/**", "test/faults/sockets.test.ts", "node_modules/**"]
        }
      }
    ],
    sequence: { concurrent: true },
    silent: "passed-only",
    maxWorkers: 2,
    minWorkers: 1,
    // Where others use the machine as well, a test of sockets that missed its moment gets one more.
    retry: process.env["CI"] === undefined ? 0 : 1,
    reporters: ["default", new GuaranteesReporter()],
    // Only a test that hangs comes near it, however busy the machine.
    testTimeout: 20_000,
    coverage: { include: ["src/**/*.ts"], reporter: ["text", "html"] }
  }
})
