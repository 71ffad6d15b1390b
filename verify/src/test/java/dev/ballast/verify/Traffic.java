package dev.ballast.verify;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests over kept-alive connections, each connection on a virtual thread, until told to stop. Every answer is counted in
 * the {@link Tally} that is current when its request begins, if it is still current when the answer has come: so a tally of
 * a phase holds only what happened wholly within the phase. Failures are kept from all phases.
 */
final class Traffic implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /**
   * @param perServer connections to each server
   * @param pause between the answer and the next request of a connection; zero for as fast as it goes
   */
  record Shape(int perServer, Duration pause) {}

  private final Place place;
  private final String host;
  private final Shape shape;
  private final List<Thread> connections = new ArrayList<>();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final Failures failures = new Failures();
  private volatile Tally tally = new Tally();

  private Traffic(Place place, String host, Shape shape) {
    this.place = place;
    this.host = host;
    this.shape = shape;
  }

  /** Begins to send to all servers at once. */
  static Traffic start(Place place, String host, List<InetSocketAddress> servers, Shape shape) {
    var traffic = new Traffic(place, host, shape);
    for (InetSocketAddress server : servers) {
      for (int i = 0; i < shape.perServer(); i++) {
        traffic.connections.add(Thread.ofVirtual().start(() -> traffic.repeat(server)));
      }
    }
    return traffic;
  }

  /** Sends the given number of requests to each server, and returns when all are answered or have failed. */
  static Tally send(
      String host, List<InetSocketAddress> servers, int requestsPerServer, int perServer)
      throws InterruptedException {
    var traffic = new Traffic(Place.HERE, host, new Shape(perServer, Duration.ZERO));
    for (InetSocketAddress server : servers) {
      var left = new AtomicInteger(requestsPerServer);
      for (int i = 0; i < perServer; i++) {
        traffic.connections.add(
            Thread.ofVirtual()
                .start(() -> traffic.exchange(server, () -> left.getAndDecrement() > 0)));
      }
    }
    for (Thread connection : traffic.connections) {
      connection.join();
    }
    traffic.failures.orFail();
    return traffic.tally;
  }

  /** A new phase: counts from zero. Answers to requests that are under way are counted nowhere. */
  Tally newPhase() {
    var next = new Tally();
    tally = next;
    return next;
  }

  Failures failures() {
    return failures;
  }

  private void repeat(InetSocketAddress server) {
    while (!stopping.get()) {
      exchange(server, () -> !stopping.get());
      LockSupport.parkNanos(Math.max(shape.pause().toNanos(), 1_000_000));
    }
  }

  /** One connection after the other for as long as wanted; a failure ends only its connection. */
  private void exchange(InetSocketAddress server, java.util.function.BooleanSupplier isWanted) {
    boolean wanted = isWanted.getAsBoolean();
    while (wanted) {
      try (var connection = HttpConnection.open(place, server, TIMEOUT)) {
        while (wanted && connection.isUsable()) {
          exchangeOnce(server, connection);
          wanted = isWanted.getAsBoolean();
          LockSupport.parkNanos(shape.pause().toNanos());
        }
      } catch (IOException failure) {
        failures.add(server, failure.toString());
        wanted = isWanted.getAsBoolean();
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  private void exchangeOnce(InetSocketAddress server, HttpConnection connection)
      throws IOException {
    Tally phase = tally;
    var answer = connection.get(host, "/");
    if (answer.status() != 200) {
      failures.add(server, answer.status() + " " + answer.text().strip());
    } else if (phase == tally) {
      phase.add(server, answer.header("x-backend"));
    }
  }

  @Override
  public void close() {
    stop();
  }

  /** Returns when the last request is answered. */
  void stop() {
    stopping.set(true);
    for (Thread connection : connections) {
      try {
        connection.join();
      } catch (InterruptedException failure) {
        throw new IllegalStateException(failure);
      }
    }
  }
}
