package dev.ballast.proxy;

import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * What one event loop owns: its deadlines, its numbers, and the heads it reads into. Everything here but the numbers' reading
 * happens on its thread. A connection, its exchange and its connection to the backend live on the same loop, so the request
 * path takes no lock.
 */
final class Loop {
  private final int index;
  private final EventLoop eventLoop;
  private final Transport transport;
  private final Limits limits;
  private final WriteBufferWaterMark waterMark;
  private final Ticker ticker;
  private final RandomGenerator random;
  private final DeadlineWheel deadlines;
  private final RequestHead requestHead;
  private final Router router;
  private final AnswerHead answerHead;
  private final ForwardedChain forwardedChain;
  private final Admission admission;
  private final Tally<Counter> counts = new Tally<>(Counter.class);
  private final OpenConnections open;
  private final Tally<Violation> refusedRequests = new Tally<>(Violation.class);
  private final Tally<Violation> refusedAnswers = new Tally<>(Violation.class);
  private final Tally<Fault> faults = new Tally<>(Fault.class);
  private final TlsCounts tls = new TlsCounts();
  private final LoopLog log;
  private final Shedding shedding;

  Loop(
      int index,
      EventLoop eventLoop,
      Transport transport,
      Limits limits,
      Admission admission,
      BufferBudget budget,
      LogWriter log,
      Ticker ticker,
      RandomGenerator random) {
    this.admission = admission;
    this.index = index;
    this.eventLoop = eventLoop;
    this.transport = transport;
    this.limits = limits;
    int high = limits.of(Limit.BUFFERED_BYTES);
    this.waterMark = new WriteBufferWaterMark(high / 2, high);
    this.ticker = ticker;
    this.random = random;
    var mishaps = new Mishaps(counts, ticker);
    this.open = new OpenConnections(mishaps);
    this.deadlines = new DeadlineWheel(ticker.nanoTime(), mishaps);
    this.requestHead = new RequestHead(limits);
    this.router = new Router(this);
    this.answerHead = new AnswerHead(limits);
    this.forwardedChain = new ForwardedChain(limits);
    this.log = log.of(index, counts);
    this.shedding = new Shedding(budget, open, counts);
  }

  /** Begins to watch the deadlines, and what is held in buffers. */
  void start() {
    var _ =
        eventLoop.scheduleAtFixedRate(
            this::tick, DeadlineWheel.TICK_NANOS, DeadlineWheel.TICK_NANOS, TimeUnit.NANOSECONDS);
  }

  private void tick() {
    deadlines.advance(nowNanos());
    shedding.look();
  }

  /** 0 to the number of loops − 1. */
  int index() {
    return index;
  }

  EventLoop eventLoop() {
    return eventLoop;
  }

  Transport transport() {
    return transport;
  }

  Limits limits() {
    return limits;
  }

  /** How much may wait to be written to a connection before reading stops, and when it goes on. */
  WriteBufferWaterMark waterMark() {
    return waterMark;
  }

  /** Read once per turn, and handed down. */
  long nowNanos() {
    return ticker.nanoTime();
  }

  /** Used on this loop alone. */
  RandomGenerator random() {
    return random;
  }

  DeadlineWheel deadlines() {
    return deadlines;
  }

  /** For the head of this turn: overwritten by the next one. */
  RequestHead requestHead() {
    return requestHead;
  }

  Router router() {
    return router;
  }

  /** For the head of this turn: overwritten by the next one. */
  AnswerHead answerHead() {
    return answerHead;
  }

  /** For the head of this turn. */
  ForwardedChain forwardedChain() {
    return forwardedChain;
  }

  Tally<Counter> counts() {
    return counts;
  }

  Tally<Violation> refusedRequests() {
    return refusedRequests;
  }

  Tally<Violation> refusedAnswers() {
    return refusedAnswers;
  }

  Tally<Fault> faults() {
    return faults;
  }

  /** Where lines of the access log go. */
  LoopLog log() {
    return log;
  }

  TlsCounts tls() {
    return tls;
  }

  /** Who may connect; shared by all loops. */
  Admission admission() {
    return admission;
  }

  /** A connection that was accepted begins; one that has taken the place of another has begun already. */
  void opened(ClientSide connection) {
    if (!connection.isListed) {
      open.add(connection);
      count(Counter.CONNECTIONS_ACCEPTED);
      count(Counter.CONNECTIONS_OPEN);
    }
  }

  /** The same connection, one step further. */
  void replace(ClientSide before, ClientSide after) {
    open.remove(before);
    open.add(after);
  }

  void closed(ClientSide connection) {
    if (connection.isListed) {
      open.remove(connection);
      counts.decrement(Counter.CONNECTIONS_OPEN);
      admission.leave();
      if (connection.peer().isCounted()) {
        admission.leave(connection.peer().address());
      }
    }
  }

  /** The LB server stops: connections of clients end as soon as they can. */
  void retireOpen() {
    long nowNanos = nowNanos();
    open.forEach(connection -> connection.retire(nowNanos));
  }

  /** The port is no longer served: so do its connections. */
  void retireOpen(Port port) {
    long nowNanos = nowNanos();
    open.forEach(
        connection -> {
          if (connection.port() == port) {
            connection.retire(nowNanos);
          }
        });
  }

  /** Ends the connections of clients now. */
  void stopOpen() {
    long nowNanos = nowNanos();
    open.forEach(connection -> connection.stop(nowNanos));
  }

  void count(Counter what) {
    counts.increment(what);
  }

  void count(Fault fault) {
    faults.increment(fault);
  }
}
