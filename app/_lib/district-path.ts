/** The page of a district, or of a city where no district is known; without a language. */
export function districtPath(city: string, district: string): string {
  const parts = [city, district].filter((part) => part !== "");
  return ["/districts", ...parts.map(encodeURIComponent)].join("/");
}
