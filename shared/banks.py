"""Which banks and wallets a VietQR transfer can go to, by the six digits (BIN) that NAPAS routes by.

After NAPAS' list of 2024-03 (letter 1589). Codes that do not begin with 970 (foreign banks, digital banks, wallets) are
in VietQR's list (``https://api.vietqr.io/v2/banks``): compared on 2026-11-28 with copies of it in public repositories,
each was found with its name. Copies disagree on 971005 and 971011; those with VietQR's own numbering are followed.
"""

from collections.abc import Mapping
from datetime import date

AS_OF = date(2025, 6, 30)
"""The day that the list describes. A bank that joins later is added, and this date moves on."""

BANKS: Mapping[str, str] = {
    "422589": "CIMB",
    "458761": "HSBC",
    "533948": "Citibank",
    "546034": "CAKE by VPBank",
    "546035": "Ubank by VPBank",
    "668888": "KBank",
    "796500": "DBS",
    "801011": "Nonghyup Hà Nội",
    "963388": "Timo by BVBank",
    "970400": "SaigonBank",
    "970403": "Sacombank",
    "970405": "Agribank",
    "970406": "Vikki Bank (DongA Bank)",
    "970407": "Techcombank",
    "970408": "GPBank",
    "970409": "BacABank",
    "970410": "Standard Chartered",
    "970412": "PVcomBank",
    "970414": "MBV (Oceanbank)",
    "970415": "VietinBank",
    "970416": "ACB",
    "970418": "BIDV",
    "970419": "NCB",
    "970421": "VRB",
    "970422": "MB",
    "970423": "TPBank",
    "970424": "Shinhan Bank",
    "970425": "ABBank",
    "970426": "MSB",
    "970427": "VietABank",
    "970428": "Nam A Bank",
    "970429": "SCB",
    "970430": "PGBank",
    "970431": "Eximbank",
    "970432": "VPBank",
    "970433": "VietBank",
    "970434": "Indovina Bank",
    "970436": "Vietcombank",
    "970437": "HDBank",
    "970438": "BaoViet Bank",
    "970439": "Public Bank",
    "970440": "SeABank",
    "970441": "VIB",
    "970442": "Hong Leong Bank",
    "970443": "SHB",
    "970444": "VCBNeo (CBBank)",
    "970446": "Co-opBank",
    "970448": "OCB",
    "970449": "LPBank",
    "970452": "KienlongBank",
    "970454": "BVBank",
    "970455": "IBK Hà Nội",
    "970456": "IBK TP. Hồ Chí Minh",
    "970457": "Woori Bank",
    "970458": "UOB",
    "970459": "CIMB",
    "970460": "VietCredit",
    "970462": "Kookmin Hà Nội",
    "970463": "Kookmin TP. Hồ Chí Minh",
    "970464": "TNEX Finance",
    "970465": "Sinopac",
    "970466": "KEB Hana TP. Hồ Chí Minh",
    "970467": "KEB Hana Hà Nội",
    "970468": "Mirae Asset",
    "970470": "MCredit",
    "971005": "Viettel Money",
    "971011": "VNPT Money",
    "971025": "MoMo",
    "971133": "PVcomBank Pay",
    "977777": "Mirae Asset",
    "999888": "VBSP",
}
"""The name of each bank or wallet, by BIN."""


def require_known_bank(bank_bin: str) -> str:
    """Return a BIN that is empty or belongs to a bank; raise ValueError for any other.

    Every banking app refuses a code that names no bank.
    """
    if bank_bin and bank_bin not in BANKS:
        raise ValueError(f"{bank_bin!r} is no bank's BIN in the list of {AS_OF.isoformat()} (shared/banks.py)")
    return bank_bin
