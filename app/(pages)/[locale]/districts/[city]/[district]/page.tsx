export { AreaPage as default, areaMetadata as generateMetadata } from "../../_area-page";
