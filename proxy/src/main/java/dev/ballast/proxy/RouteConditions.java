package dev.ballast.proxy;

import com.google.re2j.Pattern;
import dev.ballast.model.RouteMatch;
import dev.ballast.model.ValueMatch;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a request must have besides its path: one of the methods, all of the fields, all of the parameters. Immutable. Values of
 * fields are compared byte for byte, names and values of parameters after decoding. A regular expression costs a copy of the value.
 */
final class RouteConditions {
  static final RouteConditions NONE = new RouteConditions(RouteMatch.ALL);

  private final byte[][] methods;
  private final Condition[] fields;
  private final Condition[] parameters;

  private RouteConditions(RouteMatch match) {
    this.methods = match.methods().stream().map(Grammar::ascii).toArray(byte[][]::new);
    this.fields = match.headers().stream().map(Condition::ofField).toArray(Condition[]::new);
    this.parameters = match.query().stream().map(Condition::ofParameter).toArray(Condition[]::new);
  }

  static RouteConditions of(RouteMatch match) {
    boolean isNone =
        match.methods().isEmpty() && match.headers().isEmpty() && match.query().isEmpty();
    return isNone ? NONE : new RouteConditions(match);
  }

  boolean hold(RequestHead head) {
    return isMethodHeld(head) && areFieldsHeld(head) && areParametersHeld(head);
  }

  private boolean isMethodHeld(RequestHead head) {
    for (byte[] method : methods) {
      if (method.length == head.methodEnd()
          && Grammar.startsWith(head.bytes(), 0, head.methodEnd(), method)) {
        return true;
      }
    }
    return methods.length == 0;
  }

  private boolean areFieldsHeld(RequestHead head) {
    for (Condition condition : fields) {
      if (!condition.holdsForFields(head.bytes(), head.fields())) {
        return false;
      }
    }
    return true;
  }

  private boolean areParametersHeld(RequestHead head) {
    for (Condition condition : parameters) {
      if (!condition.holdsForQuery(head.bytes(), head.queryStart() + 1, head.targetEnd())) {
        return false;
      }
    }
    return true;
  }

  /** One condition on the values of one name. */
  private static final class Condition {
    private final byte[] name;
    private final ValueMatch.How how;
    private final byte[] value;
    private final @Nullable Pattern regex;

    private Condition(byte[] name, byte[] value, ValueMatch match) {
      this.name = name;
      this.how = match.how();
      this.value = value;
      this.regex = how == ValueMatch.How.REGEX ? Pattern.compile(match.value()) : null;
    }

    static Condition ofField(ValueMatch match) {
      return new Condition(utf8(match.name()), utf8(match.value()), match);
    }

    /** Name and value are written as in a query, and compared as they mean. */
    static Condition ofParameter(ValueMatch match) {
      return new Condition(decoded(match.name()), decoded(match.value()), match);
    }

    private static byte[] utf8(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] decoded(String text) {
      return QueryText.decoded(utf8(text), 0, utf8(text).length);
    }

    /** A field that Connection names is for this hop alone: the backend would not see it. */
    boolean holdsForFields(byte[] bytes, FieldLines lines) {
      for (int line = 0; line < lines.count(); line++) {
        if (lines.isNamed(line, name)
            && !lines.isLeftOut(line)
            && isMet(bytes, lines.valueStart(line), lines.valueEnd(line))) {
          return how != ValueMatch.How.ABSENT;
        }
      }
      return how == ValueMatch.How.ABSENT;
    }

    private boolean isMet(byte[] bytes, int start, int end) {
      return switch (how) {
        case EXACT -> end - start == value.length && Grammar.startsWith(bytes, start, end, value);
        case PREFIX -> Grammar.startsWith(bytes, start, end, value);
        case REGEX -> matches(Arrays.copyOfRange(bytes, start, end));
        case PRESENT, ABSENT -> true;
      };
    }

    private boolean matches(byte[] utf8) {
      return regex != null && regex.matcher(utf8).matches();
    }

    boolean holdsForQuery(byte[] bytes, int start, int end) {
      int at = start;
      while (at < end) {
        int stop = QueryText.indexOf(bytes, at, end, '&');
        int equals = QueryText.indexOf(bytes, at, stop, '=');
        if (QueryText.equals(bytes, at, equals, name)
            && isMetByParameter(bytes, Math.min(equals + 1, stop), stop)) {
          return how != ValueMatch.How.ABSENT;
        }
        at = stop + 1;
      }
      return how == ValueMatch.How.ABSENT;
    }

    private boolean isMetByParameter(byte[] bytes, int start, int end) {
      return switch (how) {
        case EXACT -> QueryText.equals(bytes, start, end, value);
        case PREFIX -> QueryText.startsWith(bytes, start, end, value);
        case REGEX -> matches(QueryText.decoded(bytes, start, end));
        case PRESENT, ABSENT -> true;
      };
    }
  }
}
