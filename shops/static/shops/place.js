// Finds a café by its address, shows what is around it, and moves it to where somebody clicks. Nothing is saved by it.
// Without it the coordinates are numbers to type, and the drawing is of those that are saved.
"use strict";
addEventListener("DOMContentLoaded", () => {
  const section = document.querySelector(".place");
  if (!section || !("mayChange" in section.dataset)) {
    return; // somebody who may only look
  }
  const form = document.getElementById("shop_form");
  const answer = section.querySelector(".place-answer");
  const button = section.querySelector(".place-find button");
  const field = (name) => form.elements.namedItem(name);
  let latest = 0;

  const say = (text) => {
    const note = document.createElement("p");
    note.className = "place-warning";
    note.textContent = text;
    answer.querySelector(".place-notes").replaceChildren(note);
  };
  const equip = () => {
    const map = answer.querySelector(".place-map");
    if (!map) {
      return;
    }
    map.classList.add("can-pick");
    answer.querySelector(".place-hint").hidden = false;
    map.addEventListener("click", (event) => {
      const box = map.getBoundingClientRect();
      const right = ((event.clientX - box.left) / box.width) * 320 - 160;
      const up = 160 - ((event.clientY - box.top) / box.height) * 320;
      const told = map.dataset;
      take(Number(told.latitude) + up * Number(told.up), Number(told.longitude) + right * Number(told.right), "exact");
      ask("look");
    });
  };
  const take = (latitude, longitude, precision) => {
    field("latitude").value = latitude.toFixed(6);
    field("longitude").value = longitude.toFixed(6);
    field("location_precision").value = precision;
  };
  const ask = async (what) => {
    const mine = ++latest;
    const body = new FormData();
    body.set("what", what);
    for (const name of ["address", "city", "district", "latitude", "longitude"]) {
      body.set(name, field(name).value);
    }
    button.disabled = what === "find";
    section.setAttribute("aria-busy", "true");
    try {
      const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
      const sent = await fetch(section.dataset.url, { method: "POST", body, headers: { "X-CSRFToken": token } });
      const isJson = (sent.headers.get("Content-Type") || "").startsWith("application/json");
      if (mine !== latest) {
        return; // a later question is under way
      }
      if (!sent.ok || !isJson) {
        say(section.dataset.ended);
        return;
      }
      const told = await sent.json();
      if (told.found) {
        take(told.found.latitude, told.found.longitude, told.found.precision);
      }
      answer.innerHTML = told.html; // written by our own template, which escapes what it is given
      equip();
    } catch {
      say(section.dataset.failed);
    } finally {
      if (mine === latest) {
        button.disabled = false;
        section.removeAttribute("aria-busy");
      }
    }
  };

  section.querySelector(".place-find").hidden = false;
  button.addEventListener("click", () => ask("find"));
  for (const name of ["latitude", "longitude"]) {
    field(name).addEventListener("change", () => {
      field("location_precision").value = "exact";
      ask("look");
    });
  }
  equip();
});
