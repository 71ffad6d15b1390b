package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * An exchange's request as it goes out to a backend: its head in our own words, then its body as the client sends it. What
 * went out is kept for another try as long as that may come. Owned by the exchange, which reuses it.
 */
final class OutgoingRequest {
  private final ClientConnection client;
  private final BodyReader body;
  private final Replay replay;
  private final MessageWriter out;
  private final int stepBytes;
  private long bytesOfStep;
  private boolean awaitsContinue;

  OutgoingRequest(ClientConnection client, Loop loop) {
    this.client = client;
    this.body = new BodyReader(loop.limits());
    this.replay = new Replay(loop);
    this.out = new MessageWriter(replay, null);
    this.stepBytes = loop.limits().of(Limit.BODY_STEP_BYTES);
  }

  /** Writes the head, which waits for a backend. */
  void begin(RequestHead head, int headLength, RoutePolicy route) {
    body.begin(head.bodyFraming(), head.framing().length(), route.maxBodyBytes());
    awaitsContinue = head.expectsContinue() && !body.isComplete();
    replay.begin(head.method().isIdempotent());
    bytesOfStep = 0;
    int capacity = headLength + RequestWriter.ADDED_BYTES + route.requestLines().length();
    boolean isChunked = head.bodyFraming() == BodyFraming.CHUNKED;
    RequestWriter.write(
        head, route, client.origin(), out.begin(client.buffers(), capacity, isChunked));
  }

  /** Writes, without flushing, what there is of it; what follows goes to the same backend. */
  void sendTo(Channel backend) {
    out.attach(backend);
    replay.sendAgain(backend);
    out.push();
  }

  /** Writes, without flushing, what the client has sent of the body. */
  @Nullable Violation pass(ByteBuf in) {
    awaitsContinue = false;
    Violation violation = body.read(in, out);
    if (violation == null) {
      if (body.isComplete()) {
        out.end();
      }
      out.push();
    }
    return violation;
  }

  /** Whether all of the body was passed on. */
  boolean isComplete() {
    return body.isComplete();
  }

  /** Whether enough of the body was passed on since it last got on: a drip of bytes does not put off its time limit. */
  boolean getsOn() {
    long passed = takeBodyBytes();
    bytesOfStep += passed;
    boolean isStep = body.isComplete() || bytesOfStep >= stepBytes;
    if (isStep) {
      bytesOfStep = 0;
    }
    return isStep;
  }

  private long takeBodyBytes() {
    long passed = out.takeBodyBytes();
    client.account().passed(passed, 0);
    return passed;
  }

  /** Whether the client waits to be told that its body is wanted. */
  boolean awaitsContinue() {
    return awaitsContinue;
  }

  /** The client was told to go on. */
  void goOn() {
    awaitsContinue = false;
  }

  /** Whether it can go out once more. */
  boolean isReplayable() {
    return replay.isWhole();
  }

  /** What went out so far did so in vain. */
  void takeBack() {
    out.detach();
  }

  /** The answer has begun: it does not go out again. */
  void settle() {
    replay.drop();
  }

  /** Nothing more of it goes out. */
  void release() {
    takeBodyBytes();
    out.release();
    replay.drop();
  }
}
