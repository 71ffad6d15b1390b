package dev.ballast.model;

/** Host patterns: an exact name, {@code *.suffix} for any one or more labels before it, or {@code *}. */
final class Hosts {
  static final String ANY = "*";
  private static final String WILDCARD = "*.";

  private Hosts() {}

  static boolean isPattern(String text) {
    return text.equals(ANY)
        || Names.isHost(text.startsWith(WILDCARD) ? text.substring(WILDCARD.length()) : text);
  }

  /** Whether every host that {@code narrow} stands for is one that {@code wide} stands for. */
  static boolean covers(String wide, String narrow) {
    if (wide.equals(ANY) || wide.equals(narrow)) {
      return true;
    }
    return wide.startsWith(WILDCARD) && !narrow.equals(ANY) && narrow.endsWith(wide.substring(1));
  }
}
