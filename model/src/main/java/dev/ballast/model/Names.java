package dev.ballast.model;

import java.util.regex.Pattern;

/** What names and hosts may look like. */
final class Names {
  /** A DNS label (RFC 1123, section 2.1) in lower case: 1 to 63 characters. */
  private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

  private static final Pattern QUALIFIED =
      Pattern.compile(NAME.pattern() + "(?:/" + NAME.pattern() + ")?");
  private static final int HOST_LENGTH_LIMIT = 253;
  private static final Pattern HOST =
      Pattern.compile(
          "(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\\.)*"
              + "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\\.?");

  static final String RULE =
      "1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit";

  /** No name sorts before it. */
  static final String FIRST = "0";

  /** No name sorts after it. */
  static final String LAST = "z".repeat(63);

  private Names() {}

  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  static boolean isHost(String text) {
    return text.length() <= HOST_LENGTH_LIMIT && HOST.matcher(text).matches();
  }

  static String requireName(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException("\"" + name + "\" is not a name: " + RULE);
    }
    return name;
  }

  static String requireQualified(String name) {
    if (!QUALIFIED.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "\"" + name + "\" is not a name or pool/backend: each part " + RULE);
    }
    return name;
  }
}
