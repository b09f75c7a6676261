/** Words of the report of an order: with the form that shows them, so that the office opens without them. */
import type { OrderOutcome } from "../../api/types.ts";
import type { Language } from "../../i18n/language.ts";

interface OrderReportWords {
  readonly open: string;
  readonly explain: string;
  readonly withdrawn: string;
  readonly outcome: string;
  readonly outcomes: Readonly<Record<OrderOutcome, string>>;
  readonly at: string;
  readonly later: string;
  readonly reading: string;
  readonly note: string;
  readonly photo: string;
  readonly photoWrong: string;
  readonly keep: string;
}

const WORDS: Readonly<Record<Language, OrderReportWords>> = {
  vi: {
    open: "Ghi kết quả",
    explain: "Khi người làm báo qua điện thoại hoặc máy của họ đã mất. Kết quả đã ghi không sửa được.",
    withdrawn: "Lệnh này đã được rút. Nếu điện đã bị ngừng trước đó thì ghi lại: sẽ có lệnh đóng điện trở lại ngay.",
    outcome: "Kết quả",
    outcomes: { done: "Đã làm", not_possible: "Không làm được" },
    at: "Lúc",
    later: "Giờ này chưa đến.",
    reading: "Chỉ số công tơ",
    note: "Ghi chú",
    photo: "Ảnh công tơ",
    photoWrong: "Tệp này không phải là ảnh.",
    keep: "Lưu kết quả",
  },
  en: {
    open: "Report what was done",
    explain: "When whoever did it told you by telephone, or has lost the phone. What is kept cannot be changed.",
    withdrawn:
      "This order was withdrawn. If supply was cut before that, report it: supply is ordered to be connected again at once.",
    outcome: "What came of it",
    outcomes: { done: "Carried out", not_possible: "Not possible" },
    at: "At",
    later: "That time is still to come.",
    reading: "Reading of the meter",
    note: "Note",
    photo: "Photo of the meter",
    photoWrong: "This file is no picture.",
    keep: "Keep the report",
  },
};

export function orderReportWords(language: Language): OrderReportWords {
  return WORDS[language];
}
