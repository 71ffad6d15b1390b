package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;

/**
 * Writes the head of a request as the backend gets it. The request line, Host, framing, Expect and X-Forwarded-* are in our
 * own words; other lines were validated and are copied byte for byte; what is meant for this hop alone is left out.
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
  private static final byte[] FORWARDED_FOR = Grammar.ascii("X-Forwarded-For: ");
  private static final byte[] SEPARATOR = Grammar.ascii(", ");
  private static final byte[] FORWARDED_PROTO = Grammar.ascii("\r\nX-Forwarded-Proto: http\r\n");
  private static final byte[] FORWARDED_HOST = Grammar.ascii("X-Forwarded-Host: ");

  /** Room for what is added to the lines of the client. */
  static final int ADDED_BYTES = 256;

  private RequestWriter() {}

  /** @param client the client's address as text */
  static void write(RequestHead head, byte[] client, ByteBuf out) {
    writeRequestLine(head, out);
    writeHost(head, out);
    head.fields().copy(Field::isCopiedInRequests, out);
    writeForwarded(head, client, out);
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

  private static void writeRequestLine(RequestHead head, ByteBuf out) {
    byte[] bytes = head.bytes();
    out.writeBytes(bytes, 0, head.methodEnd());
    out.writeByte(Grammar.SP);
    out.writeBytes(bytes, head.pathStart(), head.pathEnd() - head.pathStart());
    out.writeBytes(bytes, head.queryStart(), head.targetEnd() - head.queryStart());
    out.writeBytes(VERSION_AND_HOST);
  }

  private static void writeHost(RequestHead head, ByteBuf out) {
    out.writeBytes(head.bytes(), head.hostStart(), head.hostEnd() - head.hostStart());
    out.writeBytes(CRLF);
  }

  private static void writeForwarded(RequestHead head, byte[] client, ByteBuf out) {
    FieldLines fields = head.fields();
    out.writeBytes(FORWARDED_FOR);
    for (int line = 0; line < fields.count(); line++) {
      int length = fields.valueEnd(line) - fields.valueStart(line);
      if (fields.kind(line) == Field.X_FORWARDED_FOR && length > 0) {
        out.writeBytes(head.bytes(), fields.valueStart(line), length);
        out.writeBytes(SEPARATOR);
      }
    }
    out.writeBytes(client);
    out.writeBytes(FORWARDED_PROTO);
    if (head.hostEnd() > head.hostStart()) {
      out.writeBytes(FORWARDED_HOST);
      writeHost(head, out);
    }
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
