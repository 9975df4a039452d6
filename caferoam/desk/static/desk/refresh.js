// Renews what the page shows every data-seconds, unless nobody looks at it or somebody is about to press something, or
// copies. It says so to the server, so that a page left open does not keep its operator logged in.
"use strict";
{
  const seconds = Number(document.currentScript.dataset.seconds);
  const isBusy = () =>
    document.hidden || !getSelection().isCollapsed || document.activeElement !== document.body;
  const renew = async () => {
    if (isBusy()) {
      return;
    }
    let answer;
    try {
      answer = await fetch(location.href, { headers: { "X-Refresh": "1" } });
    } catch {
      answer = { ok: false };
    }
    if (answer.redirected) {
      location.reload(); // to the login page
    } else if (!answer.ok) {
      document.getElementById("stale").hidden = false;
    } else {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!isBusy()) {
        document.getElementById("content").replaceWith(page.getElementById("content"));
        if (!page.querySelector("script[data-seconds]")) {
          clearInterval(timer); // what was shown as moving has ended
        }
      }
    }
  };
  const timer = setInterval(renew, seconds * 1000);
}
