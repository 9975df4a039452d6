type Counted = { count: number };
type CityCount = Counted & { city: string };
type DistrictCount = CityCount & { district: string };

export type City = CityCount & { districts: DistrictCount[] };

/** Puts districts below their cities; what has most cafés comes first. Cafés without a city or district have no page. */
export function group(cities: readonly CityCount[], districts: readonly DistrictCount[]): City[] {
  return mostFirst(cities)
    .filter(({ city }) => city !== "")
    .map((city) => ({
      ...city,
      districts: mostFirst(districts.filter((one) => one.city === city.city && one.district !== "")),
    }));
}

function mostFirst<T extends Counted>(counted: readonly T[]): T[] {
  return counted.toSorted((one, other) => other.count - one.count);
}
