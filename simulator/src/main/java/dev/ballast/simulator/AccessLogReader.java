package dev.ballast.simulator;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.time.DateTimeException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads an access log, a line at a time: when requests came, and if the log says so, which backend got each and how long it took. Where a log tells seconds apart and no less, requests are
 * spread over theirs by chance.
 */
public final class AccessLogReader {
  /** Which stream of chance spreads requests over their seconds. */
  private static final long WITHIN_SECONDS = 17;

  private final Optional<String> pool;
  private final AccessLogFormat asked;
  private final Chance chance;
  private final Map<String, Integer> backends = new HashMap<>();
  private final TreeSet<String> otherPools = new TreeSet<>();
  private @Nullable LineFormat format;
  private long[] began = new long[1024];
  private long[] durations = new long[1024];
  private int[] backendOf = new int[1024];
  private int size;
  private boolean isTimed = true;
  private boolean isWholeSecond;
  private long lines;
  private long bad;
  private long withoutBackend;
  private String firstBad = "";

  private AccessLogReader(Optional<String> pool, AccessLogFormat asked, long seed) {
    this.pool = pool;
    this.asked = asked;
    this.chance = new Chance(seed, WITHIN_SECONDS);
  }

  /**
   * Reads a log.
   *
   * @param pool whose requests count; empty: all
   * @param seed of what the log leaves to chance
   * @throws NotUsable when fewer than two lines can be used, which says why
   */
  public static Recording read(Reader log, Optional<String> pool, AccessLogFormat format, long seed)
      throws IOException, NotUsable {
    var reader = new AccessLogReader(pool, format, seed);
    var buffered = new BufferedReader(log);
    long number = 0;
    for (String line = buffered.readLine(); line != null; line = buffered.readLine()) {
      number++;
      if (!line.isBlank()) {
        reader.line(line, number);
      }
    }
    return reader.recording();
  }

  /** A log of which nothing can be simulated. */
  public static final class NotUsable extends Exception {
    private static final long serialVersionUID = 1;

    NotUsable(String message) {
      super(message);
    }
  }

  private void line(String line, long number) {
    lines++;
    LineFormat known = format == null ? asked.forLine(line).orElse(null) : format;
    if (known == null) {
      isBad(number, "is of no known log format; --log-format can say which it is");
      return;
    }
    try {
      LogLine read = known.read(line);
      format = known;
      take(read);
    } catch (IllegalArgumentException | DateTimeException e) {
      isBad(number, String.valueOf(e.getMessage()));
    }
  }

  private void isBad(long number, String why) {
    bad++;
    firstBad = firstBad.isEmpty() ? "line " + number + " " + why : firstBad;
  }

  private void take(LogLine line) {
    String backend = line.backend();
    if (backend == null || pool.filter(wanted -> !wanted.equals(line.pool())).isPresent()) {
      withoutBackend++;
      otherPools.add(line.pool());
      return;
    }
    isTimed &= line.tookNanos() != LogLine.UNKNOWN;
    isWholeSecond |= line.isWholeSecond();
    double within = line.isWholeSecond() ? chance.uniform() : 0;
    add(
        line.beganNanos(within),
        line.tookNanos(),
        backend.isEmpty()
            ? 0
            : backends.computeIfAbsent(line.pool() + "/" + backend, _ -> backends.size()));
  }

  private void add(long beganNanos, long nanos, int backend) {
    if (size == began.length) {
      began = Arrays.copyOf(began, 2 * size);
      durations = Arrays.copyOf(durations, 2 * size);
      backendOf = Arrays.copyOf(backendOf, 2 * size);
    }
    began[size] = beganNanos;
    durations[size] = nanos;
    backendOf[size] = backend;
    size++;
  }

  private Recording recording() throws NotUsable {
    if (size < 2) {
      throw new NotUsable(whyNone());
    }
    return Recording.of(
        Arrays.copyOf(began, size),
        isTimed ? Arrays.copyOf(durations, size) : new long[0],
        Arrays.copyOf(backendOf, size),
        backends.size(),
        new Recording.Report(
            format == null ? "" : format.name(),
            lines,
            bad,
            withoutBackend,
            isWholeSecond,
            firstBad));
  }

  private String whyNone() {
    if (bad > 0 && bad == lines) {
      return "none of the " + lines + " lines can be read; " + firstBad;
    }
    otherPools.remove("");
    String others =
        otherPools.isEmpty() ? "" : "; there are pools " + String.join(", ", otherPools);
    return "fewer than two of the "
        + lines
        + " lines are of requests that a backend"
        + pool.map(wanted -> " of pool " + wanted).orElse("")
        + " got"
        + others
        + (bad > 0 ? "; " + firstBad : "");
  }
}
