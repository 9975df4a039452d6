/** The cursor in a page's query: nothing where there is none, or several. */
export function cursorIn({ cursor }: { cursor?: string | string[] | undefined }): { cursor?: string } {
  return typeof cursor === "string" && cursor !== "" ? { cursor } : {};
}
