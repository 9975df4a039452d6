"use client";

import { useEffect, useState } from "react";

import { prepare, Unsendable } from "@/app/_lib/photos/prepare";
import { put } from "@/app/_lib/photos/put";
import { api } from "@/app/_lib/api";
import { backoff } from "@/app/_lib/backoff";
import { loaded, type Problem } from "@/app/_lib/problem";
import type { components } from "@/app/_lib/schema";

export type Photo = components["schemas"]["Photo"];
type Refusal = components["schemas"]["CodeEnum"];

/** After so many looks we say that it takes longer than usual. */
const SLOW_AFTER = 8;

export type AvatarState =
  | { step: "ready" | "preparing" | "sending" | "changed" | "removed" | "lost" }
  | { step: "refused"; reason: Refusal }
  | { step: "failed"; problem: Problem };

/** The member's picture, which is watched until a worker has looked at it, and how to change it. */
export function useAvatar(given: Photo | null) {
  const [photo, setPhoto] = useState(given);
  const [preview, setPreview] = useState<string | null>(null);
  const [state, setState] = useState<AvatarState>({ step: "ready" });
  const [asked, setAsked] = useState(0);
  const isLooking = photo?.status === "claimed" || photo?.status === "pending";
  const busy = state.step === "preparing" || state.step === "sending";

  useEffect(() => {
    if (!isLooking) return;
    const timer = setTimeout(async () => {
      const answer = await loaded(api.GET("/profile"));
      if (answer.ok) {
        const { avatar } = answer.data;
        setPhoto(avatar);
        if (avatar?.status === "ready") setState({ step: "changed" });
      }
      setAsked((times) => times + 1);
    }, backoff(asked));
    return () => clearTimeout(timer);
  }, [isLooking, asked]);

  useEffect(() => () => (preview === null ? undefined : URL.revokeObjectURL(preview)), [preview]);

  async function give(uploadId: string | null): Promise<boolean> {
    const answer = await loaded(api.PATCH("/profile", { body: { avatar_upload_id: uploadId } }));
    if (answer.ok) {
      setPhoto(answer.data.avatar);
      setAsked(0);
      return true;
    }
    const reason = answer.problem.reasons.avatar_upload_id;
    if (answer.problem.code === "upload_refused" && reason) setState({ step: "refused", reason: reason as Refusal });
    else setState({ step: "failed", problem: answer.problem });
    return false;
  }

  async function choose(file: File) {
    if (busy) return;
    setState({ step: "preparing" });
    try {
      const { blob, type } = await prepare(file);
      const ticket = await loaded(
        api.POST("/uploads", { body: { purpose: "avatar", content_type: type, bytes: blob.size } }),
      );
      if (!ticket.ok) return setState({ step: "failed", problem: ticket.problem });
      setState({ step: "sending" });
      const outcome = await put(ticket.data, blob, () => {}, new AbortController().signal);
      if (outcome !== "there") return setState({ step: "lost" });
      if (await give(ticket.data.id)) {
        setPreview(URL.createObjectURL(blob));
        setState({ step: "ready" });
      }
    } catch (error) {
      if (!(error instanceof Unsendable)) throw error;
      setState({ step: "refused", reason: error.refusal });
    }
  }

  async function remove() {
    if (busy) return;
    setState({ step: "sending" });
    if (!(await give(null))) return;
    setPreview(null);
    setState({ step: "removed" });
  }

  return { photo, preview, state, busy, isLooking, isSlow: isLooking && asked >= SLOW_AFTER, choose, remove };
}
