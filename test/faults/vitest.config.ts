import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

/** Every fault over real sockets, on every client, and servers that mean harm. */
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    include: ["test/faults/*.test.ts", "test/hostile.test.ts", "test/hostile/*.test.ts"],
    sequence: { concurrent: true },
    // Where others use the machine as well, a test of sockets that missed its moment gets one more.
    retry: process.env["CI"] === undefined ? 0 : 1,
    silent: "passed-only",
    testTimeout: 60_000
  }
})
