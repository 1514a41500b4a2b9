"""A Cloud Storage look-alike that checks V4 signatures.

No emulator of Cloud Storage looks at signatures, so this one does, from Google's documentation of the canonical
request. It holds the service account's public key only (and one HMAC key), so it cannot agree with a signer by
sharing its mistakes; `test_stores_check_signatures.py` holds it to account with Google's own SDK.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote_to_bytes
from xml.etree import ElementTree

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

LONGEST_LIFE = 604_800
CLOCK_SKEW = timedelta(minutes=15)


class Refused(Exception):
    """The request's signature does not hold."""


@dataclass
class Cloud:
    """What the server knows: whose signatures count, and which objects there are."""

    rsa_keys: Mapping[str, RSAPublicKey]
    hmac_keys: Mapping[str, str]
    objects: dict[tuple[str, str], tuple[bytes, str]] = field(default_factory=dict)
    #: Uploads in parts that are under way, by id: the object, its type, and the parts by number.
    parts: dict[str, tuple[tuple[str, str], str, dict[int, bytes]]] = field(default_factory=dict)
    #: Every request with its headers, so that a test can see what reached the store.
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    #: Method, key and status of every answer about an object.
    answered: list[tuple[str, str, int]] = field(default_factory=list)


def encode(part: bytes, safe: str = "") -> str:
    return quote(part, safe=safe + "-._~")


def parse_query(raw: str) -> list[tuple[bytes, bytes]]:
    if "+" in raw:
        raise Refused("a raw + in the query: space or plus?")
    pairs = [pair.partition("=") for pair in raw.split("&") if pair]
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in pairs]


