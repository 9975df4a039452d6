import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

const checkout = fileURLToPath(new URL("../..", import.meta.url));

export default defineConfig({
  root: checkout,
  resolve: {
    alias: [
      { find: /^@\//, replacement: checkout },
      // Next.js lets only the server's code import it; to a test it is nothing.
      { find: /^server-only$/, replacement: fileURLToPath(new URL("empty.ts", import.meta.url)) },
    ],
  },
  test: {
    include: ["app/**/*.test.{ts,tsx}"],
    environment: "node",
    // What hangs is told in the end; a machine that is busy with other tests must not look like it.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // It imports Next.js' modules in a way that bundlers understand, and Node does not.
    server: { deps: { inline: ["next-intl"] } },
  },
});
