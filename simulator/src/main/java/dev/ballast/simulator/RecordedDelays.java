package dev.ballast.simulator;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Delays as {@code simulator/src/record} recorded them, every 50 ms. Whatever time is asked for, the record that is nearest before
 * answers; after its end it begins anew, so a run that is longer than the record goes round.
 *
 * @param millis NaN for what was lost
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RecordedDelays(double[] millis) {
  private static final double STEP_SECONDS = 0.05;
  private static final Pattern SPACE = Pattern.compile("\\s+");

  static RecordedDelays read(String name) {
    try (InputStream in = RecordedDelays.class.getResourceAsStream(name)) {
      String text =
          new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
      return new RecordedDelays(
          text.lines()
              .filter(line -> !line.startsWith("#") && !line.isBlank())
              .flatMap(line -> Arrays.stream(SPACE.split(line.strip())))
              .mapToDouble(word -> word.equals("-") ? Double.NaN : Long.parseLong(word) / 1e3)
              .toArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A link that begins somewhere in the record, and goes round a step later each time, so that other records are met. */
  Link link(long seed) {
    double offset = millis.length * STEP_SECONDS * new Chance(seed, 6).uniform();
    double round = millis.length * STEP_SECONDS;
    return seconds -> {
      double at = offset + seconds + 0.35 * Math.floor(seconds / round);
      return millis[(int) (Math.floor(at / STEP_SECONDS) % millis.length)];
    };
  }
}
