package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;

/**
 * What the codec makes of the bytes of a backend's answer, cut into pieces: all that the client would get, and at the end, if
 * it comes to that, why the rest was refused. Used for one answer after another.
 */
final class AnswerTranscript {
  private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true, true);
  private final boolean isFramed;
  private final Limits limits;
  private final AnswerHead head;
  private final BodyReader body;
  private final MessageWriter writer = new MessageWriter();
  private final EmbeddedChannel client = new EmbeddedChannel();
  private HeadReader heads;
  private Method asked;
  private StringBuilder result;
  private ByteBuf received;
  private boolean isWithinBody;
  private boolean isOver;

  private AnswerTranscript(Limits limits, boolean isFramed) {
    this.limits = limits;
    this.isFramed = isFramed;
    this.head = new AnswerHead(limits);
    this.body = new BodyReader(limits);
    client.config().setAllocator(buffers);
  }

  /** With the body as it is meant, however it is cut. */
  static AnswerTranscript unframed() {
    return new AnswerTranscript(Limits.defaults(), false);
  }

  /** With the body as it goes over the wire. */
  static AnswerTranscript framed(Limits limits) {
    return new AnswerTranscript(limits, true);
  }

  /** @param cuts where the pieces end, ascending */
  String read(Method method, byte[] bytes, int... cuts) {
    heads = HeadReader.ofAnswers(limits);
    asked = method;
    result = new StringBuilder();
    isWithinBody = false;
    isOver = false;
    int from = 0;
    for (int cut : cuts) {
      receive(bytes, from, cut);
      from = cut;
    }
    receive(bytes, from, bytes.length);
    return finish();
  }

  /** Bytes that nobody has given back. */
  long leaked() {
    return buffers.metric().usedDirectMemory();
  }

  private void receive(byte[] bytes, int from, int to) {
    if (from == to || isOver) {
      return;
    }
    received =
        Buffers.joined(
            received, buffers.directBuffer(to - from).writeBytes(bytes, from, to - from));
    boolean isUseful = true;
    while (isUseful && !isOver && received.isReadable()) {
      isUseful = isWithinBody ? readBody() : readHead();
    }
    if (!received.isReadable()) {
      received.release();
      received = null;
    }
  }

  private boolean readHead() {
    int length = heads.read(received);
    if (length == HeadReader.MORE) {
      return false;
    }
    Violation violation =
        length == HeadReader.REFUSED ? heads.violation() : head.read(received, length);
    if (violation != null) {
      return refuse(violation);
    }
    received.skipBytes(length);
    BodyFraming framing = head.bodyFraming(asked);
    boolean isChunked = framing == BodyFraming.CHUNKED || framing == BodyFraming.UNTIL_CLOSE;
    ByteBuf out = writer.begin(buffers, length, isFramed && isChunked);
    if (head.isInterim()) {
      AnswerWriter.writeInterim(head, out);
    } else {
      AnswerWriter.write(
          head,
          isChunked ? BodyFraming.CHUNKED : framing,
          Persistence.KEPT,
          HeaderLines.NONE,
          null,
          out);
    }
    writer.attach(client);
    writer.push();
    isWithinBody = !head.isInterim();
    body.begin(framing, head.framing().length());
    endIfComplete();
    return true;
  }

  private boolean readBody() {
    Violation violation = body.read(received, writer);
    if (violation != null) {
      return refuse(violation);
    }
    endIfComplete();
    return true;
  }

  private void endIfComplete() {
    if (isWithinBody && body.isComplete()) {
      isOver = true;
      if (isFramed) {
        writer.end();
      }
    }
  }

  private boolean refuse(Violation violation) {
    isOver = true;
    takeWritten();
    result.append("refused: ").append(violation.token());
    return false;
  }

  private void takeWritten() {
    writer.push();
    client.flushOutbound();
    for (ByteBuf part = client.readOutbound(); part != null; part = client.readOutbound()) {
      result.append(part.toString(StandardCharsets.ISO_8859_1));
      part.release();
    }
  }

  private String finish() {
    boolean isEndedByConnection = isWithinBody && !isOver && body.endsWithConnection();
    if (isEndedByConnection && isFramed) {
      writer.end();
    }
    takeWritten();
    if (!isOver && !isEndedByConnection) {
      result.append(isWithinBody ? "unfinished body" : "unfinished head");
    }
    if (received != null) {
      received.release();
      received = null;
    }
    writer.release();
    return result.toString();
  }
}
