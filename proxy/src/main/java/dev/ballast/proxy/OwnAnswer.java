package dev.ballast.proxy;

import dev.ballast.model.ErrorPage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * The answers that this proxy gives by itself: those of a route that has no pool, and those that say why a request was not
 * served, with the field {@code Ballast-Reason} and one line for people or the page that is configured. They carry the id of the
 * request, if it has one.
 */
final class OwnAnswer {
  private static final byte[] VERSION = Grammar.ascii("HTTP/1.1 ");
  private static final byte[] CRLF = Grammar.ascii("\r\n");
  private static final byte[] CONTENT_TYPE = Grammar.ascii("Content-Type: ");
  private static final byte[] CONTENT_LENGTH = Grammar.ascii("Content-Length: ");
  private static final byte[] LOCATION = Grammar.ascii("Location: ");
  private static final byte[] REASON = Grammar.ascii("Cache-Control: no-store\r\nBallast-Reason: ");
  private static final byte[] CLOSE = Grammar.ascii("Connection: close\r\n");
  private static final byte[] KEEP_ALIVE = Grammar.ascii("Connection: keep-alive\r\n");
  private static final byte[] NOTHING = {};
  private static final String PLAIN_TEXT = "text/plain; charset=utf-8";
  private static final int HEAD_BYTES = 512;

  private OwnAnswer() {}

  /**
   * Why a request was not served.
   *
   * @param detail follows the reason's sentence, or is empty
   * @param isForHead whether the request was a HEAD, whose answer has no body
   */
  static ByteBuf of(
      ByteBufAllocator buffers,
      Reason reason,
      String detail,
      RoutePolicy policy,
      Origin origin,
      Persistence persistence,
      boolean isForHead) {
    ErrorPage page = policy.pages().page(reason);
    byte[] body =
        page == null
            ? line(reason, detail).getBytes(StandardCharsets.UTF_8)
            : ErrorPages.fill(page, reason, origin.idText());
    String type = page == null ? PLAIN_TEXT : page.contentType();
    ByteBuf out = begin(buffers, reason.status(), body.length);
    writeLine(CONTENT_TYPE, type.getBytes(StandardCharsets.UTF_8), out);
    writeLength(body.length, out);
    writeLine(REASON, Grammar.ascii(reason.token()), out);
    policy.forwarder().writeId(origin, out);
    return finish(persistence, isForHead ? NOTHING : body, out);
  }

  private static String line(Reason reason, String detail) {
    return reason.sentence() + (detail.isEmpty() ? "" : ": " + detail) + ".\n";
  }

  /** What a route answers, with what the route adds to answers. */
  static ByteBuf of(
      ByteBufAllocator buffers,
      RouteAnswer answer,
      RoutePolicy policy,
      Origin origin,
      RequestHead head,
      Persistence persistence) {
    return switch (answer) {
      case RouteAnswer.Redirect redirect -> {
        ByteBuf out = begin(buffers, redirect.status(), policy.answerLines().length());
        String scheme = policy.forwarder().clientScheme(head, origin);
        writeLine(LOCATION, Grammar.ascii(redirect.location(head, scheme)), out);
        writeLength(0, out);
        policy.answerLines().write(out);
        policy.forwarder().writeId(origin, out);
        yield finish(persistence, NOTHING, out);
      }
      case RouteAnswer.Fixed fixed -> {
        int room = fixed.body().length + policy.answerLines().length();
        ByteBuf out = begin(buffers, fixed.status(), room);
        boolean hasBody = fixed.status() != 204 && fixed.status() != 304;
        if (hasBody) {
          writeLine(CONTENT_TYPE, fixed.contentType().getBytes(StandardCharsets.UTF_8), out);
          writeLength(fixed.body().length, out);
        }
        policy.answerLines().write(out);
        policy.forwarder().writeId(origin, out);
        boolean isShown = hasBody && head.method() != Method.HEAD;
        yield finish(persistence, isShown ? fixed.body() : NOTHING, out);
      }
    };
  }

  private static ByteBuf begin(ByteBufAllocator buffers, int status, int room) {
    ByteBuf out = buffers.directBuffer(HEAD_BYTES + room).writeBytes(VERSION);
    Decimal.write(status, out);
    return out.writeByte(Grammar.SP)
        .writeBytes(Grammar.ascii(StatusPhrase.of(status)))
        .writeBytes(CRLF);
  }

  private static void writeLine(byte[] beginning, byte[] value, ByteBuf out) {
    out.writeBytes(beginning).writeBytes(value).writeBytes(CRLF);
  }

  private static void writeLength(int length, ByteBuf out) {
    out.writeBytes(CONTENT_LENGTH);
    Decimal.write(length, out);
    out.writeBytes(CRLF);
  }

  private static ByteBuf finish(Persistence persistence, byte[] body, ByteBuf out) {
    switch (persistence) {
      case KEPT -> {}
      case KEPT_IF_SAID -> out.writeBytes(KEEP_ALIVE);
      case CLOSED -> out.writeBytes(CLOSE);
    }
    return out.writeBytes(CRLF).writeBytes(body);
  }
}
