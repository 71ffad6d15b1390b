package dev.ballast.verify;

import dev.ballast.detection.AccrualSettings;
import dev.ballast.detection.Detection;
import dev.ballast.detection.Pace;
import dev.ballast.detection.ProbeCounters;
import dev.ballast.detection.ProbeSpec;
import dev.ballast.detection.Probing;
import dev.ballast.detection.ProbingSettings;
import dev.ballast.detection.Rising;
import dev.ballast.detection.Statuses;
import dev.ballast.detection.Target;
import dev.ballast.detection.WatchSettings;
import dev.ballast.detection.Watched;
import dev.ballast.model.Verdict;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Measures what it costs to probe many targets from one event loop: started by {@code ./bench probing}, with a {@link ProbedServer} in a
 * process of its own. Targets have addresses of their own, 127.1.0.1 and up, and share the server's port.
 *
 * <p>Arguments: {@code tcp} or {@code http}, targets, port, seconds of warm-up, seconds of measurement. Prints one line of JSON.
 */
final class ProbingLoad {
  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final int PER_NETWORK = 250;
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final double SECOND = 1e9;
  private static final double MILLISECOND = 1e6;

  private final Probing probing;
  private final AtomicInteger verdicts = new AtomicInteger();

  private ProbingLoad() {
    probing =
        new Probing(
            ProbingSettings.DEFAULT,
            new Random(1),
            System::nanoTime,
            (_, _) -> verdicts.incrementAndGet());
  }

  /** What was used up to now: CPU of the loop's thread and of the process; and what was probed and found. */
  private record Reading(
      long at, long loopNanos, long processNanos, ProbeCounters counters, int verdicts) {}

  public static void main(String[] arguments) throws IOException {
    int targets = Integer.parseInt(arguments[1]);
    var load = new ProbingLoad();
    try (Probing probing = load.probing) {
      var spec = spec(arguments[0]);
      for (int i = 0; i < targets; i++) {
        probing.watch(target(i, Integer.parseInt(arguments[2]), spec), Watched.Known.NOTHING);
      }
      pass(arguments[3]);
      Reading before = load.read();
      pass(arguments[4]);
      Reading after = load.read();
      System.out.println(JSON.writeValueAsString(load.results(targets, before, after)));
    }
  }

  private static void pass(String seconds) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(Integer.parseInt(seconds));
    while (until - System.nanoTime() > 0) {
      LockSupport.parkNanos(until - System.nanoTime());
    }
  }

  private static ProbeSpec spec(String kind) {
    return switch (kind) {
      case "tcp" -> new ProbeSpec.Tcp(null, ProbeSpec.Opening.NOTHING);
      case "http" ->
          new ProbeSpec.Http(
              false,
              null,
              ProbeSpec.Opening.NOTHING,
              "GET",
              "/healthz",
              "probed.test",
              Map.of(),
              Statuses.SUCCESS,
              null);
      default -> throw new IllegalArgumentException("tcp or http, not " + kind);
    };
  }

  private static Target target(int number, int port, ProbeSpec spec) {
    String address = "127.1." + number / PER_NETWORK + "." + (1 + number % PER_NETWORK);
    var settings =
        new WatchSettings(
            Pace.every(INTERVAL), new Detection.Phi(AccrualSettings.DEFAULT), Rising.DEFAULT);
    return new Target("web/b" + number, address, port, spec, settings);
  }

  private Reading read() {
    return new Reading(
        System.nanoTime(), loopNanos(), processNanos(), probing.counters().join(), verdicts.get());
  }

  private static long loopNanos() {
    var threads = ManagementFactory.getThreadMXBean();
    for (long id : threads.getAllThreadIds()) {
      var info = threads.getThreadInfo(id);
      if (info != null && info.getThreadName().startsWith("ballast-probes")) {
        return threads.getThreadCpuTime(id);
      }
    }
    throw new IllegalStateException("no thread probes");
  }

  private static long processNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
  }

  private ObjectNode results(int targets, Reading before, Reading after) throws IOException {
    double seconds = (after.at() - before.at()) / SECOND;
    var counters = after.counters();
    var lateness = counters.spread().since(before.counters().spread());
    long sent = counters.sent() - before.counters().sent();
    long good = counters.good() - before.counters().good();
    return JSON.createObjectNode()
        .put("targets", targets)
        .put("seconds", seconds)
        .put("sent", sent)
        .put("good", good)
        .put("failed", failures(counters) - failures(before.counters()))
        .put("failures", counters.failed().toString())
        .put("verdicts", after.verdicts() - before.verdicts())
        .put("healthy", healthy())
        .put("loopCores", (after.loopNanos() - before.loopNanos()) / SECOND / seconds)
        .put("processCores", (after.processNanos() - before.processNanos()) / SECOND / seconds)
        .put("lateP50Millis", lateness.quantileNanos(0.5) / MILLISECOND)
        .put("lateP99Millis", lateness.quantileNanos(0.99) / MILLISECOND)
        .put("lateMaxMillis", lateness.quantileNanos(1) / MILLISECOND)
        .put("pauses", counters.pauses() - before.counters().pauses())
        .put("residentMiB", residentMiB())
        .put("heapMiB", heapMiB());
  }

  private long healthy() {
    return probing.reports().join().values().stream()
        .filter(report -> report.standing().verdict() == Verdict.HEALTHY)
        .count();
  }

  private static long failures(ProbeCounters counters) {
    return counters.failed().values().stream().mapToLong(Long::longValue).sum();
  }

  private static double residentMiB() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
      }
    }
    throw new IllegalStateException("/proc/self/status has no VmRSS");
  }

  /** What is in use after a full collection. */
  private static double heapMiB() {
    var memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed() / (double) (1 << 20);
  }
}
