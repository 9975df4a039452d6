"use client";

import { usePathname } from "next/navigation";

const ZH = { lang: "zh-Hant-TW", title: "咖啡灑出來了", text: "發生了我們沒料到的事，請稍後再試。", again: "再試一次" };
const EN = {
  lang: "en",
  title: "We spilled the coffee",
  text: "Something happened that we did not expect. Please try again later.",
  again: "Try again",
};

const LOOK = `
  :root { color-scheme: light dark; background: light-dark(#f8f3ea, #17120e); color: light-dark(#2a1d13, #f1e7d8) }
  body { margin: 0; padding: 20vh 1rem; text-align: center; line-height: 1.65; font-family: system-ui, sans-serif }
  h1 { font: bold 1.5rem/1.25 Georgia, "Songti TC", "Noto Serif TC", serif }
  button { min-height: 2.75rem; padding: 0 1.25rem; border: 0; border-radius: 2rem; font: inherit; font-weight: 600;
    cursor: pointer; background: light-dark(#7d431a, #e7b27a); color: light-dark(#fffaf2, #24160b) }
  button:focus-visible { outline: 3px solid light-dark(#b0651f, #f0b877); outline-offset: 2px }
`;

/** The last resort, for when the layout itself has failed: it can rely on no texts, styles or parts of ours. */
export default function GlobalError() {
  const t = /^\/en(\/|$)/.test(usePathname()) ? EN : ZH;
  return (
    <html lang={t.lang}>
      <head>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{t.title}</title>
        <style>{LOOK}</style>
      </head>
      <body>
        <main>
          <div role="alert">
            <h1>{t.title}</h1>
            <p>{t.text}</p>
          </div>
          <button type="button" onClick={() => location.reload()}>
            {t.again}
          </button>
        </main>
      </body>
    </html>
  );
}
