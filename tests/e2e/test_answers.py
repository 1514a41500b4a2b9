"""The gateway's own answers, with a real store behind them."""

import pytest

from apiserver import Apiserver
from client import Caller, bearer, component, cookie, send
from gateway import Gateway
from keys import CLEARML_ARTIFACT, KEYS, TASK_ID, body
from servers.store import Store


def code(answer) -> tuple[int, str]:
    return answer.status, answer.json["code"]


def test_without_a_token_nobody_gets_a_link(minio: Store, nobody: Caller) -> None:
    answer = nobody.ask(minio.url("plain.txt"))
    assert code(answer) == (401, "unauthenticated")
    assert "Basic" not in (answer.headers["WWW-Authenticate"] or "")


def test_what_no_rule_names_is_forbidden(minio: Store, alice: Caller) -> None:
    elsewhere = minio.url("plain.txt", "another-bucket")
    assert code(alice.ask(elsewhere)) == (403, "forbidden")


def test_a_rule_for_one_user_is_for_that_user(minio: Store, alice: Caller, bob: Caller) -> None:
    minio.put(minio.bucket, "bobs/own.txt", b"bob's")
    assert send("GET", bob.signed(minio.url("bobs/own.txt"))).body == b"bob's"
    refused, unknown = alice.ask(minio.url("bobs/own.txt")), alice.ask(minio.url("plain.txt", "another-bucket"))
    assert code(refused) == (403, "forbidden")
    assert refused.json["detail"] == unknown.json["detail"], "the answer tells that there is something"


@pytest.mark.parametrize("key", ["a/../b", "../b", "a/./b", "./b", "a/..", "a/."])
def test_a_dot_segment_is_refused_in_query_and_path(minio: Store, alice: Caller, key: str) -> None:
    assert code(alice.ask(minio.url(key))) == (400, "invalid_request")
    path = minio.url(key).replace("s3://", "/s3/")
    assert code(alice.target("GET", path)) == (400, "invalid_request")
    encoded = minio.url(key).replace("s3://", "/s3/").replace("..", "%2e%2e").replace("/./", "/%2e/")
    assert alice.target("GET", encoded).status == 400


def test_a_key_that_is_too_long_is_refused(minio: Store, alice: Caller) -> None:
    # DESIGN: over 1,024 bytes.
    assert alice.ask(minio.url("k" * 1025)).status in (400, 414)


def test_two_storage_urls_are_ambiguous(minio: Store, alice: Caller) -> None:
    other = component(minio.url("100%.txt"))
    assert code(alice.ask(minio.url("plain.txt"), query=f"&src={other}")) == (400, "invalid_request")


def test_json_is_given_to_those_who_ask_for_it(minio: Store, alice: Caller) -> None:
    by_header = alice.ask(minio.url(CLEARML_ARTIFACT), headers={"Accept": "application/json"})
    by_query = alice.ask(minio.url(CLEARML_ARTIFACT), query="&format=json")
    for answer in (by_header, by_query):
        assert answer.status == 200, answer
        said = answer.json
        assert (said["method"], said["backend"], said["rule"]) == ("GET", "minio", "minio")
        assert said["expires_at"].endswith("Z")
        assert send("GET", said["url"]).body == body(CLEARML_ARTIFACT)


def test_a_list_gets_one_result_or_error_for_each_item(minio: Store, gcs: Store, alice: Caller) -> None:
    wanted = [
        {"url": minio.url(KEYS["space"])},
        {"url": "s3://nobody-knows/this"},
        {"url": gcs.url(KEYS["Japanese"]), "method": "HEAD"},
        {"url": "not a storage URL"},
        {"url": gcs.url(KEYS["plus"]), "download": "other.txt", "expires_in": 120},
    ]
    answer = alice.presign(wanted)
    assert answer.status == 200, answer
    space, unknown, japanese, malformed, plus = answer.json
    assert send("GET", space["url"]).body == body(KEYS["space"])
    assert unknown["error"]["code"] == "forbidden"
    assert send("HEAD", japanese["url"]).status == 200
    assert malformed["error"]["code"] == "invalid_request"
    assert send("GET", plus["url"]).headers["Content-Disposition"] == "attachment; filename=other.txt"


