package dev.ballast.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntFunction;

/**
 * Ports for servers that can't let the kernel choose. Below those that the kernel gives to outgoing connections, so that a server
 * may be started again at its own; where somebody else was faster all the same, another one is tried.
 */
final class Ports {
  private static final int FIRST = 10_000;
  private static final int LAST = 32_000;
  private static final int TRIES = 10;
  private static final String TAKEN = "ddress already in use";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Ports() {}

  /**
   * A server that was just started.
   *
   * @param log of this start alone
   * @param ready what stands there once it takes calls
   */
  record Starting(Process process, Path log, String ready) {
    private boolean isReady() {
      return Processes.read(log).contains(ready);
    }
  }

  /** A server that takes calls. */
  record Started(Process process, int port) {}

  /** A port that nobody has, for now. */
  static int free() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return port;
      } catch (java.net.BindException _) {
        // Somebody has it.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Waits until all of these take calls; false if somebody else has a port of one. */
  static boolean areUp(List<Starting> servers) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(
            () ->
                servers.stream().allMatch(Starting::isReady)
                    || servers.stream().anyMatch(server -> !server.process.isAlive()));
    var ended = servers.stream().filter(server -> !server.process.isAlive()).toList();
    assertThat(ended).allSatisfy(server -> assertThat(Processes.read(server.log)).contains(TAKEN));
    return ended.isEmpty();
  }

  /** Starts a server at any port. */
  static Started startSomewhere(IntFunction<Starting> server) {
    for (int i = 0; i < TRIES; i++) {
      int port = free();
      var starting = server.apply(port);
      if (areUp(List.of(starting))) {
        return new Started(starting.process(), port);
      }
    }
    throw new AssertionError("others took " + TRIES + " ports in a row");
  }

  /** Starts a server at a port, once nobody else has it. */
  static Process startAt(int port, IntFunction<Starting> server) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - end < 0) {
      var starting = server.apply(port);
      if (areUp(List.of(starting))) {
        return starting.process();
      }
    }
    throw new AssertionError("somebody else keeps port " + port);
  }
}
