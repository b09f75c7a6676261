/** The phone's own ES256 key: made here, and its private half never leaves the browser. */
import type { DeviceKey } from "../api/types.ts";

export function newDeviceKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
}

/** The public half as a JSON Web Key. */
export async function publicKeyOf(pair: CryptoKeyPair): Promise<DeviceKey> {
  const { x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  if (!x || !y) {
    throw new Error("the key has no coordinates");
  }
  return { kty: "EC", crv: "P-256", x, y };
}
