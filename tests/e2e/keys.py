"""One list of awkward object keys, the same for every store.

The keys are literal: `%20` in a key is three characters. Keys with `.` or `..` segments are not here: clients remove
such segments from a URL, so the gateway refuses them (test_answers.py).
"""

TASK_ID = "0123456789abcdef0123456789abcdef"
CLEARML_ARTIFACT = f"My Project/task%3A1.{TASK_ID}/artifacts/a b/a+b.pkl"

KEYS: dict[str, str] = {
    # spaces and their disguises
    "plain": "plain.txt",
    "space": "a b.txt",
    "leading space": " a.txt",
    "trailing space": "a.txt ",
    "two spaces": "a  b.txt",
    "plus": "a+b.txt",
    "plus and space": "a+b c.txt",
    "no-break space": "a\u00a0b.txt",
    "ideographic space": "a\u3000b.txt",
    "zero-width space": "a\u200bb.txt",
    # percent signs
    "percent": "100%.txt",
    "percent and text": "50%off.txt",
    "two percents": "a%%b.txt",
    "literal %20": "a%20b.txt",
    "literal %2B": "a%2Bb.txt",
    "literal %2F": "a%2Fb.txt",
    "literal lower-case %2f": "a%2fb.txt",
    "literal %3A": "run%3A1.txt",
    "literal %25": "a%25b.txt",
    "literal %2520": "a%2520b.txt",
    "literal %00": "a%00b.txt",
    "literal %2E%2E": "a/%2E%2E/b.txt",
    "literal %C3%A9 (e acute)": "caf%C3%A9.txt",
    "literal %ZZ": "a%ZZb.txt",
    # other alphabets
    "e acute": "café.txt",
    "e acute decomposed": "cafe\u0301.txt",
    "Japanese": "日本/語.txt",
    "Hebrew": "שלום/עולם.txt",
    "Cyrillic": "Тест/потеря.txt",
    "Arabic digits": "ملف٣.txt",
    "emoji": "🦀/👩‍🔬.txt",
    "sharp s and dotted I": "straße-İ.txt",
    # URL syntax
    "question mark": "what?.txt",
    "query": "a?x=1&y=2.txt",
    "signature-like query": "a?X-Amz-Signature=0&sig=1.txt",
    "hash": "a#b.txt",
    "question mark, hash, literal %20": "a?b#c%20d",
    "ampersand and equals": "a&b=c.txt",
    "equals": "epoch=3-loss=0.1.ckpt",
    "colon": "12:30:00.txt",
    "at": "user@host.txt",
    "semicolon": "a;b.txt",
    "comma": "a,b.txt",
    "dollar": "$HOME.txt",
    "a URL inside": "copy of https://example.test/a?b=c.txt",
    "an s3 URL inside": "s3://other/bucket.txt",
    # characters that encoders disagree about
    "asterisk": "a*b.txt",
    "parentheses": "a(1).txt",
    "exclamation mark": "a!b.txt",
    "apostrophe": "it's.txt",
    "unreserved": "A-Z_a.z~0.txt",
    "tilde first": "~user/a.txt",
    "square brackets": "a[0].txt",
    "braces": "a{b,c}.txt",
    "pipe": "a|b.txt",
    "caret": "a^b.txt",
    "backtick": "a`b.txt",
    "double quotes": 'a"b".txt',
    "angle brackets": "a<b>.txt",
    "backslash": "a\\b.txt",
    "all the sub-delimiters": "!$&'()*+,;=:@.txt",
    # slashes
    "leading slash": "/a.txt",
    "trailing slash": "folder/",
    "double slash": "a//b.txt",
    "triple slash": "a///b.txt",
    "deep": "a/b/c/d/e/f/g/h/i/j.txt",
    # dots that are not dot segments
    "hidden file": ".hidden/.a",
    "three dots": ".../a.txt",
    "dots inside": "a..b/c.",
    # length
    "1,000 bytes": "/".join(["x" * 99] * 10) + "x",
    "1,000 bytes of unicode": "/".join(["日" * 30] * 11),
    "200-byte segment": "y" * 200 + ".bin",
    "400-byte segment": "z" * 400 + ".bin",
    # what ClearML makes
    "ClearML artifact": CLEARML_ARTIFACT,
    "ClearML debug sample": f"%D1%82%D0%B5/run%3A1.{TASK_ID}/metrics/потеря/train.slash.x/a b_00000003.jpeg",
    "ClearML odd project": f"P [x]{{y}}(z)$^,;'=%40%23%25/t.{TASK_ID}/models/best#1?final%.pt",
    "ClearML dataset": f"Data/.datasets/my set/my set.{TASK_ID}/artifacts/data_001/dataset.{TASK_ID}.a_b.zip",
}


def body(key: str) -> bytes:
    """Bytes that tell the key they belong to, so that a wrong object cannot pass for the right one."""
    return b"the bytes of " + key.encode()
