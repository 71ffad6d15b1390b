package dev.ballast.proxy;

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
  private final ClientConnection client;
  private final Loop loop;
  private final OutgoingRequest request;
  private final OutgoingAnswer answer;
  private final Choice choice;
  private final Account account;
  private final TimeLimits times;
  private final OwnUpstreams ownUpstreams;

  private ExchangePhase phase = ExchangePhase.NONE;
  private RoutePolicy route = RoutePolicy.NONE;
  private @Nullable UpstreamConnection upstream;

  Exchange(ClientConnection client, Loop loop) {
    this.client = client;
    this.loop = loop;
    this.request = new OutgoingRequest(client, loop);
    this.times = new TimeLimits(loop.limits());
    this.choice = new Choice(loop);
    this.answer = new OutgoingAnswer(client, loop, choice);
    this.ownUpstreams = new OwnUpstreams(loop);
    this.account = client.account();
  }

  /** Takes on the request whose head the loop has just read. */
  void begin(
      RequestHead head, int headLength, RoutePolicy routePolicy, PoolPlan plan, long nowNanos) {
    route = routePolicy;
    times.begin(plan.policy(), head.bodyFraming(), head.framing().length(), nowNanos);
    answer.begin(head);
    request.begin(head, headLength, route);
    switch (choice.begin(plan, head, client.origin(), this, nowNanos)) {
      case ADMITTED -> pick(nowNanos);
      case WAITING -> queue(nowNanos);
      case FULL -> fail(Fault.QUEUE_FULL, "", nowNanos);
    }
  }

  private void queue(long nowNanos) {
    phase = ExchangePhase.QUEUED;
    moveDeadline(policy().queueNanos(), nowNanos);
  }

  @Override
  public void admitted(long nowNanos) {
    pick(nowNanos);
  }

  private void pick(long nowNanos) {
    BackendHandle picked = choice.pick(nowNanos);
    if (picked == null) {
      fail(Fault.NO_BACKEND, choice.whyNone(), nowNanos);
      return;
    }
    UpstreamConnection idle = ownUpstreams.take(picked);
    if (idle == null) {
      connect(picked, nowNanos);
    } else {
      loop.count(Counter.UPSTREAMS_REUSED);
      account.tried(picked);
      send(idle, nowNanos);
    }
  }

  /** The idle connections that were opened in the name of this client. */
  OwnUpstreams ownUpstreams() {
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
    ownUpstreams.close();
  }

  private void connect(BackendHandle picked, long nowNanos) {
    phase = ExchangePhase.CONNECTING;
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

  /** No byte was sent: whatever the request is, it may go to another backend. */
  void connectFailed(Fault fault, long nowNanos) {
    upstream = null;
    if (choice.passOnUnsent(fault, policy().retries())) {
      pick(nowNanos);
    } else {
      fail(fault, "", nowNanos);
    }
  }

  void send(UpstreamConnection connection, long nowNanos) {
    upstream = connection;
    connection.serve(this);
    request.sendTo(connection.channel());
    settleIfFinal();
    connection.channel().flush();
    phase = ExchangePhase.SENDING;
    requestProgressed(nowNanos);
    client.continueBody(nowNanos);
  }

  /** Once the request can't go out again, no other backend comes into question. */
  private void settleIfFinal() {
    if (!request.isReplayable()) {
      choice.settle();
    }
  }

  /** Whether bytes of the client belong to this request and can be passed on now. */
  boolean takesBody() {
    return (phase == ExchangePhase.SENDING || phase == ExchangePhase.ANSWERING)
        && !request.isComplete();
  }

  boolean isRequestComplete() {
    return request.isComplete();
  }

  /** Bytes that wait for the backend to take them. */
  long heldBytes() {
    return upstream == null ? 0 : Sockets.waiting(upstream.channel());
  }

  /** Whether the backend keeps up with the request. */
  boolean isUpstreamWritable() {
    return upstream == null || upstream.channel().isWritable();
  }

  void requestBody(ByteBuf in, long nowNanos) {
    UpstreamConnection to = upstream;
    Violation violation = request.pass(in);
    if (violation != null) {
      loop.refusedRequests().increment(violation);
      end(violation, "", nowNanos);
      return;
    }
    settleIfFinal();
    if (to != null) {
      to.channel().flush();
    }
    boolean getsOn = request.getsOn();
    if (getsOn || phase != ExchangePhase.SENDING) {
      requestProgressed(nowNanos);
    }
  }

  private void requestProgressed(long nowNanos) {
    account.sent(nowNanos);
    if (phase == ExchangePhase.SENDING && request.isComplete()) {
      phase = ExchangePhase.WAITING;
      times.sent(nowNanos);
      lookForAnswer(false, nowNanos);
    } else {
      moveDeadline(isBackendsTurn() ? policy().firstByteNanos() : policy().idleNanos(), nowNanos);
    }
  }

  /** Whether the next word is the backend's: the request is complete, or its client waits to be told to go on. */
  private boolean isBackendsTurn() {
    return phase == ExchangePhase.WAITING
        || (phase == ExchangePhase.SENDING && request.awaitsContinue());
  }

  /** The backend takes more of the request, which is progress, or for now no more. */
  void upstreamWritabilityChanged() {
    if (phase == ExchangePhase.SENDING && isUpstreamWritable()) {
      requestProgressed(loop.nowNanos());
    }
    client.adjustReading();
  }

  /** The client's connection takes more, or for now no more. */
  void clientWritabilityChanged(boolean isWritable) {
    if (upstream != null && phase != ExchangePhase.CONNECTING) {
      upstream.resumeReading(isWritable);
    }
  }

  /** The answer as it goes out to the client. */
  OutgoingAnswer answer() {
    return answer;
  }

  /** The backend's answer has begun, or an interim one has come. */
  void answerHead(AnswerHead head, int headLength, long nowNanos) {
    times.recordFirstByte(choice.firstBytes(), nowNanos);
    if (request.isReplayable() && choice.mayDecline(head.status(), policy().retries())) {
      decline(head, nowNanos);
      return;
    }
    request.settle();
    choice.settle();
    if (head.isInterim()) {
      request.goOn();
      answer.passInterim(head, headLength);
      moveDeadline(policy().firstByteNanos(), nowNanos);
      return;
    }
    phase = ExchangePhase.ANSWERING;
    choice.answered(head.status(), account.sinceSentNanos(nowNanos), nowNanos);
    choice.hear(head, nowNanos);
    account.answered(head.status(), nowNanos);
    times.answered(head.bodyFraming(answer.method()), head.framing().length());
    answer.passHead(head, headLength, route.answerLines(), request.isComplete());
    choice.begun();
    moveDeadline(policy().idleNanos(), nowNanos);
  }

  /** Another backend is asked in place of this answer. */
  private void decline(AnswerHead head, long nowNanos) {
    choice.declined(head, account.sinceSentNanos(nowNanos), nowNanos);
    account.declined(head.status(), nowNanos);
    if (upstream != null && request.isComplete()) {
      upstream.leave(head, answer.method(), nowNanos);
      upstream = null;
    }
    tryAgain(nowNanos);
  }

  /** The backend has switched protocols as it was asked to: both connections go on as one stream. */
  void switched(
      UpstreamConnection from,
      AnswerHead head,
      int headLength,
      @Nullable ByteBuf rest,
      long nowNanos) {
    choice.begun();
    choice.answered(head.status(), account.sinceSentNanos(nowNanos), nowNanos);
    account.switched(head.status(), nowNanos);
    answer.passSwitch(head, headLength);
    upstream = null;
    phase = ExchangePhase.NONE;
    request.release();
    answer.release();
    leave();
    client.becomeStream(
        TcpStream.joining(client, from.channel(), choice, policy()), rest, nowNanos);
  }

  void answerProgressed(long nowNanos) {
    answer.push();
    moveDeadline(policy().idleNanos(), nowNanos);
  }

  /** The answer was read whole. */
  void answerComplete(boolean isUpstreamReusable, long nowNanos) {
    answer.end();
    boolean isRequestComplete = request.isComplete();
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
    client.answered(
        isRequestComplete && !answer.isLast(),
        !isRequestComplete || answer.mayBeFollowed(),
        nowNanos);
  }

  /**
   * The race with a backend that closes an idle connection is nobody's fault: a replayable request goes out again on a new
   * connection, which can't lose that race.
   */
  void closedUnanswered(boolean wasReused, long nowNanos) {
    BackendHandle same = choice.backend();
    if (!wasReused || !request.isReplayable() || same == null) {
      fail(Fault.CLOSED_UNANSWERED, "", nowNanos);
      return;
    }
    loop.count(Counter.RETRIES);
    upstream = null;
    request.takeBack();
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
    return request.isReplayable() && choice.mayPassOn(policy().retries(), isAnotherOnly);
  }

  private void tryAgain(long nowNanos) {
    closeUpstream();
    request.takeBack();
    choice.passOn();
    pick(nowNanos);
  }

  private void end(Reason reason, String detail, long nowNanos) {
    boolean hasBegun = phase == ExchangePhase.ANSWERING;
    boolean isRequestComplete = request.isComplete();
    boolean isOfBackend = isOfBackend(reason);
    closeUpstream();
    choice.leave(isOfBackend);
    clear();
    if (hasBegun) {
      account.breakOff(reason, nowNanos);
      client.reset();
    } else {
      answer.answer(reason, detail, isRequestComplete, nowNanos);
    }
  }

  private boolean isOfBackend(Reason reason) {
    return reason instanceof Fault fault
        && fault.isOfBackend(phase == ExchangePhase.CONNECTING || isBackendsTurn());
  }

  /** The client has left: so does its request. */
  void cancel() {
    if (phase != ExchangePhase.NONE) {
      loop.count(Fault.CLIENT_LEFT);
    }
    closeUpstream();
    choice.leave(false);
    clear();
    account.breakOff(Fault.CLIENT_LEFT, loop.nowNanos());
  }

  void expired(long nowNanos) {
    if (phase != ExchangePhase.NONE && times.isOverallOver(nowNanos)) {
      fail(Fault.OVERALL_TIMEOUT, "", nowNanos);
      return;
    }
    switch (phase) {
      case QUEUED -> fail(Fault.QUEUE_TIMEOUT, "", nowNanos);
      case CONNECTING -> {
        closeUpstream();
        connectFailed(Fault.CONNECT_TIMEOUT, nowNanos);
      }
      case SENDING ->
          fail(isBackendsTurn() ? Fault.FIRST_BYTE_TIMEOUT : whoStopsTheRequest(), "", nowNanos);
      case WAITING -> answerOverdue(nowNanos);
      case ANSWERING -> fail(whoStopsTheAnswer(), "", nowNanos);
      case NONE -> {}
    }
  }

  /** Waits for an answer; where another try may follow, only until it is time to see whether that is better. */
  private void lookForAnswer(boolean isSoon, long nowNanos) {
    boolean mayFollow = request.isReplayable() && choice.isAnyFurther(policy().retries());
    client.schedule(times.lookNanos(mayFollow, isSoon, nowNanos));
  }

  /** A try that takes much longer than usual, or whose backend is known to be down, is given up if there is another one to make. */
  private void answerOverdue(long nowNanos) {
    boolean isHopeless = choice.isBackendDown() || times.isTryOver(choice.p99Nanos(), nowNanos);
    if (isHopeless && mayTryAgain(true)) {
      tryAgain(nowNanos);
    } else if (times.isFirstByteOver(nowNanos)) {
      loop.count(Fault.FIRST_BYTE_TIMEOUT);
      end(Fault.FIRST_BYTE_TIMEOUT, "", nowNanos);
    } else {
      lookForAnswer(isHopeless, nowNanos);
    }
  }

  private Fault whoStopsTheRequest() {
    return isUpstreamWritable() ? Fault.CLIENT_SILENT : Fault.BACKEND_SILENT;
  }

  private Fault whoStopsTheAnswer() {
    return client.channel().isWritable() ? Fault.BACKEND_SILENT : Fault.CLIENT_STALLED;
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
    phase = ExchangePhase.NONE;
    route = RoutePolicy.NONE;
    request.release();
    answer.release();
  }
}
