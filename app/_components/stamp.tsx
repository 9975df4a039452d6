import type { ComponentProps } from "react";

type Props = Omit<ComponentProps<"img">, "src" | "alt" | "width" | "height"> & {
  shopId: string;
  /** Pixels each way, for the room that it takes before it is there. */
  size: number;
  alt?: string;
};

/** A café's own stamp. It says nothing unless `alt` does: mostly the café's name stands beside it. */
export function Stamp({ shopId, size, alt = "", ...rest }: Props) {
  return (
    <img
      src={`/api/stamps/${shopId}.svg`}
      alt={alt}
      width={size}
      height={size}
      loading="lazy"
      decoding="async"
      {...rest}
    />
  );
}
