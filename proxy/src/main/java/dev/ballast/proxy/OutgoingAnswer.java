package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * An exchange's answer as it goes out to the client: the backend's, framed as the client understands it, or our own if there is
 * none to pass on. Owned by the exchange, which reuses it.
 */
final class OutgoingAnswer {
  private static final byte[] NO_PROTOCOL = {};

  private final ClientConnection client;
  private final Loop loop;
  private final Choice choice;
  private final MessageWriter out;
  private @Nullable Cork cork;
  private Method method = Method.OTHER;
  private boolean isHttp10;
  private boolean keepsAlive;
  private byte[] askedProtocol = NO_PROTOCOL;
  private Persistence persistence = Persistence.KEPT;

  OutgoingAnswer(ClientConnection client, Loop loop, Choice choice) {
    this.client = client;
    this.loop = loop;
    this.choice = choice;
    this.out = new MessageWriter(null, choice);
  }

  /** This is the request to answer. */
  void begin(RequestHead request) {
    method = request.method();
    isHttp10 = request.isHttp10();
    keepsAlive = request.keepsAlive();
    askedProtocol = request.asksToSwitch() ? request.copyOfUpgrade() : NO_PROTOCOL;
  }

  /** What was asked. */
  Method method() {
    return method;
  }

  /** Whether the backend switches to what the client has asked for. */
  boolean maySwitch(AnswerHead head) {
    return askedProtocol.length > 0 && head.switchesTo(askedProtocol);
  }

  /** Writes an interim answer; HTTP/1.0 knows none. */
  void passInterim(AnswerHead head, int headLength) {
    if (!isHttp10) {
      int capacity = headLength + AnswerWriter.ADDED_BYTES;
      AnswerWriter.writeInterim(head, out.begin(client.buffers(), capacity, false));
      out.attach(client.channel());
      out.push();
      flush();
    }
  }

  /** Writes the final head, which goes out together with the first bytes of the body. */
  void passHead(AnswerHead head, int headLength, HeaderLines edits, boolean isRequestComplete) {
    BodyFraming framing = framing(head.bodyFraming(method));
    persistence = persistence(framing, isRequestComplete);
    loop.count(Counter.ofAnswer(head.status()));
    int capacity =
        headLength
            + AnswerWriter.ADDED_BYTES
            + edits.length()
            + choice.stayLength()
            + MessageWriter.roomFor(head.framing().length());
    ByteBuf room = out.begin(client.buffers(), capacity, framing == BodyFraming.CHUNKED);
    AnswerWriter.write(head, framing, persistence, edits, choice, room);
    out.attach(client.channel());
  }

  private BodyFraming framing(BodyFraming fromBackend) {
    boolean hasLength = fromBackend == BodyFraming.NONE || fromBackend == BodyFraming.LENGTH;
    if (hasLength) {
      return fromBackend;
    }
    return isHttp10 ? BodyFraming.UNTIL_CLOSE : BodyFraming.CHUNKED;
  }

  private Persistence persistence(BodyFraming framing, boolean isRequestComplete) {
    boolean isKept =
        keepsAlive
            && framing != BodyFraming.UNTIL_CLOSE
            && isRequestComplete
            && client.mayPersist();
    return Persistence.of(isKept, isHttp10);
  }

  /** Writes the 101 behind which both connections go on as one stream. */
  void passSwitch(AnswerHead head, int headLength) {
    loop.count(Counter.UPGRADES);
    int capacity = headLength + AnswerWriter.ADDED_BYTES + askedProtocol.length;
    AnswerWriter.writeSwitch(head, askedProtocol, out.begin(client.buffers(), capacity, false));
    out.attach(client.channel());
    out.push();
  }

  /** Takes the bytes of the body. */
  MessageWriter body() {
    return out;
  }

  /** More of the body was taken. */
  void push() {
    out.push();
    cork().flushInTime();
  }

  void flush() {
    cork().flush();
  }

  private Cork cork() {
    if (cork == null) {
      cork = new Cork(client.channel());
    }
    return cork;
  }

  /** The body is complete. */
  void end() {
    out.end();
    out.push();
    cork().flushLast();
  }

  /** Whether the client's connection ends with this answer. */
  boolean isLast() {
    return persistence == Persistence.CLOSED;
  }

  /** Whether the client may have sent another request behind this one: it has not said that this is its last. */
  boolean mayBeFollowed() {
    return keepsAlive;
  }

  /** There is nothing to pass on: the answer is ours. */
  void answer(Reason reason, String detail, boolean isRequestComplete, long nowNanos) {
    boolean isKept = keepsAlive && isRequestComplete;
    client.answer(reason, detail, isKept, method == Method.HEAD, isHttp10, nowNanos);
  }

  /** Nothing more of it goes out. */
  void release() {
    long passed = out.takeBodyBytes();
    loop.counts().add(Counter.BYTES_OUT, passed);
    client.account().passed(0, passed);
    out.release();
  }
}
