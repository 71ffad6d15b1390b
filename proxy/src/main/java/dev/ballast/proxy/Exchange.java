package dev.ballast.proxy;

import dev.ballast.balancing.FirstByteEstimate;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer: enter → pick → connect → forward → account. Owned by the event loop of its client's connection, which
 * has one and uses it for each of its requests in turn.
 *
 * <p>Once the answer has begun, all it keeps of the configuration is the limits of its pool, the route's policy and the handle of
 * its backend. Until then a try that fails may be followed by another one: of any request if no byte was sent, else of one that
 * is replayable.
 */
final class Exchange implements PoolPlace.Owner {
  private enum Phase {
    NONE,
    /** There is no room in the pool yet. */
    QUEUED,
    CONNECTING,
    /** The request is being sent; no answer has begun. */
    SENDING,
    /** The request was sent whole. */
    WAITING,
    ANSWERING
  }

  private static final byte[] NO_PROTOCOL = {};

  private final ClientConnection client;
  private final Loop loop;
  private final BodyReader requestBody;
  private final Replay replay;
  private final MessageWriter request;
  private final MessageWriter answer = new MessageWriter();
  private final Choice choice;
  private final Account account;

  private Phase phase = Phase.NONE;
  private Method method = Method.OTHER;
  private boolean isHttp10;
  private boolean keepsAlive;
  private boolean awaitsContinue;
  private long bytesOfStep;
  private byte[] askedProtocol = NO_PROTOCOL;
  private RoutePolicy route = RoutePolicy.NONE;
  private final TimeLimits times;
  private Persistence persistence = Persistence.KEPT;

  private @Nullable Fault connectFault;
  private @Nullable UpstreamConnection upstream;
  private @Nullable OwnUpstreams ownUpstreams;

  Exchange(ClientConnection client, Loop loop) {
    this.client = client;
    this.loop = loop;
    this.requestBody = new BodyReader(loop.limits());
    this.replay = new Replay(loop);
    this.request = new MessageWriter(replay);
    this.times = new TimeLimits(loop.limits());
    this.choice = new Choice(loop);
    this.account = client.account();
  }

  /** Takes on the request whose head the loop has just read. */
  void begin(
      RequestHead head, int headLength, RoutePolicy routePolicy, PoolPlan plan, long nowNanos) {
    route = routePolicy;
    method = head.method();
    isHttp10 = head.isHttp10();
    keepsAlive = head.keepsAlive();
    times.begin(plan.policy(), head.bodyFraming(), head.framing().length(), nowNanos);
    requestBody.begin(head.bodyFraming(), head.framing().length(), route.maxBodyBytes());
    awaitsContinue = head.expectsContinue() && !requestBody.isComplete();
    replay.begin(method.isIdempotent());
    bytesOfStep = 0;
    askedProtocol = head.asksToSwitch() ? head.copyOfUpgrade() : NO_PROTOCOL;
    int capacity = headLength + RequestWriter.ADDED_BYTES + route.requestLines().length();
    boolean isChunked = head.bodyFraming() == BodyFraming.CHUNKED;
    RequestWriter.write(
        head, route, client.origin(), request.begin(client.buffers(), capacity, isChunked));
    switch (choice.begin(plan, head, this, nowNanos)) {
      case ADMITTED -> pick(nowNanos);
      case WAITING -> queue(nowNanos);
      case FULL -> fail(Fault.QUEUE_FULL, "", nowNanos);
    }
  }

  private void queue(long nowNanos) {
    phase = Phase.QUEUED;
    moveDeadline(policy().queueNanos(), nowNanos);
  }

