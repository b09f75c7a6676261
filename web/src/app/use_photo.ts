/** A photo that is being taken: what becomes of it on this screen. */
import { useState } from "preact/hooks";
import { smallPhoto } from "./photo.ts";

export type Photo = "none" | "working" | "wrong" | { readonly jpeg: string };

/** The photo, and what takes another one. */
export function usePhoto(): [photo: Photo, take: (file: File | undefined) => Promise<void>] {
  const [photo, setPhoto] = useState<Photo>("none");
  const take = async (file: File | undefined): Promise<void> => {
    if (file) {
      setPhoto("working");
      setPhoto(
        await smallPhoto(file)
          .then((jpeg) => ({ jpeg }))
          .catch(() => "wrong" as const),
      );
    }
  };
  return [photo, take];
}

/** The JPEG in base64; empty where there is none. */
export function jpegOf(photo: Photo): string {
  return typeof photo === "object" ? photo.jpeg : "";
}
