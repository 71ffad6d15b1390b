package dev.ballast.model;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.regex.Matcher;

/**
 * Regular expressions that are matched in time linear in the text (RE2: no backreferences, no look-around). The time is also linear in
 * the size of the expression with its counted repetitions unfolded, so that size is bounded. Thread-safe.
 */
public final class Regexes {
  /** The most characters of an expression. */
  public static final int LENGTH_LIMIT = 1_024;

  /** The most steps of an expression, its counted repetitions unfolded. */
  public static final int SIZE_LIMIT = 1_000;

  /** {@code {3}}, {@code {3,}}, {@code {3,5}}; anything else in braces is literal text. */
  private static final java.util.regex.Pattern REPETITION =
      java.util.regex.Pattern.compile("\\{([0-9]{1,4})(?:,([0-9]{0,4}))?}");

  private Regexes() {}

  /**
   * Compiles an expression.
   *
   * @throws IllegalArgumentException when it is none, or too large
   */
  public static Pattern compile(String text) {
    if (text.length() > LENGTH_LIMIT) {
      throw new IllegalArgumentException(
          "the regular expression has "
              + text.length()
              + " characters; the limit is "
              + LENGTH_LIMIT);
    }
    if (new Size(text).steps() > SIZE_LIMIT) {
      throw new IllegalArgumentException(
          "the regular expression has more than "
              + SIZE_LIMIT
              + " steps when its counted repetitions are unfolded");
    }
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a regular expression (RE2): " + e.getDescription(), e);
    }
  }

  /** The same text, if it is an expression. */
  static String require(String text) {
    compile(text);
    return text;
  }

  /**
   * Estimates the steps of an expression without compiling it, since compiling unfolds them. Every character outside of classes
   * counts as one, and a repetition as many times what it repeats.
   */
  private static final class Size {
    private final String text;
    private final Matcher repetition;
    private final ArrayDeque<Long> outer = new ArrayDeque<>();
    private long group;
    private long last;

    Size(String text) {
      this.text = text;
      this.repetition = REPETITION.matcher(text);
    }

    /** At most a little over the limit: no sum overflows. */
    long steps() {
      int at = 0;
      while (at < text.length()) {
        at = step(at);
      }
      long all = group;
      for (long part : outer) {
        all = bounded(all + part);
      }
      return all;
    }

    /** Counts what stands at the place; answers the place after it. */
    private int step(int at) {
      switch (text.charAt(at)) {
        case '(' -> {
          outer.push(group);
          group = 0;
          last = 0;
        }
        case ')' -> {
          long inner = group;
          group = outer.isEmpty() ? 0 : outer.pop();
          count(inner + 2);
        }
        case '[' -> {
          count(1);
          return endOfClass(at);
        }
        case '\\' -> {
          count(1);
          return at + 2;
        }
        case '{' -> {
          return repetition(at);
        }
        default -> count(1);
      }
      return at + 1;
    }

    private int repetition(int at) {
      if (!repetition.region(at, text.length()).lookingAt()) {
        count(1);
        return at + 1;
      }
      int least = Integer.parseInt(repetition.group(1));
      String most = repetition.group(2);
      int times = most == null ? least : most.isEmpty() ? least + 1 : Integer.parseInt(most);
      group = bounded(group - last + last * times);
      last = bounded(last * times);
      return repetition.end();
    }

    private void count(long steps) {
      last = steps;
      group = bounded(group + steps);
    }

    private int endOfClass(int from) {
      int at = text.startsWith("[^", from) ? from + 2 : from + 1;
      if (text.startsWith("]", at)) {
        at++;
      }
      while (at < text.length() && text.charAt(at) != ']') {
        int named = text.startsWith("[:", at) ? text.indexOf(":]", at) : -1;
        at = named > 0 ? named + 2 : at + (text.charAt(at) == '\\' ? 2 : 1);
      }
      return at + 1;
    }

    private static long bounded(long steps) {
      return Math.min(steps, 10L * SIZE_LIMIT);
    }
  }
}
