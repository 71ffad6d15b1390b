package dev.ballast.model;

/**
 * Why something was observed, for people. A reason may quote what a stranger has sent, so it is made harmless: one reason
 * that can't be stored would keep the statuses that are written with it out of the database too.
 */
final class Reason {
  static final int LIMIT = 500;
  private static final int REPLACEMENT = 0xFFFD;

  private Reason() {}

  /** The same on one line, with U+FFFD for control characters and halves of surrogate pairs, cut to {@value #LIMIT} characters. */
  static String storable(String reason) {
    return reason.codePoints().anyMatch(Reason::isUnfit) || reason.length() > LIMIT
        ? shortened(replaced(reason))
        : reason;
  }

  private static boolean isUnfit(int codePoint) {
    return Character.isISOControl(codePoint)
        || (Character.isBmpCodePoint(codePoint) && Character.isSurrogate((char) codePoint));
  }

  private static String replaced(String reason) {
    var text = new StringBuilder(reason.length());
    reason
        .codePoints()
        .map(codePoint -> isUnfit(codePoint) ? REPLACEMENT : codePoint)
        .forEach(text::appendCodePoint);
    return text.toString();
  }

  private static String shortened(String reason) {
    if (reason.length() <= LIMIT) {
      return reason;
    }
    int end = LIMIT - 1;
    return reason.substring(0, Character.isHighSurrogate(reason.charAt(end - 1)) ? end - 1 : end)
        + "…";
  }
}
