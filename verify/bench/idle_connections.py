"""Opens connections, uses each for one request, and holds them until its input ends.

Arguments: host, port, count, first source address, body bytes. Prints how many it has, then how many are still open.
"""

import ipaddress
import select
import socket
import sys

AT_ONCE = 100
PER_SOURCE = 10_000
REQUEST = b"GET /small HTTP/1.1\r\nHost: bench.test\r\n\r\n"


def main():
    host, source = sys.argv[1], ipaddress.ip_address(sys.argv[4])
    port, count, body_bytes = int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[5])
    held = []
    for start in range(0, count, AT_ONCE):
        sources = [source + i // PER_SOURCE for i in range(start, min(start + AT_ONCE, count))]
        batch = [opened(host, port, str(each)) for each in sources]
        for connection in batch:
            connection.sendall(REQUEST)
        held += [connection for connection in batch if is_answered(connection, body_bytes)]
    print(len(held), flush=True)
    sys.stdin.read()
    print(sum(1 for connection in held if is_open(connection)), flush=True)


def opened(host, port, source):
    connection = socket.socket()
    connection.settimeout(30)
    connection.setsockopt(socket.SOL_IP, socket.IP_BIND_ADDRESS_NO_PORT, 1)
    connection.bind((source, 0))
    connection.connect((host, port))
    return connection


def is_answered(connection, body_bytes):
    answer = b""
    while b"\r\n\r\n" not in answer or len(answer.partition(b"\r\n\r\n")[2]) < body_bytes:
        more = connection.recv(4096)
        if not more:
            return False
        answer += more
    return answer.startswith(b"HTTP/1.1 200 ")


def is_open(connection):
    """Silent, so neither closed nor reset."""
    poll = select.poll()
    poll.register(connection, select.POLLIN | select.POLLHUP | select.POLLERR)
    return not poll.poll(0)


main()
