package dev.ballast.proxy;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import java.util.stream.Stream;

/** What sockets can be waited for with on this machine: a kernel, or a sandbox, may have no io_uring. */
final class Transports {
  private Transports() {}

  static Stream<TransportKind> available() {
    TransportKind first = Epoll.isAvailable() ? TransportKind.EPOLL : TransportKind.NIO;
    return IoUring.isAvailable() ? Stream.of(first, TransportKind.IO_URING) : Stream.of(first);
  }
}
