"""The reference libraries, `standardwebhooks` of PyPI and of npm, verify what Monitor signs: a thousand bodies in many scripts, up to 20 kB."""

import json
import os
import random
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook as Signer
from standardwebhooks.webhooks import WebhookVerificationError

from monitor.listen import new_secret
from monitor.notifiers.webhook import signed

ROOT = Path(__file__).resolve().parents[2]
VERIFIER = """
const { Webhook } = require("standardwebhooks");
const lines = require("node:fs").readFileSync(0, "utf8").trim().split("\\n");
let verified = 0, refused = 0;
for (const line of lines) {
  const { secrets, headers, body } = JSON.parse(line);
  for (const secret of secrets) {
    new Webhook(secret).verify(body, headers);
    verified += 1;
  }
  try { new Webhook(secrets[0]).verify(body + " ", headers); } catch { refused += 1; }
}
console.log(JSON.stringify({ verified, refused }));
"""
ALPHABETS = [
    [chr(code) for code in range(32, 127)],
    list("éüß日本語한국어中文“”…—"),
    list("مرحبا بالعالم שלום עולם\u202e\u200f\u2066"),
    list("😀👩\u200d👩\u200d👧\U0001f3f4\U000e0067🇫🇷\U0001f702"),
]


def where_npm_keeps_it() -> str | None:
    """The folder of modules in which Node finds the package: the repository's, or the machine's."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return None
    said = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()
    for folder in (ROOT / "node_modules", Path(said), *map(Path, os.environ.get("NODE_PATH", "").split(os.pathsep))):
        if (folder / "standardwebhooks").is_dir():
            return str(folder)
    return None


def bodies(count: int) -> list[str]:
    """Random messages in many scripts, some as large as a message may be."""
    chance = random.Random(20151115)
    made = []
    for number in range(count):
        alphabet = chance.choice(ALPHABETS)
        size = 20_000 // max(len(char.encode()) for char in alphabet) if number % 50 == 0 else chance.randrange(400)
        text = "".join(chance.choices(alphabet, k=size))
        made.append(json.dumps({"data": text}, ensure_ascii=bool(number % 2)))
    return made


def test_pypis_verifier_accepts_a_thousand_random_bodies() -> None:
    secrets = [new_secret(), new_secret()]
    verifiers = tuple(map(Signer, secrets))
    for number, body in enumerate(bodies(1000)):
        headers = signed(verifiers, f"msg_{number:x}", body, datetime.now(UTC))
        for verifier in verifiers:
            verifier.verify(body.encode(), headers, json_parse=False)
        with pytest.raises(WebhookVerificationError):
            verifiers[0].verify(body.encode() + b" ", headers, json_parse=False)


def test_npms_verifier_accepts_a_thousand_random_bodies() -> None:
    modules = where_npm_keeps_it()
    if modules is None:
        pytest.skip("no node with npm's standardwebhooks here: `npm install --global standardwebhooks@1`")
    secrets = [new_secret(), new_secret()]
    signers = tuple(map(Signer, secrets))
    lines = []
    for number, body in enumerate(bodies(1000)):
        headers = signed(signers, f"msg_{number:x}", body, datetime.now(UTC))
        lines.append(json.dumps({"secrets": secrets, "headers": headers, "body": body}))
    environment = {**os.environ, "NODE_PATH": modules}
    done = subprocess.run(
        ["node", "-e", VERIFIER],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        timeout=80,
    )
    assert json.loads(done.stdout) == {"verified": 2000, "refused": 1000}


def test_the_bodies_are_of_every_kind() -> None:
    sizes = [len(body.encode()) for body in bodies(200)]
    assert max(sizes) > 15_000
    assert any("😀" in body for body in bodies(200))
    assert any("ש" in body for body in bodies(200))
