import { type GeoJSONSource, type Map as MapLibre, Marker } from "maplibre-gl";

import { type MapCafe, nextSpot } from "@/app/_components/map/cafes";

export const CAFES = "cafes";

export type PinTexts = { cluster: (count: number) => string; district: (name: string, count: number) => string };
type Handlers = {
  choose: (cafe: MapCafe) => void;
  point: (id: string | null) => void;
  /** A feature of the source tells no more than an id: tiles keep no nulls. */
  cafeOf: (id: string) => MapCafe | undefined;
};
type Pin = { marker: Marker; button: HTMLButtonElement; cafe: MapCafe | null };

const LOOK = "group grid min-h-11 min-w-11 cursor-pointer place-items-center rounded-full outline-offset-0";
const CAFE_LOOK =
  "grid size-7 place-items-center rounded-full border-2 border-card bg-brew text-xs font-bold text-brew-ink shadow-cup " +
  "transition-transform group-hover:scale-125 group-focus-visible:scale-125 group-aria-[current=true]:scale-150 " +
  "group-aria-[current=true]:bg-leaf group-aria-[current=true]:text-card";
const MANY_LOOK =
  "grid place-items-center rounded-full border-2 border-brew bg-card leading-none font-bold whitespace-nowrap text-ink shadow-cup " +
  "group-hover:bg-brew-soft group-focus-visible:bg-brew-soft";
const BEACON_LOOK = "pointer-events-none size-7 rounded-full border-2 border-card bg-leaf shadow-cup";

/**
 * The map's pins: real buttons, kept in step with the clustered source.
 *
 * One of them can be reached with Tab, the others from it with arrow keys. Escape leads back to the map itself. Those beyond
 * its edges or beneath its buttons are there for as long as it moves.
 */
export class Pins {
  private pins = new Map<string, Pin>();
  private active: MapCafe | null = null;
  private beacon: Marker | null = null;

  constructor(
    private readonly map: MapLibre,
    private readonly texts: PinTexts,
    private readonly on: Handlers,
  ) {
    map.on("movestart", () => {
      for (const { button } of this.pins.values()) button.style.visibility = "";
    });
  }

  /** Puts pins where the source has features now. */
  update() {
    if (!this.map.getSource(CAFES)) return;
    const now = new Map<string, Pin>();
    for (const { geometry, properties } of this.map.querySourceFeatures(CAFES)) {
      if (geometry.type !== "Point") continue;
      const [longitude = 0, latitude = 0] = geometry.coordinates;
      const key = keyOf(properties);
      if (now.has(key)) continue;
      const pin = this.pins.get(key) ?? this.make(properties, [longitude, latitude]);
      now.set(key, pin);
    }
    const focused = document.activeElement;
    for (const [key, pin] of this.pins) {
      if (now.has(key)) continue;
      // What had the focus is gone: its neighbours are a key away from the map.
      if (pin.button === focused) this.map.getCanvas().focus({ preventScroll: true });
      pin.marker.remove();
    }
    for (const [key, pin] of now) if (!this.pins.has(key)) pin.marker.addTo(this.map);
    this.pins = now;
    if (!this.map.isMoving()) this.hideOutOfReach();
    this.highlight(this.active);
    this.rove();
  }

  /** Shows which café is meant elsewhere on the page. One without a pin of its own gets a light where it lies. */
  highlight(active: MapCafe | null) {
    this.active = active;
    let hasPin = false;
    for (const { cafe, button } of this.pins.values()) {
      const isActive = cafe !== null && cafe.id === active?.id;
      hasPin ||= isActive;
      button.setAttribute("aria-current", String(isActive));
      button.style.zIndex = isActive ? "2" : cafe ? "1" : "0";
    }
    this.beacon?.remove();
    this.beacon = active && !hasPin ? beaconOf(active).addTo(this.map) : null;
  }

