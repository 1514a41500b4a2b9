"""What every store in these tests is."""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from .process import free_port


class Store(ABC):
    """A real server that holds objects and checks signatures."""

    name: str
    bucket: str
    #: Buckets that some test needs beside the two every store has.
    more_buckets: Sequence[str] = ()
    #: Names of awkward keys (keys.py) that the server itself cannot hold → why.
    cannot_hold: Mapping[str, str] = {}
    #: The query parameter that carries the signature.
    signature_parameter = "X-Amz-Signature"

    def __init__(self, folder: Path) -> None:
        self.folder = folder / self.name
        self.folder.mkdir(parents=True)
        self.port = free_port()
        self._numbers = itertools.count()

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def stop(self) -> None: ...

    @abstractmethod
    def create_bucket(self, bucket: str) -> None: ...

    def new_bucket(self) -> str:
        """An empty bucket for one test."""
        bucket = f"new-{next(self._numbers)}-{self.name}".replace("_", "-")
        self.create_bucket(bucket)
        return bucket

    @abstractmethod
    def put(self, bucket: str, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Stores an object with the store's official SDK; raises when the store refuses."""

    @abstractmethod
    def read(self, bucket: str, key: str) -> bytes:
        """Reads an object with the store's official SDK."""

    @abstractmethod
    def keys(self, bucket: str) -> list[str]:
        """All keys of a bucket."""

    @abstractmethod
    def url_prefix(self, bucket: str) -> str:
        """The storage URL of the bucket as ClearML registers it, up to and with the `/` before the key."""

    @abstractmethod
    def signed_by_sdk(self, bucket: str, key: str) -> str:
        """A URL that the store's official SDK signed for GET."""

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """The secrets that `backend()` refers to."""

    @abstractmethod
    def backend(self) -> dict[str, Any]:
        """The gateway's `backends` entry for this store."""

    def url(self, key: str, bucket: str | None = None) -> str:
        return self.url_prefix(bucket or self.bucket) + key


class S3Store(Store):
    """A store that speaks S3: filled and read by boto3."""

    access_key = "e2e-access-key"
    secret_key = "e2e-secret-key-0123456789"

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def sdk(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(s3={"addressing_style": "path"}, signature_version="s3v4", retries={"total_max_attempts": 3}),
        )

    def create_bucket(self, bucket: str) -> None:
        self.sdk.create_bucket(Bucket=bucket)

    def put(self, bucket: str, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        self.sdk.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)

    def read(self, bucket: str, key: str) -> bytes:
        return self.sdk.get_object(Bucket=bucket, Key=key)["Body"].read()

    def keys(self, bucket: str) -> list[str]:
        return [item["Key"] for item in self.sdk.list_objects_v2(Bucket=bucket).get("Contents", [])]

    def signed_by_sdk(self, bucket: str, key: str) -> str:
        return self.sdk.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})

    def answers(self) -> bool:
        """Servers listen before they can serve: only an answered call counts."""
        try:
            self.sdk.list_buckets()
        except Exception:
            return False
        return True

    def url_prefix(self, bucket: str) -> str:
        return f"s3://127.0.0.1:{self.port}/{bucket}/"

    def credentials(self) -> dict[str, Any]:
        return {
            "source": "static",
            "access_key": {"env": f"E2E_{self.name.upper()}_ACCESS_KEY"},
            "secret_key": {"env": f"E2E_{self.name.upper()}_SECRET_KEY"},
        }

    def environment(self) -> dict[str, str]:
        return {
            f"E2E_{self.name.upper()}_ACCESS_KEY": self.access_key,
            f"E2E_{self.name.upper()}_SECRET_KEY": self.secret_key,
        }

    def backend(self) -> dict[str, Any]:
        return {"type": "minio", "endpoint": self.endpoint, "region": "us-east-1", "credentials": self.credentials()}
