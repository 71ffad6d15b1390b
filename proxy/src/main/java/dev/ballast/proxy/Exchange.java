package dev.ballast.proxy;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer: pick → connect → forward → account. Owned by the event loop of its client's connection, which
 * has one and uses it for each of its requests in turn.
 *
 * <p>Once the request is on its way, all it keeps of the configuration is time limits, the route's policy and the handle of its
 * backend.
 */
final class Exchange {
  private enum Phase {
    NONE,
    CONNECTING,
    /** The request is being sent; no answer has begun. */
    SENDING,
    /** The request was sent whole. */
    WAITING,
    ANSWERING
  }

  private static final ExchangePolicy NO_POLICY = new ExchangePolicy(0, 0, 0, 0);
  private static final byte[] NO_PROTOCOL = {};

  private final ClientConnection client;
  private final Loop loop;
  private final BodyReader requestBody;
  private final MessageWriter request = new MessageWriter();
  private final MessageWriter answer = new MessageWriter();
  private final Choice choice;

  private Phase phase = Phase.NONE;
  private Method method = Method.OTHER;
  private boolean isHttp10;
  private boolean keepsAlive;
  private boolean isReplayable;
  private boolean awaitsContinue;
  private byte[] askedProtocol = NO_PROTOCOL;
  private ExchangePolicy policy = NO_POLICY;
  private RoutePolicy route = RoutePolicy.NONE;
  private long overallDeadlineNanos;
  private Persistence persistence = Persistence.KEPT;

  private @Nullable Fault connectFault;
  private @Nullable UpstreamConnection upstream;
  private @Nullable OwnUpstreams ownUpstreams;
  private @Nullable ByteBuf replay;

  Exchange(ClientConnection client, Loop loop) {
    this.client = client;
    this.loop = loop;
    this.requestBody = new BodyReader(loop.limits());
    this.choice = new Choice(loop);
  }

  /** Takes on the request whose head the loop has just read. */
  void begin(
      RequestHead head, int headLength, RoutePolicy routePolicy, PoolPlan plan, long nowNanos) {
    route = routePolicy;
    method = head.method();
    isHttp10 = head.isHttp10();
    keepsAlive = head.keepsAlive();
    policy = plan.policy();
    overallDeadlineNanos = nowNanos + policy.overallNanos();
    requestBody.begin(head.bodyFraming(), head.framing().length(), route.maxBodyBytes());
    awaitsContinue = head.expectsContinue() && !requestBody.isComplete();
    isReplayable = requestBody.isComplete() && method.isIdempotent();
    askedProtocol = head.asksToSwitch() ? head.copyOfUpgrade() : NO_PROTOCOL;
    int capacity = headLength + RequestWriter.ADDED_BYTES + route.requestLines().length();
    boolean isChunked = head.bodyFraming() == BodyFraming.CHUNKED;
    RequestWriter.write(
        head, route, client.origin(), request.begin(client.buffers(), capacity, isChunked));
    choice.begin(plan);
    pick(nowNanos);
  }

  private void pick(long nowNanos) {
    BackendHandle picked = choice.pick();
    if (picked == null) {
      failUnpicked(nowNanos);
      return;
    }
    UpstreamConnection idle = takeIdle(picked);
    if (idle == null) {
      connect(picked, nowNanos);
    } else {
      loop.count(Counter.UPSTREAMS_REUSED);
      send(idle, nowNanos);
    }
  }

  /** What was opened in the name of one client is not for another. */
  private @Nullable UpstreamConnection takeIdle(BackendHandle picked) {
    if (picked.proxyProtocol() == null) {
      return picked.cell(loop).takeIdle();
    }
    return ownUpstreams == null ? null : ownUpstreams.take(picked);
  }

  /** The idle connections that were opened in the name of this client. */
  OwnUpstreams ownUpstreams() {
    if (ownUpstreams == null) {
      ownUpstreams = new OwnUpstreams(loop);
    }
    return ownUpstreams;
  }

  /** Whom the requests are from. */
  Peer peer() {
    return client.peer();
  }

  /** No further request will come. */
  void leave() {
    if (ownUpstreams != null) {
      ownUpstreams.close();
    }
  }

  private void failUnpicked(long nowNanos) {
    if (connectFault == null) {
      fail(Fault.NO_BACKEND, choice.whyNone(), nowNanos);
    } else {
      fail(connectFault, "no other backend may be picked", nowNanos);
    }
  }

  private void connect(BackendHandle picked, long nowNanos) {
    phase = Phase.CONNECTING;
    InetSocketAddress address = picked.socketAddress();
    if (loop.counts().read(Counter.CONNECTS_PENDING) >= loop.limits().of(Limit.PENDING_CONNECTS)) {
      fail(Fault.TOO_MANY_CONNECTS, "", nowNanos);
      return;
    }
    UpstreamConnection connecting =
        address == null ? null : UpstreamConnection.open(loop, picked, this);
    if (address == null || connecting == null) {
      fail(Fault.CONNECT_LOCAL, "", nowNanos);
      return;
    }
    upstream = connecting;
    moveDeadline(policy.connectNanos(), nowNanos);
    connecting.connect(address);
  }

