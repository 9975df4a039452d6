"use client";

import { useCallback, useEffect, useRef, useState } from "react";

import { api } from "@/app/_lib/api";
import { loaded } from "@/app/_lib/problem";
import type { components } from "@/app/_lib/schema";

export type CheckIn = components["schemas"]["CheckIn"];
export type Photo = components["schemas"]["Photo"];

const PAUSES_MS = [1_500, 2_000, 3_000, 5_000, 8_000];
const LAST_PAUSE_MS = 15_000;
/** The photos' URLs are good for ten minutes. */
const FRESH_FOR_MS = 9 * 60_000;

function allPhotos({ photos, menu_photo: menu }: CheckIn): readonly Photo[] {
  return menu ? [...photos, menu] : photos;
}

/** Whether a worker has still to look at a photo of it. */
export function isBeingLookedAt(checkIn: CheckIn): boolean {
  return allPhotos(checkIn).some(({ status }) => status === "pending" || status === "claimed");
}

/** Whether a photo of it was not taken. */
export function hasRefusal(checkIn: CheckIn): boolean {
  return allPhotos(checkIn).some(({ status }) => status === "refused");
}

/**
 * A check-in that is asked for again until all its photos were looked at, when somebody comes back to a page on which
 * its photos' URLs have run out, or is about to follow one (`renew`), and when `refresh` is called, as one has failed.
 * `gone`: it was taken back, since none of its photos could be used, or deleted elsewhere.
 */
export function useFreshCheckIn(given: CheckIn) {
  const [checkIn, setCheckIn] = useState(given);
  const [gone, setGone] = useState(false);
  const [asked, setAsked] = useState(0);

  const freshAt = useRef(0);
  const isAsking = useRef(false);
  const refresh = useCallback(async () => {
    // Several of its photos run out at once: one answer has them all.
    if (isAsking.current) return;
    isAsking.current = true;
    const params = { path: { check_in_id: given.id } };
    const answer = await loaded(api.GET("/checkins/{check_in_id}", { params }));
    isAsking.current = false;
    if (answer.ok) {
      setCheckIn(answer.data);
      freshAt.current = Date.now();
    } else if (answer.problem.status === 404) setGone(true);
    setAsked((times) => times + 1);
  }, [given.id]);

  const isWaiting = !gone && isBeingLookedAt(checkIn);
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(() => void refresh(), PAUSES_MS[asked] ?? LAST_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [isWaiting, asked, refresh]);

  const renew = useCallback(() => {
    if (Date.now() - freshAt.current > FRESH_FOR_MS) void refresh();
  }, [refresh]);
  useEffect(() => {
    freshAt.current = Date.now();
    const onChange = () => document.visibilityState === "visible" && renew();
    document.addEventListener("visibilitychange", onChange);
    return () => document.removeEventListener("visibilitychange", onChange);
  }, [renew]);

  return { checkIn, gone, refresh, renew };
}
