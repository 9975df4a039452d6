export { proxy as GET, proxy as POST } from "@/app/_lib/proxy";
