import createClient from "openapi-fetch";

import type { paths } from "@/app/_lib/schema";
import { hasSessionCookie } from "@/app/_lib/session-cookie";
import { accessToken } from "@/app/_lib/supabase-browser";

/** The API, asked from the browser through our proxies, signed in if the visitor is. */
export const api = createClient<paths>({ baseUrl: "/api" });

api.use({
  async onRequest({ request }) {
    if (!hasSessionCookie(document.cookie)) return;
    const token = await accessToken();
    if (token !== null) request.headers.set("authorization", `Bearer ${token}`);
  },
});
