/** A file that somebody has chosen, ready to be sent. */

/** As `LARGEST_FILE` of the gateway. */
export const LARGEST_FILE = 2_000_000;

export interface ChosenFile {
  readonly name: string;
  /** Base64. */
  readonly content: string;
}

export async function chosenFile(file: File): Promise<ChosenFile> {
  return { name: file.name, content: base64(new Uint8Array(await file.arrayBuffer())) };
}

const AT_ONCE = 0x8000;

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += AT_ONCE) {
    text += String.fromCharCode(...bytes.subarray(start, start + AT_ONCE));
  }
  return btoa(text);
}
