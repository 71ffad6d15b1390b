package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Writes the head of a backend's answer as the client gets it: status line, framing and Connection in our own words, other
 * lines copied byte for byte, what is meant for this hop alone left out.
 */
final class AnswerWriter {
  private static final byte[] VERSION = Grammar.ascii("HTTP/1.1 ");
  private static final byte[] CRLF = Grammar.ascii("\r\n");
  private static final byte[] SPACE_CRLF = Grammar.ascii(" \r\n");
  private static final byte[] CONTENT_LENGTH = Grammar.ascii("Content-Length: ");
  private static final byte[] CHUNKED = Grammar.ascii("Transfer-Encoding: chunked\r\n");
  private static final byte[] CLOSE = Grammar.ascii("Connection: close\r\n");
  private static final byte[] KEEP_ALIVE = Grammar.ascii("Connection: keep-alive\r\n");

  private static final byte[] UPGRADE = Grammar.ascii("Connection: Upgrade\r\nUpgrade: ");

  /** Room for what is added to the lines of the backend. */
  static final int ADDED_BYTES = 64;

  private AnswerWriter() {}

  /**
   * A final answer.
   *
   * @param choice adds whom to stay with, if that is to be told; null: nobody
   */
  static void write(
      AnswerHead head,
      BodyFraming framing,
      Persistence persistence,
      HeaderLines edits,
      @Nullable Choice choice,
      ByteBuf out) {
    writeStatusLine(head, out);
    if (edits != HeaderLines.NONE) {
      head.fields().leaveOut(edits.leftOut());
    }
    head.fields().copy(Field::isCopiedInAnswers, out);
    edits.write(out);
    if (choice != null) {
      choice.writeStay(out);
    }
    if (framing == BodyFraming.CHUNKED) {
      out.writeBytes(CHUNKED);
    } else if (head.framing().length() != Framing.NO_LENGTH && head.status() != 204) {
      out.writeBytes(CONTENT_LENGTH);
      Decimal.write(head.framing().length(), out);
      out.writeBytes(CRLF);
    }
    switch (persistence) {
      case CLOSED -> out.writeBytes(CLOSE);
      case KEPT_IF_SAID -> out.writeBytes(KEEP_ALIVE);
      case KEPT -> {}
    }
    out.writeBytes(CRLF);
  }

  /** A 1xx answer; the final one is still to come. */
  static void writeInterim(AnswerHead head, ByteBuf out) {
    writeStatusLine(head, out);
    head.fields().copy(Field::isCopiedInAnswers, out);
    out.writeBytes(CRLF);
  }

  /** The 101 after which the connection speaks the protocol that was asked for. */
  static void writeSwitch(AnswerHead head, byte[] protocol, ByteBuf out) {
    writeStatusLine(head, out);
    head.fields().copy(Field::isCopiedInAnswers, out);
    out.writeBytes(UPGRADE).writeBytes(protocol).writeBytes(CRLF).writeBytes(CRLF);
  }

  private static void writeStatusLine(AnswerHead head, ByteBuf out) {
    out.writeBytes(VERSION);
    out.writeBytes(head.bytes(), head.statusStart(), head.reasonEnd() - head.statusStart());
    out.writeBytes(head.hasReason() ? CRLF : SPACE_CRLF);
  }
}
