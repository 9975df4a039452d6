// Shows the page anew after data-seconds, unless nobody looks at it or somebody is about to press something.
"use strict";
{
  const seconds = Number(document.currentScript.dataset.seconds);
  setInterval(() => {
    const busy = document.activeElement && document.activeElement !== document.body;
    if (!document.hidden && !busy) {
      location.reload();
    }
  }, seconds * 1000);
}
