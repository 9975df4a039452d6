import { type MapCafe, mapCafe, type MapCount } from "@/app/_components/map/cafes";
import { type Bbox, onGrid } from "@/app/_lib/bbox";
import type { components } from "@/app/_lib/schema";

type ShopPage = components["schemas"]["ShopPage"];
type Middle = { city: string; district: string; en: string; latitude: number; longitude: number };

/** From here on a screen holds few enough cafés to ask for each. */
const ZOOM_OF_CAFES = 14;
const PAGE = 100;
const PAGES_AT_MOST = 3;
const KEPT_AT_MOST = 40;

/** What there is to see. `isWhole` is false where cafés were left out: they are seen when one comes closer. */
export type Seen = { cafes: readonly MapCafe[]; counts: readonly MapCount[]; isWhole: boolean };

/**
 * Asks for the cafés that pass some filters and lie within view: one by one when close, counted by district from afar.
 *
 * Answers are kept for as long as this object lives. A view that was seen already costs no request.
 */
export class InView {
  private readonly kept = new Map<string, Seen>();
  private middles: Promise<ReadonlyMap<string, Middle>> | undefined;

  constructor(
    private readonly filters: readonly (readonly [string, string])[],
    private readonly english: boolean,
  ) {}

  /** Throws when the answer cannot be had, or `signal` says that nobody waits for it. */
  async at(view: Bbox, zoom: number, signal: AbortSignal): Promise<Seen> {
    const box = onGrid(view).join(",");
    const isClose = zoom >= ZOOM_OF_CAFES;
    const key = `${isClose} ${box}`;
    const known = this.kept.get(key);
    if (known) return known;
    const seen = isClose ? await this.cafes(box, signal) : await this.counted(box, signal);
    if (this.kept.size >= KEPT_AT_MOST) this.kept.delete(this.kept.keys().next().value ?? "");
    this.kept.set(key, seen);
    return seen;
  }

  private async cafes(box: string, signal: AbortSignal): Promise<Seen> {
    const cafes: MapCafe[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < PAGES_AT_MOST; page++) {
      const more: ShopPage = await this.ask({ bbox: box, limit: String(PAGE), ...(cursor && { cursor }) }, signal);
      cafes.push(...more.results.map((shop) => mapCafe(shop)));
      cursor = more.next_cursor;
      if (cursor === null) break;
    }
    return { cafes, counts: [], isWhole: cursor === null };
  }

  private async counted(box: string, signal: AbortSignal): Promise<Seen> {
    const { facets } = await this.ask({ bbox: box, limit: "1", facets: "true" }, signal);
    if (!facets || facets.total <= PAGE * PAGES_AT_MOST) return this.cafes(box, signal);
    const middles = await this.middlesOfDistricts();
    const counts = facets.districts.flatMap(({ city, district, count }) => {
      const middle = middles.get(city + district);
      if (!middle || !this.asksFor(city, district)) return [];
      const { latitude, longitude, en } = middle;
      return [{ name: this.english ? en : district, latitude, longitude, count }];
    });
    return { cafes: [], counts, isWhole: true };
  }

  /** The API counts districts as if none were chosen. */
  private asksFor(city: string, district: string): boolean {
    return this.filters.every(
      ([name, value]) => (name !== "city" || value === city) && (name !== "district" || value === district),
    );
  }

  private async ask(more: Record<string, string>, signal: AbortSignal): Promise<ShopPage> {
    const query = new URLSearchParams(this.filters.map(([name, value]) => [name, value]));
    for (const [name, value] of Object.entries(more)) query.set(name, value);
    const answer = await fetch(`/api/shops?${query.toString()}`, { signal });
    if (!answer.ok) throw new Error(`/api/shops answered ${answer.status}`);
    return (await answer.json()) as ShopPage;
  }

  private middlesOfDistricts(): Promise<ReadonlyMap<string, Middle>> {
    this.middles ??= fetch("/map/names.json")
      .then((answer) => answer.json() as Promise<Middle[]>)
      .then((all) => new Map(all.map((middle) => [middle.city + middle.district, middle])));
    this.middles.catch(() => (this.middles = undefined));
    return this.middles;
  }
}
