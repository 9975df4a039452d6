// Puts an edition's cafés in order by dragging, or by two buttons for those who do not drag, and suggests cafés by name.
// Without it the places are numbers to type, and a café is named in full.
"use strict";
addEventListener("DOMContentLoaded", () => {
  const group = document.getElementById("picks-group");
  const words = document.getElementById("order-words");
  const suggestions = document.getElementById("shop-suggestions");
  if (!group || !words || !group.querySelector(".pick-position")) {
    return; // somebody who may only look
  }
  const rows = () => [...group.querySelectorAll("tr.form-row:not(.empty-form)")];
  const number = () =>
    rows().forEach((row, place) => {
      row.querySelector(".pick-position").value = place;
    });
  let dragged = null;

  const button = (label, text, move) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.setAttribute("aria-label", label);
    made.title = label;
    made.addEventListener("click", () => {
      move(made.closest("tr"));
      number();
      made.focus();
    });
    return made;
  };
  const up = (row) => {
    const before = rows()[rows().indexOf(row) - 1];
    if (before) {
      before.before(row);
    }
  };
  const down = (row) => {
    const after = rows()[rows().indexOf(row) + 1];
    if (after) {
      after.after(row);
    }
  };

  const equip = (row) => {
    const position = row.querySelector(".pick-position");
    if (!position || row.querySelector(".order")) {
      return;
    }
    const order = document.createElement("span");
    order.className = "order";
    const handle = document.createElement("span");
    handle.className = "handle";
    handle.textContent = "⠿";
    handle.title = words.dataset.drag;
    handle.draggable = true;
    handle.addEventListener("dragstart", (event) => {
      dragged = row;
      row.classList.add("is-dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
      event.dataTransfer.setDragImage(row, 0, 0);
    });
    handle.addEventListener("dragend", () => {
      row.classList.remove("is-dragged");
      dragged = null;
      number();
    });
    order.append(handle, button(words.dataset.up, "↑", up), button(words.dataset.down, "↓", down));
    position.before(order);
    row.addEventListener("dragover", (event) => {
      if (!dragged || dragged === row) {
        return;
      }
      event.preventDefault();
      const box = row.getBoundingClientRect();
      if (event.clientY < box.top + box.height / 2) {
        row.before(dragged);
      } else {
        row.after(dragged);
      }
    });
    row.addEventListener("drop", (event) => event.preventDefault());
  };

  // A form that comes back with errors has its rows as they were first, and their new places in the fields.
  const place = (row) => Number(row.querySelector(".pick-position").value || Infinity);
  const last = group.querySelector("tr.empty-form");
  rows()
    .sort((one, other) => (place(one) < place(other) ? -1 : Number(place(one) > place(other))))
    .forEach((row) => last.before(row));

  group.classList.add("can-drag");
  rows().forEach(equip);
  document.addEventListener("formset:added", (event) => {
    equip(event.target);
    number();
  });
  group.closest("form").addEventListener("submit", number);
  // Rows that are left empty must not count as filled in: a place alone is no pick.
  group.closest("form").addEventListener("submit", () => {
    rows()
      .filter((row) => !row.querySelector(".shop-field").value && !row.classList.contains("has_original"))
      .forEach((row) => {
        row.querySelector(".pick-position").value = "";
      });
  });

  let asked = 0;
  group.addEventListener("input", async (event) => {
    if (!event.target.matches(".shop-field") || !event.target.value.trim()) {
      return;
    }
    const turn = ++asked;
    const answer = await fetch(`${suggestions.dataset.url}?q=${encodeURIComponent(event.target.value)}`);
    if (!answer.ok || turn !== asked) {
      return;
    }
    const { cafes } = await answer.json();
    suggestions.replaceChildren(
      ...cafes.map((cafe) => {
        const option = document.createElement("option");
        option.value = cafe;
        return option;
      }),
    );
  });
});
