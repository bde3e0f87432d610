"""What runs inside an environment: is each name answered, connected to, and the registry that it should be?

Its text is the command of a probe's execution (`prober`), run by any Python from 3.8 on with nothing but its standard
library; nothing of the program can be imported there. Arguments: `--mark M`, then `--login HOST[=ADDRESS,…]` for login
servers and `--data HOST[=ADDRESS,…]` for data endpoints. Each check is printed as one line of JSON; the exit code is 0
when all passed, 1 when one did not, 2 when the arguments make no sense.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import sys
from typing import TextIO

SECONDS = 10


class Voice:
    """Says what was seen, one line for each check, each with the mark of the run."""

    def __init__(self, mark: str, out: TextIO) -> None:
        self.mark, self.out = mark, out

    def say(self, host: str, check: str, ok: bool, detail: str, addresses: list[str] | None = None) -> None:
        """Print one line."""
        line = {"probe": self.mark, "host": host, "check": check, "ok": ok, "detail": detail}
        self.out.write(json.dumps(dict(line, addresses=addresses or [])) + "\n")
        self.out.flush()


def look(host: str, wanted: list[str], login: bool, voice: Voice, port: int = 443) -> bool:
    """Check one name, layer by layer, until one fails; True when all passed."""
    layer = "name"
    sock: socket.socket | None = None
    try:
        found = sorted(
            {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)}
        )
        if wanted and not set(found) <= set(wanted):
            voice.say(
                host, layer, False, "answered with " + ", ".join(found) + ", not with " + ", ".join(wanted), found
            )
            return False
        voice.say(host, layer, True, ", ".join(found), found)
        layer = "tcp"
        sock = socket.create_connection((found[0], port), SECONDS)
        voice.say(host, layer, True, found[0])
        layer = "tls"
        sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        voice.say(host, layer, True, str(sock.version()))
        if not login:
            return True
        layer = "http"
        client = http.client.HTTPSConnection(host, port, timeout=SECONDS)
        client.sock = sock
        client.request("GET", "/v2/", headers={"User-Agent": "remediator-probe"})
        answer = client.getresponse()
        passed = answer.status == 401
        voice.say(host, layer, passed, "401" if passed else str(answer.status) + " " + repr(answer.read(200)))
        return passed
    except (OSError, ValueError, http.client.HTTPException) as error:
        voice.say(host, layer, False, type(error).__name__ + ": " + str(error)[:200])
        return False
    finally:
        if sock is not None:
            sock.close()


def main(arguments: list[str], out: TextIO | None = None, port: int = 443) -> int:
    """Check every name of the arguments; the exit code."""
    pairs = list(zip(arguments[0::2], arguments[1::2]))  # noqa: B905 - strict came with 3.10
    marks = [value for word, value in pairs if word == "--mark"]
    names = [(word, value) for word, value in pairs if word in ("--login", "--data")]
    if len(arguments) % 2 or len(marks) != 1 or len(names) + 1 != len(pairs):
        return 2
    voice, passed = Voice(marks[0], out or sys.stdout), True
    for word, value in names:
        host, _, listed = value.partition("=")
        wanted = [address for address in listed.split(",") if address]
        passed = look(host, wanted, word == "--login", voice, port) and passed
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
