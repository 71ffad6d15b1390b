package dev.ballast.proxy;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Ticker;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

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
  private final Ticker ticker;
  private final DeadlineWheel deadlines;
  private final RequestHead requestHead;
  private final AnswerHead answerHead;
  private final Set<ClientSide> open = new HashSet<>();
  private final Tally<Counter> counts = new Tally<>(Counter.class);
  private final Tally<Violation> refusedRequests = new Tally<>(Violation.class);
  private final Tally<Violation> refusedAnswers = new Tally<>(Violation.class);
  private final Tally<Fault> faults = new Tally<>(Fault.class);

  Loop(int index, EventLoop eventLoop, Transport transport, Limits limits, Ticker ticker) {
    this.index = index;
    this.eventLoop = eventLoop;
    this.transport = transport;
    this.limits = limits;
    this.ticker = ticker;
    this.deadlines = new DeadlineWheel(ticker.nanoTime());
    this.requestHead = new RequestHead(limits);
    this.answerHead = new AnswerHead(limits);
  }

  /** Begins to watch the deadlines. */
  void start() {
    var _ =
        eventLoop.scheduleAtFixedRate(
            () -> deadlines.advance(nowNanos()),
            DeadlineWheel.TICK_NANOS,
            DeadlineWheel.TICK_NANOS,
            TimeUnit.NANOSECONDS);
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

  /** Read once per turn, and handed down. */
  long nowNanos() {
    return ticker.nanoTime();
  }

  DeadlineWheel deadlines() {
    return deadlines;
  }

  /** For the head of this turn: overwritten by the next one. */
  RequestHead requestHead() {
    return requestHead;
  }

  /** For the head of this turn: overwritten by the next one. */
  AnswerHead answerHead() {
    return answerHead;
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

  void opened(ClientSide connection) {
    open.add(connection);
    count(Counter.CONNECTIONS_ACCEPTED);
    count(Counter.CONNECTIONS_OPEN);
  }

  void closed(ClientSide connection) {
    if (open.remove(connection)) {
      counts.decrement(Counter.CONNECTIONS_OPEN);
    }
  }

  /** The LB server stops: connections of clients end as soon as they can. */
  void retireOpen() {
    long nowNanos = nowNanos();
    List.copyOf(open).forEach(connection -> connection.retire(nowNanos));
  }

  /** Ends the connections of clients now. */
  void resetOpen() {
    List.copyOf(open).forEach(ClientSide::reset);
  }

  void count(Counter what) {
    counts.increment(what);
  }

  void count(Fault fault) {
    faults.increment(fault);
  }
}
