import { expect, test } from "vitest";

import type { Problem } from "@/app/_lib/problem";

import { type Draft, type DraftEvent, draftReducer, EMPTY, isUnsaved, type PhotoState, room, uploads } from "./_draft";

function after(...events: DraftEvent[]): Draft {
  return events.reduce(draftReducer, EMPTY);
}

const two: DraftEvent = {
  type: "added",
  photos: [
    { key: "a", kind: "photo", name: "a.jpg" },
    { key: "m", kind: "menu", name: "m.jpg" },
  ],
};
const moved = (key: string, state: PhotoState): DraftEvent => ({ type: "moved", key, state });
const sent = (key: string) => moved(key, { step: "sent", uploadId: `upload-${key}` });
const failed = (key: string) => moved(key, { step: "failed", failure: { network: true }, canRetry: true });
const problem = (about: Partial<Problem>): Problem => ({
  status: 400,
  code: "upload_refused",
  detail: "",
  errors: {},
  reasons: {},
  retryAfter: null,
  ...about,
});

test("photos and the menu have room of their own", () => {
  expect([room(after(two), "photo"), room(after(two), "menu")]).toEqual([2, 0]);
});

test("uploads are named once all photos are with us, the menu apart", () => {
  expect(uploads(after(two, sent("a")))).toBeNull();
  expect(uploads(after(two, sent("m"), sent("a")))).toEqual({ upload_ids: ["upload-a"], menu_upload_id: "upload-m" });
});

test("a menu alone is no check-in", () => {
  expect(uploads(after(two, { type: "removed", key: "a" }, sent("m")))).toBeNull();
});

test("a wanted check-in waits for its photos", () => {
  expect(after(two, { type: "wanted" }, sent("a")).submission.step).toBe("uploading");
});

test("a photo that stops, stops the check-in too, and leaves the others as they are", () => {
  const draft = after(two, sent("a"), { type: "wanted" }, failed("m"));
  expect(draft.submission).toMatchObject({ step: "editing", photosFailed: true });
  expect(draft.photos[0]?.state).toEqual({ step: "sent", uploadId: "upload-a" });
});

test("nothing is sent while a photo has failed, until it is tried again or taken away", () => {
  const draft = after(two, sent("a"), failed("m"), { type: "wanted" });
  expect(draft.submission.step).toBe("editing");
  const without = draftReducer(draft, { type: "removed", key: "m" });
  expect(without.submission).toMatchObject({ photosFailed: false });
  expect(draftReducer(without, { type: "wanted" }).submission.step).toBe("uploading");
});

test("a refusal falls on the photo that the API names", () => {
  const draft = after(
    two,
    { type: "added", photos: [{ key: "b", kind: "photo", name: "b.jpg" }] },
    sent("a"),
    sent("m"),
    sent("b"),
    { type: "refused", problem: problem({ reasons: { "upload_ids.1": "damaged", menu_upload_id: "missing" } }) },
  );
  expect(draft.photos.map((photo) => photo.state)).toEqual([
    { step: "sent", uploadId: "upload-a" },
    { step: "failed", failure: { refusal: "missing" }, canRetry: true },
    { step: "failed", failure: { refusal: "damaged" }, canRetry: false },
  ]);
  expect(draft.submission).toEqual({ step: "editing", problem: null, photosFailed: true });
});

test("an upload that was lost in between can be sent once more", () => {
  const errors = { "upload_ids.0": ["gone"] };
  const draft = after(two, sent("a"), sent("m"), {
    type: "refused",
    problem: problem({ code: "upload_not_available", errors }),
  });
  expect(draft.photos[0]?.state).toEqual({ step: "failed", failure: { refusal: "expired" }, canRetry: true });
});

test("a refusal that blames no photo is said for the whole", () => {
  const refusal = problem({ code: "shop_not_found" });
  const draft = after(two, sent("a"), sent("m"), { type: "refused", problem: refusal });
  expect(draft.submission).toEqual({ step: "editing", problem: refusal, photosFailed: false });
});

test("photos and a note would be lost with the page, blanks would not", () => {
  expect(isUnsaved(EMPTY)).toBe(false);
  expect(isUnsaved(after({ type: "noted", note: " \n" }))).toBe(false);
  expect(isUnsaved(after({ type: "noted", note: "靠窗" }))).toBe(true);
  expect(isUnsaved(after(two))).toBe(true);
});
