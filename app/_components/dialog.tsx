"use client";

import { type ReactNode, useEffect, useId, useRef } from "react";

type Props = { open: boolean; onClose: () => void; title: ReactNode; children: ReactNode };

/**
 * A modal dialog. The browser keeps the focus within, and brings it back to where it was; Escape and a press beside it
 * close it. Its content is made when it opens, so that it begins anew each time.
 */
export function Dialog({ open, onClose, title, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    if (!open || !element) return;
    element.showModal();
    heading.current?.focus();
    return () => element.close();
  }, [open]);
  useEffect(() => {
    const element = dialog.current;
    // A text that is marked with the mouse until beyond the edge is no press beside: that would begin there as well.
    let began: EventTarget | null = null;
    const onDown = (event: PointerEvent) => {
      began = event.target;
    };
    const onPress = (event: MouseEvent) => event.target === element && began === element && onClose();
    element?.addEventListener("pointerdown", onDown);
    element?.addEventListener("click", onPress);
    return () => {
      element?.removeEventListener("pointerdown", onDown);
      element?.removeEventListener("click", onPress);
    };
  }, [onClose]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={() => open && onClose()}
      className="m-auto w-[min(28rem,calc(100%-2rem))] rounded-cup border border-line bg-card p-0 text-ink shadow-cup backdrop:bg-black/50 backdrop:backdrop-blur-[2px]"
    >
      {open && (
        <div className="p-5">
          <h2 id={id} ref={heading} tabIndex={-1} className="text-xl font-bold outline-none">
            {title}
          </h2>
          {children}
        </div>
      )}
    </dialog>
  );
}
