import type { Problem } from "@/app/_lib/problem";
import type { components } from "@/app/_lib/schema";

import type { Refusal } from "@/app/_lib/photos/plan";

export const PHOTOS_MAX = 3;
export const NOTE_MAX = 1000;

type CheckIn = components["schemas"]["CheckIn"];

/** Why a photo is not with us: refused for what it is, or stopped on its way. `network`: after many tries. */
export type Failure = { refusal: Refusal } | { problem: Problem } | { network: true };

export type PhotoState =
  | { step: "preparing" }
  | { step: "waiting"; offline: boolean }
  | { step: "sending"; progress: number }
  | { step: "sent"; uploadId: string }
  | { step: "failed"; failure: Failure; canRetry: boolean };

export type PhotoKind = "photo" | "menu";

/** A photo that the member has chosen. `preview` is where the browser keeps the picture, null until it is known. */
export type DraftPhoto = { key: string; kind: PhotoKind; name: string; preview: string | null; state: PhotoState };

/** Where the check-in as a whole stands. `uploading`: it is wanted, and goes as soon as its photos are with us. */
export type Submission =
  | { step: "editing"; problem: Problem | null; photosFailed: boolean }
  | { step: "uploading" }
  | { step: "posting"; offline: boolean }
  | { step: "done"; checkIn: CheckIn };

export type Draft = { photos: readonly DraftPhoto[]; note: string; submission: Submission };

export const EMPTY: Draft = {
  photos: [],
  note: "",
  submission: { step: "editing", problem: null, photosFailed: false },
};

export type DraftEvent =
  | { type: "added"; photos: readonly Pick<DraftPhoto, "key" | "kind" | "name">[] }
  | { type: "previewed"; key: string; preview: string }
  | { type: "moved"; key: string; state: PhotoState }
  | { type: "removed"; key: string }
  | { type: "noted"; note: string }
  | { type: "wanted" }
  | { type: "posting"; offline: boolean }
  | { type: "posted"; checkIn: CheckIn }
  | { type: "refused"; problem: Problem };

/** Reasons that another try with the same file can mend. */
const MENDABLE: readonly Refusal[] = [
  "missing",
  "expired",
  "already_used",
  "size_differs",
  "truncated",
  "unknown_upload",
];

export function draftReducer(draft: Draft, event: DraftEvent): Draft {
  if (draft.submission.step === "done") return draft;
  switch (event.type) {
    case "added":
      return withPhotos(draft, [
        ...draft.photos,
        ...event.photos.map((photo) => ({ ...photo, preview: null, state: { step: "preparing" } as const })),
      ]);
    case "previewed":
      return changed(draft, event.key, (photo) => ({ ...photo, preview: event.preview }));
    case "moved":
      return settled(changed(draft, event.key, (photo) => ({ ...photo, state: event.state })));
    case "removed":
      return settled(
        withPhotos(
          draft,
          draft.photos.filter((photo) => photo.key !== event.key),
        ),
      );
    case "noted":
      return { ...draft, note: event.note };
    case "wanted":
      return settled({ ...draft, submission: { step: "uploading" } });
    case "posting":
      return { ...draft, submission: { step: "posting", offline: event.offline } };
    case "posted":
      return { ...draft, submission: { step: "done", checkIn: event.checkIn } };
    case "refused":
      return refused(draft, event.problem);
  }
}

/** How many more photos there is room for. */
export function room(draft: Draft, kind: PhotoKind): number {
  return (kind === "menu" ? 1 : PHOTOS_MAX) - draft.photos.filter((photo) => photo.kind === kind).length;
}

/** Whether something would be lost with the page. */
export function isUnsaved(draft: Draft): boolean {
  return draft.submission.step !== "done" && (draft.photos.length > 0 || draft.note.trim() !== "");
}

/** The uploads, in the order in which they are to be shown; null while one is still on its way. */
export function uploads(draft: Draft): { upload_ids: string[]; menu_upload_id?: string } | null {
  const ids = { photo: [] as string[], menu: [] as string[] };
  for (const { kind, state } of draft.photos) {
    if (state.step !== "sent") return null;
    ids[kind].push(state.uploadId);
  }
  if (ids.photo.length === 0) return null;
  const [menu] = ids.menu;
  return menu === undefined ? { upload_ids: ids.photo } : { upload_ids: ids.photo, menu_upload_id: menu };
}

/** A wanted check-in waits for photos on their way, but not for one that stopped: that is for the member to decide. */
function settled(draft: Draft): Draft {
  if (draft.submission.step !== "uploading") return draft;
  const photosFailed = draft.photos.some((photo) => photo.state.step === "failed");
  const hasPhoto = draft.photos.some((photo) => photo.kind === "photo");
  return photosFailed || !hasPhoto ? { ...draft, submission: { step: "editing", problem: null, photosFailed } } : draft;
}

/** The API names the photos that it does not take by their place in the request. */
function refused(draft: Draft, problem: Problem): Draft {
  const reasons = problem.code === "upload_refused" ? problem.reasons : {};
  let place = 0;
  const photos = draft.photos.map((photo) => {
    const field = photo.kind === "menu" ? "menu_upload_id" : `upload_ids.${place++}`;
    const lost = problem.code === "upload_not_available" && field in problem.errors;
    const refusal = (lost ? "expired" : reasons[field]) as Refusal | undefined;
    if (refusal === undefined) return photo;
    return { ...photo, state: { step: "failed", failure: { refusal }, canRetry: MENDABLE.includes(refusal) } as const };
  });
  const photosFailed = photos.some((photo) => photo.state.step === "failed");
  return { ...draft, photos, submission: { step: "editing", problem: photosFailed ? null : problem, photosFailed } };
}

function withPhotos(draft: Draft, photos: readonly DraftPhoto[]): Draft {
  return { ...draft, photos, submission: draft.submission.step === "editing" ? EMPTY.submission : draft.submission };
}

function changed(draft: Draft, key: string, change: (photo: DraftPhoto) => DraftPhoto): Draft {
  return { ...draft, photos: draft.photos.map((photo) => (photo.key === key ? change(photo) : photo)) };
}
