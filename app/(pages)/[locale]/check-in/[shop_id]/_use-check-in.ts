"use client";

import { useCallback, useEffect, useReducer, useRef, useState } from "react";

import { cleanNote } from "@/app/_lib/written-text";

import { type Draft, draftReducer, EMPTY, type PhotoKind, room, uploads } from "./_draft";
import { keyring, postCheckIn } from "./_post-check-in";
import type { Prepared } from "@/app/_lib/photos/prepare";
import { sendPhoto } from "./_send-photo";

type Held = { kind: PhotoKind; mark: string; file: Blob | Prepared; stop: AbortController };

/** Of the files that were chosen: those for which there was no room, and those that were there already. */
export type LeftOut = { over: number; twice: number };
export const NONE_LEFT_OUT: LeftOut = { over: 0, twice: 0 };

/** What tells one file of a device from another without reading them. */
function markOf({ name, size, lastModified }: File): string {
  return `${size} ${lastModified} ${name}`;
}

/** A check-in that is being made: photos go on their way as soon as they are chosen. */
export function useCheckIn(shopId: string) {
  const [draft, dispatch] = useReducer(draftReducer, EMPTY);
  const [keyFor] = useState(keyring);
  // Files and connections are no state to show, and must outlive every rendering.
  const held = useRef(new Map<string, Held>());
  const previews = useRef(new Set<string>());

  const send = useCallback((key: string) => {
    const photo = held.current.get(key);
    if (!photo) return;
    void sendPhoto(photo.file, photo.kind, {
      signal: photo.stop.signal,
      onPrepared: (prepared) => {
        if (photo.file instanceof Blob) {
          const preview = URL.createObjectURL(prepared.blob);
          previews.current.add(preview);
          dispatch({ type: "previewed", key, preview });
        }
        photo.file = prepared;
      },
      onState: (state) => dispatch({ type: "moved", key, state }),
    });
  }, []);

  const add = (files: readonly File[], kind: PhotoKind): LeftOut => {
    const known = [...held.current.values()].filter((photo) => photo.kind === kind).map(({ mark }) => mark);
    const others = files.filter((file) => !known.includes(markOf(file)));
    const taken = others.slice(0, room(draft, kind));
    const photos = taken.map((file) => ({ key: crypto.randomUUID(), kind, name: file.name, file }));
    dispatch({ type: "added", photos: photos.map(({ key, name }) => ({ key, kind, name })) });
    for (const { key, file } of photos) {
      held.current.set(key, { kind, mark: markOf(file), file, stop: new AbortController() });
      send(key);
    }
    return { over: others.length - taken.length, twice: files.length - others.length };
  };

  const remove = (key: string) => {
    held.current.get(key)?.stop.abort();
    held.current.delete(key);
    dispatch({ type: "removed", key });
  };

  const retry = (key: string) => {
    dispatch({ type: "moved", key, state: { step: "waiting", offline: !navigator.onLine } });
    send(key);
  };

  usePosting(draft, shopId, keyFor, dispatch);

  useEffect(() => {
    const [connections, urls] = [held.current, previews.current];
    return () => {
      for (const { stop } of connections.values()) stop.abort();
      for (const url of urls) URL.revokeObjectURL(url);
    };
  }, []);

  return {
    draft,
    add,
    remove,
    retry,
    write: (note: string) => dispatch({ type: "noted", note }),
    submit: () => dispatch({ type: "wanted" }),
  };
}

/** As soon as a check-in is wanted and all its photos are with us, it is made. */
function usePosting(
  draft: Draft,
  shopId: string,
  keyFor: ReturnType<typeof keyring>,
  dispatch: (event: Parameters<typeof draftReducer>[1]) => void,
) {
  const isReady = draft.submission.step === "uploading" && uploads(draft) !== null;
  const latest = useRef(draft);
  useEffect(() => {
    latest.current = draft;
  });
  useEffect(() => {
    const photos = uploads(latest.current);
    if (!isReady || photos === null) return;
    const body = { shop_id: shopId, ...photos, note: cleanNote(latest.current.note) };
    const onWaiting = (offline: boolean) => dispatch({ type: "posting", offline });
    // Not stopped when the page goes: what was asked for is to be done.
    void postCheckIn(body, keyFor(body), onWaiting, new AbortController().signal).then((answer) =>
      dispatch(answer.ok ? { type: "posted", checkIn: answer.data } : { type: "refused", problem: answer.problem }),
    );
  }, [isReady, shopId, keyFor, dispatch]);
}
