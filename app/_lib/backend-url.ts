import "server-only";

/** Where the API listens, without a slash at its end; asked at run time, so that one build runs anywhere. */
export function backendUrl(): string {
  return (process.env.BACKEND_INTERNAL_URL || "http://127.0.0.1:8000").replace(/\/+$/, "");
}
