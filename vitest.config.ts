import { defineConfig } from "vitest/config"
import { GuaranteesReporter } from "./test/kit/guaranteesReporter.ts"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Every fault on every client takes long, and has a command of its own: `npm run test:faults`.
    exclude: ["test/oracles/**", "test/faults/sockets.test.ts", "node_modules/**"],
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
