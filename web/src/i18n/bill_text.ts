/**
 * What stands on a bill, in English. Bills come with their lines and notes in Vietnamese, as they are printed; each of their
 * sentences has one form (`services/billing/engine/explain.py`), and what has another stays as it is.
 */

const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/^Kỳ (\S+): (\d+) ngày/, "Period $1: $2 days"],
  [/trừ (\d+) ngày ngừng cấp điện/, "less $1 days without supply"],
  [/định mức đủ 1 tháng/, "quotas for 1 full month"],
  [/hệ số định mức (.+) tháng \(tháng (\d+) ngày\)/, "quotas for $1 months (month of $2 days)"],
  [/^Định mức (\S+), 1 hộ: /, "Quotas $1, 1 household: "],
  [/^Định mức (\S+), (\S+) hộ: /, "Quotas $1, $2 households: "],
  [/Công suất phản kháng, cos φ (\S+): (\S+)%/, "Reactive power, cos φ $1: $2%"],
  [/^Phản kháng /, "Reactive "],
  [/^Sinh hoạt/, "Household"],
  [/^Trả trước/, "Prepaid"],
  [/^Sản xuất/, "Production"],
  [/^Kinh doanh/, "Business"],
  [/^Bệnh viện, trường/, "Hospitals, schools"],
  [/^Hành chính, CSCC/, "Administration, public lighting"],
  [/giờ bình thường/, "normal hours"],
  [/giờ cao điểm/, "peak hours"],
  [/giờ thấp điểm/, "off-peak hours"],
  [/^Giờ bình thường/, "Normal hours"],
  [/^Giờ cao điểm/, "Peak hours"],
  [/^Giờ thấp điểm/, "Off-peak hours"],
  [/^Bậc /, "Tier "],
  [/, bậc /, ", tier "],
];

export function englishBillText(text: string): string {
  return PHRASES.reduce((changed, [vietnamese, english]) => changed.replace(vietnamese, english), text);
}
