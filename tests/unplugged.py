"""A conversation with the served page in a network namespace of its own, in which no way leads out.

``python -m tests.unplugged FOLDER MESSAGE...`` prints as JSON how the conversation went, and how often any program in the
namespace tried to reach something outside, as the kernel counts it.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

from tests.program import Tab, running

GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 0x1  # netdevice(7): SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP
OUTSIDE = ("192.0.2.1", 9)  # an address for documentation, RFC 5737
COUNTED = {  # by the kernel, in this namespace: what had no route, and each question to a name server
    "/proc/net/snmp": ("Ip: OutNoRoutes", "Udp: OutDatagrams"),
    "/proc/net/snmp6": ("Ip6OutNoRoutes", "Udp6OutDatagrams"),
}


def bring_loopback_up() -> None:
    """A new namespace has the loopback device, but switched off."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, GET_FLAGS, asked))[1]
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", flags | UP))


def tries() -> int:
    """How often something outside, or a name server, was to be reached."""
    return sum(_figures()[name] for names in COUNTED.values() for name in names)


def _figures() -> dict[str, int]:
    found: dict[str, int] = {}
    lines = Path("/proc/net/snmp").read_text(encoding="ascii").splitlines()
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        kind = names.split()[0]
        found |= {
            f"{kind} {name}": int(value) for name, value in zip(names.split()[1:], values.split()[1:], strict=True)
        }
    for line in Path("/proc/net/snmp6").read_text(encoding="ascii").splitlines():
        name, value = line.split()
        found[name] = int(value)
    return found


def main(folder: Path, messages: list[str]) -> None:
    """Talk, forget, and tell."""
    bring_loopback_up()
    tab = Tab("unplugged1")
    with running(folder, "serve", "--port", 0) as program:
        tab.open(program.owner_link())
        shown = [list(tab.say(message))[-1] for message in messages]
        list(tab.call("greet"))
        list(tab.call("offers"))
        after = tab.act("forget_everything")
        program.interrupt()
    tried = tries()
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_STREAM) as outside:
        outside.connect(OUTSIDE)
    told = {
        "tried": tried,
        "seen by a try of our own": tries() - tried,
        "questions": shown[-1].count('class="question"'),
        "forgotten": 'data-state="welcome"' in after,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