def verify(cloud: Cloud, method: str, target: str, headers: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Checks the signed URL and returns its query; raises `Refused`."""
    path, _, raw_query = target.partition("?")
    pairs = parse_query(raw_query)
    query = {name.decode(): value.decode() for name, value in pairs}
    if len(query) != len(pairs):
        raise Refused("a query parameter given twice")
    try:
        algorithm, credential = query["X-Goog-Algorithm"], query["X-Goog-Credential"]
        date, expires = query["X-Goog-Date"], int(query["X-Goog-Expires"])
        signed_headers, signature = query["X-Goog-SignedHeaders"], bytes.fromhex(query["X-Goog-Signature"])
        signer, day, region, service, terminator = credential.rsplit("/", 4)
        issued = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except (KeyError, ValueError) as error:
        raise Refused(f"not a V4 signed URL: {error!r}") from error

    if (service, terminator) != ("storage", "goog4_request") or day != date[:8]:
        raise Refused("the credential's scope is not this request's")
    if not 0 < expires <= LONGEST_LIFE:
        raise Refused("X-Goog-Expires is out of range")
    if issued > now + CLOCK_SKEW:
        raise Refused("signed in the future")
    if now >= issued + timedelta(seconds=expires):
        raise Refused("expired")
    names = signed_headers.split(";")
    extensions = {name.lower() for name in headers if name.lower().startswith("x-goog-")}
    if not extensions <= set(names):
        raise Refused("an x-goog- header that is not signed")
    if "host" not in names or names != sorted(names):
        raise Refused("host must be signed, and the signed headers sorted")

    present = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    canonical = "\n".join(
        (
            method,
            encode(unquote_to_bytes(path), safe="/"),
            "&".join(sorted(f"{encode(n)}={encode(v)}" for n, v in pairs if n != b"X-Goog-Signature")),
            *(f"{name}:{present.get(name, '')}" for name in names),
            "",
            signed_headers,
            present.get("x-goog-content-sha256", "UNSIGNED-PAYLOAD"),
        )
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = "\n".join((algorithm, date, f"{day}/{region}/storage/goog4_request", digest)).encode()
    if algorithm == "GOOG4-RSA-SHA256" and signer in cloud.rsa_keys:
        try:
            cloud.rsa_keys[signer].verify(signature, to_sign, PKCS1v15(), hashes.SHA256())
        except InvalidSignature as error:
            raise Refused(f"SignatureDoesNotMatch for the canonical request:\n{canonical}") from error
    elif algorithm == "GOOG4-HMAC-SHA256" and signer in cloud.hmac_keys:
        key = b"GOOG4" + cloud.hmac_keys[signer].encode()
        for step in (day, region, "storage", "goog4_request", to_sign):
            key = hmac.digest(key, step if isinstance(step, bytes) else step.encode(), "sha256")
        if not hmac.compare_digest(key, signature):
            raise Refused(f"SignatureDoesNotMatch for the canonical request:\n{canonical}")
    else:
        raise Refused(f"unknown signer {signer!r} or algorithm {algorithm!r}")
    return query


def fits(length: int, allowed: str | None) -> bool:
    """Whether a body has a length that `X-Goog-Content-Length-Range` allows."""
    if allowed is None:
        return True
    least, most = allowed.split(",")
    return int(least) <= length <= int(most)


def in_parts(
    cloud: Cloud, method: str, place: tuple[str, str], query: Mapping[str, str], sent: bytes, content_type: str
) -> tuple[int, bytes, Mapping[str, str]]:
    """An XML API multipart upload (https://cloud.google.com/storage/docs/multipart-uploads): status, body and headers."""
    upload = query.get("uploadId", "")
    if method == "POST" and "uploads" in query:
        upload = f"upload/{len(cloud.seen)}+="
        cloud.parts[upload] = place, content_type, {}
        text = f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
        return 200, text.encode(), {}
    if upload not in cloud.parts or cloud.parts[upload][0] != place:
        return 404, b"<Error><Code>NoSuchUpload</Code></Error>", {}
    _, content_type, parts = cloud.parts[upload]
    if method == "PUT":
        parts[int(query["partNumber"])] = sent
        return 200, b"", {"ETag": etag(sent)}
    del cloud.parts[upload]
    if method == "DELETE":
        return 204, b"", {}
    listed = [(int(part.findtext("PartNumber", "")), part.findtext("ETag")) for part in ElementTree.fromstring(sent)]
    if listed != [(number, etag(parts[number])) for number in sorted(parts)]:
        return 400, b"<Error><Code>InvalidPart</Code></Error>", {}
    cloud.objects[place] = b"".join(parts[number] for number in sorted(parts)), content_type
    return 200, b"<CompleteMultipartUploadResult></CompleteMultipartUploadResult>", {}


def etag(content: bytes) -> str:
    return f'"{hashlib.md5(content).hexdigest()}"'


def server(cloud: Cloud, port: int) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            cloud.seen.append((self.command, self.path, dict(self.headers)))
            length = int(self.headers.get("Content-Length", 0))
            sent = self.rfile.read(length)
            try:
                query = verify(cloud, self.command, self.path, dict(self.headers), datetime.now(UTC))
            except Refused as error:
                return self.answer(403, str(error).encode())
            bucket, _, key = unquote_to_bytes(self.path.partition("?")[0]).decode()[1:].partition("/")
            content_type = self.headers.get("Content-Type", "application/octet-stream")
            if not fits(len(sent), self.headers.get("X-Goog-Content-Length-Range")):
                return self.answer(400, b"<Error><Code>EntityTooLarge</Code></Error>")
            if "uploads" in query or "uploadId" in query:
                return self.answer(*in_parts(cloud, self.command, (bucket, key), query, sent, content_type))
            if self.command == "PUT":
                cloud.objects[bucket, key] = sent, content_type
                return self.answer(200, b"")
            if (bucket, key) not in cloud.objects:
                cloud.answered.append((self.command, key, 404))
                return self.answer(404, b"NoSuchKey")
            if self.command == "DELETE":
                del cloud.objects[bucket, key]
                return self.answer(204, b"")
            body, content_type = cloud.objects[bucket, key]
            tag = f'"{hashlib.md5(body).hexdigest()}"'
            # As Cloud Storage has it for private objects: kept, and asked about anew each time.
            headers = {"ETag": tag, "Cache-Control": "private, max-age=0"}
            if self.headers.get("If-None-Match") == tag:
                cloud.answered.append((self.command, key, 304))
                return self.answer(304, b"", headers)
            headers["Content-Type"] = query.get("response-content-type", content_type)
            if "response-content-disposition" in query:
                headers["Content-Disposition"] = query["response-content-disposition"]
            wanted = self.headers.get("Range", "")
            cloud.answered.append((self.command, key, 206 if wanted.startswith("bytes=") else 200))
            if not wanted.startswith("bytes="):
                return self.answer(200, body, headers)
            first, last = wanted.removeprefix("bytes=").split("-")
            end = min(int(last or len(body)), len(body) - 1)
            headers["Content-Range"] = f"bytes {first}-{end}/{len(body)}"
            self.answer(206, body[int(first) : end + 1], headers)

        do_HEAD = do_PUT = do_POST = do_DELETE = do_GET

        def answer(self, status: int, body: bytes, headers: Mapping[str, str] = {}) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