  private hideOutOfReach() {
    const container = this.map.getContainer();
    const { clientWidth, clientHeight } = container;
    const buttons = [...container.querySelectorAll(".maplibregl-ctrl")].map((control) =>
      control.getBoundingClientRect(),
    );
    for (const { marker, button } of this.pins.values()) {
      const { x, y } = this.map.project(marker.getLngLat());
      const isWithin = x >= 0 && x <= clientWidth && y >= 0 && y <= clientHeight;
      const isReached = isWithin && !buttons.some((rect) => overlap(rect, button.getBoundingClientRect()));
      if (!isReached && button === document.activeElement) this.map.getCanvas().focus({ preventScroll: true });
      button.style.visibility = isReached ? "" : "hidden";
    }
  }

  private make(properties: Record<string, unknown>, at: [number, number]): Pin {
    const button = document.createElement("button");
    button.type = "button";
    button.className = LOOK;
    const cafe = typeof properties.id === "string" ? (this.on.cafeOf(properties.id) ?? null) : null;
    const count = Number(properties.count);
    const face = button.appendChild(document.createElement("span"));
    if (cafe) {
      button.setAttribute("aria-label", cafe.rank ? `${cafe.rank}. ${cafe.name}` : cafe.name);
      button.title = cafe.name;
      face.className = CAFE_LOOK;
      face.textContent = cafe.rank ? String(cafe.rank) : "";
      button.addEventListener("click", () => this.on.choose(cafe));
      for (const event of ["mouseenter", "focus"]) button.addEventListener(event, () => this.on.point(cafe.id));
      for (const event of ["mouseleave", "blur"]) button.addEventListener(event, () => this.on.point(null));
    } else {
      const name = typeof properties.name === "string" ? properties.name : null;
      button.setAttribute("aria-label", name ? this.texts.district(name, count) : this.texts.cluster(count));
      face.className = MANY_LOOK;
      const size = 30 + 7 * Math.log10(count);
      face.style.width = face.style.height = `${size}px`;
      face.style.fontSize = `${Math.max(11, size / 3.4)}px`;
      face.textContent = String(count);
      button.addEventListener("click", () => void this.comeCloser(properties, at));
    }
    button.addEventListener("keydown", (event) => this.press(event, button));
    return { marker: new Marker({ element: button }).setLngLat(at), button, cafe };
  }

  private async comeCloser(properties: Record<string, unknown>, center: [number, number]) {
    const source = this.map.getSource<GeoJSONSource>(CAFES);
    const isCluster = properties.cluster === true && source !== undefined;
    const wanted = isCluster ? await source.getClusterExpansionZoom(Number(properties.cluster_id)) : 0;
    this.map.easeTo({ center, zoom: Math.min(17, Math.max(wanted, this.map.getZoom() + 1.5)) });
  }

  private press(event: KeyboardEvent, from: HTMLButtonElement) {
    if (event.key === "Escape") return this.map.getCanvas().focus();
    const spots = this.buttons().map((button) => ({ button, ...middle(button) }));
    const next = nextSpot(middle(from), event.key, spots);
    if (!event.key.startsWith("Arrow")) return;
    // At the edge the map moves on, as it does when it has the focus itself.
    event.preventDefault();
    if (next) {
      event.stopPropagation();
      next.button.focus();
      this.rove(next.button);
    }
  }

  private rove(to?: HTMLButtonElement) {
    const buttons = this.buttons();
    const chosen = to ?? buttons.find((button) => button.tabIndex === 0 && button.isConnected) ?? buttons[0];
    for (const { button } of this.pins.values()) button.tabIndex = button === chosen ? 0 : -1;
  }

  /** Of those that can be reached. */
  private buttons(): HTMLButtonElement[] {
    return [...this.pins.values()].map((pin) => pin.button).filter((button) => button.style.visibility === "");
  }
}

function keyOf(properties: Record<string, unknown>): string {
  if (properties.cluster === true) return `cluster ${String(properties.cluster_id)} ${String(properties.count)}`;
  return typeof properties.id === "string"
    ? `${properties.id} ${String(properties.rank)}`
    : `count ${String(properties.name)} ${String(properties.count)}`;
}

function beaconOf(cafe: MapCafe): Marker {
  const element = document.createElement("span");
  element.className = BEACON_LOOK;
  element.ariaHidden = "true";
  element.style.zIndex = "2";
  return new Marker({ element }).setLngLat([cafe.longitude, cafe.latitude]);
}

function middle(element: Element): { x: number; y: number } {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}

function overlap(one: DOMRect, other: DOMRect): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
