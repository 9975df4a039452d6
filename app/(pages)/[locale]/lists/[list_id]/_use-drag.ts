"use client";

import { type PointerEvent, useEffect, useRef, useState } from "react";

import { placeAt, type Row, shiftOf } from "./_order";

type Drag = { from: number; to: number; by: number; rows: readonly Row[]; startY: number };

const EDGE = 90;
const SCROLL_STEP = 14;

/**
 * Lets rows be dragged by a handle, with mouse, pen or finger. They are moved on the screen only; once one is let go
 * of, `onDrop` is told to which place. Escape puts it back.
 */
export function useDrag(onDrop: (from: number, to: number) => void) {
  const list = useRef<HTMLUListElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const isDragging = drag !== null;
  const latest = useRef({ drag, onDrop });
  useEffect(() => {
    latest.current = { drag, onDrop };
  });

  useEffect(() => {
    if (!isDragging) return;
    const onMove = (event: globalThis.PointerEvent) => {
      if (event.clientY < EDGE) window.scrollBy(0, -SCROLL_STEP);
      if (event.clientY > window.innerHeight - EDGE) window.scrollBy(0, SCROLL_STEP);
      const y = event.clientY + window.scrollY;
      setDrag((held) => {
        if (!held) return held;
        const by = y - held.startY;
        return { ...held, by, to: placeAt(held.rows, held.from, by) };
      });
    };
    const onUp = () => {
      const { drag: held, onDrop: drop } = latest.current;
      setDrag(null);
      if (held && held.to !== held.from) drop(held.from, held.to);
    };
    const onCancel = () => setDrag(null);
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && onCancel();
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", onUp);
    window.addEventListener("pointercancel", onCancel);
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", onUp);
      window.removeEventListener("pointercancel", onCancel);
      window.removeEventListener("keydown", onKey);
    };
  }, [isDragging]);

  const start = (from: number) => (event: PointerEvent) => {
    if (event.button !== 0 || !list.current) return;
    event.preventDefault();
    const rows = [...list.current.children].map((row) => {
      const { top, height } = row.getBoundingClientRect();
      return { top: top + window.scrollY, height };
    });
    setDrag({ from, to: from, by: 0, rows, startY: event.clientY + window.scrollY });
  };

  /** How far the row at a place is from where it belongs. */
  const offsetOf = (place: number): number => {
    if (!drag) return 0;
    if (place === drag.from) return drag.by;
    const [first, second] = drag.rows;
    const gap = first && second ? second.top - first.top - first.height : 0;
    return shiftOf(place, drag.from, drag.to, (drag.rows[drag.from]?.height ?? 0) + gap);
  };

  return { list, start, offsetOf, held: drag?.from ?? null };
}
