package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The answers that this proxy gives by itself: a status, the field {@code Ballast-Reason}, and one line for people. */
final class OwnAnswer {
  private static final Map<Integer, String> PHRASES =
      Map.ofEntries(
          Map.entry(400, "Bad Request"),
          Map.entry(404, "Not Found"),
          Map.entry(408, "Request Timeout"),
          Map.entry(414, "URI Too Long"),
          Map.entry(417, "Expectation Failed"),
          Map.entry(431, "Request Header Fields Too Large"),
          Map.entry(501, "Not Implemented"),
          Map.entry(502, "Bad Gateway"),
          Map.entry(503, "Service Unavailable"),
          Map.entry(504, "Gateway Timeout"),
          Map.entry(505, "HTTP Version Not Supported"));

  private OwnAnswer() {}

  /**
   * The whole answer.
   *
   * @param detail follows the reason's sentence, or is empty
   * @param isForHead whether the request was a HEAD, whose answer has no body
   */
  static ByteBuf of(
      ByteBufAllocator buffers,
      Reason reason,
      String detail,
      Persistence persistence,
      boolean isForHead) {
    byte[] line = line(reason, detail).getBytes(StandardCharsets.UTF_8);
    byte[] head = head(reason, line.length, persistence).getBytes(StandardCharsets.US_ASCII);
    ByteBuf out = buffers.directBuffer(head.length + line.length).writeBytes(head);
    return isForHead ? out : out.writeBytes(line);
  }

  private static String line(Reason reason, String detail) {
    return reason.sentence() + (detail.isEmpty() ? "" : ": " + detail) + ".\n";
  }

  private static String head(Reason reason, int length, Persistence persistence) {
    String connection =
        switch (persistence) {
          case KEPT -> "";
          case KEPT_IF_SAID -> "Connection: keep-alive\r\n";
          case CLOSED -> "Connection: close\r\n";
        };
    String phrase = PHRASES.getOrDefault(reason.status(), "Error");
    return "HTTP/1.1 "
        + reason.status()
        + " "
        + phrase
        + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
        + length
        + "\r\nCache-Control: no-store\r\nBallast-Reason: "
        + reason.token()
        + "\r\n"
        + connection
        + "\r\n";
  }
}