  @Override
  public void admitted(long nowNanos) {
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
      account.tried(picked);
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

  /** Where what becomes of it is entered. */
  Account account() {
    return account;
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
    if (!choice.mayConnect()) {
      awaitConnection(nowNanos);
      return;
    }
    account.tried(picked);
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
    moveDeadline(policy().connectNanos(), nowNanos);
    connecting.connect(address);
  }

  private void awaitConnection(long nowNanos) {
    if (choice.awaitConnection()) {
      queue(nowNanos);
    } else {
      fail(Fault.QUEUE_FULL, "", nowNanos);
    }
  }

  void connected(UpstreamConnection connection, long nowNanos) {
    send(connection, nowNanos);
  }

  /** No byte was sent: whatever the request is, it may go to another backend. */
  void connectFailed(Fault fault, long nowNanos) {
    upstream = null;
    if (choice.passOnUnsent(policy().retries())) {
      connectFault = fault;
      pick(nowNanos);
    } else {
      fail(fault, "", nowNanos);
    }
  }

  private void send(UpstreamConnection connection, long nowNanos) {
    upstream = connection;
    connection.serve(this);
    request.attach(connection.channel());
    replay.sendAgain(connection.channel());
    request.push();
    settleIfFinal();
    connection.channel().flush();
    phase = Phase.SENDING;
    requestProgressed(nowNanos);
    client.continueBody(nowNanos);
  }

  /** Once the request can't go out again, no other backend comes into question. */
  private void settleIfFinal() {
    if (!replay.isWhole()) {
      choice.settle();
    }
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
    settleIfFinal();
    if (to != null) {
      to.channel().flush();
    }
    if (isProgress()) {
      requestProgressed(nowNanos);
    }
  }

  /** Whether the body gets on: a drip of bytes, before any answer, does not put off its time limit. */
  private boolean isProgress() {
    long bodyBytes = request.takeBodyBytes();
    account.passed(bodyBytes, 0);
    bytesOfStep += bodyBytes;
    boolean isDrip =
        phase == Phase.SENDING
            && !requestBody.isComplete()
            && bytesOfStep < loop.limits().of(Limit.BODY_STEP_BYTES);
    if (!isDrip) {
      bytesOfStep = 0;
    }
    return !isDrip;
  }

  private void requestProgressed(long nowNanos) {
    account.sent(nowNanos);
    if (phase == Phase.SENDING && requestBody.isComplete()) {
      phase = Phase.WAITING;
      times.sent(nowNanos);
      client.schedule(times.firstByteDeadlineNanos(tryNanos()));
    } else {
      moveDeadline(isBackendsTurn() ? policy().firstByteNanos() : policy().idleNanos(), nowNanos);
    }
  }

  /** How long to wait for the answer before another backend is asked. */
  private long tryNanos() {
    FirstByteEstimate firstBytes = choice.firstBytes();
    long mostNanos = policy().firstByteNanos();
    return firstBytes == null || !replay.isWhole() ? mostNanos : firstBytes.tryNanos(mostNanos);
  }

  private void recordFirstByte(long nowNanos) {
    FirstByteEstimate firstBytes = choice.firstBytes();
    if (firstBytes != null && phase == Phase.WAITING) {
      firstBytes.record(times.sinceSentNanos(nowNanos), nowNanos);
    }
  }

  /** Whether the next word is the backend's: the request is complete, or its client waits to be told to go on. */
  private boolean isBackendsTurn() {
    return phase == Phase.WAITING || (phase == Phase.SENDING && awaitsContinue);
  }

  /** The backend takes more of the request, which is progress, or for now no more. */
  void upstreamWritabilityChanged() {
    if (phase == Phase.SENDING && isUpstreamWritable()) {
      requestProgressed(loop.nowNanos());
    }
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
    recordFirstByte(nowNanos);
    replay.drop();
    choice.settle();
    if (head.isInterim()) {
      awaitsContinue = false;
      passInterim(head, headLength);
      moveDeadline(policy().firstByteNanos(), nowNanos);
      return;
    }
    phase = Phase.ANSWERING;
    choice.answered(head.status());
    account.answered(head.status(), nowNanos);
    BodyFraming fromBackend = head.bodyFraming(method);
    times.answered(fromBackend, head.framing().length());
    BodyFraming framing = framingToClient(fromBackend);
    persistence = persistence(framing);
    loop.count(Counter.ofAnswer(head.status()));
    int capacity =
        headLength
            + AnswerWriter.ADDED_BYTES
            + route.answerLines().length()
            + choice.stayLength()
            + MessageWriter.roomFor(head.framing().length());
    AnswerWriter.write(
        head,
        framing,
        persistence,
        route.answerLines(),
        choice,
        answer.begin(client.buffers(), capacity, framing == BodyFraming.CHUNKED));
    choice.begun();
    answer.attach(client.channel());
    moveDeadline(policy().idleNanos(), nowNanos);
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
    replay.drop();
    choice.begun();
    choice.answered(head.status());
    account.switched(head.status(), nowNanos);
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
    client.becomeStream(
        TcpStream.joining(client, from.channel(), choice, policy()), rest, nowNanos);
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
    moveDeadline(policy().idleNanos(), nowNanos);
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
    account.end(nowNanos);
    client.answered(persistence == Persistence.CLOSED, isRequestComplete, nowNanos);
  }

  /**
   * The race with a backend that closes an idle connection is nobody's fault: a replayable request goes out again on a new
   * connection, which can't lose that race.
   */
  void closedUnanswered(boolean wasReused, long nowNanos) {
    BackendHandle same = choice.backend();
    if (!wasReused || !replay.isWhole() || same == null) {
      fail(Fault.CLOSED_UNANSWERED, "", nowNanos);
      return;
    }
    loop.count(Counter.RETRIES);
    upstream = null;
    request.detach();
    connect(same, nowNanos);
  }

  /** A try has failed. If no other one may follow, this is answered if no answer has begun, else shown by a reset. */
  void fail(Fault fault, String detail, long nowNanos) {
    if (fault.retry() == Fault.Retry.REPLAYABLE && mayTryAgain(false)) {
      tryAgain(nowNanos);
    } else {
      loop.count(fault);
      end(fault, detail, nowNanos);
    }
  }

  private boolean mayTryAgain(boolean isAnotherOnly) {
    return replay.isWhole() && choice.mayPassOn(policy().retries(), isAnotherOnly);
  }

  private void tryAgain(long nowNanos) {
    closeUpstream();
    request.detach();
    choice.passOn();
    pick(nowNanos);
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
      account.breakOff(reason, nowNanos);
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
    account.breakOff(Fault.CLIENT_LEFT, loop.nowNanos());
  }

  void expired(long nowNanos) {
    if (times.isOverallOver(nowNanos)) {
      fail(Fault.OVERALL_TIMEOUT, "", nowNanos);
      return;
    }
    switch (phase) {
      case QUEUED -> fail(Fault.QUEUE_TIMEOUT, "", nowNanos);
      case CONNECTING -> connectTimedOut(nowNanos);
      case SENDING ->
          fail(isBackendsTurn() ? Fault.FIRST_BYTE_TIMEOUT : whoStopsTheRequest(), "", nowNanos);
      case WAITING -> answerOverdue(nowNanos);
      case ANSWERING -> fail(whoStopsTheAnswer(), "", nowNanos);
      case NONE -> {}
    }
  }

  /** A try that takes much longer than usual is given up if there is another one to make; else it gets all the time it may have. */
  private void answerOverdue(long nowNanos) {
    long limitNanos = policy().firstByteNanos();
    boolean isOver = times.sinceSentNanos(nowNanos) >= limitNanos;
    if (mayTryAgain(true)) {
      recordFirstByte(nowNanos);
      tryAgain(nowNanos);
    } else if (isOver) {
      recordFirstByte(nowNanos);
      loop.count(Fault.FIRST_BYTE_TIMEOUT);
      end(Fault.FIRST_BYTE_TIMEOUT, "", nowNanos);
    } else {
      client.schedule(times.firstByteDeadlineNanos(limitNanos));
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
    client.schedule(times.deadlineNanos(phaseNanos, nowNanos));
  }

  private ExchangePolicy policy() {
    return times.policy();
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
    connectFault = null;
    long answerBytes = answer.takeBodyBytes();
    loop.counts().add(Counter.BYTES_OUT, answerBytes);
    account.passed(request.takeBodyBytes(), answerBytes);
    request.release();
    answer.release();
    replay.drop();
  }
}
