package dev.ballast.model;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What of HTTP people may write into documents. Each check answers its text, in the case in which it is stored, or throws
 * IllegalArgumentException with what is wrong.
 */
final class HttpSyntax {
  static final int NAME_LIMIT = 128;
  static final int VALUE_LIMIT = 4_096;

  /** RFC 9110, section 5.6.2. */
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  /** Visible US-ASCII but those that end a path (RFC 9112, section 3.2.1). */
  private static final Pattern PATH = Pattern.compile("/[!-~&&[^?#]]*");

  /** RFC 3986, section 3.3. */
  private static final Pattern STRICT_PATH =
      Pattern.compile("/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*");

  /** RFC 6265, section 4.1.1: {@code path-value}. */
  private static final Pattern COOKIE_PATH = Pattern.compile("/[ -~&&[^;]]*");

  /** Fields that say where a message ends, whom it is for and how a connection goes on: always written by us. */
  private static final Set<String> OURS_ALONE =
      Set.of(
          "host",
          "content-length",
          "transfer-encoding",
          "connection",
          "keep-alive",
          "te",
          "trailer",
          "upgrade",
          "expect",
          "proxy-connection",
          "http2-settings",
          "ballast-reason");

  private static final List<String> METHODS =
      List.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH");

  private HttpSyntax() {}

  /** A field name, in lower case. */
  static String fieldName(String text) {
    if (text.length() > NAME_LIMIT || !TOKEN.matcher(text).matches()) {
      throw wrong(
          text, "the name of a header: 1 to " + NAME_LIMIT + " letters, digits and hyphens");
    }
    return text.toLowerCase(Locale.ROOT);
  }

  /** The name of a field that documents may write. */
  static String writableFieldName(String text) {
    String name = fieldName(text);
    if (OURS_ALONE.contains(name)) {
      String hint = name.equals("host") ? ": rewrite.host changes the Host" : "";
      throw new IllegalArgumentException(
          "the header \"" + name + "\" is written by the LB server alone" + hint);
    }
    return name;
  }

  static String fieldValue(String text) {
    if (text.length() > VALUE_LIMIT) {
      throw new IllegalArgumentException(
          "has " + text.length() + " characters; the limit is " + VALUE_LIMIT);
    }
    if (text.chars().anyMatch(c -> c > '~' || (c < ' ' && c != '\t'))) {
      throw new IllegalArgumentException(
          "a header's value has no control characters, and none beyond US-ASCII");
    }
    if (!text.equals(text.strip())) {
      throw new IllegalArgumentException("a header's value neither begins nor ends with a space");
    }
    return text;
  }

  static String contentType(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("a content type is needed: text/plain; charset=utf-8");
    }
    return fieldValue(text);
  }

  static String method(String text) {
    if (text.length() > NAME_LIMIT || !TOKEN.matcher(text).matches()) {
      throw wrong(text, "a method" + Suggestion.among(text, METHODS));
    }
    if (text.equals("CONNECT")) {
      throw new IllegalArgumentException("CONNECT is refused before any route is looked at");
    }
    String upper = text.toUpperCase(Locale.ROOT);
    if (!text.equals(upper) && METHODS.contains(upper)) {
      throw new IllegalArgumentException(
          "methods are told apart by case: did you mean \"" + upper + "\"?");
    }
    return text;
  }

  /** A path to compare with. */
  static String path(String text) {
    if (!PATH.matcher(text).matches()) {
      throw wrong(
          text,
          "a path: it begins with / and has no spaces, ? or #; what is beyond US-ASCII is"
              + " percent-encoded");
    }
    return text;
  }

  /** A path that backends or clients are sent. */
  static String writtenPath(String text) {
    if (!STRICT_PATH.matcher(text).matches()) {
      throw wrong(
          text,
          "a path: it begins with / and has letters, digits and -._~!$&'()*+,;=:@ and"
              + " percent-encoded bytes only");
    }
    return text;
  }

  static String parameterName(String text) {
    if (text.isEmpty() || text.length() > NAME_LIMIT || text.chars().anyMatch(c -> c <= ' ')) {
      throw wrong(text, "the name of a query parameter");
    }
    return text;
  }

  static String cookieName(String text) {
    if (text.length() > NAME_LIMIT || !TOKEN.matcher(text).matches()) {
      throw wrong(
          text, "the name of a cookie: 1 to " + NAME_LIMIT + " letters, digits and hyphens");
    }
    return text;
  }

  static String cookiePath(String text) {
    if (text.length() > VALUE_LIMIT || !COOKIE_PATH.matcher(text).matches()) {
      throw wrong(text, "the path of a cookie: it begins with / and has no semicolons");
    }
    return text;
  }

  private static IllegalArgumentException wrong(String text, String expected) {
    return new IllegalArgumentException("\"" + text + "\" is not " + expected);
  }
}
