package dev.ballast.model;

/**
 * Which exchanges leave a line, and what it says.
 *
 * @param template with {@code %{field}} for an {@link AccessLogField}; empty: JSON with all fields
 * @param sampleEvery one in so many answers below 500 leaves a line; those of 500 and above and failures always do; 1 to 1,000,000
 */
public record AccessLog(String template, int sampleEvery) {
  public static final int TEMPLATE_LIMIT = 4_096;
  public static final int SAMPLE_LIMIT = 1_000_000;

  public AccessLog {
    Ranges.require("sampleEvery", sampleEvery, 1, SAMPLE_LIMIT);
  }
}
