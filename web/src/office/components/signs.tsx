/** What to look after while the day goes: phones, printers, papers, SMS. */
import { h } from "preact";
import type { UnitSigns } from "../../api/types.ts";
import { plainDong } from "../../app/money.ts";
import { type PageName, pagesOf } from "../session.ts";
import { useStaff, useWords } from "../use_office.ts";
import { Link } from "./link.tsx";

interface Sign {
  readonly name: string;
  readonly value: string;
  readonly more: string;
  /** Where it is looked after, for whoever has that page. */
  readonly page: PageName | null;
  readonly isWarned: boolean;
}

export function Signs({ of }: { of: readonly UnitSigns[] }) {
  const t = useWords();
  const pages = pagesOf(useStaff());
  const sum = (choose: (one: UnitSigns) => number | null | undefined): number =>
    of.reduce((all, one) => all + (choose(one) ?? 0), 0);
  const isSmsKnown = of.some((one) => typeof one.sms_due === "number");
  const printers = sum((one) => one.failing_printers);
  const unconfirmed = sum((one) => one.unconfirmed_papers);
  const signs: readonly Sign[] = [
    {
      name: t("sign_connected"),
      value: plainDong(sum((one) => one.connected)),
      more: t("sign_of_phones", { n: plainDong(sum((one) => one.phones)) }),
      page: "devices",
      isWarned: false,
    },
    {
      name: t("sign_printers"),
      value: plainDong(printers),
      more: t("sign_printers_more"),
      page: "devices",
      isWarned: printers > 0,
    },
    {
      name: t("sign_unconfirmed"),
      value: plainDong(unconfirmed),
      more: t("sign_unconfirmed_more"),
      page: "held",
      isWarned: unconfirmed > 0,
    },
    {
      name: t("sign_sms"),
      value: isSmsKnown ? plainDong(sum((one) => one.sms_due)) : "–",
      more: isSmsKnown ? t("sign_sms_late", { n: plainDong(sum((one) => one.sms_late)) }) : t("sign_sms_unknown"),
      page: null,
      isWarned: false,
    },
  ];
  return (
    <section>
      <h2>{t("signs_title")}</h2>
      <ul class="tiles">
        {signs.map(({ name, value, more, page, isWarned }) => (
          <li key={name} class={isWarned ? "card warned" : "card"}>
            <span>
              {page !== null && pages.includes(page) ? (
                <Link to={page} class="name">
                  {name}
                </Link>
              ) : (
                name
              )}
            </span>
            <strong>{value}</strong>
            <span class="hint">{more}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
