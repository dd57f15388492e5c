import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/oracles/**", "node_modules/**"],
    sequence: { concurrent: true },
    silent: "passed-only",
    // Only a test that hangs comes near it, however busy the machine.
    testTimeout: 20_000,
    coverage: { include: ["src/**/*.ts"], reporter: ["text", "html"] }
  }
})
