package dev.ballast.locks;

import java.nio.charset.StandardCharsets;

/**
 * What a lease asks for. A lease has at most one claim on a name.
 *
 * @param name of the lock: 1 to 255 bytes of UTF-8 without control characters; compared byte by byte, never normalized
 * @param note shown to whoever lists, up to 255 bytes of UTF-8 without control characters; consumer groups keep a member's
 *     weight in it
 */
public record Claim(String name, Mode mode, String note) {
  private static final int BYTES = 255;

  public Claim {
    name = checkName(name);
    check("a claim's note", note);
  }

  /** A claim without a note. */
  public Claim(String name, Mode mode) {
    this(name, mode, "");
  }

  /** An exclusive claim without a note. */
  public static Claim exclusive(String name) {
    return new Claim(name, Mode.exclusive());
  }

  /**
   * The name itself.
   *
   * @throws IllegalArgumentException if it can't be a lock's name, saying why
   */
  public static String checkName(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a lock's name must not be empty");
    }
    check("the name of a lock", name);
    return name;
  }

  /** As {@link #checkName}, for any short text that an engine stores; may be empty. */
  public static void check(String what, String text) {
    int length = text.getBytes(StandardCharsets.UTF_8).length;
    if (length > BYTES) {
      throw new IllegalArgumentException(
          what + " has at most " + BYTES + " bytes of UTF-8, this one " + length);
    }
    int wrong = firstUnfit(text);
    if (wrong >= 0) {
      throw new IllegalArgumentException(
          "%s is text without control characters, but has U+%04X at %d"
              .formatted(what, (int) text.charAt(wrong), wrong));
    }
  }

  /** Where the first control character or half of a surrogate pair stands, or -1. */
  private static int firstUnfit(String text) {
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      if (Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE) {
        return i;
      }
    }
    return -1;
  }
}
