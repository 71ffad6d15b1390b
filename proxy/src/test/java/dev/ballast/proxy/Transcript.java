package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What the codec makes of the bytes of a client's connection, cut into pieces: each request as the backend would get it, with
 * its body unframed, and at the end, if it comes to that, why the rest was refused.
 */
final class Transcript {
  /** Its buffers are not watched for leaks: there are too many. The tests with sockets watch theirs. */
  private static final ByteBufAllocator BUFFERS = new UnpooledByteBufAllocator(true, true);

  private static final EmbeddedChannel BACKEND = new EmbeddedChannel();
  private static final byte[] CLIENT = Grammar.ascii("192.0.2.1");

  private final HeadReader heads;
  private final RequestHead head;
  private final BodyReader body;
  private final MessageWriter writer = new MessageWriter();
  private final EmbeddedChannel backend;
  private final List<String> requests = new ArrayList<>();
  private ByteBuf received;
  private boolean isWithinBody;
  private Violation refusal;

  private Transcript(Limits limits, EmbeddedChannel backend) {
    this.backend = backend;
    backend.config().setAllocator(BUFFERS);
    this.heads = HeadReader.ofRequests(limits);
    this.head = new RequestHead(limits);
    this.body = new BodyReader(limits);
  }

  /** @param cuts where the pieces end, ascending */
  static List<String> of(byte[] bytes, int... cuts) {
    return of(Limits.defaults(), bytes, cuts);
  }

  static List<String> of(Limits limits, byte[] bytes, int... cuts) {
    var transcript = new Transcript(limits, BACKEND);
    int from = 0;
    for (int cut : cuts) {
      transcript.receive(bytes, from, cut);
      from = cut;
    }
    transcript.receive(bytes, from, bytes.length);
    return transcript.finish();
  }

  static List<String> of(String text) {
    return of(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void receive(byte[] bytes, int from, int to) {
    if (refusal != null || from == to) {
      return;
    }
    received =
        Buffers.joined(
            received, BUFFERS.directBuffer(to - from).writeBytes(bytes, from, to - from));
    boolean isUseful = true;
    while (isUseful && refusal == null && received.isReadable()) {
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
    refusal = length == HeadReader.REFUSED ? heads.violation() : head.read(received, length);
    if (refusal != null) {
      return false;
    }
    received.skipBytes(length);
    RequestWriter.write(head, CLIENT, writer.begin(BUFFERS, length, false));
    writer.attach(backend);
    body.begin(head.bodyFraming(), head.framing().length());
    isWithinBody = true;
    endIfComplete();
    return true;
  }

  private boolean readBody() {
    refusal = body.read(received, writer);
    endIfComplete();
    return true;
  }

  private void endIfComplete() {
    if (refusal == null && body.isComplete()) {
      isWithinBody = false;
      writer.push();
      requests.add(written());
    }
  }

  private String written() {
    backend.flushOutbound();
    var text = new StringBuilder();
    for (ByteBuf part = backend.readOutbound(); part != null; part = backend.readOutbound()) {
      text.append(part.toString(StandardCharsets.ISO_8859_1));
      part.release();
    }
    return text.toString();
  }

  private List<String> finish() {
    if (refusal != null) {
      requests.add("refused: " + refusal.token());
    } else if (isWithinBody) {
      requests.add("unfinished body");
    } else if (received != null) {
      requests.add("unfinished head");
    }
    if (received != null) {
      received.release();
    }
    writer.push();
    writer.release();
    written();
    return requests;
  }
}
