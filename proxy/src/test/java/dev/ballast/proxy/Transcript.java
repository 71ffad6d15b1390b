package dev.ballast.proxy;

import dev.ballast.model.Forwarding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What the codec makes of the bytes of a client's connection, cut into pieces: each request as the backend would get it, and
 * at the end, if it comes to that, why the rest was refused. Used for one connection after another.
 */
final class Transcript {
  /** Its buffers are not watched for leaks: there are too many. The tests with sockets watch theirs. */
  private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true, true);

  private static final RoutePolicy POLICY =
      RoutePolicy.unchanged(
          Forwarder.of(new Forwarding(List.of(), Forwarding.Style.X_FORWARDED, ""), "http"),
          ErrorPages.NONE,
          Books.NONE);

  private final Origin origin =
      new Origin(new Peer(address("192.0.2.1"), address("192.0.2.2"), true));
  private final Random random = new Random(1);
  private final ForwardedChain chain = new ForwardedChain(Limits.defaults());
  private final Limits limits;
  private final boolean isFramed;
  private final RequestHead head;
  private final BodyReader body;
  private final MessageWriter writer = new MessageWriter();
  private final EmbeddedChannel backend = new EmbeddedChannel();
  private HeadReader heads;
  private List<String> requests = new ArrayList<>();
  private ByteBuf received;
  private boolean isWithinBody;
  private boolean isLast;
  private Violation refusal;

  private Transcript(Limits limits, boolean isFramed) {
    this.limits = limits;
    this.isFramed = isFramed;
    this.head = new RequestHead(limits);
    this.body = new BodyReader(limits);
    backend.config().setAllocator(buffers);
  }

  /** With the bodies as they are meant, however they are cut. */
  static Transcript unframed() {
    return new Transcript(Limits.defaults(), false);
  }

  /** With the bodies as they go over the wire. */
  static Transcript framed(Limits limits) {
    return new Transcript(limits, true);
  }

  private static InetSocketAddress address(String text) {
    return new InetSocketAddress(InetAddress.ofLiteral(text), 8080);
  }

  /** @param cuts where the pieces end, ascending */
  List<String> read(byte[] bytes, int... cuts) {
    begin();
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

  private void begin() {
    heads = HeadReader.ofRequests(limits);
    requests = new ArrayList<>();
    isWithinBody = false;
    isLast = false;
    refusal = null;
  }

  private boolean isOver() {
    return refusal != null || (isLast && !isWithinBody);
  }

  private void receive(byte[] bytes, int from, int to) {
    if (isOver() || from == to) {
      return;
    }
    received =
        Buffers.joined(
            received, buffers.directBuffer(to - from).writeBytes(bytes, from, to - from));
    boolean isUseful = true;
    while (isUseful && !isOver() && received.isReadable()) {
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
    isLast = !head.keepsAlive();
    boolean isChunked = isFramed && head.bodyFraming() == BodyFraming.CHUNKED;
    origin.begin(head, POLICY.forwarder(), chain, random);
    RequestWriter.write(head, POLICY, origin, writer.begin(buffers, length, isChunked));
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
      if (isFramed) {
        writer.end();
      }
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
    } else if (received != null && !isOver()) {
      requests.add("unfinished head");
    }
    if (received != null) {
      received.release();
      received = null;
    }
    writer.push();
    writer.release();
    written();
    return requests;
  }
}
