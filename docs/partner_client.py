"""A small client of /partner/v1 that shows the exact bytes signed. Needs Python and `pip install cryptography`.

    openssl genpkey -algorithm ed25519 -out key.pem          # the public half goes to the utility:
    openssl pkey -in key.pem -pubout -out key.pub.pem
    python partner_client.py --url https://… --key-id vnpost-2026 --key key.pem bills PB1501000001
    python partner_client.py … pay VN-0001 VNPOST-CM01 PB1501000001 475000 BILL_ID [BILL_ID …]
    python partner_client.py … status VN-0001
    python partner_client.py … cancel VN-0001 "Khách hàng đổi ý"
    python partner_client.py … points

With `--show` it prints what it signs. `--timeout 0.001` loses the answer: ask for the status then.
"""

import argparse
import base64
import hashlib
import json
import secrets
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives.serialization import load_pem_private_key

TAG = "thungan-partner"


def signature_base(method, url, parameters, digest):
    """Return the text that is signed: RFC 9421, section 2.5."""
    parts = urlsplit(url)
    lines = [
        f'"@method": {method}',
        f'"@authority": {parts.netloc.lower()}',
        f'"@path": {parts.path}',
        f'"@query": ?{parts.query}',
    ]
    if digest:
        lines.append(f'"content-digest": {digest}')
    return "\n".join([*lines, f'"@signature-params": {parameters}'])


def signed_headers(method, url, body, key_id, key, *, created=None, nonce=None):
    """Return the headers of a signed request, and the text that was signed."""
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:" if body else ""
    covered = '"@method" "@authority" "@path" "@query"' + (' "content-digest"' if body else "")
    created = int(time.time()) if created is None else created
    nonce = nonce or secrets.token_hex(16)  # a new one for each request, repetitions among them
    parameters = f'({covered});created={created};keyid="{key_id}";nonce="{nonce}";tag="{TAG}"'
    text = signature_base(method, url, parameters, digest)
    signature = base64.b64encode(key.sign(text.encode())).decode()
    headers = {"Signature-Input": f"sig={parameters}", "Signature": f"sig=:{signature}:"}
    if body:
        headers |= {"Content-Digest": digest, "Content-Type": "application/json"}
    return headers, text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--key-id", required=True)
    parser.add_argument("--key", type=Path, required=True, help="Ed25519 private key, PEM")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--timeout", type=float, default=20)
    parser.add_argument("action", choices=["bills", "pay", "status", "cancel", "points"])
    parser.add_argument("values", nargs="*")
    given = parser.parse_args()
    values = given.values
    body = b""
    if given.action == "bills":
        method, path = "GET", f"/partner/v1/customers/{quote(values[0], safe='')}/bills"
    elif given.action == "points":
        method, path = "GET", "/partner/v1/collection-points"
    else:
        method, path = "GET", f"/partner/v1/payments/{quote(values[0], safe='')}"
    if given.action == "pay":
        _, point, customer, amount, *bill_ids = values
        method = "PUT"
        paid = {"collection_point_code": point, "customer_code": customer, "bill_ids": bill_ids, "amount": int(amount)}
        body = json.dumps({**paid, "received_at": datetime.now(UTC).isoformat()}).encode()
    if given.action == "cancel":
        method, path = "PUT", f"{path}/cancellation"
        body = json.dumps({"reason": values[1]}).encode()

    url = given.url.rstrip("/") + path
    key = load_pem_private_key(given.key.read_bytes(), password=None)
    headers, text = signed_headers(method, url, body, given.key_id, key)
    if given.show:
        print(text, "\n", file=sys.stderr)
    request = urllib.request.Request(url, data=body or None, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=given.timeout) as response:
            print(response.read().decode())
    except urllib.error.HTTPError as refused:
        print(refused.status, refused.read().decode())
        return 1
    except OSError as error:
        print(f"no answer: {error}; ask for the status, or repeat with the same id")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
