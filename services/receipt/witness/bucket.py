"""A bucket of any S3-compatible store, best of another provider, with an account that may not delete."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import SecretStr

from services.receipt.checkpoints.checkpoint import KeptCheckpoint
from services.receipt.witness.folder import LATEST
from services.receipt.witness.places import PlaceAway

SECONDS = 5.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BucketAccount:
    """Where the bucket is, and who writes to it."""

    endpoint: str
    region: str
    bucket: str
    prefix: str
    key_id: str
    secret: SecretStr


class BucketPlace:
    """A Place that is a bucket."""

    name = "bucket"
    can_be_read = True

    def __init__(self, account: BucketAccount) -> None:
        self._account = account
        self._client: Any = None

    async def newest(self) -> list[str]:  # noqa: D102 - see Place
        return await self._in_time(self._read)

    async def replace_newest(self, note: str) -> None:  # noqa: D102
        await self._in_time(lambda: self._write(LATEST, note))

    async def keep(self, checkpoint: KeptCheckpoint) -> None:  # noqa: D102
        await self._in_time(lambda: self._write(checkpoint.file_name, checkpoint.note))

    async def _in_time(self, work: Callable[[], T]) -> T:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow, and only here

        try:
            async with asyncio.timeout(3 * SECONDS):
                return await asyncio.to_thread(work)
        except TimeoutError:
            raise PlaceAway(f"no answer within {3 * SECONDS:g} s") from None
        except ClientError as error:
            raise PlaceAway(str(error.response.get("Error", {}).get("Code", "refused"))) from error
        except (BotoCoreError, UnicodeDecodeError) as error:
            raise PlaceAway(type(error).__name__) from error

    def _read(self) -> list[str]:
        client = self._connected()
        try:
            answer = client.get_object(Bucket=self._account.bucket, Key=self._account.prefix + LATEST)
        except client.exceptions.NoSuchKey:
            return []
        note: str = answer["Body"].read(200_000).decode()
        return [note]

    def _write(self, name: str, note: str) -> None:
        self._connected().put_object(
            Bucket=self._account.bucket,
            Key=self._account.prefix + name,
            Body=note.encode(),
            ContentType="text/plain; charset=utf-8",
        )

    def _connected(self) -> Any:
        if self._client is None:
            from botocore.config import Config  # noqa: PLC0415
            from botocore.session import get_session  # noqa: PLC0415

            account = self._account
            self._client = get_session().create_client(
                "s3",
                endpoint_url=account.endpoint,
                region_name=account.region,
                aws_access_key_id=account.key_id,
                aws_secret_access_key=account.secret.get_secret_value(),
                config=Config(
                    signature_version="s3v4",
                    connect_timeout=SECONDS,
                    read_timeout=SECONDS,
                    retries={"total_max_attempts": 1},
                    s3={"addressing_style": "path"},
                    # Stores that are not Amazon's know no checksums in trailers.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
            )
        return self._client
