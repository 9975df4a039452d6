import type { MetadataRoute } from "next";

/** What a phone shows when the site is put on its home screen. */
export default function manifest(): MetadataRoute.Manifest {
  return {
    name: "啡遊 CafeRoam",
    short_name: "啡遊",
    description: "依你想做的事，找到咖啡廳",
    lang: "zh-Hant-TW",
    start_url: "/",
    display: "standalone",
    background_color: "#f8f3ea",
    theme_color: "#f8f3ea",
    icons: [{ src: "/icon.svg", sizes: "any", type: "image/svg+xml" }],
  };
}
