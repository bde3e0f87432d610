"""What does a name resolve to on this machine? Asked by `remediator doctor`.

It says what this machine's network gets, and nothing of what any other network gets (azure-facts 10).
"""

from __future__ import annotations

import socket

from remediator.core.unknown import Unknown

_ABSENT = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))


def addresses(host: str) -> tuple[str, ...] | Unknown:
    """The addresses, each once, in the resolver's order; () where the name does not exist."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return () if error.errno in _ABSENT else Unknown(error.strerror or str(error))
    except (OSError, UnicodeError) as error:
        return Unknown(str(error))
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
