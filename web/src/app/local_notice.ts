/**
 * The notice that the phone makes itself while there is no signal, from what it holds, marked as such. Pure. What a
 * customer reads is Vietnamese, whatever language the screen has.
 */
import type { AppSettingsView, Bill, CollectionPoint, CollectorDetails, Job, Outcome } from "../api/types.ts";
import type { Cell, Document } from "../printing/document.ts";
import type { CustomerFile } from "../storage/schema.ts";
import { dayOf, weekdayOf, writtenDay, writtenMoment } from "./clock.ts";
import { dong, plainDong } from "./money.ts";
import { dialled } from "./text.ts";
import { paymentCode } from "./vietqr.ts";

type Block = Document["blocks"][number];

/** What the phone knows of the visit and of the customer. */
export interface LocalNotice {
  readonly file: CustomerFile;
  readonly collector: CollectorDetails | null;
  readonly outcome: Outcome;
  readonly appointment: string | null;
  /** The collection points, where the customer is sent to one. */
  readonly points: readonly CollectionPoint[];
  readonly bank: AppSettingsView["bank_account"];
  /** When it is printed. */
  readonly at: string;
}

const LISTED_POINTS = 3;
const LISTED_DEBTS = 5;
const WEEKDAYS = ["Chủ nhật", "Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy"];

/** The document, or null where the phone does not hold the customer's facts and bills. */
export function localNotice(notice: LocalNotice): Document | null {
  const { file, outcome, points } = notice;
  const { details, account } = file;
  if (!details || !account || account.account.debt <= 0) {
    return null;
  }
  const { facts } = details;
  const bills = account.bills.filter((bill) => bill.state === "open");
  const latest = bills.at(-1);
  const due = account.account.oldest_due_date;
  const blocks: (Block | null)[] = [
    bold(facts.unit.name, "center"),
    facts.unit.phone ? text(`Tổng đài: ${facts.unit.phone}`, "center") : null,
    { type: "rule" },
    bold("GIẤY BÁO TIỀN ĐIỆN", "center"),
    bold("IN TỪ BẢN LƯU TRÊN MÁY", "center"),
    text(`Số liệu lúc ${writtenMoment(file.read_at)}. In lúc ${writtenMoment(notice.at)}.`, "center"),
    { type: "rule" },
    bold(`Khách hàng: ${facts.name}`),
    text(`Mã khách hàng: ${facts.customer_code}`),
    text(`Địa chỉ: ${facts.address}`),
    { type: "rule", style: "dashed" },
    ...(latest ? billBlocks(latest) : []),
    ...olderDebts(bills.slice(0, -1)),
    { type: "rule", style: "double" },
    {
      type: "columns",
      size: 2,
      cells: [
        { text: "PHẢI\u00a0TRẢ", weight: "bold", keep: true },
        { text: dong(account.account.debt), align: "right", weight: "bold", keep: true },
      ],
    },
    { type: "rule", style: "double" },
    due
      ? bold(due < dayOf(notice.at) ? `Đã quá hạn ngày ${writtenDay(due)}` : `Hạn thanh toán: ${writtenDay(due)}`)
      : null,
    ...asks(notice),
    outcome === "met" ? null : transferCode(notice),
    { type: "rule", style: "dashed" },
    text("Giấy này không phải là biên nhận, không chứng minh đã trả tiền."),
  ];
  return {
    version: 1,
    kind: "notice",
    title: points.length > 0 ? "Giấy báo (điểm thu), in từ máy" : "Giấy báo, in từ máy",
    language: "vi",
    blocks: blocks.filter((block) => block !== null),
  };
}

/** The print job of a notice that only this phone knows. */
export function localJob(jobId: string, visitId: string, notice: LocalNotice): Job | null {
  const document = localNotice(notice);
  const facts = notice.file.details?.facts;
  return document === null || !facts
    ? null
    : {
        type: "job",
        job_id: jobId,
        attempt: 1,
        kind: "notice",
        priority: 2,
        seq: 0,
        copy_number: 0,
        summary: `${document.title} · ${facts.name} · ${dong(notice.file.account?.account.debt ?? 0)}`,
        customer_code: facts.customer_code,
        visit_id: visitId,
        document,
      };
}

const CHARGES = { reconnection_fee: "Phí đóng điện trở lại", late_interest: "Tiền lãi chậm trả" } as const;

