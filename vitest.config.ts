import { defineConfig } from "vitest/config"
import { GuaranteesReporter } from "./test/kit/guaranteesReporter.ts"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/oracles/**", "node_modules/**"],
    sequence: { concurrent: true },
    silent: "passed-only",
    reporters: ["default", new GuaranteesReporter()],
    // Only a test that hangs comes near it, however busy the machine.
    testTimeout: 20_000,
    coverage: { include: ["src/**/*.ts"], reporter: ["text", "html"] }
  }
})
