/** The address, opened in the phone's own map. */
import { h } from "preact";
import { isApple } from "../../install.ts";
import { useTranslate } from "../use_app.ts";

export function MapLink({ address }: { address: string }) {
  const t = useTranslate();
  const query = encodeURIComponent(address);
  return (
    <a class="small-button" href={isApple() ? `https://maps.apple.com/?q=${query}` : `geo:0,0?q=${query}`}>
      {t("map_open")}
    </a>
  );
}
