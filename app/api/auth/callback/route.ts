export { proxy as POST } from "@/app/_lib/proxy";
