from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
DEV = PROJECT / "dev"
WEB = PROJECT / "web"
