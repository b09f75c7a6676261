/** What a customer has used, and what followed on a bill, in Vietnamese; shown by both apps. */
export const usageVi = {
  usage_title: "Điện đã dùng",
  usage_why: "Vì sao cao hơn, thấp hơn?",
  usage_caption: "Lượng điện từng tháng, so với cùng tháng năm trước",
  usage_kwh: "kWh",
  usage_month: "Tháng",
  usage_a_day: "kWh/ngày",
  usage_days: "Số ngày",
  usage_tier: "Bậc",
  usage_year_ago: "Năm trước",
  usage_none: "Chưa có hóa đơn nào.",
  usage_no_signal: "Chưa đọc được, máy đang không có sóng.",
  bill_replaces: "Thay thế hóa đơn {number}.",
  bill_adjusts: "Điều chỉnh tăng cho hóa đơn {number}.",
  bill_replaced_by: "Đã thay bằng hóa đơn {number} ngày {day}.",
  bill_adjusted_by: "Đã điều chỉnh tăng bằng hóa đơn {number} ngày {day}.",
  bill_adjusted_down: "Đã điều chỉnh giảm {amount} ngày {day}.",
};
