export {
  noRoute as DELETE,
  noRoute as GET,
  noRoute as PATCH,
  noRoute as POST,
  noRoute as PUT,
} from "@/app/_lib/no-route";
