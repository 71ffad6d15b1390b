package dev.ballast.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;

/**
 * Many rounds of every fault; {@code ./bench health} compiles it and calls this. Writes a line of JSON for each sample into {@code
 * samples.jsonl}, and in the end one for each fault and pool into {@code requests.jsonl}.
 */
final class HealthRounds {
  /** The default of pools. */
  private static final Duration FIRST_BYTE = Duration.ofSeconds(15);

  private HealthRounds() {}

  /**
   * Runs them.
   *
   * @param arguments directory for the results; number of rounds
   */
  public static void main(String... arguments) throws IOException {
    Path out = Path.of(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    try (var timeline = new HealthTimeline("health-rounds", FIRST_BYTE)) {
      timeline.warmUp();
      for (int round = 0; round < rounds; round++) {
        for (HealthFault fault : HealthFault.values()) {
          for (HealthSample sample : timeline.round(fault)) {
            append(out.resolve("samples.jsonl"), sample.json());
          }
        }
      }
      for (HealthFault fault : HealthFault.values()) {
        for (String pool : HealthSite.POOLS) {
          append(out.resolve("requests.jsonl"), json(fault, pool, timeline));
        }
      }
    }
    System.exit(0);
  }

  private static String json(HealthFault fault, String pool, HealthTimeline timeline) {
    var requests = timeline.requests(fault, pool);
    System.out.println(fault + " " + pool + " " + requests.failures());
    return String.format(
        Locale.ROOT,
        "{\"fault\": \"%s\", \"pool\": \"%s\", \"sent\": %d, \"failed\": %d, \"slowestMillis\": %.1f}",
        fault,
        pool,
        requests.sent(),
        requests.failed(),
        requests.slowestMillis());
  }

  private static void append(Path file, String line) throws IOException {
    Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
