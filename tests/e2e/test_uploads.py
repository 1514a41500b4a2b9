"""Uploads through the gateway, by the unmodified ClearML SDK and by hand, without a storage key on the client."""

import base64
import hashlib
import http.client
import json
import os
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

import gateway as presign
from apiserver import Apiserver
from client import Answer, Caller, bearer, send
from conftest import Stores
from gateway import Gateway, uploads
from keys import KEYS, TASK_ID, body
from servers.process import HOME
from servers.store import S3Store, Store
from web_app import WebApp

BOUNDARY = "0123456789abcdef"
MIB = 1024 * 1024
WRITTEN = ["minio", "rgw", "weed", "azure", "gcs", "gcs_hmac"]

CONFIGURATION = """
api {{
  api_server: "{apiserver.url}"
  web_server: "{apiserver.url}"
  files_server: "{files_server}"
  credentials {{ access_key: "{apiserver.user_access_key}", secret_key: "{apiserver.user_secret_key}" }}
}}
sdk.storage {{
  cache.default_base_dir: "{folder}/cache"
  http.legacy_fileservers: ["{gateway.public}"]
  path_substitution: [
    {{ registered_prefix: "s3://", local_prefix: "{gateway.public}/s3/" }}
    {{ registered_prefix: "gs://", local_prefix: "{gateway.public}/gs/" }}
    {{ registered_prefix: "azure://", local_prefix: "{gateway.public}/azure/" }}
  ]
}}
"""

#: Keys that the SDK itself does not take through a URL, with why.
NOT_BY_SDK = {
    "?": "the SDK takes the rest for a query",
    "#": "the SDK's HTTP client takes the rest for a fragment",
    ";": "the SDK takes the rest for a parameter",
    "\\": "the SDK writes a slash instead",
    "//": "the SDK's own URLs have no empty segment",
}


def path_of(store: Store, key: str = "") -> str:
    """The path below the gateway of the bucket where rules allow writing; the key is literal."""
    return "/" + store.url_prefix(uploads(store)).replace("://", "/") + key


def files_server(gateway: Gateway, store: Store) -> str:
    return gateway.public + path_of(store).rstrip("/")


def by_sdk(jobs: list[dict[str, Any]], store: Store, gateway: Gateway, apiserver: Apiserver, folder: Path) -> Any:
    configuration = folder / "clearml.conf"
    server = files_server(gateway, store)
    text = CONFIGURATION.format(apiserver=apiserver, gateway=gateway, files_server=server, folder=folder)
    configuration.write_text(text)
    done = subprocess.run(
        [HOME / "sdk/bin/python", Path(__file__).with_name("sdk_upload.py")],
        input=json.dumps(jobs),
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "CLEARML_CONFIG_FILE": str(configuration)},
        capture_output=True,
        text=True,
        timeout=550,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("store_name", ["minio", "rgw", "azure"])
def test_what_the_sdk_uploads_is_read_by_every_spelling(
    store: Store, gateway: Gateway, apiserver: Apiserver, alice: Caller, tmp_path: Path
) -> None:
    keys = [
        key
        for name, key in KEYS.items()
        if name not in store.cannot_hold
        and not any(part in key for part in NOT_BY_SDK)
        and not key.endswith("/")
        and key == key.strip()
    ]
    assert len(keys) >= 35
    # Names as a task makes them: the project's and the task's are quoted by the SDK, and then once more in the URL.
    project = quote('P (1) [x] {y} "z" 100% a+b', safe="'[]{}()$^,.; -_+-=/")
    keys += [f"{project}/{quote('Тест: 1')}.{TASK_ID}/metrics/потеря/a_0{end}" for end in (".png", " (1).jpeg", "%20.gif")]
    jobs = []
    for number, key in enumerate(keys):
        file = tmp_path / f"{number}.bin"
        file.write_bytes(body(key))
        destination = f"{files_server(gateway, store)}/sdk/{key}"
        jobs.append({"file": str(file), "destination": destination, "also": []})
    empty = tmp_path / "empty.bin"
    empty.touch()
    jobs.append({"file": str(empty), "destination": f"{files_server(gateway, store)}/sdk/empty.bin", "also": []})
    done = by_sdk(jobs, store, gateway, apiserver, tmp_path)
    held = set(store.keys(uploads(store)))
    # The SDK itself refuses to download an empty file, but it is there.
    assert done.pop()["registered"] and store.read(uploads(store), "sdk/empty.bin") == b""
    wrong = []
    for key, job in zip(keys, done, strict=True):
        stored = f"sdk/{key}"
        if stored not in held or store.read(uploads(store), stored) != body(key):
            wrong.append(("not stored", key, job))
        elif base64.b64decode(job["got"].get(job["registered"]) or "") != body(key):
            wrong.append(("not got by the registered URL", key, job))
        elif (answer := follow(alice, store.url(stored, uploads(store)))).body != body(key):
            wrong.append(("not got by ?url=", key, answer))
    assert not wrong, wrong


