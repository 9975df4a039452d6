import { Link } from "@/app/_i18n/routing";
import type { components } from "@/app/_lib/schema";

type Props = {
  shop: components["schemas"]["VisitedShop"] | null;
  status: components["schemas"]["ShopStatusEnum"];
  /** What is said of one that is taken out of the directory. */
  gone: string;
  className: string;
};

/** The name of a café that somebody has visited or kept. It leads to its page as long as there is one. */
export function ShopName({ shop, status, gone, className }: Props) {
  if (shop === null || status !== "live") return shop?.name ?? gone;
  return (
    <Link href={`/shops/${shop.id}`} prefetch={false} className={className}>
      {shop.name}
    </Link>
  );
}