  void connected(UpstreamConnection connection, long nowNanos) {
    send(connection, nowNanos);
  }

  /** No byte was sent: whatever the request is, it may go to another backend. */
  void connectFailed(Fault fault, long nowNanos) {
    upstream = null;
    if (choice.passOn()) {
      connectFault = fault;
      pick(nowNanos);
    } else {
      fail(fault, "", nowNanos);
    }
  }

  private void send(UpstreamConnection connection, long nowNanos) {
    choice.settle();
    upstream = connection;
    boolean mayBeStale = connection.serve(this);
    if (mayBeStale && isReplayable) {
      replay = request.retained();
    }
    request.attach(connection.channel());
    request.push();
    connection.channel().flush();
    phase = Phase.SENDING;
    requestProgressed(nowNanos);
    client.continueBody(nowNanos);
  }

  /** Whether bytes of the client belong to this request and can be passed on now. */
  boolean takesBody() {
    return (phase == Phase.SENDING || phase == Phase.ANSWERING) && !requestBody.isComplete();
  }

  boolean isRequestComplete() {
    return requestBody.isComplete();
  }

  /** Whether the backend keeps up with the request. */
  boolean isUpstreamWritable() {
    return upstream == null || upstream.channel().isWritable();
  }

  void requestBody(ByteBuf in, long nowNanos) {
    UpstreamConnection to = upstream;
    awaitsContinue = false;
    Violation violation = requestBody.read(in, request);
    if (violation != null) {
      loop.refusedRequests().increment(violation);
      end(violation, "", nowNanos);
      return;
    }
    if (requestBody.isComplete()) {
      request.end();
    }
    request.push();
    if (to != null) {
      to.channel().flush();
    }
    requestProgressed(nowNanos);
  }

  private void requestProgressed(long nowNanos) {
    if (phase == Phase.SENDING && requestBody.isComplete()) {
      phase = Phase.WAITING;
    }
    moveDeadline(isBackendsTurn() ? policy.firstByteNanos() : policy.idleNanos(), nowNanos);
  }

  /** Whether the next word is the backend's: the request is complete, or its client waits to be told to go on. */
  private boolean isBackendsTurn() {
    return phase == Phase.WAITING || (phase == Phase.SENDING && awaitsContinue);
  }

  void upstreamWritabilityChanged() {
    client.adjustReading();
  }

  /** The client's connection takes more, or for now no more. */
  void clientWritabilityChanged(boolean isWritable) {
    if (upstream != null && phase != Phase.CONNECTING) {
      upstream.resumeReading(isWritable);
    }
  }

  Method method() {
    return method;
  }

  MessageWriter answer() {
    return answer;
  }

  /** The backend's answer has begun, or an interim one has come. */
  void answerHead(AnswerHead head, int headLength, long nowNanos) {
    dropReplay();
    if (head.isInterim()) {
      awaitsContinue = false;
      passInterim(head, headLength);
      moveDeadline(policy.firstByteNanos(), nowNanos);
      return;
    }
    phase = Phase.ANSWERING;
    BodyFraming framing = framingToClient(head.bodyFraming(method));
    persistence = persistence(framing);
    loop.count(Counter.ofAnswer(head.status()));
    int capacity =
        headLength
            + AnswerWriter.ADDED_BYTES
            + route.answerLines().length()
            + MessageWriter.roomFor(head.framing().length());
    AnswerWriter.write(
        head,
        framing,
        persistence,
        route.answerLines(),
        answer.begin(client.buffers(), capacity, framing == BodyFraming.CHUNKED));
    answer.attach(client.channel());
    moveDeadline(policy.idleNanos(), nowNanos);
  }

  boolean maySwitch(AnswerHead head) {
    return askedProtocol.length > 0 && head.switchesTo(askedProtocol);
  }

  /** The backend has switched protocols as it was asked to: both connections go on as one stream. */
  void switched(
      UpstreamConnection from,
      AnswerHead head,
      int headLength,
      @Nullable ByteBuf rest,
      long nowNanos) {
    dropReplay();
    loop.count(Counter.UPGRADES);
    int capacity = headLength + AnswerWriter.ADDED_BYTES + askedProtocol.length;
    AnswerWriter.writeSwitch(head, askedProtocol, answer.begin(client.buffers(), capacity, false));
    answer.attach(client.channel());
    answer.push();
    upstream = null;
    phase = Phase.NONE;
    request.release();
    answer.release();
    leave();
    client.becomeStream(TcpStream.joining(client, from.channel(), choice, policy), rest, nowNanos);
  }

  /** HTTP/1.0 knows no interim answers. */
  private void passInterim(AnswerHead head, int headLength) {
    if (!isHttp10) {
      AnswerWriter.writeInterim(
          head, answer.begin(client.buffers(), headLength + AnswerWriter.ADDED_BYTES, false));
      answer.attach(client.channel());
      answer.push();
      client.channel().flush();
    }
  }