def follow(caller: Caller, url: str) -> Answer:
    return send("GET", caller.signed(url))


@pytest.mark.parametrize("store_name", ["minio", "azure"])
def test_the_sdk_uploads_to_a_storage_url_under_a_substitution(
    store: Store, gateway: Gateway, apiserver: Apiserver, tmp_path: Path
) -> None:
    file = tmp_path / "model.pkl"
    file.write_bytes(b"a model")
    url = store.url(f"My Project/t.{TASK_ID}/models/a b+c.pkl", uploads(store))
    [job] = by_sdk([{"file": str(file), "destination": url, "also": [url]}], store, gateway, apiserver, tmp_path)
    assert {base64.b64decode(got or "") for got in job["got"].values()} == {b"a model"}, job
    assert job["registered"].startswith(gateway.public), "the SDK registers the URL that it uploaded to"
    assert store.read(uploads(store), url.removeprefix(store.url_prefix(uploads(store)))) == b"a model"


def test_the_sdk_uploads_and_downloads_200_mb(
    minio: Store, fresh: Gateway, apiserver: Apiserver, tmp_path: Path
) -> None:
    file = tmp_path / "large.bin"
    digest = hashlib.sha256()
    with file.open("wb") as out:
        for number in range(200):
            piece = hashlib.sha256(str(number).encode()).digest() * (1_000_000 // 32)
            out.write(piece)
            digest.update(piece)
    destination = f"{files_server(fresh, minio)}/large.bin"
    [job] = by_sdk([{"file": str(file), "destination": destination, "also": []}], minio, fresh, apiserver, tmp_path)
    got = base64.b64decode(job["got"][job["registered"]])
    assert hashlib.sha256(got).hexdigest() == digest.hexdigest()
    assert open_uploads(minio) == []
    assert peak_memory(fresh) < 64 * MIB


def form(name: str, content: bytes, content_type: str = "application/octet-stream") -> bytes:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
        f"Content-Type: {content_type}\r\n\r\n"
    )
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def post(caller: Caller, path: str, name: str, content: bytes, content_type: str = "application/octet-stream") -> Answer:
    headers = caller.headers | {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return send("POST", caller.gateway + quote(path, safe="/:"), headers, form(name, content, content_type))


@pytest.mark.parametrize("store_name", WRITTEN)
def test_a_file_is_posted_read_and_deleted(store: Store, alices_program: Caller) -> None:
    server = path_of(store)
    for content in (b"", b"some bytes", os.urandom(3 * MIB)):
        answer = post(alices_program, server, "/by hand/a b+c%20d é.png", content, "image/png")
        assert (answer.status, answer.json) == (200, ["by hand/a b+c%20d é.png"]), answer
        url = store.url("by hand/a b+c%20d é.png", uploads(store))
        got = follow(alices_program, url)
        assert (got.body, got.headers["Content-Type"]) == (content, "image/png"), got
    path = quote(server, safe="/:") + quote("by hand/a b+c%20d é.png")
    assert alices_program.target("DELETE", path).status == 200
    assert follow(alices_program, url).status == 404


@pytest.mark.parametrize("store_name", WRITTEN)
def test_a_large_file_is_put_together_of_parts(store: Store, alices_program: Caller) -> None:
    content = os.urandom(MIB) * 70
    answer = post(alices_program, path_of(store), "/parts/a b%.bin", content, "image/x-large")
    assert answer.status == 200, answer
    got = follow(alices_program, store.url("parts/a b%.bin", uploads(store)))
    assert (got.body == content, got.headers["Content-Type"]) == (True, "image/x-large")


@pytest.mark.parametrize("store_name", ["minio", "rgw", "azure"])
def test_an_upload_that_is_cut_leaves_nothing(store: Store, alices_program: Caller) -> None:
    for name, declared, sent in (("whole", 20 * MIB, 10 * MIB), ("parts", 5 * 1024 * MIB, 70 * MIB)):
        whole = form(f"/cut/{name}", b"")
        end = whole.index(b"\r\n\r\n") + 4
        host = urlsplit(alices_program.gateway)
        connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=60)
        connection.putrequest("POST", quote(path_of(store).rstrip("/"), safe="/:"))
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Content-Length": str(len(whole) + declared)}
        for header, value in (alices_program.headers | headers).items():
            connection.putheader(header, value)
        connection.endheaders(whole[:end])
        for _ in range(sent // MIB):
            connection.send(b"\0" * MIB)
        connection.close()
    # Whoever comes after an upload that broke off finds the store as if it had never been.
    assert post(alices_program, path_of(store), "/cut/after", b"x").status == 200
    wait_until(lambda: open_uploads(store) == [])
    assert [key for key in store.keys(uploads(store)) if key.startswith("cut/")] == ["cut/after"]


@pytest.fixture
def fresh(stores: Stores, apiserver: Apiserver, app: WebApp, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway that has done nothing yet: its memory is what the test makes of it."""
    fresh = presign.start(list(stores.all.values()), apiserver, app.origin, tmp_path)
    yield fresh
    fresh.process.stop()


def test_20_uploads_at_once_all_arrive_and_memory_stays_bounded(
    minio: Store, fresh: Gateway, apiserver: Apiserver
) -> None:
    alices_program = Caller(fresh.public, bearer(apiserver.tokens["alice"]))
    contents = [os.urandom(MIB) * 10 + str(number).encode() for number in range(20)]

    def one(number: int) -> int:
        return post(alices_program, path_of(minio), f"/at once/{number}", contents[number]).status

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(one, range(20))) == {200}
    for number, content in enumerate(contents):
        assert minio.read(uploads(minio), f"at once/{number}") == content
    peak = peak_memory(fresh)
    print(f"peak memory of the gateway: {peak / MIB:.1f} MiB")
    assert peak < 64 * MIB


def test_too_large_a_file_is_refused_before_it_is_sent(minio: Store, alices_program: Caller) -> None:
    headers = alices_program.headers | {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    headers["Content-Length"] = str(2**50)
    url = alices_program.gateway + quote(path_of(minio), safe="/:")
    assert send("POST", url, headers).status == 413


@pytest.mark.parametrize("store_name", ["minio", "rgw", "weed", "gcs", "gcs_hmac"])
def test_a_link_for_put_is_good_for_its_type_and_length_only(store: Store, alice: Caller) -> None:
    url = store.url("bound.png", uploads(store))
    answer = alice.presign({"url": url, "method": "PUT", "content_type": "image/png", "content_length": 4})
    link, headers = answer.json["url"], answer.json["headers"]
    assert send("PUT", link, headers | {"content-type": "text/html"}, b"four").status == 403
    sent = {name: value for name, value in headers.items() if name != "content-length"}
    assert send("PUT", link, sent, b"longer").status in (400, 403)
    assert send("PUT", link, sent, b"four").status == 200
    assert follow(alice, url).headers["Content-Type"] == "image/png"


@pytest.mark.parametrize("store_name", WRITTEN)
def test_a_program_uploads_in_parts_by_itself(store: Store, alice: Caller) -> None:
    url = store.url("direct/a b%20c.bin", uploads(store))

    def act(action: str, **fields: Any) -> Any:
        headers = alice.headers | {"Content-Type": "application/json"}
        answer = send("POST", f"{alice.gateway}/v1/uploads/{action}", headers, json.dumps({"url": url, **fields}).encode())
        assert answer.status == 200, answer
        return answer.json

    parts = [os.urandom(5 * MIB), b"the end"]
    created = act("create", content_type="image/x-direct")
    upload = created["upload_id"]
    links = act("parts", upload_id=upload, numbers=[1, 2])["parts"]
    finished = []
    for link, content in zip(links, parts, strict=True):
        sent = send(link["method"], link["url"], link["headers"], content)
        assert sent.status in (200, 201), sent
        finished.append({"number": link["number"], "etag": sent.headers["ETag"] or ""})
    assert follow(alice, url).status == 404
    act("complete", upload_id=upload, content_type="image/x-direct", parts=finished)
    got = follow(alice, url)
    assert (got.body == b"".join(parts), got.headers["Content-Type"]) == (True, "image/x-direct")
    second = act("create")["upload_id"]
    act("abort", upload_id=second)
    assert open_uploads(store) == []


def open_uploads(store: Store) -> list[str]:
    """Uploads in parts that were begun and neither completed nor aborted; Azure has none to list."""
    if not isinstance(store, S3Store):
        return []
    answer = store.sdk.list_multipart_uploads(Bucket=uploads(store))
    return [upload["Key"] for upload in answer.get("Uploads", [])]


def peak_memory(gateway: Gateway) -> int:
    status = Path(f"/proc/{gateway.process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found.group(1)) * 1024


def wait_until(holds: Any, seconds: float = 30) -> None:
    import time

    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)