function billBlocks(bill: Bill): Block[] {
  return [
    bold(
      bill.charge
        ? `${CHARGES[bill.charge]} ${bill.month}/${bill.year}`
        : `Điện tiêu thụ kỳ ${bill.cycle} tháng ${bill.month}/${bill.year}`,
    ),
    text(`từ ${writtenDay(bill.period_from)} đến ${writtenDay(bill.period_to)}`),
    ...(bill.details_archived ? [text("Chi tiết đã đưa vào kho lưu trữ")] : []),
    ...bill.readings.map((one) =>
      row(`CT ${one.meter_number}: ${one.old_reading} – ${one.new_reading}`, `${plainDong(one.kwh)} kWh`),
    ),
    ...bill.lines.map((line) =>
      row(
        line.kwh === 0 ? line.label : `${line.label}: ${plainDong(line.kwh)} × ${plainDong(line.unit_price)}`,
        plainDong(line.amount),
      ),
    ),
    row(bill.charge ? "Cộng trước thuế" : "Cộng tiền điện", plainDong(bill.pre_vat)),
    row(`Thuế GTGT ${bill.vat_rate.replace(".", ",")}%`, plainDong(bill.vat)),
    row("Tổng cộng", plainDong(bill.total), "bold"),
    ...(openOf(bill) === bill.total ? [] : [row("Còn phải trả", plainDong(openOf(bill)))]),
  ];
}

function olderDebts(bills: readonly Bill[]): Block[] {
  const listed = bills.slice(-LISTED_DEBTS);
  const rest = bills.slice(0, -LISTED_DEBTS);
  const sum = rest.reduce((total, bill) => total + openOf(bill), 0);
  return [
    ...(rest.length > 0 ? [row(`Nợ ${rest.length} kỳ cũ hơn`, plainDong(sum))] : []),
    ...listed.map((bill) => row(`Nợ cũ ${bill.month}/${bill.year}`, plainDong(openOf(bill)))),
  ];
}

function asks({ outcome, appointment, points, collector, at }: LocalNotice): Block[] {
  if (points.length > 0) {
    return [
      bold("Mang giấy báo này đến một trong các điểm thu:"),
      ...points
        .slice(0, LISTED_POINTS)
        .flatMap((point, place) => [
          bold(`${place + 1}. ${point.name}`),
          text([point.address, point.opening_hours].filter(Boolean).join(", ")),
        ]),
    ];
  }
  if (outcome === "met") {
    return [text("Quý khách vui lòng kiểm tra các số liệu trên.")];
  }
  const who = collector
    ? [
        text(outcome === "away" ? "Xin gọi thu ngân viên:" : "Thu ngân viên:"),
        bold(collector.name, "center"),
        { ...bold(dialled(collector.phone), "center"), size: 2 as const },
      ]
    : [];
  return [
    ...(outcome === "away" ? [text(`Chúng tôi đến lúc ${writtenMoment(at)}, không gặp quý khách.`)] : []),
    ...(appointment === null
      ? []
      : [
          text(outcome === "away" ? "Chúng tôi sẽ quay lại:" : "Hẹn thu tiền:"),
          bold(`${WEEKDAYS[weekdayOf(dayOf(appointment))] ?? ""} ${writtenMoment(appointment)}`, "center"),
        ]),
    ...who,
  ];
}

function transferCode({ file, bank }: LocalNotice): Block | null {
  const debt = file.account?.account.debt ?? 0;
  return bank
    ? {
        type: "qr",
        data: paymentCode(bank, debt, `TIEN DIEN ${file.customer_code}`),
        caption: `Hoặc chuyển khoản ${dong(debt)}\n${[bank.name, bank.account].filter(Boolean).join(" ")}`,
      }
    : null;
}

function openOf(bill: Bill): number {
  return bill.open_principal + bill.open_vat;
}

function text(content: string, align: "left" | "center" = "left"): Block & { type: "text" } {
  return { type: "text", text: content, align };
}

function bold(content: string, align: "left" | "center" = "left"): Block & { type: "text" } {
  return { type: "text", text: content, align, weight: "bold" };
}

function row(label: string, value: string, weight: Cell["weight"] = "regular"): Block {
  return {
    type: "columns",
    cells: [
      { text: label, weight },
      { text: value, align: "right", weight, keep: true },
    ],
  };
}
