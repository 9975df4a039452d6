export { proxy as GET } from "@/app/_lib/proxy";
