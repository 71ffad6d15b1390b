package dev.ballast.proxy;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What an LB server waits for its sockets with. */
public enum TransportKind {
  /** epoll where there is one, else NIO. */
  AUTO("auto"),
  IO_URING("io_uring"),
  EPOLL("epoll"),
  NIO("nio");

  private final String text;

  TransportKind(String text) {
    this.text = text;
  }

  /**
   * Reads one of the names.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static TransportKind parse(String text) {
    for (TransportKind kind : values()) {
      if (kind.text.equals(text)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "\""
            + text
            + "\" is not a transport: "
            + Arrays.stream(values())
                .map(TransportKind::toString)
                .collect(Collectors.joining(", ")));
  }

  @Override
  public String toString() {
    return text;
  }
}
