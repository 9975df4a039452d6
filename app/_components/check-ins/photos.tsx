"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";

import type { CheckIn, Photo } from "@/app/_components/check-ins/use-fresh-check-in";

type Props = { checkIn: CheckIn; onExpired: () => void; onApproach: () => void };

/**
 * The photos of a check-in, each with its state. `onExpired` is called when a URL is good no more, `onApproach` when
 * one is about to be followed.
 */
export function CheckInPhotos({ checkIn, onExpired, onApproach }: Props) {
  const t = useTranslations("checkin.photo");
  return (
    <ul className="flex flex-wrap gap-3">
      {checkIn.photos.map((photo) => (
        <PhotoTile key={photo.id} photo={photo} alt={t("alt")} onExpired={onExpired} onApproach={onApproach} />
      ))}
      {checkIn.menu_photo && (
        <PhotoTile photo={checkIn.menu_photo} alt={t("menuAlt")} onExpired={onExpired} onApproach={onApproach} />
      )}
    </ul>
  );
}

const TILE =
  "flex size-28 items-center justify-center rounded-2xl border border-line bg-sunken p-2 text-center text-sm text-ink-soft";

/** A picture that cannot be had is asked for anew this often, not for ever. */
const ANEW_MAX = 3;

type TileProps = Omit<Props, "checkIn"> & { photo: Photo; alt: string };

function PhotoTile({ photo, alt, onExpired, onApproach }: TileProps) {
  const t = useTranslations("checkin");
  const small = photo.thumbnail_url ?? photo.url;
  const picture = useRef<HTMLImageElement>(null);
  const anew = useRef(0);
  const ask = () => anew.current++ < ANEW_MAX && onExpired();
  const latest = useRef(ask);
  useEffect(() => {
    latest.current = ask;
  });
  useEffect(() => {
    // A picture of the page as it came from the server may have failed before anybody listened.
    if (small !== null && picture.current?.complete && picture.current.naturalWidth === 0) latest.current();
  }, [small]);
  if (photo.status === "refused") {
    return (
      <li className="flex max-w-sm items-center gap-3 rounded-2xl border border-brick bg-brick-soft p-3 text-sm text-brick">
        <span>
          <strong>{t("photo.refused")}</strong>
          <br />
          {photo.refusal && t(`refusal.${photo.refusal.code}`)}
        </span>
      </li>
    );
  }
  if (photo.status !== "ready") return <li className={`${TILE} animate-pulse`}>{t("photo.looking")}</li>;
  if (small === null) return <li className={TILE}>{t("photo.unseen")}</li>;
  return (
    <li>
      <a
        href={photo.url ?? small}
        target="_blank"
        rel="noreferrer"
        onPointerEnter={onApproach}
        onFocus={onApproach}
        className="block rounded-2xl"
      >
        <img
          ref={picture}
          src={small}
          alt={alt}
          width={112}
          height={112}
          loading="lazy"
          decoding="async"
          onError={ask}
          className="size-28 rounded-2xl bg-sunken object-cover"
        />
        <span className="sr-only">{t("photo.open")}</span>
      </a>
    </li>
  );
}
