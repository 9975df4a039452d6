import { expect, test, vi } from "vitest";

import { supabaseServer } from "@/app/_lib/supabase-server";

vi.mock("next/headers", () => ({ cookies: async () => ({ getAll: () => [], set: () => undefined }) }));

test("a client can be made where there is no WebSocket, as in Node 20", async () => {
  vi.stubEnv("SUPABASE_URL", "http://127.0.0.1:1");
  vi.stubEnv("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_1");
  vi.stubGlobal("WebSocket", undefined);
  const { supabase } = await supabaseServer();
  const { data } = await supabase.auth.getSession();
  expect(data.session).toBeNull();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});