def test_a_redirect_is_private_and_does_not_outlive_the_link(minio: Store, alice: Caller) -> None:
    headers = alice.ask(minio.url("plain.txt")).headers
    kind, age = headers["Cache-Control"].split(", max-age=")
    assert kind == "private" and 0 < int(age) < 600, "the rule's ttl is 10 min"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert (headers["X-Presign-Backend"], headers["X-Presign-Rule"]) == ("minio", "minio")
    assert headers["X-Presign-Expires"].endswith("Z")


@pytest.mark.parametrize("who", ["expired", "revoked", "bad_signature", "user_gone"])
def test_a_token_that_is_no_longer_good_is_refused(
    who: str, minio: Store, gateway: Gateway, apiserver: Apiserver
) -> None:
    caller = Caller(gateway.public, bearer(apiserver.tokens[who]))
    assert code(caller.ask(minio.url("plain.txt"))) == (401, "unauthenticated")


def test_a_service_identity_is_let_in(minio: Store, gateway: Gateway, apiserver: Apiserver) -> None:
    caller = Caller(gateway.public, bearer(apiserver.tokens["services_agent"]))
    assert send("GET", caller.signed(minio.url("plain.txt"))).body == body("plain.txt")


def test_a_wrong_cookie_does_not_hide_the_right_one(minio: Store, gateway: Gateway, apiserver: Apiserver) -> None:
    both = f"clearml-token-k8s={apiserver.tokens['revoked']}; clearml_token_basic={apiserver.tokens['alice']}"
    other = f"clearml_token_basic={apiserver.tokens['revoked']}; allegro_token_x={apiserver.tokens['alice']}"
    for cookies in (both, other):
        caller = Caller(gateway.public, {"Cookie": cookies})
        assert send("GET", caller.signed(minio.url("plain.txt"))).status == 200


def test_a_header_wins_over_a_cookie(minio: Store, gateway: Gateway, apiserver: Apiserver) -> None:
    headers = bearer(apiserver.tokens["expired"]) | cookie(apiserver.tokens["alice"])
    assert Caller(gateway.public, headers).ask(minio.url("plain.txt")).status == 401


def test_clearml_api_keys_open_objects_for_curl(minio: Store, gateway: Gateway, apiserver: Apiserver) -> None:
    caller = Caller(gateway.public, {"Authorization": apiserver.basic})
    assert send("GET", caller.signed(minio.url("plain.txt"))).body == body("plain.txt")


def test_the_web_app_may_read_answers_and_other_origins_may_not(minio: Store, alice: Caller, app) -> None:
    fetch = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": "same-site"}
    answer = alice.ask(minio.url(CLEARML_ARTIFACT), headers=fetch | {"Origin": app.origin})
    assert answer.status == 302
    assert answer.headers["Access-Control-Allow-Origin"] == app.origin
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert "content-disposition" in answer.headers["Access-Control-Expose-Headers"].lower()
    assert send("GET", answer.location).headers["Content-Disposition"] == "attachment; filename=a+b.pkl"
    for origin in (app.origin + "0", "null", "http://evil.example"):
        other = alice.ask(minio.url("plain.txt"), headers=fetch | {"Origin": origin})
        assert other.headers["Access-Control-Allow-Origin"] is None


def test_the_token_stays_with_the_gateway(gcs: Store, alices_program: Caller) -> None:
    """`requests` strips it when the host or the port changes, and nothing of it is in the link."""
    import requests

    token = alices_program.headers["Authorization"].removeprefix("Bearer ")
    gcs.cloud.seen.clear()
    answer = requests.get(
        f"{alices_program.gateway}/",
        params={"url": gcs.url(f"My Project/task%3A1.{TASK_ID}/artifacts/a b/a+b.pkl")},
        headers=alices_program.headers,
        timeout=30,
    )
    assert answer.status_code == 200
    assert len(gcs.cloud.seen) == 1
    assert token not in repr(gcs.cloud.seen)