  private BodyFraming framingToClient(BodyFraming fromBackend) {
    boolean hasLength = fromBackend == BodyFraming.NONE || fromBackend == BodyFraming.LENGTH;
    if (hasLength) {
      return fromBackend;
    }
    return isHttp10 ? BodyFraming.UNTIL_CLOSE : BodyFraming.CHUNKED;
  }

  private Persistence persistence(BodyFraming framing) {
    boolean isKept =
        keepsAlive
            && framing != BodyFraming.UNTIL_CLOSE
            && requestBody.isComplete()
            && client.mayPersist();
    if (!isKept) {
      return Persistence.CLOSED;
    }
    return isHttp10 ? Persistence.KEPT_IF_SAID : Persistence.KEPT;
  }

  void answerProgressed(long nowNanos) {
    answer.push();
    if (!client.channel().isWritable()) {
      client.channel().flush();
    }
    moveDeadline(policy.idleNanos(), nowNanos);
  }

  void flushAnswer() {
    client.channel().flush();
  }

  /** The answer was read whole. */
  void answerComplete(boolean isUpstreamReusable, long nowNanos) {
    answer.end();
    answer.push();
    client.channel().flush();
    boolean isRequestComplete = requestBody.isComplete();
    UpstreamConnection from = upstream;
    upstream = null;
    if (from != null && isUpstreamReusable && isRequestComplete) {
      from.release(nowNanos);
    } else if (from != null) {
      from.close();
    }
    choice.leave(false);
    clear();
    client.answered(persistence == Persistence.CLOSED, isRequestComplete, nowNanos);
  }

  /** The race with a backend that closes an idle connection: nothing was answered, so a replayable request goes out again. */
  void closedUnanswered(boolean wasReused, long nowNanos) {
    ByteBuf again = replay;
    BackendHandle same = choice.backend();
    if (!wasReused || again == null || same == null) {
      fail(Fault.CLOSED_UNANSWERED, "", nowNanos);
      return;
    }
    loop.count(Counter.RETRIES);
    replay = null;
    upstream = null;
    request.beginAgain(again);
    connect(same, nowNanos);
  }

  /** Ends with a fault: answered if no answer has begun, else shown by a reset. */
  void fail(Fault fault, String detail, long nowNanos) {
    loop.count(fault);
    end(fault, detail, nowNanos);
  }

  private void end(Reason reason, String detail, long nowNanos) {
    boolean hasBegun = phase == Phase.ANSWERING;
    boolean isRequestComplete = requestBody.isComplete();
    boolean isBackendsFault =
        reason instanceof Fault fault && fault.source() == Fault.Source.UPSTREAM;
    closeUpstream();
    choice.leave(isBackendsFault);
    clear();
    if (hasBegun) {
      client.reset();
    } else {
      client.answer(
          reason,
          detail,
          keepsAlive && isRequestComplete,
          method == Method.HEAD,
          isHttp10,
          nowNanos);
    }
  }

  /** The client has left: so does its request. */
  void cancel() {
    if (phase != Phase.NONE) {
      loop.count(Fault.CLIENT_LEFT);
    }
    closeUpstream();
    choice.leave(false);
    clear();
  }

  void expired(long nowNanos) {
    if (overallDeadlineNanos - nowNanos <= 0) {
      fail(Fault.OVERALL_TIMEOUT, "", nowNanos);
      return;
    }
    switch (phase) {
      case CONNECTING -> connectTimedOut(nowNanos);
      case SENDING, WAITING ->
          fail(isBackendsTurn() ? Fault.FIRST_BYTE_TIMEOUT : whoStopsTheRequest(), "", nowNanos);
      case ANSWERING -> fail(whoStopsTheAnswer(), "", nowNanos);
      case NONE -> {}
    }
  }

  private Fault whoStopsTheRequest() {
    return isUpstreamWritable() ? Fault.CLIENT_SILENT : Fault.BACKEND_SILENT;
  }

  private Fault whoStopsTheAnswer() {
    return client.channel().isWritable() ? Fault.BACKEND_SILENT : Fault.CLIENT_STALLED;
  }

  private void connectTimedOut(long nowNanos) {
    closeUpstream();
    connectFailed(Fault.CONNECT_TIMEOUT, nowNanos);
  }

  private void moveDeadline(long phaseNanos, long nowNanos) {
    long phaseDeadlineNanos = nowNanos + phaseNanos;
    boolean isOverallFirst = overallDeadlineNanos - phaseDeadlineNanos < 0;
    client.schedule(isOverallFirst ? overallDeadlineNanos : phaseDeadlineNanos);
  }

  private void closeUpstream() {
    if (upstream != null) {
      upstream.close();
      upstream = null;
    }
  }

  private void clear() {
    phase = Phase.NONE;
    route = RoutePolicy.NONE;
    choice.settle();
    connectFault = null;
    loop.counts().add(Counter.BYTES_OUT, answer.takeBodyBytes());
    request.release();
    answer.release();
    dropReplay();
  }

  private void dropReplay() {
    if (replay != null) {
      replay.release();
      replay = null;
    }
  }
}
