/** A receipt on the screen, with its QR code, for when it cannot be printed: the customer scans it or takes a picture. */
import { Fragment, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Document } from "../../printing/document.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import { DoButton } from "./busy.tsx";
import { Icon } from "./icons.tsx";
import { PaperPicture } from "./paper_picture.tsx";

const AGAIN_MS = 2_000;

interface ReceiptProps {
  readonly receiptId: string;
  /** Opened at once, because it cannot be printed. */
  readonly isOpen: boolean;
}

export function ReceiptOnScreen({ receiptId, isOpen }: ReceiptProps) {
  const t = useTranslate();
  const [wanted, setWanted] = useState<boolean | null>(null);
  const isShown = wanted ?? isOpen;
  return (
    <>
      <button type="button" class="plain-button" aria-expanded={isShown} onClick={() => setWanted(!isShown)}>
        <Icon name="paper" />
        {t(isShown ? "receipt_hide" : "receipt_show")}
      </button>
      {isShown && <Shown receiptId={receiptId} />}
    </>
  );
}

function Shown({ receiptId }: { receiptId: string }) {
  const t = useTranslate();
  const receipt = useDocument(receiptId);
  if (receipt === null) {
    return <p class="hint">{t("receipt_loading")}</p>;
  }
  const link = receipt.blocks.find((block) => block.type === "qr")?.data;
  return (
    <section class="card paper-card">
      <p class="lead">{t("receipt_scan")}</p>
      <PaperPicture document={receipt} label={receipt.title} />
      {link !== undefined && "share" in navigator && (
        <DoButton
          class="plain-button"
          act={() => navigator.share({ title: receipt.title, text: link }).catch(() => undefined)}
        >
          {t("receipt_share")}
        </DoButton>
      )}
    </section>
  );
}

/** The document as it would be printed: it lies on the phone with its print job, or the gateway has it. */
function useDocument(receiptId: string): Document | null {
  const app = useApp();
  const { keptJobs, online } = useAppState();
  const job = keptJobs.find(({ frame }) => frame.receipt_id === receiptId && frame.kind === "receipt");
  const [read, setRead] = useState<{ readonly of: string; readonly document: Document } | null>(null);
  const isKept = Boolean(job?.frame.document);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again with the signal, and not by its own answer
  useEffect(() => {
    let isWanted = true;
    let again: ReturnType<typeof setTimeout> | undefined;
    const ask = (): void => {
      app.api.call("GET /v1/receipts/{receipt_id}", { params: { receipt_id: receiptId } }).then(
        ({ document }) => isWanted && setRead({ of: receiptId, document: document as Document }),
        () => {
          again = isWanted ? setTimeout(ask, AGAIN_MS) : undefined;
        },
      );
    };
    if (!isKept && read?.of !== receiptId) {
      ask();
    }
    return () => {
      isWanted = false;
      clearTimeout(again);
    };
  }, [receiptId, isKept, online]);
  return (job?.frame.document as Document | undefined) ?? (read?.of === receiptId ? read.document : null);
}
