import { expect, test } from "vitest";

import { noRoute } from "@/app/_lib/no-route";

test("what does not exist below /api is a problem document, which nobody keeps", async () => {
  const answer = noRoute(
    new Request("https://caferoam.example/api/metrics", { headers: { "x-request-id": "request-1" } }),
  );
  expect(answer.status).toBe(404);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.headers.get("cache-control")).toBe("private, no-store");
  expect(await answer.json()).toMatchObject({ status: 404, code: "not_found", instance: "request-1" });
});
