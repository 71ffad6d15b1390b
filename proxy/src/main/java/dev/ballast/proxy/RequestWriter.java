package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Writes the head of a request as the backend gets it. The request line, Host, framing, Expect and what says for whom it
 * is forwarded are in our own words; other lines were validated and are copied byte for byte; what is meant for this hop alone is left out.
 */
final class RequestWriter {
  private static final byte[] VERSION_AND_HOST = Grammar.ascii(" HTTP/1.1\r\nHost: ");
  private static final byte[] CRLF = Grammar.ascii("\r\n");
  private static final byte[] CONTENT_LENGTH = Grammar.ascii("Content-Length: ");
  private static final byte[] CHUNKED = Grammar.ascii("Transfer-Encoding: chunked\r\n");
  private static final byte[] TRAILERS_WELCOME =
      Grammar.ascii("TE: trailers\r\nConnection: TE\r\n");
  private static final byte[] UPGRADE = Grammar.ascii("Connection: Upgrade\r\nUpgrade: ");
  private static final byte[] EXPECT = Grammar.ascii("Expect: 100-continue\r\n");

  /** Room for what is added to the lines of the client. */
  static final int ADDED_BYTES = 320;

  private RequestWriter() {}

  /** @param origin has begun with this request */
  static void write(RequestHead head, RoutePolicy policy, Origin origin, ByteBuf out) {
    writeRequestLine(head, policy.path(), out);
    writeHost(head, policy.host(), out);
    if (policy.requestLines() != HeaderLines.NONE) {
      head.fields().leaveOut(policy.requestLines().leftOut());
    }
    head.fields().copy(Field::isCopiedInRequests, out);
    policy.requestLines().write(out);
    policy.forwarder().write(head, origin, out);
    writeFraming(head, out);
    if (head.expectsContinue() && head.bodyFraming() != BodyFraming.NONE) {
      out.writeBytes(EXPECT);
    }
    writeConnection(head, out);
    out.writeBytes(CRLF);
  }

  private static void writeConnection(RequestHead head, ByteBuf out) {
    if (head.asksToSwitch()) {
      Upgrade upgrade = head.upgrade();
      out.writeBytes(UPGRADE);
      out.writeBytes(head.bytes(), upgrade.start(), upgrade.end() - upgrade.start());
      out.writeBytes(CRLF);
    } else if (head.acceptsTrailers()) {
      out.writeBytes(TRAILERS_WELCOME);
    }
  }

  private static void writeRequestLine(RequestHead head, PathRewrite path, ByteBuf out) {
    byte[] bytes = head.bytes();
    out.writeBytes(bytes, 0, head.methodEnd());
    out.writeByte(Grammar.SP);
    path.write(head.path(), out);
    out.writeBytes(bytes, head.queryStart(), head.targetEnd() - head.queryStart());
    out.writeBytes(VERSION_AND_HOST);
  }

  private static void writeHost(RequestHead head, byte @Nullable [] other, ByteBuf out) {
    if (other == null) {
      out.writeBytes(head.bytes(), head.hostStart(), head.hostEnd() - head.hostStart());
    } else {
      out.writeBytes(other);
    }
    out.writeBytes(CRLF);
  }

  private static void writeFraming(RequestHead head, ByteBuf out) {
    if (head.framing().isChunked()) {
      out.writeBytes(CHUNKED);
    } else if (head.framing().length() != Framing.NO_LENGTH) {
      out.writeBytes(CONTENT_LENGTH);
      Decimal.write(head.framing().length(), out);
      out.writeBytes(CRLF);
    }
  }
}
