"use client";

import { useId } from "react";

import { buttonClass } from "@/app/_components/button";

type Props = {
  camera: string;
  choose: string;
  hint: string;
  several?: boolean;
  onFiles: (files: readonly File[]) => void;
};

/** Ways to a photo: the camera, where there may be one at hand, and the files of the device. */
export function Pickers({ camera, choose, hint, several = false, onFiles }: Props) {
  const hintId = useId();
  return (
    <div>
      <div className="flex flex-wrap gap-2">
        <Picker label={camera} hintId={hintId} onFiles={onFiles} withCamera />
        <Picker label={choose} hintId={hintId} onFiles={onFiles} multiple={several} />
      </div>
      <p id={hintId} className="mt-2 text-sm text-ink-soft">
        {hint}
      </p>
    </div>
  );
}

type PickerProps = {
  label: string;
  hintId: string;
  onFiles: (files: readonly File[]) => void;
  withCamera?: boolean;
  multiple?: boolean;
};

function Picker({ label, hintId, onFiles, withCamera = false, multiple = false }: PickerProps) {
  // A desktop's file window knows no camera: there it would be the same button twice.
  const shown = withCamera ? "hidden pointer-coarse:inline-flex" : "";
  return (
    <label
      className={`${buttonClass("quiet", shown)} relative cursor-pointer has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-(--ring)`}
    >
      {withCamera ? <CameraIcon /> : <PictureIcon />}
      {label}
      <input
        type="file"
        accept="image/*"
        capture={withCamera ? "environment" : undefined}
        multiple={multiple}
        aria-describedby={hintId}
        className="absolute inset-0 size-full cursor-pointer opacity-0"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          // The same file may be chosen again after it was taken away.
          event.target.value = "";
          if (files.length > 0) onFiles(files);
        }}
      />
    </label>
  );
}

function CameraIcon() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true" className="size-5" fill="none" stroke="currentColor" strokeWidth="1.6">
      <path d="M2.5 6.5h3l1.5-2h6l1.5 2h3v10h-15z" strokeLinejoin="round" />
      <circle cx="10" cy="11" r="3" />
    </svg>
  );
}

function PictureIcon() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true" className="size-5" fill="none" stroke="currentColor" strokeWidth="1.6">
      <rect x="2.5" y="3.5" width="15" height="13" rx="2" />
      <path d="m3 14 4-4 3.5 3.5 2.5-2.5 4 4" strokeLinejoin="round" />
      <circle cx="13" cy="7.5" r="1.3" fill="currentColor" stroke="none" />
    </svg>
  );
}
