const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whether a piece of a path can be an id at all: what cannot is a page that does not exist. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
