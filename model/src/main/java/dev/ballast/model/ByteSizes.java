package dev.ballast.model;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as documents write them: a whole number, alone or with one of the units KiB, MiB, GiB. */
public final class ByteSizes {
  private static final Pattern TEXT = Pattern.compile("([0-9]{1,12})(KiB|MiB|GiB)?");
  private static final List<String> UNITS = List.of("", "KiB", "MiB", "GiB");
  private static final long STEP = 1_024;

  private ByteSizes() {}

  /** {@code 4096}, {@code 64KiB}, {@code 10MiB}, {@code 1GiB}; empty when the text is none of these. */
  public static Optional<Long> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long amount = Long.parseLong(matcher.group(1));
    String unit = matcher.group(2) == null ? "" : matcher.group(2);
    return Optional.of(amount << (10 * UNITS.indexOf(unit)));
  }

  /** The text with the largest unit that {@link #parse} reads back as the same number. */
  public static String text(long bytes) {
    long amount = bytes;
    int unit = 0;
    while (amount != 0 && amount % STEP == 0 && unit < UNITS.size() - 1) {
      amount /= STEP;
      unit++;
    }
    return amount + UNITS.get(unit);
  }
}
