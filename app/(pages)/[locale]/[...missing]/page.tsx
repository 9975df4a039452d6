import { notFound } from "next/navigation";

/** Every path that no other page has, so that the 404 is in the visitor's language. */
export default function Missing() {
  notFound();
}
