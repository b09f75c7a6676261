/** Words of dunning on a customer's card: with the part that shows it, so that the office opens without them. */
import type { CutOrderState, DunningState } from "../../api/types.ts";
import type { Language } from "../../i18n/language.ts";

interface DunningWords {
  readonly title: string;
  readonly states: Readonly<Record<DunningState, string>>;
  /** Of the steps that a unit's file usually has; others are shown by their names. */
  readonly steps: Readonly<Record<string, string>>;
  readonly done: (moment: string) => string;
  readonly from: (day: string) => string;
  readonly hour: (moment: string) => string;
  readonly mayBeCut: string;
  /** Of orders, by where they stand. */
  readonly orders: Readonly<Record<CutOrderState, string>>;
  readonly photo: string;
}

const WORDS: Readonly<Record<Language, DunningWords>> = {
  vi: {
    title: "Nhắc nợ và ngừng cấp điện",
    states: { waiting: "chưa đến", due: "đến lượt", done: "đã giao", blocked: "đang dừng" },
    steps: {
      first_notice: "Thông báo lần 1",
      second_notice: "Thông báo lần 2",
      notice_visit: "Giao giấy báo tại nhà",
      warning: "Thông báo ngừng cấp điện",
      cut: "Ngừng cấp điện",
    },
    done: (moment) => `giao lúc ${moment}`,
    from: (day) => `từ ngày ${day}`,
    hour: (moment) => `Giờ ngừng cấp điện ghi trên thông báo: ${moment}`,
    mayBeCut: "Đã đủ điều kiện ngừng cấp điện.",
    orders: { open: "chưa làm", done: "đã làm", withdrawn: "đã rút" },
    photo: "Ảnh công tơ",
  },
  en: {
    title: "Dunning and cutting off",
    states: { waiting: "not yet", due: "due", done: "delivered", blocked: "stopped" },
    steps: {
      first_notice: "First notice",
      second_notice: "Second notice",
      notice_visit: "Notice at the door",
      warning: "Warning of the cut",
      cut: "Cutting off",
    },
    done: (moment) => `delivered at ${moment}`,
    from: (day) => `from ${day}`,
    hour: (moment) => `Hour of the cut that the warning names: ${moment}`,
    mayBeCut: "Supply may be cut off.",
    orders: { open: "open", done: "carried out", withdrawn: "withdrawn" },
    photo: "Photo of the meter",
  },
};

export function dunningWords(language: Language): DunningWords {
  return WORDS[language];
}
