package dev.ballast.model;

/**
 * A condition on a header field or a query parameter.
 *
 * @param name of the field (lower case) or the parameter (exact)
 * @param how what its value must be
 * @param value what to compare with; empty for {@link How#PRESENT} and {@link How#ABSENT}
 */
public record ValueMatch(String name, How how, String value) {
  /** Whether everything that satisfies {@code other} satisfies this condition too. */
  boolean covers(ValueMatch other) {
    if (!name.equals(other.name)) {
      return false;
    }
    return switch (how) {
      case EXACT, REGEX, ABSENT -> equals(other);
      case PREFIX ->
          (other.how == How.EXACT || other.how == How.PREFIX) && other.value.startsWith(value);
      case PRESENT -> other.how != How.ABSENT;
    };
  }

  /** How a value is compared. */
  public enum How {
    EXACT,
    PREFIX,
    /** The whole value, by a regular expression that is matched in linear time. */
    REGEX,
    PRESENT,
    ABSENT
  }
}
