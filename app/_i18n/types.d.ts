import type { Locale } from "@/app/_i18n/routing";
import type account from "@/app/_i18n/messages/zh-TW/account.json";
import type checkin from "@/app/_i18n/messages/zh-TW/checkin.json";
import type common from "@/app/_i18n/messages/zh-TW/common.json";
import type home from "@/app/_i18n/messages/zh-TW/home.json";
import type lists from "@/app/_i18n/messages/zh-TW/lists.json";
import type pages from "@/app/_i18n/messages/zh-TW/pages.json";
import type search from "@/app/_i18n/messages/zh-TW/search.json";
import type shop from "@/app/_i18n/messages/zh-TW/shop.json";

declare module "next-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: {
      account: typeof account;
      checkin: typeof checkin;
      common: typeof common;
      home: typeof home;
      lists: typeof lists;
      pages: typeof pages;
      search: typeof search;
      shop: typeof shop;
    };
  }
}
