export { proxy as GET, proxy as PATCH, proxy as DELETE } from "@/app/_lib/proxy";
