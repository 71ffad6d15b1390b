package dev.ballast.proxy;

import dev.ballast.model.ErrorPage;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How our own answers look, by their status. Immutable. */
final class ErrorPages {
  static final ErrorPages NONE = new ErrorPages(List.of());

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{(status|reason|requestId)}");

  private final Map<Integer, ErrorPage> byStatus;

  private ErrorPages(List<ErrorPage> pages) {
    var first = new HashMap<Integer, ErrorPage>();
    pages.forEach(page -> page.statuses().forEach(status -> first.putIfAbsent(status, page)));
    this.byStatus = Map.copyOf(first);
  }

  /** The first page that has a status is used. */
  static ErrorPages of(List<ErrorPage> pages) {
    return pages.isEmpty() ? NONE : new ErrorPages(pages);
  }

  /** The page for the reason's status, or null. */
  @Nullable ErrorPage page(Reason reason) {
    return byStatus.get(reason.status());
  }

  /** The page's body, with what its placeholders stand for, escaped so that it can stand in HTML. */
  static byte[] fill(ErrorPage page, Reason reason, String requestId) {
    return PLACEHOLDER
        .matcher(page.body())
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    switch (found.group(1)) {
                      case "status" -> Integer.toString(reason.status());
                      case "reason" -> escaped(reason.sentence());
                      default -> escaped(requestId);
                    }))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String escaped(String text) {
    var escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean isSpecial = "&<>\"'\\`{}".indexOf(c) >= 0;
      if (isSpecial) {
        escaped.append("&#").append((int) c).append(';');
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }
}
