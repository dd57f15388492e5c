import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/oracles/**", "node_modules/**"],
    sequence: { concurrent: true },
    coverage: { include: ["src/**/*.ts"], reporter: ["text", "html"] }
  }
})
