import "server-only";

/** For paths below /api that lead nowhere: to programs a problem document says more than a page. */
export function noRoute(request: Request): Response {
  const instance = request.headers.get("x-request-id") ?? "";
  const problem = { title: "Not Found", status: 404, code: "not_found", detail: "There is nothing here.", instance };
  const headers = { "content-type": "application/problem+json", "cache-control": "private, no-store" };
  return new Response(JSON.stringify({ type: "urn:problem:caferoam:not_found", ...problem }), { status: 404, headers });
}
