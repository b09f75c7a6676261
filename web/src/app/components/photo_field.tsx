/** A photo that goes along with something that was done: taken, made small, shown, taken again. */
import { Fragment, h } from "preact";
import { useTranslate } from "../use_app.ts";
import type { Photo } from "../use_photo.ts";

interface PhotoFieldProps {
  /** What is photographed: the beginning of its words. */
  readonly words: "complaint_photo" | "hand_in_photo";
  readonly photo: Photo;
  readonly take: (file: File | undefined) => Promise<void>;
}

export function PhotoField({ words, photo, take }: PhotoFieldProps) {
  const t = useTranslate();
  return (
    <>
      <label class="plain-button file">
        {t(typeof photo === "object" ? `${words}_again` : words)}
        <input
          type="file"
          accept="image/*"
          capture="environment"
          onChange={(event) => void take(event.currentTarget.files?.[0])}
        />
      </label>
      {photo === "working" && <p class="hint">{t(`${words}_work`)}</p>}
      {photo === "wrong" && <p class="note bad">{t(`${words}_wrong`)}</p>}
      {typeof photo === "object" && (
        <img class="photo" src={`data:image/jpeg;base64,${photo.jpeg}`} alt={t(`${words}_shown`)} />
      )}
    </>
  );
}
