"use client";

/** The last resort, for when the layout itself has failed: it can rely on no texts, styles or parts of ours. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="zh-Hant-TW">
      <body style={{ fontFamily: "system-ui, sans-serif", textAlign: "center", padding: "20vh 1rem" }}>
        <h1>咖啡灑出來了</h1>
        <p>發生了我們沒料到的事。</p>
        <p lang="en">We spilled the coffee. Something happened that we did not expect.</p>
        <button type="button" onClick={reset}>
          再試一次 <span lang="en">Try again</span>
        </button>
      </body>
    </html>
  );
}
