export { proxy as GET, proxy as DELETE } from "@/app/_lib/proxy";
