package dev.ballast.model;

import java.util.List;
import java.util.regex.Pattern;

/** From one HTTP status to another, both included; 100 to 599. */
public record StatusRange(int first, int last) {
  private static final Pattern TEXT = Pattern.compile("([0-9]{3})(?:-([0-9]{3}))?");

  public StatusRange {
    Ranges.require("status", first, 100, 599);
    Ranges.require("status", last, first, 599);
  }

  /**
   * Reads a status or a range of them: 204, 200-299.
   *
   * @throws IllegalArgumentException if it is neither
   */
  private static StatusRange parse(String text) {
    var parts = TEXT.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is neither a status nor a range of them: 204, 200-299");
    }
    int first = Integer.parseInt(parts.group(1));
    int last = parts.group(2) == null ? first : Integer.parseInt(parts.group(2));
    return new StatusRange(first, last);
  }

  /** One of them, or a list. */
  static List<StatusRange> read(Fields fields, String key, int limit) {
    return fields.isList(key)
        ? fields.texts(key, limit, StatusRange::parse)
        : fields.text(key, StatusRange::parse).stream().toList();
  }

  /** As they are read. */
  static List<String> texts(List<StatusRange> ranges) {
    return ranges.stream().map(StatusRange::toString).toList();
  }

  public boolean contains(int status) {
    return status >= first && status <= last;
  }

  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}
