package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.ballast.balancing.Extensions;
import dev.ballast.detection.ProbingSettings;
import dev.ballast.model.Algorithm;
import dev.ballast.proxy.ProxySettings;
import dev.ballast.simulator.Arrivals;
import dev.ballast.simulator.Result;
import dev.ballast.simulator.ServiceTime;
import dev.ballast.simulator.Simulation;
import dev.ballast.simulator.Workload;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real LB server of one event loop and real connections, beside the simulation of the same requests: each comes at the same time and means the same
 * work. What differs is what the simulation leaves out: the network, threads that wait for a core, clocks.
 */
class SimulatedLbTest {
  private static final int BACKENDS = 6;
  private static final int REQUESTS = 600;
  private static final double PER_SECOND = 42;
  private static final double MEAN_NANOS = 100e6;
  private static final List<Algorithm> COMPARED =
      List.of(
          new Algorithm.RoundRobin(),
          new Algorithm.PowerOfTwoChoices(),
          new Algorithm.LeastConnections());
  private static final int JITTER_NANOS = 3_000_000;
  private static final int WARM_UP = 300;
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir Path directory;

  /** What was measured or simulated, in milliseconds. */
  private record Measured(double mean, double p50, double p99, double imbalance) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "mean %.1f ms, p50 %.1f ms, p99 %.1f ms, imbalance %.3f",
          mean,
          p50,
          p99,
          imbalance);
    }
  }

  /** All at once, as they hardly use a core; each has an LB server and backends of its own. */
  @Test
  void shouldForecastRealLbServers() throws Exception {
    var comparisons = new ArrayList<Future<?>>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Algorithm algorithm : COMPARED) {
        comparisons.add(
            threads.submit(
                () -> {
                  compare(algorithm);
                  return algorithm;
                }));
      }
    }
    for (Future<?> comparison : comparisons) {
      assertThat(comparison.get()).isIn(COMPARED);
    }
  }

  private void compare(Algorithm algorithm) throws Exception {
    var random = new Random(7);
    long[] offsets = new long[REQUESTS];
    long[] work = new long[REQUESTS];
    double at = 0;
    for (int i = 0; i < REQUESTS; i++) {
      offsets[i] = (long) at;
      work[i] = (long) (MEAN_NANOS * Math.exp(random.nextGaussian() * 0.8 - 0.32));
      at -= Math.log(1 - random.nextDouble()) / PER_SECOND * 1e9;
    }
    List<Result> runs = runs(algorithm, offsets, work);
    Measured simulated = mean(runs);
    Measured real = real(algorithm, offsets, work);
    var p99s = runs.stream().mapToDouble(run -> run.times().p99()).summaryStatistics();
    String both =
        String.format(
            Locale.ROOT,
            "%s: simulated %s (%.0f to %.0f ms); real %s",
            algorithm.type(),
            simulated,
            p99s.getMin(),
            p99s.getMax(),
            real);
    System.out.println("FIGURE " + both);
    assertThat(real.mean).as(both).isCloseTo(simulated.mean, withinPercentage(25));
    assertThat(real.p50).as(both).isCloseTo(simulated.p50, withinPercentage(25));
    assertThat(real.p99).as(both).isBetween(0.8 * p99s.getMin(), 1.25 * p99s.getMax());
    assertThat(real.imbalance).as(both).isCloseTo(simulated.imbalance, within(0.2));
  }

  /**
   * Several, as it is by chance which backend comes first, and which of two requests that come together: each comes up to {@value #JITTER_NANOS}
   * later than it was sent.
   */
  private static List<Result> runs(Algorithm algorithm, long[] offsets, long[] work) {
    var runs = new ArrayList<Result>();
    for (int seed = 0; seed < 20; seed++) {
      var random = new Random(seed);
      long[][] late = new long[REQUESTS][];
      Arrays.setAll(late, i -> new long[] {offsets[i] + random.nextLong(JITTER_NANOS), work[i]});
      Arrays.sort(late, Comparator.comparingLong(request -> request[0]));
      var workload =
          workload(
              Arrays.stream(late).mapToLong(request -> request[0] - late[0][0]).toArray(),
              Arrays.stream(late).mapToLong(request -> request[1]).toArray());
      runs.add(Simulation.run(workload, algorithm, Extensions.NONE, seed, REQUESTS));
    }
    return runs;
  }

  private static Workload workload(long[] offsets, long[] work) {
    return new Workload(
        new Arrivals.Recorded(offsets, 1),
        new ServiceTime.Recorded(work),
        List.of(Workload.Group.of(BACKENDS)),
        new Workload.LbServers(1, Duration.ofSeconds(1), List.of()),
        Duration.ZERO,
        List.of(),
        1,
        0);
  }

  private static Measured mean(List<Result> runs) {
    return new Measured(
        mean(runs, result -> result.times().mean()),
        mean(runs, result -> result.times().p50()),
        mean(runs, result -> result.times().p99()),
        mean(runs, result -> result.shares().imbalance()));
  }

  private static double mean(List<Result> runs, java.util.function.ToDoubleFunction<Result> value) {
    return runs.stream().mapToDouble(value).average().orElseThrow();
  }

  private Measured real(Algorithm algorithm, long[] offsets, long[] work) throws Exception {
    int port = freePort();
    try (var started = new ClosingStack()) {
      var backends = new ArrayList<WorkingBackend>();
      for (int i = 0; i < BACKENDS; i++) {
        backends.add(started.add(new WorkingBackend()));
      }
      Path file =
          Files.writeString(
              directory.resolve(algorithm.type() + ".yaml"), documents(algorithm, port, backends));
      var settings =
          ProxySettings.of(
                  "simulated",
                  LOOPBACK,
                  "simulated",
                  new TestShell(directory).shell().clock(),
                  new Random(1))
              .withAdmin(LOOPBACK, 0)
              .withEventLoops(1);
      new StaticRole(
              new TestShell(directory).shell(),
              settings,
              ProbingSettings.DEFAULT,
              file.toString(),
              Farewell.AT_ONCE)
          .start(started);
      HttpClient client =
          started.add(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
      URI uri = URI.create("http://127.0.0.1:" + port + "/");
      long[] warmUp = new long[WARM_UP];
      Arrays.setAll(warmUp, i -> i * 5_000_000L);
      send(client, uri, warmUp, new long[WARM_UP]);
      long[] before = backends.stream().mapToLong(WorkingBackend::workedNanos).toArray();
      long[] millis = send(client, uri, offsets, work);
      double[] worked = new double[BACKENDS];
      Arrays.setAll(worked, i -> backends.get(i).workedNanos() - before[i]);
      return measured(millis, worked);
    }
  }

  /** Nanoseconds from when each request was to be sent to its answer, but for the first tenth, in order. */
  private static long[] send(HttpClient client, URI uri, long[] offsets, long[] work)
      throws Exception {
    long start = System.nanoTime() + 50_000_000;
    var answers = new ArrayList<CompletableFuture<Long>>();
    for (int i = 0; i < offsets.length; i++) {
      long due = start + offsets[i];
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      var request = HttpRequest.newBuilder(uri.resolve("/" + work[i])).build();
      answers.add(
          client
              .sendAsync(request, HttpResponse.BodyHandlers.discarding())
              .thenApply(
                  answer -> {
                    assertThat(answer.statusCode()).isEqualTo(200);
                    return System.nanoTime() - due;
                  }));
    }
    long[] nanos = new long[answers.size()];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = answers.get(i).get(30, TimeUnit.SECONDS);
    }
    return Arrays.stream(nanos).skip(nanos.length / 10).sorted().toArray();
  }

  private static Measured measured(long[] sortedNanos, double[] worked) {
    double mean = Arrays.stream(sortedNanos).average().orElseThrow() / 1e6;
    double even = Arrays.stream(worked).average().orElseThrow();
    return new Measured(
        mean,
        sortedNanos[sortedNanos.length / 2] / 1e6,
        sortedNanos[(int) (0.99 * sortedNanos.length)] / 1e6,
        Arrays.stream(worked).max().orElseThrow() / even);
  }

  private static String documents(Algorithm algorithm, int port, List<WorkingBackend> backends) {
    var text =
        new StringBuilder(
            """
            kind: LoadBalancer
            name: web
            domain: web.test
            hosts: ["*"]
            listeners: [{name: http, port: %d, protocol: http}]
            routes: [{pool: web}]
            ---
            kind: Pool
            name: web
            algorithm: {type: %s}
            retries: {attempts: 0}
            backends:
            """
                .formatted(port, algorithm.type()));
    for (int i = 0; i < backends.size(); i++) {
      text.append(
          "- {name: b%d, address: \"127.0.0.1:%d\"}%n".formatted(i, backends.get(i).port()));
    }
    return text.toString();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
      return socket.getLocalPort();
    }
  }
}
