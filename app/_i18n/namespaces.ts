/** One file of texts for each part of the site, in each language. */
export const NAMESPACES = ["common", "home", "search", "shop", "account", "checkin", "lists", "pages"] as const;

export type Namespace = (typeof NAMESPACES)[number];
