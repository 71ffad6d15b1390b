package dev.ballast.verify;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends requests to LB servers at a steady rate, whether or not earlier ones have been answered: who waits for a frozen backend
 * keeps nobody from asking next. Every request belongs to the phase in which it was sent.
 */
final class SteadyClient implements AutoCloseable {
  /** Longer than an LB server ever waits. */
  private static final Duration TIMEOUT = Duration.ofSeconds(25);

  private final String host;
  private final Duration period;
  private final List<Thread> senders = new ArrayList<>();
  private volatile Phase phase = new Phase();
  private volatile boolean isStopping;

  /** What became of the requests of a phase. Thread-safe. */
  static final class Phase {
    final LongAdder sent = new LongAdder();
    final Failures failures = new Failures();
    private final AtomicLong slowestNanos = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();

    /** Waits until every request of it has ended; it must not be the current one any more. */
    void awaitEnd() {
      await("all requests have ended").atMost(TIMEOUT.plusSeconds(5)).until(() -> open.get() == 0);
    }

    double slowestMillis() {
      return slowestNanos.get() / 1e6;
    }
  }

  private SteadyClient(String host, Duration period) {
    this.host = host;
    this.period = period;
  }

  /**
   * Begins.
   *
   * @param period between two requests to one server
   */
  static SteadyClient start(String host, List<InetSocketAddress> servers, Duration period) {
    var client = new SteadyClient(host, period);
    for (InetSocketAddress server : servers) {
      client.senders.add(Thread.ofPlatform().daemon().start(() -> client.send(server)));
    }
    return client;
  }

  /** What is sent from now on is counted there. */
  Phase newPhase() {
    var next = new Phase();
    phase = next;
    return next;
  }

  private void send(InetSocketAddress server) {
    var idle = new ConcurrentLinkedDeque<HttpConnection>();
    long next = System.nanoTime();
    while (!isStopping) {
      next += period.toNanos();
      LockSupport.parkNanos(next - System.nanoTime());
      Phase now = phase;
      now.sent.increment();
      now.open.incrementAndGet();
      Thread.ofVirtual().start(() -> ask(server, idle, now));
    }
    idle.forEach(HttpConnection::close);
  }

  private void ask(InetSocketAddress server, Deque<HttpConnection> idle, Phase phase) {
    long began = System.nanoTime();
    HttpConnection connection = idle.pollFirst();
    try {
      if (connection == null) {
        connection = HttpConnection.open(Place.HERE, server, TIMEOUT);
      }
      var answer = connection.get(host, "/");
      if (answer.status() != 200) {
        phase.failures.add(server, answer.status() + " " + answer.text().strip());
      }
      if (connection.isUsable() && !isStopping) {
        idle.addFirst(connection);
      } else {
        connection.close();
      }
    } catch (IOException failure) {
      phase.failures.add(server, failure.toString());
      if (connection != null) {
        connection.close();
      }
    } finally {
      phase.slowestNanos.accumulateAndGet(System.nanoTime() - began, Math::max);
      phase.open.decrementAndGet();
    }
  }

  @Override
  public void close() {
    isStopping = true;
    senders.forEach(
        sender -> {
          try {
            sender.join();
          } catch (InterruptedException failure) {
            throw new IllegalStateException(failure);
          }
        });
    phase.awaitEnd();
  }
}
