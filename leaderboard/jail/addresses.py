"""Where agents may be that play elsewhere: never, unless the operator allows it, within the judge's own network.

A submission names an address, and the judge sends requests there. Without a check that would let a stranger reach what
only the judge can reach (server-side request forgery).
"""

import ipaddress
import socket

_IPV6_GLOBAL = ipaddress.IPv6Network("2000::/3")


def look_up(host: str, port: int, own_network: bool) -> list[str]:
    """The addresses of ``host``, to be connected to as they are: a name may stand for others a moment later.

    Args:
        own_network: whether they may lie within the judge's own network.

    Raises:
        OSError: there is no such host.
        PermissionError: one of them is not on the public internet, which ``own_network`` does not allow.
    """
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except UnicodeError:  # a part of the name is too long
        raise socket.gaierror(socket.EAI_NONAME, "there is no such host") from None
    if not own_network and not all(map(is_public, found)):
        raise PermissionError("its address is not on the public internet")
    return found


def is_public(address: str) -> bool:
    """Whether anybody on the internet could reach it: not this machine, nor a network that only few are in, nor many
    machines at once, nor an IPv4 address in the clothes of IPv6, behind which any of those may be."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return parsed.is_global and parsed in _IPV6_GLOBAL and parsed.sixtofour is None and parsed.teredo is None
    return parsed.is_global and not parsed.is_multicast
